/**
 * The properties of docs/trust.md, section 7, in a form that two may run: `npm test` ten thousand times each, `npm run torture` a million.
 * A fault is told by fast-check with its seed, its path and the smallest world that shows it.
 */
import fc from 'fast-check';
import type { JsonObject } from '../../../src/base/json.ts';
import { createLinkRef } from '../../../src/credentials/link.ts';
import type { Admitted } from '../../../src/trust/admitted.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { EvaluationInput, RegimeResult } from '../../../src/trust/evaluation.ts';
import { CELL, PUBLIC, requestFor } from '../trust-cases.ts';
import { type Base, createBase, REGIME } from '../trust-worlds.ts';
import { admitted } from '../worked-examples.ts';
import { createLadders, type Ladder } from './tangles.ts';

export interface Setting {
  readonly base: Base;
  /** Credentials of another story, which nothing in these worlds has to do with. */
  readonly strangers: EvaluationInput['admitted'];
  readonly ladders: Ladder;
  /** A claim with a private sheet behind it: without the sheet, and with it. */
  readonly stories: readonly EvaluationInput[];
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
  const [base, other, sheet, ladders] = await Promise.all([
    createBase(),
    requestFor(PUBLIC),
    requestFor(CELL),
    createLadders(),
  ]);
  const strangers = other.admitted.filter(
    ({ type }) => !type.startsWith('Verifier') && type !== 'RecognitionArrangement',
  );
  return { base, strangers: [...strangers, ...relatives(base, strangers)], ladders, stories: [other, sheet] };
}

/** By the same parties as the honest claim and statement, and about that other story: related by name, and by no link. */
function relatives(base: Base, strangers: readonly Admitted[]): readonly Admitted[] {
  const other = strangers.find(({ type }) => type === 'CarbonFootprintClaim');
  if (other === undefined) throw new Error('the other story has no claim');
  const link = createLinkRef(other.document);
  const change: Readonly<Record<string, JsonObject>> = {
    VerificationStatement: { claim: link, conclusion: 'adverse', upstreamReliance: [] },
    CarbonFootprintClaim: { supersedes: link },
  };
  return base.kept.flatMap(({ type, document, subject }, index) => {
    const id = `urn:uuid:77777777-0000-4000-8000-${String(index).padStart(12, '0')}`;
    return change[type] === undefined
      ? []
      : [admitted({ ...document, id, credentialSubject: { ...subject, ...change[type] } })];
  });
}

/** The one result that is asked for in these worlds. Errors: Error when there is none. */
export function judged(request: EvaluationInput): RegimeResult {
  const result = evaluate(request).results[REGIME];
  if (result === undefined) throw new Error('no result');
  return result;
}

export const accepts = ({ result }: RegimeResult): boolean =>
  result === 'ACCEPT' || result === 'ACCEPT_WITH_CONDITIONS';

/** The same question by a party that is not owed the data of these rules, and of no others. */
export function owing(request: EvaluationInput, notOwed: readonly string[]): EvaluationInput {
  const regimes = request.policy.regimes.map((regime) => ({ ...regime, notOwed }));
  return { ...request, policy: { ...request.policy, regimes } };
}

/** What a result says, without the instants and digests that name what it is about. */
export const shape = ({ result, rules }: RegimeResult) => ({
  result,
  rules: rules.map(({ id, outcome, severity, message, subject }) => [id, outcome, severity, message, subject]),
});
