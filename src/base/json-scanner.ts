/**
 * The strict pass over a JSON text before a tree is built from it (rules W1 and W2 of docs/threats.md): one scanner, no recursion,
 * every cap counted as it goes.
 */
import { excerpt, type Finding, failed } from './finding.ts';
import { pointerOf } from './json-pointer.ts';
import type { ProblemCode } from './problem.ts';

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

const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/** What ended a scan early: the finding about the first place that is wrong. */
export class ScanStop extends Error {
  readonly finding: Finding;
  constructor(finding: Finding) {
    super();
    this.finding = finding;
  }
}

interface Level {
  readonly names: Set<string> | undefined;
  /** The member or entry being read; nothing before its name is known. */
  token: string | number | undefined;
  count: number;
}

/** One pass over the text with an explicit stack: deep nesting costs a counter, not the call stack. */
export class Scanner {
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

  #stop(check: string, code: ProblemCode, detail: string): ScanStop {
    const tokens = this.#levels
      .slice(0, 16)
      .map((level) => (typeof level.token === 'string' ? excerpt(level.token) : level.token))
      .filter((token) => token !== undefined);
    return new ScanStop(failed(check, code, detail, { pointer: pointerOf(...tokens) }));
  }
  #parsing(detail: string): ScanStop {
    return this.#stop('bytes.json', 'PARSING_ERROR', detail);
  }
  #limit(detail: string): ScanStop {
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
