/**
 * What a holder shows, as the statements that the issuer signed: labelled as in the issuer's document, in the issuer's order, with those
 * that the type always shows marked. The same for every suite with selective disclosure (docs/threats.md, section 5.6).
 */
import { canonicalizeAndGroup, createLabelMapFunction } from '@digitalbazaar/di-sd-primitives';
import type { JsonObject } from '../base/json.ts';
import { corePointersOf } from '../credentials/core-pointers.ts';
import { findProfile } from '../credentials/profiles/profile-table.ts';
import { TransformationRefusal } from './canonicaliser.ts';
import { isIndex, MOST_STATEMENTS } from './disclosure-value.ts';

/** A blank node where a statement may have one: as its subject, and as its object or graph at its end. */
const BLANK_NODES = [/^_:c14n\d+ /, / _:c14n\d+(?: (?:_:c14n\d+|<[^<>"\s]*>))? \.$/];

/**
 * Refuses what the primitives cannot sign as it stands. They find blank nodes by a pattern over the whole statement, so of a text or an
 * identifier with `_:` in it everything from there to the next space would be dropped, and anything else could be put in its place; and
 * they take a `urn:bnid:` for a blank node of their own (di-sd-primitives 3.3.0). `canonical` is the RDFC-1.0 form of the document.
 * Errors: TransformationRefusal `PROOF_TRANSFORMATION_ERROR`.
 */
export function assertTellsNodes(canonical: string): void {
  const isSigned = (statement: string): boolean =>
    !statement.includes('<urn:bnid:') &&
    !BLANK_NODES.reduce((rest, node) => rest.replace(node, ' '), statement).includes('_:');
  if (canonical.split('\n').every(isSigned)) return;
  throw new TransformationRefusal(
    'PROOF_TRANSFORMATION_ERROR',
    'a text or an identifier with "_:" or "urn:bnid:" in it cannot be disclosed selectively',
  );
}

/**
 * Refuses what is too large or cannot be signed statement by statement. `canonical` is the RDFC-1.0 form of the document.
 * Errors: TransformationRefusal `LIMIT_EXCEEDED`, `PROOF_TRANSFORMATION_ERROR`.
 */
export function assertSelectable(canonical: string): void {
  let statements = 0;
  for (let at = canonical.indexOf('\n'); at >= 0; at = canonical.indexOf('\n', at + 1)) statements += 1;
  if (statements > MOST_STATEMENTS) {
    const detail = `more than ${MOST_STATEMENTS} statements cannot be disclosed selectively`;
    throw new TransformationRefusal('LIMIT_EXCEEDED', detail);
  }
  assertTellsNodes(canonical);
}

export interface DisclosedStatements {
  readonly statements: readonly string[];
  /** Indexes of those that are of the core of the type. */
  readonly core: readonly number[];
}

interface Shown {
  readonly document: JsonObject;
  /** By canonical label, the label in the issuer's document. */
  readonly labels: ReadonlyMap<string, string>;
  readonly documentLoader: unknown;
  /** Whether a type without a profile will do: then it has no core, and none is demanded. */
  readonly takesAnyType: boolean;
}

/** Errors: TypeError for a label of no node, for one label on two nodes, and for a type of which nothing is known. */
export async function readStatements({
  document,
  labels,
  documentLoader,
  takesAnyType,
}: Shown): Promise<DisclosedStatements> {
  const profile = findProfile(document);
  if (profile === undefined && !takesAnyType) throw new TypeError('a type without a core');
  const { groups, labelMap, nquads } = await canonicalizeAndGroup({
    document,
    labelMapFactoryFunction: createLabelMapFunction({ labelMap: labels }),
    groups: { core: takesAnyType || profile === undefined ? [] : [...corePointersOf(document, profile)] },
    options: { documentLoader },
  });
  if (labelMap.size !== labels.size) throw new TypeError('a label for no node');
  return { statements: nquads, core: [...(groups['core']?.matching.keys() ?? [])] };
}

/**
 * The labels of a derived proof, judged before anything walks over them: within bounds, and different for different nodes, so that no node
 * can be shown as two. Errors: TypeError.
 */
export function readLabels(value: unknown, labelOf: (label: unknown) => string | undefined): Map<string, string> {
  if (!(value instanceof Map) || value.size > MOST_STATEMENTS) throw new TypeError('too many labels');
  const labels = new Map<string, string>();
  for (const [key, entry] of value as ReadonlyMap<unknown, unknown>) {
    const label = labelOf(entry);
    if (!isIndex(key) || label === undefined) throw new TypeError('not a label');
    labels.set(`c14n${key}`, label);
  }
  if (new Set(labels.values()).size !== labels.size) throw new TypeError('one label on two nodes');
  return labels;
}

/** A holder chooses what to show; the core of a type is not the holder's to leave out, even if the issuer's own list let it. */
export function assertCoreIsMandatory(core: readonly number[], mandatory: readonly number[]): void {
  const signed = new Set(mandatory);
  if (core.every((index) => signed.has(index))) return;
  throw new TransformationRefusal(
    'MANDATORY_CLAIM_MISSING',
    'a member that this type always shows was left for the holder to withhold',
  );
}
