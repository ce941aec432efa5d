/**
 * Strict JSON, rules W1 and W2 of docs/threats.md: well-formed UTF-8 without a byte order mark, no member twice at any depth, no
 * prototype names, no number that a JavaScript number cannot hold, and caps counted on the text before a tree is built.
 */
import { failed, type Read, readFailed, readOk } from './finding.ts';
import { type JsonLimits, Scanner, ScanStop } from './json-scanner.ts';

export { pointerOf } from './json-pointer.ts';
export type { JsonLimits } from './json-scanner.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [member: string]: JsonValue;
}

/** Caps of one request (docs/threats.md, limits). */
export const REQUEST_LIMITS: JsonLimits = {
  maxBytes: 1024 * 1024,
  maxDepth: 32,
  maxNodes: 50_000,
  maxArray: 1000,
  maxString: 16 * 1024,
  // Judged by caps of their own before anything is decoded: what is wrong with such a text is more than its length.
  longMembers: {
    encodedList: 1_572_864,
    statusListToken: 1_572_864,
    proofValue: 131_072,
    issuer: 131_072,
    holder: 131_072,
    verificationMethod: 131_072,
    // Of an enveloped credential, which is all in its address.
    id: 262_200,
  },
};

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value that may stand alone or as an array of several: always an array. */
export function asArray<Value>(value: Value | readonly Value[] | undefined): readonly Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Value[]) : [value as Value];
}

/** Frozen to the bottom by us; `Object.isFrozen` says nothing about what a frozen object holds. */
const deeplyFrozen = new WeakSet<object>();

/** Freeze a parsed value to the bottom, so that what was checked is what is read. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !deeplyFrozen.has(value)) {
    deeplyFrozen.add(Object.freeze(value));
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

/**
 * A function of an object, computed once for each object that `deepFreeze` froze: what cannot change has one answer. For any other
 * object it is computed anew every time. Nothing is kept longer than the object itself.
 */
export function oncePerFrozen<Value>(compute: (object: JsonObject) => Value): (object: JsonObject) => Value {
  const known = new WeakMap<JsonObject, { readonly value: Value }>();
  return (object) => {
    const answer = known.get(object);
    if (answer !== undefined) return answer.value;
    const value = compute(object);
    if (deeplyFrozen.has(object)) known.set(object, { value });
    return value;
  };
}

/**
 * Read one JSON text.
 * Errors (as findings): `PARSING_ERROR`, `LIMIT_EXCEEDED`, `MALFORMED_VALUE_ERROR` (reserved member names, lone surrogates, numbers
 * that would change their value), each with the pointer of the first place.
 */
export function readJson(input: Uint8Array | string, limits: JsonLimits = REQUEST_LIMITS): Read<JsonValue> {
  if (isLonger(input, limits.maxBytes)) {
    return readFailed(failed('bytes.size', 'LIMIT_EXCEEDED', `more than ${limits.maxBytes} bytes`));
  }
  let text: string;
  try {
    text = typeof input === 'string' ? input : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input);
  } catch {
    return readFailed(failed('bytes.utf-8', 'PARSING_ERROR', 'not well-formed UTF-8'));
  }
  if (text.startsWith('\ufeff'))
    return readFailed(failed('bytes.bom', 'PARSING_ERROR', 'starts with a byte order mark'));
  try {
    new Scanner(text, limits).scan();
    return readOk(JSON.parse(text) as JsonValue);
  } catch (error) {
    if (error instanceof ScanStop) return readFailed(error.finding);
    return readFailed(failed('bytes.json', 'PARSING_ERROR', 'not well-formed JSON'));
  }
}

/** A text is measured by the bytes it came in, its UTF-8 form. */
function isLonger(input: Uint8Array | string, maxBytes: number): boolean {
  if (typeof input !== 'string') return input.byteLength > maxBytes;
  // One UTF-16 unit is one to three bytes; only in between does the text have to be encoded.
  if (input.length > maxBytes) return true;
  return input.length * 3 > maxBytes && new TextEncoder().encode(input).length > maxBytes;
}

/** Like `readJson`, for texts whose root must be an object. */
export function readJsonObject(input: Uint8Array | string, limits: JsonLimits = REQUEST_LIMITS): Read<JsonObject> {
  const read = readJson(input, limits);
  if (!read.ok) return read;
  if (!isObject(read.value))
    return readFailed(failed('bytes.object', 'PARSING_ERROR', 'the root is not a JSON object'));
  return readOk(read.value);
}
