import {
  isObject,
  type JsonLimits,
  type JsonObject,
  type JsonValue,
  REQUEST_LIMITS,
  readJsonObject,
} from '../../base/json.ts';
import type { Head } from '../transaction.ts';
import { invalid, type MemberDigest } from './archive.ts';

/** Raised when an older program could misread what a newer one wrote. */
export const BACKUP_FORMAT = 'proofprint-backup-1';

/** Names of the members: what each backup holds, in this order, the repeated ones numbered or by file name. */
export const MEMBERS = {
  format: 'proofprint-backup.json',
  journal: 'journal/',
  unjournalled: 'unjournalled/',
  keys: 'keystore/',
  manifest: 'manifest.json',
  seal: 'manifest.seal',
} as const;

/** What a backup says of itself: written last, so that a backup that was broken off has none. */
export interface Manifest {
  readonly format: typeof BACKUP_FORMAT;
  readonly createdAt: string;
  /** Of the program. */
  readonly version: string;
  readonly store: 'level' | 'postgres';
  /** Of the journal as it is in the backup. */
  readonly head: Head;
  /** Whether the records that stand in no journal are in it: a node at work keeps those of an embedded store to itself. */
  readonly unjournalled: boolean;
  /** Every member before this one. */
  readonly members: readonly MemberDigest[];
}

export function writeManifest(manifest: Manifest): Uint8Array {
  return Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`, 'utf8');
}

const HASH = /^[0-9a-f]{64}$/;
/** Enough for a journal of terabytes. */
const LIMITS: JsonLimits = {
  ...REQUEST_LIMITS,
  maxBytes: 64 * 1024 * 1024,
  maxNodes: 2_000_000,
  maxArray: 500_000,
};

/** Errors: BACKUP_INVALID. */
export function readManifest(bytes: Uint8Array): Manifest {
  const read = readJsonObject(bytes, LIMITS);
  if (!read.ok) throw invalid('the manifest is damaged');
  const { format, createdAt, version, store, head, unjournalled, members } = read.value;
  if (format !== BACKUP_FORMAT) throw invalid('this program does not know the format of the backup');
  if (
    typeof createdAt !== 'string' ||
    typeof version !== 'string' ||
    (store !== 'level' && store !== 'postgres') ||
    typeof unjournalled !== 'boolean' ||
    !isObject(head as JsonValue) ||
    !isHead(head as JsonObject) ||
    !Array.isArray(members) ||
    !members.every(isDigest)
  )
    throw invalid('the manifest is damaged');
  return { format, createdAt, version, store, head: head as unknown as Head, unjournalled, members: members as never };
}

function isHead({ sequence, hash }: JsonObject): boolean {
  return Number.isSafeInteger(sequence) && Number(sequence) > 0 && typeof hash === 'string' && HASH.test(hash);
}

function isDigest(value: JsonValue): boolean {
  if (!isObject(value)) return false;
  const { name, size, sha256 } = value;
  return typeof name === 'string' && Number.isSafeInteger(size) && typeof sha256 === 'string' && HASH.test(sha256);
}
