/** One line of a batch as a request, before anything is asked of the store. */
import { createHash } from 'node:crypto';
import { refuse, ServiceError } from '../../base/error.ts';
import type { Finding } from '../../base/finding.ts';
import { isObject, type JsonObject, REQUEST_LIMITS, readJsonObject } from '../../base/json.ts';
import { subjectOf, typeOf } from '../../credentials/credential.ts';
import { readableOf } from '../../credentials/envelope.ts';
import { createLinkRef } from '../../credentials/link.ts';
import type { Line } from '../../formats/lines.ts';
import type { IssuanceRecord } from '../../store/store.ts';

/** Of the bytes as they were sent. */
export function digestOfLine({ bytes }: Line): string {
  return createHash('sha256')
    .update(bytes ?? new Uint8Array())
    .digest('base64url');
}

/** Errors: LIMIT_EXCEEDED, PARSING_ERROR, MALFORMED_VALUE_ERROR. */
export function readLine({ bytes }: Line): JsonObject {
  if (bytes === undefined)
    throw new ServiceError('LIMIT_EXCEEDED', `a line has at most ${REQUEST_LIMITS.maxBytes} bytes`);
  const read = readJsonObject(bytes);
  return read.ok ? read.value : refuse(read.findings);
}

export interface Replacement {
  readonly supersedes: string;
  readonly credential: JsonObject;
}

/** `{supersedes, credential}`. Errors: those of `readLine`, BAD_REQUEST. */
export function readReplacement(line: Line): Replacement {
  const { supersedes, credential, ...more } = readLine(line);
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) throw new ServiceError('BAD_REQUEST', 'a line has the members supersedes and credential');
  if (typeof supersedes !== 'string')
    throw new ServiceError('BAD_REQUEST', 'the id of a credential', { pointer: '/supersedes' });
  if (!isObject(credential)) throw new ServiceError('BAD_REQUEST', 'a credential', { pointer: '/credential' });
  return { supersedes, credential };
}

/**
 * The replacement with its link to what it replaces (docs/domain.md, section 2), where its type has one.
 * Errors: MALFORMED_VALUE_ERROR for another type, or for a link that names something else.
 */
export function linked(credential: JsonObject, old: IssuanceRecord): JsonObject {
  const before = readableOf(old.document);
  if (typeOf(credential) !== typeOf(before))
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'a credential is replaced by one of its type', {
      pointer: '/credential/type',
    });
  const subject = subjectOf(credential);
  if (subject === undefined || typeOf(before) === 'VerifiableCredential') return credential;
  const link = createLinkRef(before);
  const given = subject['supersedes'];
  if (given === undefined) return { ...credential, credentialSubject: { ...subject, supersedes: link } };
  if (isObject(given) && JSON.stringify(sorted(given)) === JSON.stringify(sorted(link))) return credential;
  throw new ServiceError('MALFORMED_VALUE_ERROR', 'differs from the credential that is replaced', {
    pointer: '/credential/credentialSubject/supersedes',
  });
}

const sorted = (object: JsonObject): JsonObject => Object.fromEntries(Object.entries(object).sort());

/** The issuer speaks of a request `{credential}`; where the line is the credential, its pointers begin there. */
export function asOfLine(error: unknown): unknown {
  if (!(error instanceof ServiceError)) return error;
  const { pointer, cause, retryAfter } = error;
  return new ServiceError(error.code, error.message, {
    findings: findingsOfLine(error.findings),
    ...(pointer === undefined ? {} : { pointer: cut(pointer) }),
    ...(cause === undefined ? {} : { cause }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

export function findingsOfLine(findings: readonly Finding[]): readonly Finding[] {
  return findings.map((one) => (one.pointer === undefined ? one : { ...one, pointer: cut(one.pointer) }));
}

const cut = (pointer: string): string =>
  pointer.startsWith('/credential/') ? pointer.slice('/credential'.length) : pointer;
