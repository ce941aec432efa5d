/**
 * Keys that the relying party holds for compromised (docs/trust.md, section 4). From then on a proof by such a key says nothing, and
 * neither does an older one unless the party had the document before: its date is the word of whoever had the key. What such keys
 * signed may still speak against somebody, never for anybody, so that naming a key can only turn an answer for the worse.
 */
import type { ProofKey } from '../credentials/proof-key.ts';
import { readDateTime } from '../formats/date-time.ts';
import type { Candidate, Compromise } from './candidate.ts';
import type { CompromisedKey } from './policy.ts';

/** The same candidates, each with what the policy holds against its keys. */
export function markCompromised(
  candidates: readonly Candidate[],
  known: readonly CompromisedKey[],
): readonly Candidate[] {
  if (known.length === 0) return candidates;
  return candidates.map((candidate) => {
    const compromise = compromiseOf(candidate, known);
    return compromise === undefined ? candidate : { ...candidate, compromise };
  });
}

function compromiseOf(candidate: Candidate, known: readonly CompromisedKey[]): Compromise | undefined {
  const own = candidate.keys.map((key) => findEntry(key, candidate.digest, known)).find((found) => found !== undefined);
  const lists = candidate.status
    .flatMap((entry) => entry.observations.map(({ list }) => list))
    .filter((list) => (list.keys ?? []).some((key) => findEntry(key, list.digest, known) !== undefined));
  if (own === undefined && lists.length === 0) return undefined;
  return { ...(own === undefined ? {} : { own }), lists: new Set(lists.map(({ digest }) => digest)) };
}

/** The entry that speaks against a proof on the document with this digest. */
function findEntry(key: ProofKey, digest: string, known: readonly CompromisedKey[]): Compromise['own'] {
  const entry = known.find((one) => isKey(one, key) && !isShownOlder(one, key, digest));
  return entry === undefined ? undefined : { method: key.method, from: entry.from };
}

/** Either name will do: a stolen key is stolen under whatever method it is published. */
function isKey({ verificationMethod, publicKeyMultibase }: CompromisedKey, key: ProofKey): boolean {
  return verificationMethod === key.method || publicKeyMultibase === key.publicKeyMultibase;
}

/** On file before the key was lost; a proof that dates itself later is not, whatever the file says. */
function isShownOlder({ from, seenBefore }: CompromisedKey, key: ProofKey, digest: string): boolean {
  const instant = readDateTime(from) ?? Number.NEGATIVE_INFINITY;
  return seenBefore?.includes(digest) === true && (key.created === undefined || key.created < instant);
}
