import { verdictOf } from '../base/finding.ts';
import { isObject, type JsonObject } from '../base/json.ts';
import type { CheckedCredential, SeenDidDocument } from '../credentials/checked-credential.ts';
import type { StatusHistory } from '../credentials/status-history.ts';
import { readDateTime } from '../formats/date-time.ts';
import { textsAt } from './member.ts';

/** Never exported: nothing outside this file can make a value that carries it. */
const genuine = Symbol('admitted');

/**
 * A credential whose bytes, shape, schema and every proof held. Only `admit` makes one, so that an unverified document cannot enter a
 * trust path by mistake. Period and status history come along and are judged later, at the instant that the role asks for
 * (docs/trust.md, section 4).
 */
export interface Admitted {
  readonly [genuine]: true;
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
  readonly didDocuments: readonly SeenDidDocument[];
  readonly status: StatusHistory;
}

/**
 * Let a checked credential into the trust layer, or nothing: the verdict must be *accepted*, its findings must say the same, and the
 * envelope must name one issuer, who controls one of the proofs.
 */
export function admit(checked: CheckedCredential): Admitted | undefined {
  if (checked.verdict !== 'accepted' || verdictOf(checked.findings) !== 'accepted') return undefined;
  const { id, issuer, credentialSubject: subject } = checked.document;
  if (typeof id !== 'string' || typeof issuer !== 'string' || !isObject(subject)) return undefined;
  if (!checked.controllers.includes(issuer)) return undefined;
  const validFrom = readDateTime(checked.document['validFrom']);
  const validUntil = readDateTime(checked.document['validUntil']);
  if (validFrom === undefined || validUntil === undefined) return undefined;
  const types = textsAt(checked.document, 'type').filter((type) => type !== 'VerifiableCredential');
  return {
    [genuine]: true,
    document: checked.document,
    id,
    type: types.length === 1 ? (types[0] ?? '') : '',
    issuer,
    subject,
    validFrom,
    validUntil,
    digest: checked.digest,
    didDocuments: checked.didDocuments,
    status: checked.status,
  };
}
