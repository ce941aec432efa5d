/**
 * Verifying a did:webvh log from its first entry to its last (did:webvh 1.0, "Read (Resolve)"). Every entry must hold: a log with one
 * bad entry is bad as a whole, earlier versions included, which is stricter than the method (docs/divergences.md).
 */
import { failed, type Read, readFailed, readOk } from '../../../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import { jcs } from '../../../formats/jcs.ts';
import { type DidDocument, readDidDocument } from '../../did-document.ts';
import { keyOfProof } from './entry-proof.ts';
import { type LogEntry, readLog } from './log-entry.ts';
import { type Parameters, readParameters, type Witnessing } from './parameters.ts';
import { multihashOf, readWebvhDid, SCID_PLACEHOLDER, type WebvhDid } from './webvh-did.ts';

const CHECK = 'did.webvh';
/** How far ahead of our clock an entry may be dated, milliseconds. */
const CLOCK_TOLERANCE = 300_000;
/** Entries verified before others get their turn. */
const ENTRIES_IN_A_ROW = 25;

export interface LogVersion {
  readonly versionId: string;
  readonly versionNumber: number;
  readonly versionTime: string;
  /** `versionTime` in milliseconds since the epoch. */
  readonly at: number;
  /** The DID document as the log has it; its `id` has the right SCID but may be another place of a DID that moved. */
  readonly state: JsonObject;
  /** In force after this version. */
  readonly parameters: Parameters;
  /** Those whose approval this version needs. */
  readonly witnesses: Witnessing | undefined;
}

/** The versions of a log that holds, oldest first, at least one. */
export interface VerifiedLog {
  readonly did: WebvhDid;
  /** Length of the log as served. */
  readonly bytes: number;
  readonly versions: readonly [LogVersion, ...LogVersion[]];
}

interface Step {
  readonly entry: LogEntry;
  readonly before: LogVersion | undefined;
  readonly did: WebvhDid;
  readonly now: number;
}

/**
 * Errors: `LIMIT_EXCEEDED` for a cap, `INVALID_DID` for everything else that does not hold; the detail says which entry and why.
 * Approvals of witnesses lie in another file and are not looked at here (`findUnwitnessed`).
 */
export async function verifyLog(bytes: Uint8Array, did: WebvhDid, now: number): Promise<Read<VerifiedLog>> {
  const entries = readLog(bytes);
  if ('fault' in entries) {
    return readFailed(failed(CHECK, entries.tooLarge ? 'LIMIT_EXCEEDED' : 'INVALID_DID', entries.fault));
  }
  const versions: LogVersion[] = [];
  for (const entry of entries) {
    if (versions.length % ENTRIES_IN_A_ROW === ENTRIES_IN_A_ROW - 1)
      await new Promise((resolve) => setImmediate(resolve));
    const version = verifyEntry({ entry, before: versions.at(-1), did, now });
    if (typeof version === 'string') {
      return readFailed(failed(CHECK, 'INVALID_DID', `entry ${versions.length + 1}: ${version}`));
    }
    versions.push(version);
  }
  const [first, ...rest] = versions;
  if (first === undefined || !versions.some(({ state }) => state['id'] === did.did)) {
    return readFailed(failed(CHECK, 'INVALID_DID', 'no entry of the log is of this DID'));
  }
  return readOk({ did, bytes: bytes.length, versions: [first, ...rest] });
}

function verifyEntry(step: Step): LogVersion | string {
  const { entry, before } = step;
  const parameters = readParameters(entry.parameters, before?.parameters);
  if (typeof parameters === 'string') return parameters;
  const fault = faultOfPlace(step) ?? faultOfHash(step) ?? faultOfState(step) ?? faultOfKeys(step, parameters);
  if (fault !== undefined) return fault;
  return {
    versionId: entry.versionId,
    versionNumber: entry.versionNumber,
    versionTime: entry.versionTime,
    at: entry.at,
    state: entry.state,
    parameters,
    // A list that replaces another decides about the next entry; one where there was none decides about its own.
    witnesses: before?.parameters.witness ?? parameters.witness,
  };
}

function faultOfPlace({ entry, before, now }: Step): string | undefined {
  if (entry.versionNumber !== (before?.versionNumber ?? 0) + 1) return 'not the next version number';
  if (before !== undefined && entry.at <= before.at) return 'not later than the entry before';
  return entry.at > now + CLOCK_TOLERANCE ? 'dated in the future' : undefined;
}

function faultOfHash({ entry, before, did }: Step): string | undefined {
  if (before === undefined) {
    if (entry.parameters['scid'] !== did.scid) return 'the SCID is not the one of the DID';
    if (scidOf(entry) !== did.scid) return 'the SCID is not the hash of the first entry';
  }
  const versionId = before?.versionId ?? did.scid;
  return multihashOf(jcs({ ...entry.unsecured, versionId })) === entry.entryHash
    ? undefined
    : 'the entry hash is wrong';
}

/** The SCID that a first entry has by its content; nothing when the placeholder stands in it, which no first entry may hold. */
function scidOf(entry: LogEntry): string | undefined {
  const { scid } = entry.parameters;
  const text = jcs({ ...entry.unsecured, versionId: '' });
  if (typeof scid !== 'string' || text.includes(SCID_PLACEHOLDER)) return undefined;
  const open = JSON.parse(text.replaceAll(scid, SCID_PLACEHOLDER)) as JsonObject;
  return multihashOf(jcs({ ...open, versionId: SCID_PLACEHOLDER }));
}

function faultOfState({ entry, before, did }: Step): string | undefined {
  const { id, alsoKnownAs } = entry.state;
  if (readWebvhDid(id)?.scid !== did.scid) return 'the document is not of this SCID';
  if (before === undefined || before.state['id'] === id) return undefined;
  if (!before.parameters.portable) return 'the DID moved and is not portable';
  return asArray(alsoKnownAs as JsonValue | undefined).includes(before.state['id'] as JsonValue)
    ? undefined
    : 'the DID moved and does not name its former place';
}

/** Under pre-rotation an entry is signed by its own keys, which the entry before committed to; otherwise by those of the entry before. */
function faultOfKeys({ entry, before, now }: Step, parameters: Parameters): string | undefined {
  const committed = before?.parameters.nextKeyHashes ?? [];
  if (committed.length > 0 && !parameters.updateKeys.every((key) => committed.includes(multihashOf(key)))) {
    return 'an update key that the entry before did not commit to';
  }
  const active = before === undefined || committed.length > 0 ? parameters.updateKeys : before.parameters.updateKeys;
  const authorised = entry.proofs.every((proof) => {
    const key = keyOfProof(entry.unsecured, proof, now);
    return key !== undefined && active.includes(key);
  });
  return authorised ? undefined : 'not every proof is a good one by an update key';
}

/** Which version is asked for (did:webvh 1.0, "Reading did:webvh DID URLs"); nothing said is the newest. */
export interface VersionQuery {
  readonly versionId?: string | undefined;
  readonly versionNumber?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly versionTime?: number | undefined;
}

/** The version that fits everything that is asked for; at an instant it is the last one that was not later. */
export function findVersion({ versions }: VerifiedLog, query: VersionQuery): LogVersion | undefined {
  const { versionId, versionNumber, versionTime } = query;
  const last = versionTime === undefined ? versions.at(-1) : versions.findLast(({ at }) => at <= versionTime);
  if (versionId === undefined && versionNumber === undefined) return last;
  return versions.find(
    (version) =>
      (versionId === undefined || version.versionId === versionId) &&
      (versionNumber === undefined || version.versionNumber === versionNumber) &&
      (versionTime === undefined || version === last),
  );
}

/** The document of a version. Errors: those of `readDidDocument`; a DID that moved has another `id` by then. */
export function documentOfVersion(log: VerifiedLog, version: LogVersion): Read<DidDocument> {
  return readDidDocument(version.state, log.did.did);
}

/** Metadata of a version (did:webvh 1.0, "Read (Resolve)"): texts and booleans only. */
export function metadataOf({ did, versions }: VerifiedLog, version: LogVersion): JsonObject {
  const last = versions.at(-1) ?? versions[0];
  const next = versions[version.versionNumber];
  return {
    versionId: version.versionId,
    versionTime: version.versionTime,
    created: versions[0].versionTime,
    updated: last.versionTime,
    ...(next === undefined ? {} : { nextVersionId: next.versionId, nextUpdate: next.versionTime }),
    scid: did.scid,
    portable: last.parameters.portable,
    deactivated: last.parameters.deactivated,
    ttl: String(last.parameters.ttl),
    ...(isObject(last.parameters.witness) ? { witness: witnessText(last.parameters.witness) } : {}),
    ...(last.parameters.watchers.length === 0 ? {} : { watchers: [...last.parameters.watchers] }),
  };
}

function witnessText({ threshold, keys }: Witnessing): JsonObject {
  return { threshold: String(threshold), witnesses: [...keys].map((key) => ({ id: `did:key:${key}` })) };
}
