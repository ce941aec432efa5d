/** Whether an answer is the right one, for the right reason, within what holds for every answer. */
import { BASE_URL, PROBLEMS } from '../../src/base/problem.ts';
import type { Answer } from './answer.ts';
import type { Case } from './case.ts';
import type { Divergence } from './divergences.ts';
import type { Trial, TrialExpectation } from './trial.ts';

export type Mark =
  | 'right'
  | 'wrongly-accepted'
  | 'wrongly-refused'
  /** Refused, but the check under test never spoke. */
  | 'other-reason'
  /** 5xx or an uncaught exception, where the case names none. */
  | 'fault'
  /** Right in itself, but an invariant was broken. */
  | 'breach';

export interface Judgement {
  readonly mark: Mark;
  readonly slow: boolean;
  readonly diverges?: Divergence;
}

/** Milliseconds within which every answer comes, and how often that may be exceeded on a machine that is busy with something else. */
export const TIME_LIMIT = 1000;
export const SLACK = 3;

/** Own types whose name on the wire is not simply that of the cases. */
const LOCAL_NAMES: Readonly<Record<string, readonly string[]>> = {
  'policy-scope': ['out-of-scope'],
};

/** A type as the cases name it, as the URLs that mean it on the wire. Errors: Error for a name that the service does not know. */
export function wireTypes(name: string): readonly string[] {
  if (name.startsWith('oauth:')) return [name];
  const local = /^LOCAL:(.+)$/.exec(name)?.[1];
  const types =
    local === undefined ? [name] : (LOCAL_NAMES[local] ?? [local]).map((one) => `${BASE_URL}problems#${one}`);
  for (const type of types) if (!KNOWN.has(type)) throw new Error(`the service knows no problem type ${type}`);
  return types.flatMap((type) => (BAD_SIGNATURE.includes(type) ? BAD_SIGNATURE : [type]));
}

const KNOWN: ReadonlySet<string> = new Set(Object.values(PROBLEMS).map(({ type }) => type));
/** One answer, two names: for a signature that does not check out. */
const BAD_SIGNATURE = [
  PROBLEMS.PROOF_VERIFICATION_ERROR.type,
  PROBLEMS.CRYPTOGRAPHIC_SECURITY_ERROR.type,
] as const satisfies readonly string[];

export function expectationOf(given: Case, trial: Trial): TrialExpectation {
  if (trial.expected !== undefined) return trial.expected;
  const { verdict, problemType, alsoAllowed = [], http } = given.expected;
  if (verdict === 'accept') return { verdict };
  if (verdict !== 'refuse')
    throw new Error(`${given.id} ${trial.form}: what ${verdict} means here is for its builder to say`);
  return {
    verdict,
    ...(problemType === undefined ? {} : { types: [problemType, ...alsoAllowed] }),
    ...(http === undefined ? {} : { http }),
  };
}

export function judge(given: Case, trial: Trial, answer: Answer, divergence: Divergence | undefined): Judgement {
  const expected = expectationOf(given, trial);
  const limit = expected.within ?? TIME_LIMIT;
  const slow = answer.milliseconds > limit * SLACK;
  const types = divergence?.types ?? expected.types;
  const mark = markOf({ ...expected, ...(types === undefined ? {} : { types }) }, answer, trial.notOffered === true);
  const needed = divergence !== undefined && markOf(expected, answer, false) !== 'right' && mark === 'right';
  return { mark, slow, ...(needed ? { diverges: divergence } : {}) };
}

function markOf(expected: TrialExpectation, answer: Answer, notOffered: boolean): Mark {
  const named = answer.status !== undefined && (expected.http ?? []).includes(answer.status);
  if (answer.outcome === 'failed' && !named) return 'fault';
  if (expected.verdict === 'accept') {
    if (answer.outcome !== 'accepted') return 'wrongly-refused';
  } else {
    if (answer.outcome === 'accepted') return 'wrongly-accepted';
    if (!notOffered && !isRightReason(expected, answer)) return 'other-reason';
  }
  return answer.breaches.length === 0 ? 'right' : 'breach';
}

/** The first problem decides, since that is the one a reader of one acts on; of the status codes, only those of refused requests. */
function isRightReason({ types, http }: TrialExpectation, answer: Answer): boolean {
  const status = answer.status ?? 200;
  if (http !== undefined && status !== 200 && !http.includes(status)) return false;
  if (types === undefined) return true;
  const allowed = types.flatMap(wireTypes);
  const [first, ...others] = answer.types.filter((type, index, all) => all.indexOf(type) === index);
  if (first === undefined) return false;
  return allowed.includes(first) || (HEADLINES.includes(first) && allowed.includes(others[0] ?? ''));
}

/**
 * Of an evaluation: that no path leads to an anchor is said of every broken chain, and that there is no claim of one that cannot be
 * read at all; what is wrong stands beside it.
 */
const HEADLINES: readonly string[] = [PROBLEMS.NO_TRUST_PATH.type, PROBLEMS.NOTHING_PRESENTED.type];
