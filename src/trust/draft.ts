/** A credential that nobody has signed yet, as rules read it. Advice is given on it; nothing that relies on credentials takes one. */
import { asArray, isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import type { StatusEntryHistory, StatusHistory, StatusObservation } from '../credentials/status-history.ts';
import { digestOfJson } from '../formats/digest.ts';
import { type Candidate, readCandidate } from './candidate.ts';
import { wordAt } from './member.ts';

const unsigned = Symbol('draft');

/** Never an `Admitted`: the two brands exclude each other for the compiler, and `evaluate` looks for the very values of `admit`. */
export interface Draft extends Candidate {
  readonly [unsigned]: true;
}

/** The complete unsecured document as a draft, or nothing where its envelope cannot be read. Its status is taken to be good. */
export function draftOf(document: JsonObject): Draft | undefined {
  const read = readCandidate(document);
  if (read === undefined) return undefined;
  return {
    [unsigned]: true,
    ...read,
    digest: digestOfJson(document),
    keys: [],
    didDocuments: [],
    status: goodStatus(document),
  };
}

/** What every list would say of a credential that was signed and never revoked nor suspended. */
function goodStatus(document: JsonObject): StatusHistory {
  return asArray(document['credentialStatus'] as JsonValue)
    .filter(isObject)
    .map((entry): StatusEntryHistory => {
      const url = wordAt(entry, 'statusListCredential');
      const seen = (validFrom: number, newest: boolean): StatusObservation => ({
        list: { url, digest: '', issuer: wordAt(document, 'issuer'), validFrom, validUntil: undefined },
        set: false,
        notices: [],
        newest,
      });
      return {
        purpose: wordAt(entry, 'statusPurpose'),
        statusListCredential: url,
        index: wordAt(entry, 'statusListIndex'),
        // However fresh a regime wants the newest list, and whatever the instant: one is new enough, one covers it.
        observations: [seen(Number.POSITIVE_INFINITY, true), seen(Number.NEGATIVE_INFINITY, false)],
      };
    });
}
