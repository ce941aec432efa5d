import { excerpt, type Finding, failed, type Read } from '../base/finding.ts';
import { isObject, type JsonObject, type JsonValue, pointerOf } from '../base/json.ts';
import { typesOf } from '../credentials/credential.ts';
import { isAbsoluteUrl } from '../formats/url.ts';
import { readStatusListIndex } from './status-list.ts';

/** Entries of one credential: each may cost a list to fetch. */
export const MOST_STATUS_ENTRIES = 8;

const PURPOSES: ReadonlySet<unknown> = new Set(['revocation', 'suspension']);

/** One `credentialStatus` entry of type `BitstringStatusListEntry`. */
export interface StatusListEntry {
  readonly purpose: string;
  readonly statusListCredential: string;
  /** As written, and as a position. */
  readonly index: string;
  readonly position: number;
}

/**
 * Every status entry of a credential, or all that is wrong with them. None at all is a good answer here: whether a type needs one is
 * said by its profile.
 * Codes: STATUS_UNSUPPORTED (type, purpose or entry size not spoken here), MALFORMED_VALUE_ERROR, LIMIT_EXCEEDED.
 */
export function readStatusEntries(credential: JsonObject): Read<readonly StatusListEntry[]> {
  const value = credential['credentialStatus'];
  if (value === undefined) return { ok: true, value: [] };
  const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  if (list.length > MOST_STATUS_ENTRIES) {
    return {
      ok: false,
      findings: [failed('status.entry', 'LIMIT_EXCEEDED', `more than ${MOST_STATUS_ENTRIES} entries`)],
    };
  }
  const entries: StatusListEntry[] = [];
  const findings: Finding[] = [];
  for (const [position, entry] of list.entries()) {
    const read = readEntry(entry, Array.isArray(value) ? pointerOf('credentialStatus', position) : '/credentialStatus');
    if ('check' in read) findings.push(read);
    else entries.push(read);
  }
  return findings.length > 0 ? { ok: false, findings } : { ok: true, value: entries };
}

function readEntry(entry: JsonValue, pointer: string): StatusListEntry | Finding {
  const malformed = (member: string, detail: string) =>
    failed('status.entry', 'MALFORMED_VALUE_ERROR', detail, { pointer: `${pointer}${member}` });
  const unsupported = (member: string, value: JsonValue | undefined) =>
    failed('status.entry', 'STATUS_UNSUPPORTED', `this ${member} of a status is not read here`, {
      pointer: `${pointer}/${member}`,
      params: { [member]: excerpt(typeof value === 'string' ? value : JSON.stringify(value ?? null)) },
    });
  if (!isObject(entry)) return malformed('', 'not an object');
  if (!typesOf(entry).includes('BitstringStatusListEntry')) return unsupported('type', entry['type']);
  const { statusPurpose, statusListCredential, statusListIndex, statusSize } = entry;
  if (typeof statusPurpose !== 'string') return malformed('/statusPurpose', 'not a text');
  // A purpose whose bit means neither is nothing that could be called clear (such as `message`).
  if (!PURPOSES.has(statusPurpose)) return unsupported('statusPurpose', statusPurpose);
  if (statusSize !== undefined && statusSize !== 1) return unsupported('statusSize', statusSize);
  const position = readStatusListIndex(statusListIndex);
  if (position === undefined) return malformed('/statusListIndex', 'not a decimal number without leading zeros');
  if (!isAbsoluteUrl(statusListCredential)) return malformed('/statusListCredential', 'not an absolute URL');
  return { purpose: statusPurpose, statusListCredential, index: String(statusListIndex), position };
}
