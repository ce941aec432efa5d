/** Runs every case: builds its trials, hands them in one after another, judges what came back. */
import type { Answer } from './answer.ts';
import { findBuilder } from './builders/find-builder.ts';
import { findNotOffered } from './builders/not-offered.ts';
import type { Case } from './case.ts';
import { findDivergence } from './divergences.ts';
import { expectationOf, type Judgement, judge } from './judge.ts';
import { findNotApplicable, type NotApplicable } from './not-applicable.ts';
import type { Trial } from './trial.ts';
import type { World } from './world.ts';

export interface TrialResult extends Judgement {
  readonly form: string;
  readonly surface: string;
  readonly notOffered: boolean;
  readonly mechanism?: string;
  readonly expected: 'accept' | 'refuse';
  readonly answer: Answer;
}

export interface CaseResult {
  readonly given: Case;
  readonly results: readonly TrialResult[];
  /** Why nothing, or only a clean refusal, is asked of this version. */
  readonly notApplicable?: NotApplicable;
}

/** Errors: Error for a case that is neither built nor listed as not applicable. */
export async function runCase(world: World, given: Case): Promise<CaseResult> {
  const notApplicable = findNotApplicable(given.id);
  const build = notApplicable === undefined ? findBuilder(given) : findNotOffered(given);
  if (build === undefined && notApplicable === undefined)
    throw new Error(`${given.id} is neither built nor listed as not applicable`);
  const trials = build === undefined ? [] : await build(world, given);
  const results: TrialResult[] = [];
  for (const trial of trials) results.push(await runTrial(world, given, trial));
  return { given, results, ...(notApplicable === undefined ? {} : { notApplicable }) };
}

async function runTrial(world: World, given: Case, trial: Trial): Promise<TrialResult> {
  const { form, surface } = trial;
  const answer = withCanary(world, await answerOf(trial));
  const divergence = findDivergence(given.id, form, surface);
  const expected = expectationOf(given, trial).verdict;
  const notOffered = trial.notOffered === true;
  const mechanism = trial.mechanism === undefined ? {} : { mechanism: trial.mechanism };
  return { form, surface, notOffered, ...mechanism, expected, answer, ...judge(given, trial, answer, divergence) };
}

/** Whatever a surface throws is a crash of ours. */
async function answerOf(trial: Trial): Promise<Answer> {
  const started = performance.now();
  try {
    return await trial.run();
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { outcome: 'failed', types: [], milliseconds: performance.now() - started, breaches: [], detail };
  }
}

/** No connection but to what the run started itself. */
function withCanary(world: World, answer: Answer): Answer {
  const strange = world.connections.strange.splice(0);
  if (strange.length === 0) return answer;
  return { ...answer, breaches: [...answer.breaches, `connections to ${strange.join(', ')}`] };
}
