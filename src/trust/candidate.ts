/** What rules read of a credential. Two kinds of value have this form: one that was admitted, and a draft on which only advice is given. */
import { isObject, type JsonObject } from '../base/json.ts';
import type { SeenDidDocument } from '../credentials/checked-credential.ts';
import type { ProofKey } from '../credentials/proof-key.ts';
import type { StatusHistory } from '../credentials/status-history.ts';
import { readDateTime } from '../formats/date-time.ts';
import { textsAt } from './member.ts';

export interface Candidate {
  readonly document: JsonObject;
  readonly id: string;
  /** The type beside `VerifiableCredential`; a credential of several or none has no role here and gets the empty string. */
  readonly type: string;
  readonly issuer: string;
  readonly subject: JsonObject;
  /** Milliseconds since the epoch; the end is exclusive. */
  readonly validFrom: number;
  readonly validUntil: number;
  /** Digest of the document as received. */
  readonly digest: string;
  /** The key of each proof; none for a draft. */
  readonly keys: readonly ProofKey[];
  readonly didDocuments: readonly SeenDidDocument[];
  readonly status: StatusHistory;
  /** What the policy holds against its keys, or against those of its status lists. */
  readonly compromise?: Compromise;
}

/** Keys that somebody else may have had, under the policy at hand (docs/trust.md, section 4). */
export interface Compromise {
  /** The key of one of its own proofs, and since when it counts as compromised. */
  readonly own?: { readonly method: string; readonly from: string };
  /** Digests of status lists that were signed by such a key: they can speak against the credential, not for it. */
  readonly lists: ReadonlySet<string>;
}

/** The envelope and subject of a document as rules read them, or nothing where they cannot be read. */
export function readCandidate(
  document: JsonObject,
): Omit<Candidate, 'digest' | 'keys' | 'didDocuments' | 'status'> | undefined {
  const { id, issuer, credentialSubject: subject } = document;
  if (typeof id !== 'string' || typeof issuer !== 'string' || !isObject(subject)) return undefined;
  const validFrom = readDateTime(document['validFrom']);
  const validUntil = readDateTime(document['validUntil']);
  if (validFrom === undefined || validUntil === undefined) return undefined;
  const [only = '', ...others] = textsAt(document, 'type').filter((type) => type !== 'VerifiableCredential');
  const type = others.length === 0 ? only : '';
  return { document, id, type, issuer, subject, validFrom, validUntil };
}

/** Types that are claims about emissions: what a statement is about. */
export const CLAIM_TYPES: readonly string[] = ['CarbonFootprintClaim', 'EmbeddedEmissionsClaim'];
