/** What a wallet presented, evaluated for the relying party that asked for it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Party, startNode, type TestNode } from '../support/node.ts';
import { EXAMPLE_NODE, type RelyingParty, settleRelyingParty } from '../support/relying-party.ts';
import { answer, presentationFor, requestBehind } from '../support/wallet.ts';

const REGIME = 'iso14067-pcf';
/** Type → the key of the example's credential. */
const SHOWN = {
  'carbon-footprint-claim': 'claim:coil-pcf',
  'verification-statement': 'statement:coil-pcf',
  'verifier-accreditation': 'accreditation:kr',
  'recognition-arrangement': 'arrangement:kr-mra',
} as const;
const TYPES = ['CarbonFootprintClaim', 'VerificationStatement', 'VerifierAccreditation', 'RecognitionArrangement'];

let node: TestNode;
let party: RelyingParty;
let exporter: Party;
beforeAll(async () => {
  node = await startNode(EXAMPLE_NODE);
  party = await settleRelyingParty(node);
  exporter = await node.createParty('the-exporter');
});
afterAll(() => node[Symbol.asyncDispose]());

/** Presents these of what was asked for. */
async function present(ids: readonly (keyof typeof SHOWN)[]) {
  const asked = await party.post('/presentation-requests', { types: TYPES, regimes: [REGIME], formats: ['ldp_vc'] });
  const request = await requestBehind(node, asked.body.links.decentralized_identifier);
  const vpToken: Record<string, unknown> = {};
  for (const id of ids) vpToken[id] = [await presentationFor(node, exporter, request, [party.credentials[SHOWN[id]]])];
  const answered = await answer(node, request, vpToken);
  return { answered, outcome: (await party.get(`/presentation-requests/${asked.body.id}`)).body.outcome };
}

it('is accepted with its whole chain, and found again among the evaluations', async () => {
  const { answered, outcome } = await present(Object.keys(SHOWN) as (keyof typeof SHOWN)[]);
  expect(answered).toMatchObject({ status: 200, body: {} });
  expect(outcome.evaluation.results[REGIME].result).toBe('ACCEPT');
  const kept = await party.get(`/evaluations/${outcome.evaluation.id}`);
  expect(kept.body.results).toEqual(outcome.evaluation.results);
});

it('is not evaluated when it is not all that was asked for', async () => {
  const { answered, outcome } = await present(['carbon-footprint-claim', 'verification-statement']);
  expect(answered).toMatchObject({ status: 400, body: { code: 'QUERY_NOT_MET' } });
  expect([outcome.verdict, outcome.evaluation]).toEqual(['rejected', undefined]);
});
