/** Approvals of witnesses (did:webvh 1.0, "DID Witnesses"), from the file beside the log. */
import { isObject, type JsonLimits, type JsonObject, readJson } from '../../../base/json.ts';
import { DID_DOCUMENT_LIMITS } from '../../did-document.ts';
import { keyOfProof, readProofs } from './entry-proof.ts';
import type { LogVersion, VerifiedLog } from './verify-log.ts';

export const MAX_WITNESS_BYTES = 1024 * 1024;
const WITNESS_LIMITS: JsonLimits = { ...DID_DOCUMENT_LIMITS, maxBytes: MAX_WITNESS_BYTES, maxNodes: 20_000 };
/** Proofs looked at in all: what a witness says of the newest version covers all before it, so few are needed. */
const MAX_WITNESS_PROOFS = 256;

/** Whether any version of the log had to be approved. */
export function needsWitnesses({ versions }: VerifiedLog): boolean {
  return versions.some(({ witnesses }) => witnesses !== undefined);
}

/**
 * The first version that lacks approvals, or nothing when all have theirs; the text says why the file cannot be used at all.
 * A witness who approved a version has approved all before it. Proofs of versions that are not in the log count for nothing.
 */
export function findUnwitnessed(log: VerifiedLog, file: Uint8Array, now: number): LogVersion | string | undefined {
  const approvals = readApprovals(log, file, now);
  if (typeof approvals === 'string') return approvals;
  return log.versions.find(({ witnesses, versionNumber }) => {
    if (witnesses === undefined) return false;
    const approving = [...witnesses.keys].filter((key) => (approvals.get(key) ?? 0) >= versionNumber);
    return approving.length < witnesses.threshold;
  });
}

/** By witness the newest version it approved. */
function readApprovals(log: VerifiedLog, file: Uint8Array, now: number): ReadonlyMap<string, number> | string {
  const read = readJson(file, WITNESS_LIMITS);
  if (!read.ok || !Array.isArray(read.value)) return 'the witness file cannot be read';
  const numbers = new Map(log.versions.map(({ versionId, versionNumber }) => [versionId, versionNumber]));
  const approvals = new Map<string, number>();
  let looked = 0;
  for (const line of read.value.filter(isObject)) {
    const { versionId } = line;
    const versionNumber = typeof versionId === 'string' ? numbers.get(versionId) : undefined;
    if (typeof versionId !== 'string' || versionNumber === undefined) continue;
    for (const proof of proofsOf(line)) {
      looked += 1;
      if (looked > MAX_WITNESS_PROOFS) return `more than ${MAX_WITNESS_PROOFS} proofs in the witness file`;
      const key = keyOfProof({ versionId }, proof, now);
      if (key !== undefined) approvals.set(key, Math.max(approvals.get(key) ?? 0, versionNumber));
    }
  }
  return approvals;
}

function proofsOf(line: JsonObject): readonly JsonObject[] {
  return readProofs(line['proof'], MAX_WITNESS_PROOFS) ?? [];
}
