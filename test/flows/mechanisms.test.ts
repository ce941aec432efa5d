/**
 * One story under every securing mechanism: both worked examples, issued with each, their claims derived where the mechanism can, judged
 * with the same results and the same rules whatever the mechanism.
 */
import { describe, expect, it } from 'vitest';
import { asArray, type JsonObject } from '../../src/base/json.ts';
import { pointersFor } from '../../src/credentials/audience.ts';
import { readableOf } from '../../src/credentials/envelope.ts';
import { findProfile, type Profile } from '../../src/credentials/profiles/profile-table.ts';
import { readDateTime } from '../../src/formats/date-time.ts';
import { EXAMPLE_NAMES, readExample } from '../support/example-credentials.ts';
import { issueOnNode, type Mechanism, settleExample } from '../support/issue-on-node.ts';
import { ADMIN_TOKEN, type Party, startNode, type TestNode } from '../support/node.ts';
import {
  casesOf,
  type ExampleCase,
  issueLeaves,
  policyOfExample,
  withoutWithheld,
} from '../support/worked-examples.ts';

const MECHANISMS: readonly (Mechanism & { readonly derives?: true })[] = [
  { cryptosuite: 'eddsa-rdfc-2022', keyType: 'Ed25519' },
  { cryptosuite: 'eddsa-jcs-2022', keyType: 'Ed25519' },
  { cryptosuite: 'ecdsa-rdfc-2019', keyType: 'P-256' },
  { cryptosuite: 'ecdsa-rdfc-2019', keyType: 'P-384' },
  { cryptosuite: 'ecdsa-jcs-2019', keyType: 'P-256' },
  { cryptosuite: 'ecdsa-sd-2023', keyType: 'P-256', derives: true },
  { cryptosuite: 'bbs-2023', keyType: 'Bls12381G2', derives: true },
  { cryptosuite: 'vc+jwt', keyType: 'Ed25519' },
  { cryptosuite: 'vc+jwt', keyType: 'P-256' },
  { cryptosuite: 'vc+sd-jwt', keyType: 'Ed25519', derives: true },
];

/** What the example shows of what may be withheld; blinding is withheld with anything else. */
function shownPointers(credential: JsonObject, withheld: readonly string[]): string[] {
  const present = pointersFor('verifier', credential, findProfile(credential) as Profile);
  const hides = present.some((pointer) => withheld.includes(pointer));
  return present.filter((pointer) => !withheld.includes(pointer) && !(hides && pointer.endsWith('/blinding')));
}

/** The outcome of each rule of each regime, and nothing that differs from one issue to the next. */
function outcomesOf(results: Record<string, { result: string; rules: { id: string; outcome: string }[] }>) {
  return Object.fromEntries(
    Object.entries(results).map(([regime, { result, rules }]) => [
      regime,
      { result, rules: rules.map(({ id, outcome }) => `${id} ${outcome}`).sort() },
    ]),
  );
}

async function judge({ example, row }: ExampleCase, mechanism: Mechanism & { readonly derives?: true }) {
  await using node = await startNode({
    environment: { PUBLIC_URL: 'https://node.example' },
    start: Date.UTC(2024, 10, 1),
  });
  const withheldOf = (key: string): string[] =>
    asArray((example['presentations'] as Record<string, { withheld?: string[] }>)[row.presentation]?.withheld)
      .filter((path) => path.startsWith(`/credentials/${key}/`))
      .map((path) => path.slice(`/credentials/${key}`.length));
  const { example: settled, parties } = await settleExample(
    node,
    mechanism.derives === true ? example : withoutWithheld(example, row.presentation),
    { cryptosuite: mechanism.cryptosuite, keyType: mechanism.keyType },
  );
  const issued = await issueOnNode(node, settled, parties);
  const presentation = (
    settled['presentations'] as Record<string, { claim: string; credentials: string[]; worksheet?: string }>
  )[row.presentation];
  const keeper = await node.createParty('the-keeper');
  node.clock.set(readDateTime(settled['instant']) ?? 0);
  const shown: JsonObject[] = [];
  for (const key of presentation?.credentials ?? []) {
    const credential = issued.secured.get(key) as JsonObject;
    const { id, proof } = credential as { id: string; proof?: JsonObject };
    expect(proof?.['cryptosuite'] ?? /^data:application\/(vc\+[a-z-]+),/.exec(id)?.[1]).toBe(mechanism.cryptosuite);
    if (mechanism.derives !== true) shown.push(credential);
    else {
      const selectivePointers = shownPointers(readableOf(credential), withheldOf(key));
      const derived = await node.post(
        '/holders/the-keeper/credentials/derive',
        { verifiableCredential: credential, options: { selectivePointers } },
        keeper.token,
      );
      if (derived.status !== 201) throw new Error(`${key}: ${derived.text}`);
      shown.push(derived.body.verifiableCredential);
    }
  }
  for (const verifiableCredential of shown) {
    const verified = await node.post('/verifiers/the-keeper/credentials/verify', { verifiableCredential });
    expect(verified.body).toMatchObject({ verified: true, problemDetails: [] });
  }
  const { worksheets } = await issueLeaves(settled, issued);
  const leaves = presentation?.worksheet === undefined ? undefined : worksheets.get(presentation.worksheet);
  const policy = policyOfExample(settled);
  const desk = { id: 'desk', policy };
  expect((await node.post('/admin/organizations/the-keeper/verifiers', desk, ADMIN_TOKEN)).status).toBe(201);
  const answer = await node.post(
    '/verifiers/desk/evaluations',
    {
      ...(mechanism.cryptosuite === 'vc+jwt'
        ? { presentation: await inToken(node, shown, keeper) }
        : { credentials: shown }),
      claim: issued.credentials.get(presentation?.claim ?? '')?.['id'],
      at: settled['instant'],
      ...(settled['import'] === undefined ? {} : { import: settled['import'] }),
      ...(leaves === undefined ? {} : { worksheets: [{ leaves }] }),
    },
    keeper.token,
  );
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body.results;
}

/** The same credentials in a presentation that is a token itself. */
async function inToken(node: TestNode, credentials: readonly JsonObject[], holder: Party): Promise<JsonObject> {
  const options = { challenge: 'a challenge of the desk', domain: 'https://node.example', mechanism: 'vp+jwt' };
  const body = { presentation: { verifiableCredential: credentials }, options };
  const proved = await node.post(`/holders/${holder.slug}/presentations/prove`, body, holder.token);
  if (proved.status !== 201) throw new Error(proved.text);
  expect(proved.body.verifiablePresentation.type).toBe('EnvelopedVerifiablePresentation');
  return proved.body.verifiablePresentation;
}

const STORIES = EXAMPLE_NAMES.flatMap((name) => {
  const example = readExample(name);
  const base = casesOf(example).filter((one) => one.example === example);
  const byPresentation = new Map(base.map((one) => [one.row.presentation, one]));
  return [...byPresentation.values()].map((one) => [one.name, one] as const);
});

describe('every mechanism', () => {
  it.each(STORIES)('%s: the same results by the same rules', { timeout: 300_000 }, async (name, one) => {
    const [first, ...all] = MECHANISMS;
    if (first === undefined) throw new Error('no mechanism');
    const place = STORIES.findIndex(([other]) => other === name);
    // The first story under every mechanism, and each mechanism in one more.
    const others = all.filter((_, at) => place === 0 || at % (STORIES.length - 1) === place - 1);
    const expected = outcomesOf(await judge(one, first));
    expect(expected[one.row.regime]?.result).toBe(one.row.result);
    for (const mechanism of others) {
      expect({ mechanism, results: outcomesOf(await judge(one, mechanism)) }).toEqual({ mechanism, results: expected });
    }
  });
});
