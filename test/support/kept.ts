/** The credentials of test/kept: what releases issued, and what foreign implementations issued. They verify for ever. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObject, type JsonObject, type JsonValue } from '../../src/base/json.ts';

export const KEPT = fileURLToPath(new URL('../kept/', import.meta.url));

export interface KeptCredential {
  /** Path below test/kept, such as `0.1.0/bare.json`. */
  readonly name: string;
  readonly document: JsonObject;
}

/** Every kept credential, in the order of the names. */
export function readKept(): KeptCredential[] {
  return readdirSync(KEPT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({
      name: relative(KEPT, path),
      document: JSON.parse(readFileSync(path, 'utf8')) as JsonObject,
    }));
}

/** Members whose change says something other than "the signature does not fit", or that no signature covers. */
const UNTOUCHED = new Set(['@context', 'type', 'issuer', 'proof']);

/** A twin of the document with one text more in one place: the last text of the subject. */
export function changeOneValue(document: JsonObject): JsonObject {
  const subject = document['credentialSubject'];
  if (!isObject(subject)) throw new TypeError('a credential with one subject is expected');
  return { ...document, credentialSubject: changeLast(subject) as JsonObject };
}

/** A twin for each text of the document that a signature covers. */
export function changeEachValue(document: JsonObject): JsonObject[] {
  return Object.entries(document)
    .filter(([member]) => !UNTOUCHED.has(member))
    .flatMap(([member, value]) => twinsOf(value).map((twin) => ({ ...document, [member]: twin })));
}

function twinsOf(value: JsonValue): JsonValue[] {
  if (typeof value === 'string') return [change(value)];
  if (Array.isArray(value)) {
    return value.flatMap((entry, at) => twinsOf(entry).map((twin) => value.with(at, twin)));
  }
  if (!isObject(value)) return [];
  return Object.entries(value)
    .filter(([member]) => member !== 'type')
    .flatMap(([member, inner]) => twinsOf(inner).map((twin) => ({ ...value, [member]: twin })));
}

/** Keeps the form that most members have: a digit becomes another digit, anything else gets one. */
function change(text: string): string {
  const last = text.search(/\d(?=\D*$)/);
  if (last < 0) return `${text}0`;
  return `${text.slice(0, last)}${(Number(text[last]) + 1) % 10}${text.slice(last + 1)}`;
}

function changeLast(value: JsonObject): JsonValue {
  return twinsOf(value).at(-1) ?? value;
}
