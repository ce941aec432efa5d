/**
 * Signed notes and the checkpoints of logs in them, as tools for transparency logs read and write them (C2SP signed-note.md and
 * tlog-checkpoint.md; Go's golang.org/x/mod/sumdb/note). Ed25519 alone. Signing and checking are the caller's.
 */
import { concatBytes } from '@noble/hashes/utils.js';
import { sha256 } from './digest.ts';

/** The byte that says Ed25519. */
const ED25519 = 0x01;
const KEY_ID_BYTES = 4;
/** A signature of Ed25519 with the id of its key. */
const SIGNATURE_BYTES = KEY_ID_BYTES + 64;
const LONGEST_NOTE = 4096;
/** What can be told apart from what stands around it: no blanks, no `+`. */
const NAME = /^[\x21-\x2a\x2c-\x7e]{1,200}$/;

export interface LogCheckpoint {
  /** Whose log it is: a URL without its scheme. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

export interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

export interface NoteVerifier {
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function unbase64(text: string): Uint8Array | undefined {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return base64(bytes) === text ? bytes : undefined;
}

export function noteKeyId({ name, publicKey }: NoteVerifier): Uint8Array {
  return sha256(concatBytes(Buffer.from(`${name}\n`), Uint8Array.of(ED25519), publicKey)).slice(0, KEY_ID_BYTES);
}

/** `name+0123abcd+AQ…`: what an auditor keeps of a signer. */
export function writeNoteVerifier(verifier: NoteVerifier): string {
  const key = base64(concatBytes(Uint8Array.of(ED25519), verifier.publicKey));
  return `${verifier.name}+${Buffer.from(noteKeyId(verifier)).toString('hex')}+${key}`;
}

export function readNoteVerifier(text: string): NoteVerifier | undefined {
  const [, name = '', id, key = ''] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{1,60})$/.exec(text) ?? [];
  const bytes = unbase64(key);
  if (!NAME.test(name) || bytes?.length !== 33 || bytes[0] !== ED25519) return undefined;
  const verifier = { name, publicKey: bytes.slice(1) };
  return Buffer.from(noteKeyId(verifier)).toString('hex') === id ? verifier : undefined;
}

/** What is signed of a checkpoint. Errors: RangeError for an origin or a size that cannot stand in one. */
export function writeCheckpointText({ origin, size, root }: LogCheckpoint): string {
  if (!NAME.test(origin) || !Number.isSafeInteger(size) || size < 0 || root.length !== 32)
    throw new RangeError('not a checkpoint');
  return `${origin}\n${size}\n${base64(root)}\n`;
}

/** What a text says that was signed as a checkpoint; lines of others after the third one are passed over. */
export function readCheckpointText(text: string): LogCheckpoint | undefined {
  const [, origin = '', size = '', root = ''] = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([^\n]+)\n/.exec(text) ?? [];
  const bytes = unbase64(root);
  if (!NAME.test(origin) || !Number.isSafeInteger(Number(size)) || bytes?.length !== 32) return undefined;
  return { origin, size: Number(size), root: bytes };
}

export function writeNote(text: string, { name, keyId, signature }: NoteSignature): string {
  return `${text}\n\u2014 ${name} ${base64(concatBytes(keyId, signature))}\n`;
}

/** The signed text and the signatures on it that have our form; others are passed over. Nothing when it is no note. */
export function readNote(
  note: string,
): { readonly text: string; readonly signatures: readonly NoteSignature[] } | undefined {
  const split = note.lastIndexOf('\n\n');
  if (note.length > LONGEST_NOTE || split < 0 || !note.endsWith('\n')) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of note.slice(split + 2, -1).split('\n')) {
    const [, name = '', encoded = ''] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = unbase64(encoded);
    if (!NAME.test(name) || bytes === undefined) return undefined;
    if (bytes.length !== SIGNATURE_BYTES) continue;
    signatures.push({ name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) });
  }
  return { text: note.slice(0, split + 1), signatures };
}
