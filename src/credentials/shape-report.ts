import { type Finding, failed } from '../base/finding.ts';
import { pointerOf } from '../base/json.ts';
import type { ProblemCode } from '../base/problem.ts';

/** UTF-16 code units of one string. */
export const MAX_STRING = 16 * 1024;
/** Findings reported at most; one is enough to refuse. */
export const MAX_FINDINGS = 20;

/** What nearly all text is: nothing in it can be wrong. Asking this first saves about a sixth of the pass. */
const PRINTABLE = /^[ -~]*$/;
const CONTROL = /(?![\t\n\r])\p{Cc}/u;

/** Ends a pass: a cap is reached, or there is enough to report. */
export class Enough extends Error {}

/** Where a pass over a document stands, and what it has found. */
export class ShapeReport {
  readonly #tokens: (string | number)[] = [];
  readonly #findings: Finding[] = [];

  get findings(): Finding[] {
    return this.#findings;
  }

  /** Steps down from the root of the document. */
  get level(): number {
    return this.#tokens.length;
  }

  /** Whether the pass stands exactly at these tokens below a level. */
  isAt(level: number, tokens: readonly string[]): boolean {
    if (this.#tokens.length !== level + tokens.length) return false;
    return tokens.every((token, index) => this.#tokens[level + index] === token);
  }

  inside(token: string | number, act: () => void): void {
    this.#tokens.push(token);
    act();
    this.#tokens.pop();
  }

  malformed(detail: string): void {
    this.fail('MALFORMED_VALUE_ERROR', detail);
  }

  fail(code: ProblemCode, detail: string): void {
    const pointer = pointerOf(...this.#tokens.map((token) => (typeof token === 'string' ? token.slice(0, 80) : token)));
    this.#findings.push(failed('shape', code, detail, { pointer }));
    if (this.#findings.length >= MAX_FINDINGS) throw new Enough();
  }

  /** To be thrown: nothing more is looked at once a cap is passed. */
  limit(detail: string): Enough {
    this.fail('LIMIT_EXCEEDED', detail);
    return new Enough();
  }

  /** Rule W12, for text that stands anywhere. */
  text(text: string, longest = MAX_STRING): void {
    if (text.length > longest) throw this.limit(`a string longer than ${longest}`);
    if (PRINTABLE.test(text)) return;
    if (!text.isWellFormed()) this.malformed('a lone surrogate');
    else if (CONTROL.test(text)) this.malformed('a control character');
  }
}
