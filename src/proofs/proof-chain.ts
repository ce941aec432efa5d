/**
 * The order that proofs claim through `previousProof` (VC Data Integrity 1.0, sections 2.1.2 and 4.5). The libraries leave it out: they
 * accept a reference to nothing, and a chain whose first proof was removed.
 */
import { excerpt, type Finding, failed, passed } from '../base/finding.ts';
import { asArray, type JsonObject, type JsonValue } from '../base/json.ts';

export interface ProofChain {
  /** No findings when no proof names another. */
  readonly findings: readonly Finding[];
  /** By proof, the proofs it names. */
  readonly previous: ReadonlyMap<JsonObject, readonly JsonObject[]>;
}

/** Each id that is named must stand on exactly one proof, and no proof may come before itself. */
export function readChain(proofs: readonly JsonObject[]): ProofChain {
  const previous = new Map<JsonObject, readonly JsonObject[]>();
  for (const proof of proofs) {
    const names = proof['previousProof'];
    if (names === undefined) continue;
    const named = namesOf(names);
    if (named === undefined) return broken(previous, 'previousProof names no proof');
    for (const name of named) {
      const count = proofs.filter((other) => other['id'] === name).length;
      if (count !== 1) {
        return broken(previous, count === 0 ? 'a previous proof is missing' : 'two proofs have one id', name);
      }
    }
    previous.set(
      proof,
      proofs.filter((other) => typeof other['id'] === 'string' && named.includes(other['id'])),
    );
  }
  if (previous.size === 0) return { findings: [], previous };
  if (hasCycle(previous)) return broken(previous, 'the proofs name each other in a circle');
  return { findings: [passed('proof.chain', { pointer: '/proof' })], previous };
}

/** One id or several different ones. */
function namesOf(value: JsonValue): readonly string[] | undefined {
  const names = asArray(value);
  if (names.length === 0 || new Set(names).size !== names.length) return undefined;
  return names.every((name) => typeof name === 'string') ? (names as readonly string[]) : undefined;
}

function hasCycle(previous: ReadonlyMap<JsonObject, readonly JsonObject[]>): boolean {
  const settled = new Set<JsonObject>();
  const comesBack = (proof: JsonObject, path: ReadonlySet<JsonObject>): boolean => {
    if (path.has(proof)) return true;
    if (settled.has(proof)) return false;
    const found = (previous.get(proof) ?? []).some((earlier) => comesBack(earlier, new Set([...path, proof])));
    settled.add(proof);
    return found;
  };
  return [...previous.keys()].some((proof) => comesBack(proof, new Set()));
}

function broken(previous: ProofChain['previous'], detail: string, name?: string): ProofChain {
  const params = name === undefined ? {} : { params: { previousProof: excerpt(name) } };
  return {
    findings: [failed('proof.chain', 'PROOF_VERIFICATION_ERROR', detail, { pointer: '/proof', ...params })],
    previous,
  };
}
