/** Status list credentials, W3C Bitstring Status List 1.0: ours written, anybody's read (docs/threats.md, section 5.11). */
import { type Finding, failed, type Read, readFailed, readOk } from '../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { PROOFPRINT_CONTEXT, V2_CONTEXT } from '../credentials/contexts.ts';
import { issuerOf, subjectOf, typesOf, withoutProof } from '../credentials/credential.ts';
import type { StatusNotice } from '../credentials/status-history.ts';
import { Bitstring } from '../formats/bitstring.ts';
import { formatDateTime, readDate, readDateTime } from '../formats/date-time.ts';
import { digestOfJson } from '../formats/digest.ts';
import { decodeMultibase, encodeBase64urlMultibase } from '../formats/multibase.ts';
import { gunzip, gzip } from './gzip.ts';

/** Fewest entries of a list, so that an index hides among others (Bitstring Status List 1.0, section 3.2). */
export const MIN_LENGTH = 131_072;
/** Most bits of a list once unpacked. */
export const MAX_LENGTH = 8_388_608;
/** Longest `encodedList`, characters. */
export const LONGEST_ENCODED_LIST = 1_572_864;
/** Most notices of one list: with more of them, a credential is larger than a reader takes (docs/threats.md, section 6). */
export const MOST_NOTICES = 960;
/** How long a reader may keep one of our lists, milliseconds. */
export const TTL_MS = 60_000;

/** `0|[1-9]\d*`, at most 16 digits: `parseInt` would read `7abc`, `0x7` and `1e3` as well. */
const INDEX = /^(?:0|[1-9]\d{0,15})$/;

/** A position in a list, or nothing when the text is not one. It may lie beyond the end of any list. */
export function readStatusListIndex(text: unknown): number | undefined {
  if (typeof text !== 'string' || !INDEX.test(text)) return undefined;
  const index = Number(text);
  return Number.isSafeInteger(index) ? index : undefined;
}

export interface StatusListDraft {
  /** Where it is published; also its id. */
  readonly url: string;
  readonly issuer: string;
  readonly purposes: readonly [string, ...string[]];
  readonly bits: Bitstring;
  readonly notices: readonly StatusNotice[];
  /** Milliseconds since the epoch; written as whole seconds. */
  readonly validFrom: number;
  readonly validUntil: number;
}

/**
 * One of our own lists, unsecured. Where there are more notices than a reader takes, the oldest that change nothing are left out: a
 * revocation without a notice works back to the start, like one for any reason but `withdrawn` (docs/trust.md, section 4).
 * Errors: RangeError for a list that a reader would refuse: too short, too long, a period that is none.
 */
export function createStatusListCredential(draft: StatusListDraft): JsonObject {
  const { url, issuer, purposes, bits, validFrom, validUntil } = draft;
  const notices = publishable(draft.notices);
  if (bits.length < MIN_LENGTH || bits.length > MAX_LENGTH) throw new RangeError('a list nobody would read');
  if (validUntil <= validFrom) throw new RangeError('validUntil is not after validFrom');
  return {
    '@context': [V2_CONTEXT, PROOFPRINT_CONTEXT],
    id: url,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer,
    validFrom: formatDateTime(validFrom),
    validUntil: formatDateTime(validUntil),
    credentialSubject: {
      id: `${url}#list`,
      type: 'BitstringStatusList',
      statusPurpose: purposes.length === 1 ? purposes[0] : [...purposes],
      ttl: TTL_MS,
      encodedList: encodeBase64urlMultibase(gzip(bits.toBytes())),
      // An empty array would say nothing in RDF and is not signed (rule W7).
      ...(notices.length === 0 ? {} : { notices: notices.map((notice) => ({ ...notice })) }),
    },
  };
}

function publishable(notices: readonly StatusNotice[]): readonly StatusNotice[] {
  const harmless = ({ statusPurpose, reason }: StatusNotice): boolean =>
    statusPurpose === 'revocation' && reason !== 'withdrawn';
  const withoutHarmless = dropOldest(notices, harmless);
  // What an entry went through before its last change is told by the lists that were in force then.
  const last = new Map(withoutHarmless.map((notice) => [`${notice.statusPurpose} ${notice.index}`, notice]));
  const kept = dropOldest(withoutHarmless, (notice) => last.get(`${notice.statusPurpose} ${notice.index}`) !== notice);
  // Still too many: the oldest go, and what they said *withdrawn* of then counts as revoked from the start. Too strict, never too lax.
  return dropOldest(kept, () => true);
}

/** Leave out as many of the oldest droppable notices as there are too many. */
function dropOldest(
  notices: readonly StatusNotice[],
  droppable: (notice: StatusNotice) => boolean,
): readonly StatusNotice[] {
  let surplus = notices.length - MOST_NOTICES;
  return notices.filter((notice) => {
    if (surplus <= 0 || !droppable(notice)) return true;
    surplus -= 1;
    return false;
  });
}

/** A list credential that was read. That its proofs hold and its form is good is not said here. */
export interface StatusList {
  readonly url: string;
  readonly issuer: string;
  readonly purposes: readonly string[];
  /** What is set, by its place and, where one list serves several, by its purpose; nothing for a status that is not known here. */
  readonly bits: { readonly length: number; get(place: number, purpose: string): boolean | undefined };
  readonly notices: readonly StatusNotice[];
  /** Milliseconds since the epoch; 0, for ever since, where the list does not say. */
  readonly validFrom: number;
  readonly validUntil: number | undefined;
  /** Milliseconds. */
  readonly ttl: number | undefined;
  /** Digest (multibase) over the RFC 8785 form without proof. */
  readonly digest: string;
}

/** What a Bitstring status list credential says. */
export interface BitstringList extends StatusList {
  readonly bits: Bitstring;
}

export interface StatusListExpectation {
  /** The URL that was asked for: another list of the same issuer will not do. */
  readonly url: string;
  /** Who may have issued it: the issuer of the credential, or whom the policy names. */
  readonly issuers: readonly string[];
  readonly purpose?: string;
}

/**
 * Read a list credential strictly.
 * Codes: STATUS_VERIFICATION_ERROR, STATUS_LIST_LENGTH_ERROR (too few entries), LIMIT_EXCEEDED (too much to unpack).
 */
export function readStatusList(document: JsonObject, expected: StatusListExpectation): Read<BitstringList> {
  const envelope = checkEnvelope(document, expected);
  if (envelope !== undefined) return readFailed(envelope);
  const subject = subjectOf(document);
  if (subject === undefined || !typesOf(subject).includes('BitstringStatusList')) {
    return bad('/credentialSubject', 'not one BitstringStatusList');
  }
  const purposes = asArray(subject['statusPurpose'] as JsonValue);
  if (purposes.length === 0 || !purposes.every((purpose) => typeof purpose === 'string')) {
    return bad('/credentialSubject/statusPurpose', 'not a purpose');
  }
  if (expected.purpose !== undefined && !purposes.includes(expected.purpose)) {
    return bad('/credentialSubject/statusPurpose', 'a list for another purpose');
  }
  const period = readPeriod(document);
  if (period === undefined) return bad('/validFrom', 'not a validity period');
  const ttl = subject['ttl'];
  if (ttl !== undefined && !(typeof ttl === 'number' && Number.isSafeInteger(ttl) && ttl >= 0)) {
    return bad('/credentialSubject/ttl', 'not a number of milliseconds');
  }
  const notices = readNotices(subject['notices']);
  if (notices === undefined) return bad('/credentialSubject/notices', 'not notices of changed entries');
  const bits = readBits(subject['encodedList']);
  if (!bits.ok) return bits;
  const issuer = issuerOf(document) ?? '';
  const digest = digestOfJson(withoutProof(document));
  const purposesRead = purposes as readonly string[];
  return readOk({
    url: expected.url,
    issuer,
    purposes: purposesRead,
    bits: bits.value,
    notices,
    ...period,
    ttl,
    digest,
  });
}

function fault(pointer: string, detail: string): Finding {
  return failed('status.list', 'STATUS_VERIFICATION_ERROR', detail, { pointer });
}

const bad = (pointer: string, detail: string): Read<never> => readFailed(fault(pointer, detail));

function checkEnvelope(document: JsonObject, { url, issuers }: StatusListExpectation): Finding | undefined {
  if (document['id'] !== url) return fault('/id', 'not the list that was asked for');
  if (!typesOf(document).includes('BitstringStatusListCredential'))
    return fault('/type', 'not a status list credential');
  const issuer = issuerOf(document);
  if (issuer === undefined || !issuers.includes(issuer)) return fault('/issuer', 'a list of another issuer');
  // Whoever could revoke a list could make revoked credentials good again; and lists of lists have no end.
  if ('credentialStatus' in document) return fault('/credentialStatus', 'a list with a status of its own');
  return undefined;
}

function readPeriod(document: JsonObject): { validFrom: number; validUntil: number | undefined } | undefined {
  const read = (member: 'validFrom' | 'validUntil') =>
    document[member] === undefined ? undefined : (readDateTime(document[member]) ?? Number.NaN);
  const [validFrom = 0, validUntil] = [read('validFrom'), read('validUntil')];
  if (Number.isNaN(validFrom) || (validUntil !== undefined && !(validUntil > validFrom))) return undefined;
  return { validFrom, validUntil };
}

function readNotices(value: JsonValue | undefined): readonly StatusNotice[] | undefined {
  const notices = asArray(value).map((notice) => {
    if (!isObject(notice)) return undefined;
    const { index, statusPurpose, reason, effectiveDate } = notice;
    const texts = typeof statusPurpose === 'string' && typeof reason === 'string' && typeof effectiveDate === 'string';
    if (!texts || typeof index !== 'string' || readStatusListIndex(index) === undefined) return undefined;
    return readDate(effectiveDate) === undefined ? undefined : { index, statusPurpose, reason, effectiveDate };
  });
  return notices.every((notice) => notice !== undefined) ? notices : undefined;
}

/** `u`, base64url without padding, one gzip member, a whole number of bytes, at least `MIN_LENGTH` bits. */
function readBits(encodedList: JsonValue | undefined): Read<Bitstring> {
  const pointer = '/credentialSubject/encodedList';
  if (typeof encodedList !== 'string') return bad(pointer, 'not a text');
  if (encodedList.length > LONGEST_ENCODED_LIST) {
    return readFailed(
      failed('status.list', 'LIMIT_EXCEEDED', `longer than ${LONGEST_ENCODED_LIST} characters`, { pointer }),
    );
  }
  const packed = encodedList.startsWith('u') ? decodeMultibase(encodedList, LONGEST_ENCODED_LIST) : undefined;
  if (packed === undefined) return bad(pointer, 'not multibase base64url without padding');
  const unpacked = gunzip(packed, MAX_LENGTH / 8);
  if (!unpacked.ok && unpacked.reason === 'too-large') {
    return readFailed(failed('status.list', 'LIMIT_EXCEEDED', `unpacks to more than ${MAX_LENGTH} bits`, { pointer }));
  }
  if (!unpacked.ok) return bad(pointer, 'not exactly one gzip member with good sums');
  if (unpacked.bytes.length * 8 < MIN_LENGTH) {
    const detail = `fewer than ${MIN_LENGTH} entries`;
    return readFailed(failed('status.list', 'STATUS_LIST_LENGTH_ERROR', detail, { pointer }));
  }
  return readOk(Bitstring.fromBytes(unpacked.bytes));
}
