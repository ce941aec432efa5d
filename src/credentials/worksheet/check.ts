/**
 * A worksheet or some of its lines, judged by themselves or against the claim that states their root: what a verification body does when it
 * re-adds a sheet, and what a company does before it claims. An evaluation asks the same of a sheet through rules A6 and A7.
 */
import { type Finding, failed, passed, skipped, undetermined } from '../../base/finding.ts';
import { isObject, type JsonObject, type JsonValue, pointerOf } from '../../base/json.ts';
import {
  add,
  canonical,
  compare,
  equal,
  isDecimal,
  isNegative,
  isPactDecimal,
  places,
  round,
} from '../../formats/decimal.ts';
import { type MerkleStep, merkleRoot, verifyLeaf } from '../../formats/merkle.ts';
import { subjectOf, typeOf } from '../credential-members.ts';
import { isLinkRef } from '../link.ts';
import { percentOf, productOf, totalOf } from './leaves.ts';
import { decimalFault, isName, MOST_LINES } from './rows.ts';

export interface WorksheetReport {
  readonly findings: readonly Finding[];
  /** Of a whole sheet, computed: its root, and its total as exact as it is. */
  readonly root?: string;
  readonly total?: string;
  readonly leafCount?: string;
}

/**
 * Codes: MALFORMED_VALUE_ERROR (form), RULE_FAILED (a sum or a share), CHAIN_DIGEST_MISMATCH (a root). Pointers lead into the sheet,
 * those of the claim begin with `/claim`. Never throws for what stands in either document.
 */
export function checkWorksheet(sheet: JsonObject, claim?: JsonObject): WorksheetReport {
  const leaves = leavesOf(sheet);
  const paths = sheet['paths'];
  if (leaves === undefined) return { findings: [malformed('/leaves', `must be 1 to ${MOST_LINES} objects`)] };
  const lines = leaves.flatMap((leaf, index) => checkLeaf(leaf, pointerOf('leaves', index)));
  const form = [...lines, ...checkSalts(leaves)];
  const checked = form.length > 0 ? form : [passed('worksheet.lines')];
  const stated = aggregationOf(claim);
  if (claim !== undefined && stated === undefined) {
    return { findings: [...checked, malformed('/claim', 'is no CarbonFootprintClaim with an aggregation')] };
  }
  if (paths !== undefined) {
    const whole = skipped('worksheet.total', 'only the holder of the whole sheet can add it up');
    return { findings: [...checked, ...checkPaths(sheet, leaves, paths, stated?.['leavesRoot']), whole] };
  }
  const root = merkleRoot(leaves);
  const total = totalOf(leaves);
  const findings = [
    ...checked,
    ...checkOwn(sheet, root, total),
    ...(stated ? checkClaim(stated, claim, leaves, root, total) : []),
  ];
  return { findings, root, total, leafCount: String(leaves.length) };
}

/** The leaves of a sheet, if they have the form of such; what stands in them is another matter. */
export function leavesOf({ leaves }: JsonObject): readonly JsonObject[] | undefined {
  const sound = Array.isArray(leaves) && leaves.length > 0 && leaves.length <= MOST_LINES && leaves.every(isObject);
  return sound ? (leaves as readonly JsonObject[]) : undefined;
}

const LEAF_MEMBERS = ['salt', 'role', 'name', 'quantity', 'factor', 'contribution', 'claim'];
/** At least 128 bits in lower-case hex. */
const SALT = /^(?:[0-9a-f]{2}){16,64}$/;

function checkLeaf(leaf: JsonObject, at: string): Finding[] {
  const { salt, role, name, quantity, contribution, claim } = leaf;
  const findings = Object.keys(leaf)
    .filter((member) => !LEAF_MEMBERS.includes(member))
    .map(() => malformed(at, 'has a member that no leaf has'));
  if (typeof salt !== 'string' || !SALT.test(salt)) {
    findings.push(malformed(`${at}/salt`, 'must be at least 128 bits in lower-case hex'));
  }
  if (role !== 'input' && role !== 'own') findings.push(malformed(`${at}/role`, 'must be input or own'));
  if (!isName(name)) findings.push(malformed(`${at}/name`, 'must be text on one line'));
  if (claim !== undefined && !isLinkRef(claim)) findings.push(malformed(`${at}/claim`, 'must be a link to a claim'));
  const figures = ['quantity', 'factor', 'contribution'].flatMap((member) => {
    const detail = decimalFault(leaf[member]);
    return detail === undefined ? [] : [malformed(`${at}/${member}`, detail)];
  });
  if (figures.length > 0) return [...findings, ...figures];
  if (isNegative(String(quantity))) findings.push(malformed(`${at}/quantity`, 'must not be below 0'));
  const product = productOf(leaf);
  if (contribution !== product) {
    const same = equal(String(contribution), product);
    findings.push(broken(`${at}/contribution`, same ? `must be written ${product}` : 'is not quantity times factor'));
  }
  return findings;
}

function checkSalts(leaves: readonly JsonObject[]): Finding[] {
  const salts = leaves.map(({ salt }) => salt);
  const repeated = salts.findIndex((salt, index) => salts.indexOf(salt) < index);
  return repeated < 0 ? [] : [malformed(`/leaves/${repeated}/salt`, 'stands in an earlier line')];
}

/** What the sheet says of itself. */
function checkOwn({ root: stated, total: sum }: JsonObject, root: string, total: string): Finding[] {
  const findings: Finding[] = [];
  if (stated !== undefined) findings.push(stated === root ? passed('worksheet.root') : mismatch('/root', ROOT));
  if (sum !== undefined) {
    const same = isDecimal(sum) && equal(sum, total);
    findings.push(same ? passed('worksheet.total') : broken('/total', 'is not the sum of the lines'));
  }
  return findings;
}

const ROOT = 'is not the root of these leaves';

function checkPaths(
  { root: own }: JsonObject,
  leaves: readonly JsonObject[],
  paths: JsonValue,
  claimed: JsonValue | undefined,
): Finding[] {
  const root = claimed ?? own;
  if (!isPaths(paths) || paths.length !== leaves.length) return [malformed('/paths', 'must be one path for each leaf')];
  if (typeof root !== 'string') {
    return [
      undetermined(
        'worksheet.root',
        'NOTHING_PRESENTED',
        'a line proves nothing without the claim that states its root',
      ),
    ];
  }
  const strangers = leaves.flatMap((leaf, index) =>
    verifyLeaf(root, leaf, paths[index] ?? [])
      ? []
      : [mismatch(pointerOf('leaves', index), 'is not in the tree of that root')],
  );
  return strangers.length > 0 ? strangers : [passed('worksheet.root')];
}

function isPaths(value: JsonValue): value is JsonValue & readonly (readonly (MerkleStep & JsonObject)[])[] {
  return Array.isArray(value) && value.every((path) => Array.isArray(path) && path.every(isObject));
}

function aggregationOf(claim: JsonObject | undefined): JsonObject | undefined {
  if (claim === undefined || typeOf(claim) !== 'CarbonFootprintClaim') return undefined;
  const aggregation = subjectOf(claim)?.['aggregation'];
  return isObject(aggregation) ? aggregation : undefined;
}

function checkClaim(
  stated: JsonObject,
  claim: JsonObject | undefined,
  leaves: readonly JsonObject[],
  root: string,
  total: string,
): Finding[] {
  const at = '/claim/credentialSubject';
  const same = stated['leavesRoot'] === root;
  const findings = [same ? passed('claim.root') : mismatch(`${at}/aggregation/leavesRoot`, ROOT)];
  const count = stated['leafCount'] === String(leaves.length);
  findings.push(count ? passed('claim.leafCount') : broken(`${at}/aggregation/leafCount`, `is not ${leaves.length}`));
  const footprint = footprintOf(claim);
  if (footprint === undefined) return [...findings, malformed(`${at}/footprint`, 'states no figure')];
  const figure = `${at}/footprint/pcf/pcfExcludingBiogenicUptake`;
  const sum = equal(round(total, places(footprint)), footprint);
  findings.push(
    sum ? passed('claim.total') : broken(figure, `is ${canonical(footprint)}, the lines add up to ${total}`),
  );
  return [
    ...findings,
    checkShare(stated['verifiedSharePercent'], leaves, footprint, `${at}/aggregation/verifiedSharePercent`),
  ];
}

function footprintOf(claim: JsonObject | undefined): string | undefined {
  const footprint = claim === undefined ? undefined : subjectOf(claim)?.['footprint'];
  const pcf = isObject(footprint) ? footprint['pcf'] : undefined;
  const value = isObject(pcf) ? pcf['pcfExcludingBiogenicUptake'] : undefined;
  return isPactDecimal(value) ? value : undefined;
}

/** A sheet tells which inputs have a claim, not which of these have a statement: the share lies between without and with all of them. */
function checkShare(
  stated: JsonValue | undefined,
  leaves: readonly JsonObject[],
  footprint: string,
  pointer: string,
): Finding {
  const shareOf = (counted: readonly JsonObject[]) => percentOf(add(...counted.map(productOf)), footprint);
  const least = shareOf(leaves.filter(({ role }) => role === 'own'));
  const most = shareOf(leaves.filter(({ role, claim }) => role === 'own' || claim !== undefined));
  if (!isDecimal(stated) || least === undefined || most === undefined) {
    return skipped('claim.verifiedShare', 'there is no share to compare', { pointer });
  }
  if (equal(stated, most)) return passed('claim.verifiedShare');
  const [low, high] = compare(least, most) <= 0 ? [least, most] : [most, least];
  if (compare(stated, low) < 0 || compare(stated, high) > 0)
    return broken(pointer, `is not between ${low} and ${high}`);
  return skipped(
    'claim.verifiedShare',
    `it would be ${most} if every claim named in the sheet has a statement of its own`,
    { pointer },
  );
}

function malformed(pointer: string, detail: string): Finding {
  return failed('worksheet.form', 'MALFORMED_VALUE_ERROR', detail, { pointer });
}

function broken(pointer: string, detail: string): Finding {
  return failed('worksheet.sum', 'RULE_FAILED', detail, { pointer });
}

function mismatch(pointer: string, detail: string): Finding {
  return failed('worksheet.root', 'CHAIN_DIGEST_MISMATCH', detail, { pointer });
}
