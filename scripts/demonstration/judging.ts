/** Showing credentials to a relying party, asking what they are worth, and comparing the answer with what must come out. */
import { asArray, isObject, type JsonObject, type JsonValue } from '../../src/base/json.ts';
import type { ExampleName } from '../../test/support/example-credentials.ts';
import { applyPatch } from '../../test/support/json-patch.ts';
import { type Archive, presenterOf } from './issuing.ts';
import { deskOf, type Network, type Party, partyOf } from './network.ts';
import { DESKS, type Expectation, findDraft, type Showing } from './story.ts';

export interface Verified {
  readonly verified: boolean;
  /** Why not, when it was not. */
  readonly codes: readonly string[];
}

export interface Shown extends Verified {
  readonly showing: Showing;
  readonly from: Party;
  readonly to: Party;
  readonly challenge: string;
  readonly presentation: JsonObject;
  /** Bytes of the presentation as it travels. */
  readonly size: number;
}

/** Challenge from the relying party, proof by the holder, check by the relying party. */
export async function show(network: Network, archive: Archive, showing: Showing): Promise<Shown> {
  const from = presenterOf(network, showing);
  const to = partyOf(network.parties, DESKS[showing.example]);
  const desk = `/verifiers/${deskOf(showing.example)}`;
  const challenge = String((await to.site.client.post(`${desk}/challenges`, {})).body['challenge']);
  const options = { challenge, domain: to.site.client.url };
  const credentials = showing.credentials.map((key) => archive.heldId(from, key));
  const proved = await from.site.client.post(
    `/holders/${from.key}/presentations/prove`,
    { credentials, options },
    from.token,
  );
  const presentation = proved.body['verifiablePresentation'] as JsonObject;
  const size = Buffer.byteLength(JSON.stringify(presentation));
  const shown = { showing, from, to, challenge, presentation, size };
  return { ...shown, ...(await send(shown)) };
}

/** Send a presentation to the desk it was made for; after the first time its challenge is spent. */
export async function send({ showing, to, challenge, presentation }: Omit<Shown, keyof Verified>): Promise<Verified> {
  const options = { challenge, domain: to.site.client.url };
  const request = { verifiablePresentation: presentation, options };
  const { body } = await to.site.client.post(`/verifiers/${deskOf(showing.example)}/presentations/verify`, request);
  return { verified: body['verified'] === true, codes: codesOf(body) };
}

/** Is one credential good now? The plain question, without any regime. */
export async function verifyNow(to: Party, credential: JsonObject): Promise<Verified> {
  const { body } = await to.site.client.post(`/verifiers/${to.key}/credentials/verify`, {
    verifiableCredential: credential,
  });
  return { verified: body['verified'] === true, codes: codesOf(body) };
}

export interface Question {
  readonly regimes: readonly string[];
  /** The instant asked about; now unless given. */
  readonly at?: string;
  /** Lines of the private sheet, where the showing includes it; as they were issued unless given. */
  readonly leaves?: readonly JsonObject[];
}

export interface Judgement {
  readonly id: string;
  readonly results: ReadonlyMap<string, RegimeAnswer>;
}

/** One regime's part of an evaluation, as far as this demonstration reads it. */
export interface RegimeAnswer {
  readonly result: string;
  /** Ids of the rules that failed, once each; causes that stand under another rule are not among them. */
  readonly failed: readonly string[];
  readonly codes: readonly string[];
  /** Ids of the rules that noted something and decided nothing. */
  readonly notes: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  /** The parties from the anchor down; names are those of the relying party's own policy. */
  readonly path: readonly JsonObject[];
  /** The first link that broke the path that came nearest; absent for an acceptance. */
  readonly nearest?: NearestMiss;
}

export interface NearestMiss {
  readonly rule: string;
  readonly message: string;
  readonly params: Readonly<Record<string, string>>;
}

/** One evaluation: what the relying party's own node says of what it was shown. */
export async function judge(network: Network, archive: Archive, shown: Shown, question: Question): Promise<Judgement> {
  const { showing, to, presentation } = shown;
  const embedded = findDraft(network.story, showing.claim).type === 'EmbeddedEmissionsClaim';
  const leaves = question.leaves ?? archive.leaves;
  const request = {
    presentation,
    claim: archive.require(showing.claim).draft.id,
    regimes: question.regimes,
    ...(question.at === undefined ? {} : { at: question.at }),
    ...(embedded ? { import: network.story.import } : {}),
    ...(showing.worksheet ? { worksheets: [{ leaves }] } : {}),
  };
  const { body } = await to.site.client.post(`/verifiers/${deskOf(showing.example)}/evaluations`, request, to.token);
  const results = Object.entries((body['results'] ?? {}) as Readonly<Record<string, JsonObject>>);
  return { id: String(body['id']), results: new Map(results.map(([regime, result]) => [regime, readAnswer(result)])) };
}

export interface KeptEvaluation {
  readonly id: string;
  readonly evaluatedAt: string;
}

/** The evaluations of a relying party that rested on one credential. */
export async function listDependent(
  network: Network,
  example: ExampleName,
  credentialId: string,
): Promise<readonly KeptEvaluation[]> {
  const to = partyOf(network.parties, DESKS[example]);
  const path = `/verifiers/${deskOf(example)}/evaluations?dependsOn=${encodeURIComponent(credentialId)}`;
  const { body } = await to.site.client.get(path, to.token);
  return objects(body['evaluations']).map(({ id, evaluatedAt }) => ({
    id: String(id),
    evaluatedAt: String(evaluatedAt),
  }));
}

/** What the story expected, what came of it, and what of that is not as it must be. */
export interface Outcome {
  readonly expected: Expectation;
  /** Id of the evaluation it stands in. */
  readonly evaluation: string;
  readonly answer: RegimeAnswer | undefined;
  readonly wrong: readonly string[];
}

/** Ask what the story expects, each showing once under all its regimes; `told` hears of each answer as it comes. */
export async function judgeAll(
  network: Network,
  archive: Archive,
  shown: ReadonlyMap<string, Shown>,
  told: (outcome: Outcome) => void,
): Promise<void> {
  const { expectations, alteration } = network.story;
  const altered = applyPatch({ worksheet: { leaves: archive.leaves } }, alteration).worksheet;
  const judgements = new Map<string, Judgement>();
  for (const expected of expectations) {
    const one = shown.get(expected.presentation);
    if (one === undefined) throw new Error(`never shown: ${expected.presentation}`);
    const key = `${expected.presentation} ${expected.altered}`;
    const same = expectations.filter(({ presentation }) => presentation === expected.presentation);
    const regimes = [...new Set(same.map(({ regime }) => regime))];
    const question = { regimes, ...(expected.altered ? altered : {}) };
    const judgement = judgements.get(key) ?? (await judge(network, archive, one, question));
    judgements.set(key, judgement);
    const answer = judgement.results.get(expected.regime);
    told({ expected, evaluation: judgement.id, answer, wrong: differences(expected, answer, one) });
  }
}

/** Nothing when it is as it should be. */
function differences(expected: Expectation, answer: RegimeAnswer | undefined, shown: Shown): readonly string[] {
  if (answer === undefined) return ['no answer'];
  const found: string[] = [];
  if (answer.result !== expected.result) found.push(`result ${answer.result}, not ${expected.result}`);
  const lacking = expected.rules.filter((rule) => !answer.failed.includes(rule));
  if (lacking.length > 0) found.push(`did not fail: ${lacking.join(', ')}`);
  const surplus = expected.match === 'exact' ? answer.failed.filter((rule) => !expected.rules.includes(rule)) : [];
  if (surplus.length > 0) found.push(`failed as well: ${surplus.join(', ')}`);
  for (const [name, value] of Object.entries(expected.values)) {
    if (answer.values[name] !== value) found.push(`${name} ${answer.values[name] ?? 'missing'}, not ${value}`);
  }
  const text = JSON.stringify(shown.presentation);
  for (const secret of expected.mustNotShow) if (text.includes(secret)) found.push(`shows ${secret}`);
  return found;
}

function readAnswer(result: JsonObject): RegimeAnswer {
  const rules = objects(result['rules']);
  const failed = rules.filter((rule) => rule['outcome'] === 'failed');
  const notes = rules.filter((rule) => rule['severity'] === 'N');
  const nearest = isObject(result['nearestMiss']) ? readMiss(result['nearestMiss']) : undefined;
  return {
    result: String(result['result']),
    failed: distinct(failed.map(({ id }) => String(id))),
    codes: distinct(failed.flatMap(({ code }) => (code === undefined ? [] : [String(code)]))),
    notes: distinct(notes.map(({ id }) => String(id))),
    values: (result['values'] ?? {}) as Readonly<Record<string, string>>,
    path: objects(result['path']),
    ...(nearest === undefined ? {} : { nearest }),
  };
}

function readMiss({ rule, message, params }: JsonObject): NearestMiss {
  return { rule: String(rule), message: String(message), params: (params ?? {}) as NearestMiss['params'] };
}

function codesOf(verification: JsonObject): readonly string[] {
  return distinct(objects(verification['problemDetails']).map(({ code }) => String(code)));
}

const objects = (value: JsonValue | undefined): readonly JsonObject[] => asArray(value as JsonValue).filter(isObject);
const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();
