/**
 * Strict JSON, rules W1 and W2 of docs/threats.md: well-formed UTF-8 without a byte order mark, no member twice at any depth, no
 * prototype names, no number that a JavaScript number cannot hold, and caps counted on the text before a tree is built.
 */
import { excerpt, type Finding, failed, type Read, readFailed, readOk } from './finding.ts';
import type { ProblemCode } from './problem.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [member: string]: JsonValue;
}

export interface JsonLimits {
  readonly maxBytes: number;
  /** Levels of nesting; a scalar is level 0, `{}` level 1. */
  readonly maxDepth: number;
  /** Values of any kind, members and array entries included. */
  readonly maxNodes: number;
  /** Entries of one array. */
  readonly maxArray: number;
  /** UTF-16 code units of one string. */
  readonly maxString: number;
  /** Member names whose string values may be longer than `maxString`, with their own cap (such as `encodedList`). */
  readonly longMembers?: Readonly<Record<string, number>>;
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
    proofValue: 131_072,
    issuer: 131_072,
    holder: 131_072,
    verificationMethod: 131_072,
  },
};

const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

class Stop extends Error {
  readonly finding: Finding;
  constructor(finding: Finding) {
    super();
    this.finding = finding;
  }
}

/** Build a JSON Pointer (RFC 6901) from its reference tokens. */
export function pointerOf(...tokens: readonly (string | number)[]): string {
  return tokens.map((token) => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

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
    if (error instanceof Stop) return readFailed(error.finding);
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

interface Level {
  readonly names: Set<string> | undefined;
  /** The member or entry being read; nothing before its name is known. */
  token: string | number | undefined;
  count: number;
}

/** One pass over the text with an explicit stack: deep nesting costs a counter, not the call stack. */
class Scanner {
  readonly #text: string;
  readonly #limits: JsonLimits;
  readonly #levels: Level[] = [];
  #at = 0;
  #nodes = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  scan(): void {
    this.#space();
    let open = this.#value();
    while (open || this.#levels.length > 0) {
      this.#space();
      open = open ? this.#first() : this.#next();
    }
    this.#space();
    if (this.#at !== this.#text.length) throw this.#parsing('text after the end of the value');
  }

  /** After `{` or `[`: the first entry or the end. Returns whether a container was opened. */
  #first(): boolean {
    const close = this.#top().names ? '}' : ']';
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      this.#levels.pop();
      return false;
    }
    return this.#entry();
  }

  /** After a value: a comma and the next entry, or the end. */
  #next(): boolean {
    const close = this.#top().names ? '}' : ']';
    const char = this.#text[this.#at];
    this.#at += 1;
    if (char === close) {
      this.#levels.pop();
      return false;
    }
    if (char !== ',') throw this.#parsing('expected a comma or the end of the container');
    this.#space();
    return this.#entry();
  }

  #entry(): boolean {
    const level = this.#top();
    level.count += 1;
    if (level.names) {
      level.token = undefined;
      if (this.#text[this.#at] !== '"') throw this.#parsing('expected a member name');
      const name = this.#string(this.#limits.maxString);
      level.token = name;
      if (level.names.has(name)) throw this.#stop('bytes.duplicate-member', 'PARSING_ERROR', 'a member stands twice');
      if (RESERVED.has(name))
        throw this.#stop('bytes.reserved-name', 'MALFORMED_VALUE_ERROR', 'a reserved member name');
      level.names.add(name);
      this.#space();
      if (this.#text[this.#at] !== ':') throw this.#parsing('expected a colon');
      this.#at += 1;
      this.#space();
    } else {
      level.token = level.count - 1;
      if (level.count > this.#limits.maxArray) throw this.#limit(`more than ${this.#limits.maxArray} array entries`);
    }
    return this.#value();
  }

  /** Reads a scalar whole, or opens a container and returns true. */
  #value(): boolean {
    this.#nodes += 1;
    if (this.#nodes > this.#limits.maxNodes) throw this.#limit(`more than ${this.#limits.maxNodes} values`);
    const char = this.#text[this.#at];
    if (char === '{' || char === '[') {
      if (this.#levels.length >= this.#limits.maxDepth)
        throw this.#limit(`nested deeper than ${this.#limits.maxDepth}`);
      this.#at += 1;
      this.#levels.push({ names: char === '{' ? new Set() : undefined, token: undefined, count: 0 });
      return true;
    }
    if (char === '"') {
      const name = this.#levels.at(-1)?.token;
      this.#string((typeof name === 'string' ? this.#limits.longMembers?.[name] : undefined) ?? this.#limits.maxString);
    } else if (char === 't') this.#word('true');
    else if (char === 'f') this.#word('false');
    else if (char === 'n') this.#word('null');
    else this.#number();
    return false;
  }

  #word(word: string): void {
    if (!this.#text.startsWith(word, this.#at)) throw this.#parsing('expected a value');
    this.#at += word.length;
  }

  #number(): void {
    const pattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    pattern.lastIndex = this.#at;
    const token = pattern.exec(this.#text)?.[0];
    if (token === undefined) throw this.#parsing('expected a value');
    this.#at += token.length;
    // RFC 8785 writes a number as JavaScript does: one that comes back with another value would be signed as that other value.
    if (token.length > 400 || !keepsItsValue(token)) {
      throw this.#stop(
        'bytes.number',
        'MALFORMED_VALUE_ERROR',
        'a number that cannot be kept exactly; write figures as strings',
      );
    }
  }

  #string(longest: number): string {
    const start = this.#at;
    let end = start + 1;
    let escaped = false;
    for (;;) {
      const code = this.#text.charCodeAt(end);
      if (Number.isNaN(code)) throw this.#parsing('a string without an end');
      if (code === 0x22) break;
      if (code < 0x20) throw this.#parsing('a control character inside a string');
      if (code === 0x5c) {
        escaped = true;
        end += 1;
      }
      end += 1;
      // An escape is at most six characters for one, so this stops long before the text is copied.
      if (end - start > longest * 6 + 2) throw this.#limit(`a string longer than ${longest}`);
    }
    this.#at = end + 1;
    const raw = this.#text.slice(start, end + 1);
    const value = escaped ? this.#unescape(raw) : raw.slice(1, -1);
    if (value.length > longest) throw this.#limit(`a string longer than ${longest}`);
    if (!value.isWellFormed())
      throw this.#stop('bytes.surrogate', 'MALFORMED_VALUE_ERROR', 'a lone surrogate in a string');
    return value;
  }

  #unescape(raw: string): string {
    try {
      return JSON.parse(raw) as string;
    } catch {
      throw this.#parsing('a malformed escape');
    }
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #top(): Level {
    const level = this.#levels.at(-1);
    if (level === undefined) throw this.#parsing('no open container');
    return level;
  }

  #stop(check: string, code: ProblemCode, detail: string): Stop {
    const tokens = this.#levels
      .slice(0, 16)
      .map((level) => (typeof level.token === 'string' ? excerpt(level.token) : level.token))
      .filter((token) => token !== undefined);
    return new Stop(failed(check, code, detail, { pointer: pointerOf(...tokens) }));
  }
  #parsing(detail: string): Stop {
    return this.#stop('bytes.json', 'PARSING_ERROR', detail);
  }
  #limit(detail: string): Stop {
    return this.#stop('bytes.limit', 'LIMIT_EXCEEDED', detail);
  }
}

/** Whether the decimal value of a JSON number token survives the way through a binary double and back. */
function keepsItsValue(token: string): boolean {
  const double = Number(token);
  return Number.isFinite(double) && sameDecimal(token, String(double));
}

function sameDecimal(left: string, right: string): boolean {
  const a = normalise(left);
  const b = normalise(right);
  return a.digits === b.digits && a.exponent === b.exponent && (a.negative === b.negative || a.digits === '');
}

/** Sign, significant digits without zeros at either end, and the power of ten of the last digit. */
function normalise(token: string): { negative: boolean; digits: string; exponent: number } {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token);
  const [, sign = '', whole = '', fraction = '', power = '0'] = match ?? [];
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  return {
    negative: sign === '-',
    digits,
    exponent: digits === '' ? 0 : Number(power) - fraction.length + (all.length - digits.length),
  };
}
