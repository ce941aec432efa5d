/**
 * The properties of docs/trust.md, section 7, in a form that two may run: `npm test` ten thousand times each, `npm run torture` a million.
 * A fault is told by fast-check with its seed, its path and the smallest world that shows it.
 */
import fc from 'fast-check';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { EvaluationInput, RegimeResult } from '../../../src/trust/evaluation.ts';
import { PUBLIC, requestFor } from '../trust-cases.ts';
import { type Base, createBase, REGIME } from '../trust-worlds.ts';

export interface Setting {
  readonly base: Base;
  /** Credentials of another story, which nothing in these worlds has to do with. */
  readonly strangers: EvaluationInput['admitted'];
}

export interface TrustProperty {
  /** The number in docs/trust.md, section 7. */
  readonly number: number;
  readonly name: string;
  /** Errors: Error with seed, path and counterexample. */
  readonly assert: (setting: Setting, parameters: RunParameters) => void;
}

export interface RunParameters {
  readonly numRuns: number;
  readonly seed?: number;
}

export function define<Ts>(number: number, name: string, make: (setting: Setting) => fc.IProperty<Ts>): TrustProperty {
  return {
    number,
    name,
    assert: (setting, parameters) => fc.assert(make(setting), parameters as fc.Parameters<Ts>),
  };
}

export async function createSetting(): Promise<Setting> {
  const { admitted } = await requestFor(PUBLIC);
  const strangers = admitted.filter(({ type }) => !type.startsWith('Verifier') && type !== 'RecognitionArrangement');
  return { base: await createBase(), strangers };
}

/** The one result that is asked for in these worlds. Errors: Error when there is none. */
export function judged(request: EvaluationInput): RegimeResult {
  const result = evaluate(request).results[REGIME];
  if (result === undefined) throw new Error('no result');
  return result;
}

export const accepts = ({ result }: RegimeResult): boolean =>
  result === 'ACCEPT' || result === 'ACCEPT_WITH_CONDITIONS';

/** What a result says, without the instants and digests that name what it is about. */
export const shape = ({ result, rules }: RegimeResult) => ({
  result,
  rules: rules.map(({ id, outcome, severity, message, subject }) => [id, outcome, severity, message, subject]),
});
