/** From the rows of a company to the salted leaves of its worksheet, and from these to one shown line (docs/domain.md, section 9.2). */
import type { JsonObject } from '../../base/json.ts';
import { add, compare } from '../../formats/decimal.ts';
import { type MerkleStep, merklePath, merkleRoot } from '../../formats/merkle.ts';
import { percentOf, productOf, totalOf } from './leaves.ts';
import type { WorksheetRow } from './rows.ts';

/** 128 bits: quantities are guessable, so each leaf hides behind a salt of its own. */
export const SALT_BYTES = 16;

/** The whole sheet: the company's secret. */
export interface BuiltWorksheet {
  readonly leaves: readonly JsonObject[];
  readonly root: string;
  /** Σ quantity × factor, exact and canonical. */
  readonly total: string;
  /** What a CarbonFootprintClaim states of it; without a share where the total is not above 0 or the share not from 0 to 100. */
  readonly aggregation: JsonObject;
}

/** Single lines and the way from each to the root: what an evaluation takes in place of the whole sheet. */
export interface ShownLines {
  readonly leaves: readonly JsonObject[];
  readonly paths: readonly (readonly MerkleStep[])[];
  readonly root: string;
}

/**
 * Make the leaves in the order of the rows, then padding of quantity 0 up to `pad` leaves, which hides how many inputs there are.
 * `newSalt` must come from a secure source. Errors: RangeError for a salt of fewer than 16 bytes or one that was given before.
 */
export function buildWorksheet(
  rows: readonly WorksheetRow[],
  newSalt: () => Uint8Array,
  pad: number = rows.length,
): BuiltWorksheet {
  const used = new Set<string>();
  const nextSalt = (): string => {
    const bytes = newSalt();
    const salt = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (bytes.length < SALT_BYTES || used.has(salt)) throw new RangeError('each leaf needs 128 random bits of its own');
    used.add(salt);
    return salt;
  };
  const padding = Array.from({ length: Math.max(0, pad - rows.length) }, () => PADDING);
  const leaves = [...rows.map(bodyOf), ...padding].map((body) => ({ salt: nextSalt(), ...body }));
  const root = merkleRoot(leaves);
  const total = totalOf(leaves);
  const share = verifiedShareOf(rows, total);
  const aggregation = {
    method: 'sum-inputs-plus-own',
    leavesRoot: root,
    leafCount: String(leaves.length),
    ...(share === undefined ? {} : { verifiedSharePercent: share }),
  };
  return { leaves, root, total, aggregation };
}

const PADDING: JsonObject = { role: 'own', name: 'padding', quantity: '0', factor: '0', contribution: '0' };

function bodyOf({ role, name, quantity, factor, claim }: WorksheetRow): JsonObject {
  const contribution = productOf({ quantity, factor });
  return { role, name, quantity, factor, contribution, ...(claim === undefined ? {} : { claim }) };
}

/** The own part and the inputs whose claim has a statement of its own; the statement on this claim covers the own part. */
function verifiedShareOf(rows: readonly WorksheetRow[], total: string): string | undefined {
  if (compare(total, '0') <= 0) return undefined;
  const verified = rows.filter((row) => row.role === 'own' || row.verified);
  const share = percentOf(add(...verified.map(({ quantity, factor }) => productOf({ quantity, factor }))), total);
  return share === undefined || compare(share, '0') < 0 || compare(share, '100') > 0 ? undefined : share;
}

/** Show the lines of these numbers, counted from 1. Errors: RangeError for a line that is not there. */
export function showLines(leaves: readonly JsonObject[], lines: readonly number[]): ShownLines {
  const indices = [...new Set(lines)].map((line) => line - 1);
  const paths = indices.map((index) => merklePath(leaves, index));
  return { leaves: indices.map((index) => leaves[index] ?? {}), paths, root: merkleRoot(leaves) };
}
