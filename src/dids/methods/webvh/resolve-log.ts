/** Fetching the log of a did:webvh, verifying it, and noticing when it goes back on what it said before (docs/threats.md 5.8). */
import { type Finding, failed, type Read, readFailed, readOk, undetermined } from '../../../base/finding.ts';
import type { FetchJson, FetchOutcome } from '../../../net/safe-fetch.ts';
import { readFetchFailure } from '../fetch-failure.ts';
import { MAX_LOG_BYTES } from './log-entry.ts';
import { type VerifiedLog, verifyLog } from './verify-log.ts';
import { readWebvhDid } from './webvh-did.ts';
import { findUnwitnessed, MAX_WITNESS_BYTES, needsWitnesses } from './witnesses.ts';

const CHECK = 'did.webvh';

/** The newest version of a log that was seen. */
export interface LogHead {
  readonly versionNumber: number;
  readonly versionId: string;
}

/** Where heads are remembered, by DID, over a restart too. */
export interface LogHeads {
  find(did: string): Promise<LogHead | undefined>;
  /** Keeps whichever is further on. */
  remember(did: string, head: LogHead): Promise<unknown>;
}

interface LogDeps {
  readonly fetchJson: FetchJson;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly heads?: LogHeads | undefined;
}

/**
 * Errors: `INVALID_DID` (the name, or anything in the log or its approvals that does not hold), `LIMIT_EXCEEDED`, `NOT_FOUND_DID`,
 * `HOST_BLOCKED`, `DID_LOG_ROLLBACK`; *undetermined* `DID_RESOLUTION_ERROR` for what the network did, approvals that could not be had
 * included.
 */
export async function resolveLog(text: string, deps: LogDeps): Promise<Read<VerifiedLog>> {
  const did = readWebvhDid(text);
  if (did === undefined) return refused('INVALID_DID', 'not a did:webvh');
  const fetched = await deps.fetchJson(did.logUrl, {
    maxBytes: MAX_LOG_BYTES,
    accept: 'text/jsonl, application/jsonl;q=0.9',
    lines: true,
  });
  if (fetched.status !== 'ok') return readFetchFailure(CHECK, fetched, 'the log');
  const read = await verifyLog(fetched.bytes, did, deps.now);
  if (!read.ok) return read;
  const objection = (await findMissingApproval(read.value, deps)) ?? (await findRollback(read.value, deps.heads));
  if (objection !== undefined) return readFailed(objection);
  const { versionNumber, versionId } = read.value.versions.at(-1) ?? read.value.versions[0];
  await deps.heads?.remember(text, { versionNumber, versionId });
  return readOk(read.value);
}

async function findMissingApproval(log: VerifiedLog, { fetchJson, now }: LogDeps): Promise<Finding | undefined> {
  if (!needsWitnesses(log)) return undefined;
  const file: FetchOutcome = await fetchJson(log.did.witnessUrl, { maxBytes: MAX_WITNESS_BYTES });
  if (file.status === 'not-found') return failed(CHECK, 'INVALID_DID', 'the approvals of its witnesses are missing');
  if (file.status !== 'ok') {
    return undetermined(CHECK, 'DID_RESOLUTION_ERROR', 'the approvals of its witnesses could not be had');
  }
  const missing = findUnwitnessed(log, file.bytes, now);
  if (missing === undefined) return undefined;
  const detail =
    typeof missing === 'string' ? missing : `entry ${missing.versionNumber} lacks approvals of its witnesses`;
  return failed(CHECK, 'INVALID_DID', detail);
}

async function findRollback({ did, versions }: VerifiedLog, heads: LogHeads | undefined): Promise<Finding | undefined> {
  const seen = await heads?.find(did.did);
  if (seen === undefined || versions[seen.versionNumber - 1]?.versionId === seen.versionId) return undefined;
  return failed(
    CHECK,
    'DID_LOG_ROLLBACK',
    `the log no longer holds version ${seen.versionNumber} as it was seen before`,
  );
}

function refused(code: 'INVALID_DID', detail: string): Read<never> {
  return readFailed(failed(CHECK, code, detail));
}
