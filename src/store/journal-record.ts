/**
 * One act in the journal: one line of JSON.
 *
 *   {"hash":"…","seq":7,"prev":"…","group":3,"at":"2026-01-02T03:04:05.678Z","act":"set-status",
 *    "org":"…","by":"…","why":"…","put":[["key",value],…],"del":["key",…]}
 *
 * without the line breaks. `hash` is the SHA-256, in hex, of the line from `"seq"` to its end, so that it covers the bytes as they
 * stand and not a reading of them; `prev` is the hash of the line before, 64 zeros for the first. `seq` counts acts from 1, `group`
 * counts appends: acts of one group were synced together. `put` and `del` are what the act did to the ordered keys of the store, and
 * replaying them in order is the store. `by` names the token or person that asked, `org` whose data it is about.
 */
import { createHash } from 'node:crypto';
import { isObject, type JsonValue } from '../base/json.ts';
import { isJournalled } from './table.ts';
import type { CommittedAct, Head } from './transaction.ts';

/** Before the first record. */
export const GENESIS: Head = { sequence: 0, hash: '0'.repeat(64) };

export interface Sealed {
  readonly line: string;
  readonly head: Head;
}

/** Write one act that has a sequence as the line after `previous`. Values are copied as the text that goes to the index. */
export function sealAct(act: CommittedAct, sequence: number, previous: Head, group: number): Sealed {
  const { act: name, organisation, by, why } = act.name;
  const puts: string[] = [];
  const dels: string[] = [];
  for (const [key, text] of act.writes) {
    if (!isJournalled(key)) continue;
    if (text === undefined) dels.push(JSON.stringify(key));
    else puts.push(`[${JSON.stringify(key)},${text}]`);
  }
  const members = [
    `"seq":${sequence}`,
    `"prev":"${previous.hash}"`,
    `"group":${group}`,
    `"at":"${new Date(act.at).toISOString()}"`,
    `"act":${JSON.stringify(name)}`,
    ...(organisation === undefined ? [] : [`"org":${JSON.stringify(organisation)}`]),
    ...(by === undefined ? [] : [`"by":${JSON.stringify(by)}`]),
    ...(why === undefined ? [] : [`"why":${JSON.stringify(why)}`]),
    `"put":[${puts.join(',')}]`,
    `"del":[${dels.join(',')}]`,
  ];
  const rest = `${members.join(',')}}`;
  const hash = hashOf(rest);
  return { line: `{"hash":"${hash}",${rest}`, head: { sequence, hash } };
}

function hashOf(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What the chain is made of, read without parsing the whole line. */
export interface Link extends Head {
  readonly previous: string;
  readonly group: number;
  readonly act: string;
}

const LINK =
  /^\{"hash":"([0-9a-f]{64})","seq":(\d{1,15}),"prev":"([0-9a-f]{64})","group":(\d{1,15}),"at":"[^"]{1,40}","act":"([a-z-]{1,40})"/;
const HASHED_FROM = '{"hash":"",'.length + 64;
/** Everything that `LINK` may need. */
const LINK_BYTES = 400;

/** The link of a line whose hash is right; undefined when the line is not one of ours or was changed. */
export function readLink(line: Uint8Array): Link | undefined {
  const match = LINK.exec(Buffer.from(line.subarray(0, LINK_BYTES)).toString('latin1'));
  if (!match) return undefined;
  const [, hash = '', sequence, previous = '', group, act = ''] = match;
  if (hashOf(line.subarray(HASHED_FROM)) !== hash) return undefined;
  return { sequence: Number(sequence), hash, previous, group: Number(group), act };
}

/** The sequence that a line begins with, on its own word; undefined when it is not one of ours. */
export function sequenceOf(start: Uint8Array): number | undefined {
  const match = LINK.exec(Buffer.from(start.subarray(0, LINK_BYTES)).toString('latin1'));
  return match ? Number(match[2]) : undefined;
}

/** The writes of a line whose link was read: keys with JSON text, or without when deleted. Throws when the line is not one of ours. */
export function readWrites(line: Uint8Array): Map<string, string | undefined> {
  const record: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  const writes = new Map<string, string | undefined>();
  if (!isObject(record as JsonValue)) throw new TypeError('not a journal record');
  const { put, del } = record as { put: readonly (readonly [string, unknown])[]; del: readonly string[] };
  for (const [key, value] of put) writes.set(key, JSON.stringify(value));
  for (const key of del) writes.set(key, undefined);
  return writes;
}
