/** Which worksheet belongs to which claim: the one that proves to its root, or else the only one that can have been meant. */
import { isObject } from '../base/json.ts';
import { digestOfJson } from '../formats/digest.ts';
import type { Candidate } from './candidate.ts';
import type { Worksheet } from './evaluation.ts';
import type { Evidence } from './evidence.ts';
import { textAt } from './member.ts';
import { byText } from './order.ts';
import { provesTo } from './rules/worksheet.ts';

export function worksheetsByClaim(
  evidence: Evidence,
  worksheets: readonly Worksheet[],
): (claim: Candidate) => Worksheet | undefined {
  const ordered = worksheets
    .map(sound)
    .map((sheet) => ({ sheet, digest: digestOfWorksheet(sheet) }))
    .sort((a, b) => byText(a.digest, b.digest))
    .map(({ sheet }) => sheet);
  const roots = evidence.ofType('CarbonFootprintClaim').flatMap((claim) => rootOf(claim) ?? []);
  // A sheet that proves to some claim here is that claim's; what is left is shown against whichever claim has none.
  const unplaced = ordered.filter((sheet) => !roots.some((root) => provesTo(sheet, root)));
  return (claim) => {
    const root = rootOf(claim);
    if (root === undefined) return undefined;
    const proven = ordered.find((sheet) => provesTo(sheet, root));
    return proven ?? unplaced.find((sheet) => sheet.root === root) ?? unplaced[0];
  };
}

/** Sheets come from strangers, and not through `admit`: one that is not made as it should be proves to nothing. */
function sound(sheet: Worksheet): Worksheet {
  const { leaves, paths, root } = sheet as { readonly [Name in keyof Worksheet]: unknown };
  const steps = paths === undefined || (Array.isArray(paths) && paths.every(isPath));
  if (!Array.isArray(leaves) || !leaves.every(isObject) || !steps) return { leaves: [] };
  // A sheet of this evaluation's own, so that what is found out about it belongs to no later state of the one that was given.
  return typeof root === 'string' || root === undefined ? { ...sheet } : { leaves: [] };
}

function isPath(path: unknown): boolean {
  return Array.isArray(path) && path.every(isObject);
}

export function digestOfWorksheet(worksheet: Worksheet): string {
  return digestOfJson(JSON.parse(JSON.stringify(worksheet)));
}

function rootOf(claim: Candidate): string | undefined {
  return textAt(claim.subject, 'aggregation', 'leavesRoot');
}
