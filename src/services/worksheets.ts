/**
 * A company's private worksheet: built, shown in part, re-added. Nothing is stored: the sheet is the company's secret, and only its root
 * goes into a claim.
 */
import { randomBytes } from 'node:crypto';
import { refuse, ServiceError } from '../base/error.ts';
import { type Finding, failed } from '../base/finding.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import {
  type BuiltWorksheet,
  buildWorksheet,
  SALT_BYTES,
  type ShownLines,
  showLines,
} from '../credentials/worksheet/build.ts';
import { checkWorksheet, leavesOf } from '../credentials/worksheet/check.ts';
import { MOST_LINES, readWorksheetRows } from '../credentials/worksheet/rows.ts';

export interface ShownAnswer {
  readonly worksheet: ShownLines;
  /** Rule P2: what can be worked out from what is shown. */
  readonly warnings: readonly Finding[];
}

/**
 * Build a sheet with fresh salts. Errors: MALFORMED_VALUE_ERROR, RANGE_ERROR, LIMIT_EXCEEDED with pointers below `/rows`, BAD_REQUEST
 * for a `pad` that is below the number of rows or above 1,000.
 */
export function createWorksheet(rows: JsonValue | undefined, pad?: number): BuiltWorksheet {
  const read = readWorksheetRows(rows);
  if (!read.ok) refuse(read.findings);
  if (pad !== undefined && (!Number.isSafeInteger(pad) || pad < read.value.length || pad > MOST_LINES)) {
    throw new ServiceError(
      'BAD_REQUEST',
      `pad is a number from ${read.value.length}, the rows there are, to ${MOST_LINES}`,
      {
        pointer: '/pad',
      },
    );
  }
  return buildWorksheet(read.value, () => randomBytes(SALT_BYTES), pad);
}

/**
 * Show lines of a whole sheet, counted from 1. Errors: the codes of a sheet that does not hold, with pointers below `/worksheet`;
 * BAD_REQUEST for a line that is not there or a sheet that is itself only a part.
 */
export function proveLines(sheet: JsonObject, lines: readonly number[]): ShownAnswer {
  const wrong = checkWorksheet(sheet).findings.filter(({ outcome }) => outcome === 'failed');
  if (wrong.length > 0) refuse(wrong.map((finding) => ({ ...finding, pointer: `/worksheet${finding.pointer ?? ''}` })));
  const leaves = leavesOf(sheet) ?? [];
  if (sheet['paths'] !== undefined) {
    throw new ServiceError('BAD_REQUEST', 'a path to the root takes the whole sheet', { pointer: '/worksheet/paths' });
  }
  if (lines.length === 0 || lines.some((line) => !Number.isSafeInteger(line) || line < 1 || line > leaves.length)) {
    throw new ServiceError('BAD_REQUEST', `lines are numbers from 1 to ${leaves.length}`, { pointer: '/lines' });
  }
  const worksheet = showLines(leaves, lines);
  const oneLeft = leaves.length - worksheet.leaves.length === 1;
  return { worksheet, warnings: oneLeft ? [ONE_LEFT] : [] };
}

const ONE_LEFT = failed('P2', 'RULE_FAILED', 'one line stays hidden: it is what is missing from the total', {
  pointer: '/lines',
  params: { severity: 'warning' },
});
