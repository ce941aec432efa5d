/** A did:webvh log as it is served: JSON Lines, an entry a line (did:webvh 1.0, "The DID Log File"). Only the form is judged here. */
import { isObject, type JsonLimits, type JsonObject, readJsonObject } from '../../../base/json.ts';
import { hasZone, readDateTime } from '../../../formats/date-time.ts';
import { DID_DOCUMENT_LIMITS, MAX_DID_DOCUMENT_BYTES } from '../../did-document.ts';
import { readProofs } from './entry-proof.ts';

/** Caps of a log (docs/threats.md, section 6). */
export const MAX_LOG_BYTES = 5 * 1024 * 1024;
export const MAX_ENTRIES = 1000;
/** One entry: a document, and what surrounds it. */
const ENTRY_LIMITS: JsonLimits = { ...DID_DOCUMENT_LIMITS, maxBytes: MAX_DID_DOCUMENT_BYTES + 64 * 1024 };

const MEMBERS = new Set(['versionId', 'versionTime', 'parameters', 'state', 'proof']);
const VERSION_ID = /^([1-9]\d{0,3})-([1-9A-HJ-NP-Za-km-z]{46})$/;

export interface LogEntry {
  readonly versionId: string;
  readonly versionNumber: number;
  readonly entryHash: string;
  readonly versionTime: string;
  /** `versionTime` in milliseconds since the epoch. */
  readonly at: number;
  readonly parameters: JsonObject;
  readonly state: JsonObject;
  readonly proofs: readonly JsonObject[];
  /** The entry without its proofs, which is what hashes and proofs are over. */
  readonly unsecured: JsonObject;
}

export interface MalformedLog {
  readonly fault: string;
  readonly tooLarge: boolean;
}

/** The entries of a log in order, or what is wrong. The last line may end without a line break; no line may be empty. */
export function readLog(bytes: Uint8Array): readonly LogEntry[] | MalformedLog {
  const tooLarge = (fault: string): MalformedLog => ({ fault, tooLarge: true });
  if (bytes.length > MAX_LOG_BYTES) return tooLarge(`the log has more than ${MAX_LOG_BYTES} bytes`);
  const lines = linesOf(bytes);
  if (lines.length > MAX_ENTRIES) return tooLarge(`the log has more than ${MAX_ENTRIES} entries`);
  const entries: LogEntry[] = [];
  for (const line of lines) {
    const read = readJsonObject(line, ENTRY_LIMITS);
    if (!read.ok) {
      const fault = `entry ${entries.length + 1} cannot be read`;
      return { fault, tooLarge: read.findings.some(({ code }) => code === 'LIMIT_EXCEEDED') };
    }
    const entry = readEntry(read.value);
    if (typeof entry === 'string') return { fault: `entry ${entries.length + 1}: ${entry}`, tooLarge: false };
    entries.push(entry);
  }
  return entries.length === 0 ? { fault: 'the log is empty', tooLarge: false } : entries;
}

function linesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  let from = 0;
  while (from < bytes.length && lines.length <= MAX_ENTRIES) {
    const end = bytes.indexOf(0x0a, from);
    const to = end < 0 ? bytes.length : end;
    // A carriage return before the line feed is white space to JSON.
    lines.push(bytes.subarray(from, to));
    from = to + 1;
  }
  return lines;
}

function readEntry(entry: JsonObject): LogEntry | string {
  const { proof, ...unsecured } = entry;
  const { versionId, versionTime, parameters, state } = unsecured;
  if (Object.keys(entry).some((member) => !MEMBERS.has(member))) return 'a member that an entry does not have';
  const [, number, entryHash] = typeof versionId === 'string' ? (VERSION_ID.exec(versionId) ?? []) : [];
  if (typeof versionId !== 'string' || number === undefined || entryHash === undefined)
    return 'the versionId has another form';
  const at = readDateTime(versionTime);
  if (
    typeof versionTime !== 'string' ||
    at === undefined ||
    !hasZone(versionTime) ||
    !/(?:Z|\+00:00)$/.test(versionTime)
  ) {
    return 'the versionTime is not a UTC date-time';
  }
  const proofs = readProofs(proof);
  if (proofs === undefined) return 'not one to eight proofs';
  if (!isObject(parameters) || !isObject(state)) return 'parameters or state is not an object';
  return { versionId, versionNumber: Number(number), entryHash, versionTime, at, parameters, state, proofs, unsecured };
}
