/** Evaluations as a surface: the route of a verifier with a policy of its own, and `verify --policy`. */
import { isObject, type JsonObject } from '../../src/base/json.ts';
import { PROBLEMS, type ProblemCode } from '../../src/base/problem.ts';
import { BUNDLE_FORMAT } from '../../src/cli/documents.ts';
import { ADMIN_TOKEN } from '../support/node.ts';
import type { Answer, Outcome } from './answer.ts';
import { ask, runCli } from './surfaces.ts';
import type { Trial, TrialExpectation } from './trial.ts';
import type { World } from './world.ts';

export interface EvaluationRequest {
  readonly credentials: readonly JsonObject[];
  readonly policy: JsonObject;
  readonly regime: string;
  readonly claim: string;
  /** The instant asked about. */
  readonly at: string;
  readonly import?: JsonObject;
}

/** One evaluation over HTTP and at the command line; `extra` looks at the result beside its verdict. */
export function evaluationTrials(
  world: World,
  form: string,
  request: EvaluationRequest,
  expected?: TrialExpectation,
  extra?: (result: JsonObject) => readonly string[],
): Trial[] {
  const more = expected === undefined ? {} : { expected };
  return [
    { form, surface: 'evaluations', run: () => overHttp(world, request, extra), ...more },
    { form, surface: 'cli evaluate', run: () => overCli(world, request, extra), ...more },
  ];
}

type Extra = ((result: JsonObject) => readonly string[]) | undefined;

/** The verifier that has a policy, by the very object. */
const buyers = new WeakMap<JsonObject, string>();

async function overHttp(world: World, request: EvaluationRequest, extra: Extra): Promise<Answer> {
  const { policy, regime, claim, at, credentials } = request;
  const id = buyers.get(policy) ?? `buyer-${world.serial()}`;
  if (!buyers.has(policy)) {
    const created = await ask(world, 'POST', '/admin/organizations/maker/verifiers', {
      token: ADMIN_TOKEN,
      body: { id, policy },
    });
    if (created.outcome !== 'accepted') return created;
    buyers.set(policy, id);
  }
  const body = {
    credentials,
    claim,
    regimes: [regime],
    at,
    ...(request.import === undefined ? {} : { import: request.import }),
  };
  let answered: JsonObject = {};
  const answer = await ask(world, 'POST', `/verifiers/${id}/evaluations`, {
    token: world.maker.token,
    body,
    onBody: (read) => {
      answered = read as JsonObject;
    },
  });
  return answer.outcome === 'accepted'
    ? { ...answer, ...readEvaluation(answered, regime, answer.breaches, extra) }
    : answer;
}

async function overCli(world: World, request: EvaluationRequest, extra: Extra): Promise<Answer> {
  const { policy, regime, claim, at, credentials } = request;
  const bundle = {
    format: BUNDLE_FORMAT,
    credentials,
    ...(request.import === undefined ? {} : { import: request.import }),
  };
  const args = [
    'verify',
    'bundle.json',
    '--policy',
    'policy.json',
    '--regime',
    regime,
    '--claim',
    claim,
    '--at',
    at,
    '--json',
  ];
  let answered: JsonObject = {};
  const answer = await runCli(
    world,
    world.kit,
    args,
    JSON.stringify(bundle),
    { 'policy.json': JSON.stringify(policy) },
    (out) => {
      answered = out as JsonObject;
    },
  );
  if (answered['results'] === undefined) return answer;
  const read = readEvaluation(answered, regime, answer.breaches, extra);
  // What the exit says and what the answer says are one.
  const breaches = read.outcome === answer.outcome ? read.breaches : [...read.breaches, `exit says ${answer.outcome}`];
  return { ...answer, ...read, breaches };
}

/** One regime's result; the nearest miss names what decides. */
function readEvaluation(
  body: JsonObject,
  regime: string,
  before: readonly string[],
  extra: Extra,
): Pick<Answer, 'outcome' | 'types' | 'breaches' | 'detail'> {
  const results = (body['results'] ?? {}) as Record<string, JsonObject>;
  const result = results[regime] ?? {};
  const outcomes: Readonly<Record<string, Outcome>> = { ACCEPT: 'accepted', UNDETERMINED: 'undetermined' };
  const outcome = outcomes[String(result['result'])] ?? 'refused';
  const miss = isObject(result['nearestMiss']) ? result['nearestMiss'] : undefined;
  const rules = badOf(result['rules']);
  // An open answer is open for what could not be determined.
  const open = (entry: JsonObject): boolean => (entry['outcome'] === 'undetermined') === (outcome === 'undetermined');
  const first = miss === undefined ? [] : [miss];
  const codes = codesOf([...first, ...rules.filter(open), ...badOf(body['findings']), ...rules]);
  const breaches = [...before, ...missFaults(codes, miss), ...(extra?.(result) ?? [])];
  const types = codes.map((code) => PROBLEMS[code as ProblemCode]?.type ?? code);
  return { outcome, types, breaches, detail: JSON.stringify(miss ?? badOf(body['findings'])).slice(0, 300) };
}

function badOf(list: unknown): readonly JsonObject[] {
  const entries = (Array.isArray(list) ? list : []) as readonly JsonObject[];
  return entries.filter(({ outcome }) => outcome === 'failed' || outcome === 'undetermined');
}

function codesOf(entries: readonly JsonObject[]): string[] {
  return entries.flatMap((entry) => {
    const causes = entry['cause'] === undefined ? entry['causes'] : [entry['cause']];
    const own = typeof entry['code'] === 'string' ? [entry['code']] : [];
    return [...own, ...codesOf((Array.isArray(causes) ? causes : []) as readonly JsonObject[])];
  });
}

/** *No trust path* is an answer only with the link that is missing. */
function missFaults(codes: readonly string[], miss: JsonObject | undefined): string[] {
  if (codes[0] !== 'NO_TRUST_PATH') return [];
  const link = miss?.['link'];
  return isObject(link) && typeof link['to'] === 'string' ? [] : ['no trust path, and no link named'];
}
