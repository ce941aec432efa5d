import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { readDateTime } from '../../src/formats/date-time.ts';
import { readExample } from '../support/example-credentials.ts';
import { issueOnNode, settleExample } from '../support/issue-on-node.ts';
import { startNode, type TestNode } from '../support/node.ts';
import { policyOfExample, requirePolicyOf } from '../support/worked-examples.ts';

let node: TestNode;
let credentials: readonly JsonObject[];
let accreditation: JsonObject;
let claim: string;
let policy: JsonObject;

beforeAll(async () => {
  node = await startNode({ start: Date.UTC(2024, 0, 1) });
  const { example, parties } = await settleExample(node, readExample('steel-coil'));
  const issued = await issueOnNode(node, example, parties);
  const keys = ['claim:coil', 'statement:coil', 'claim:slab', 'statement:slab', 'accreditation:eu'];
  credentials = keys.map((key) => issued.credentials.get(key) as JsonObject);
  accreditation = issued.credentials.get('accreditation:eu') as JsonObject;
  claim = String(credentials[0]?.['id']);
  policy = policyOfExample(example);
  node.clock.set(Math.max(node.clock.now(), readDateTime(example['instant']) ?? 0));
}, 60_000);
afterAll(() => node[Symbol.asyncDispose]());

const evaluate = (compromisedKeys: readonly object[]) =>
  node.node.verifier.evaluate(
    { credentials, claim, regimes: ['eu-cbam'] },
    requirePolicyOf({ ...policy, compromisedKeys }),
  );
const source = { document: 'letter of the body, fictional', date: '2027-04-01' };
const methodOf = (): string => String((accreditation['proof'] as JsonObject)['verificationMethod']);

it('judges the very keys that made the proofs, of credentials and of the lists that were read', async () => {
  const before = await evaluate([]);
  expect(before.results['eu-cbam']?.result).toBe('ACCEPT');
  const entry = { verificationMethod: methodOf(), from: '2027-01-01T00:00:00Z', source };
  const after = (await evaluate([entry])).results['eu-cbam'];
  expect(after?.result).toBe('REJECT');
  expect(after?.rules).toContainEqual(
    expect.objectContaining({ id: 'S1', code: 'KEY_COMPROMISED', subject: String(accreditation['id']) }),
  );
  const looked = JSON.parse(JSON.stringify(before.report)) as {
    lookedAt: { credentials: { id: string; digest: string }[] };
  };
  const seen = looked.lookedAt.credentials;
  const seenBefore = seen.filter(({ id }) => id === accreditation['id']).map(({ digest }) => digest);
  const kept = (await evaluate([{ ...entry, seenBefore }])).results['eu-cbam'];
  expect(kept?.result).toBe('UNDETERMINED');
  expect(kept?.rules).toContainEqual(expect.objectContaining({ id: 'C2', code: 'KEY_COMPROMISED' }));
});

it('knows a key by itself, under whatever method it is published', async () => {
  const publicKeyMultibase = methodOf().split('#')[1];
  const entry = { publicKeyMultibase, from: '2027-01-01T00:00:00Z', source };
  expect((await evaluate([entry])).results['eu-cbam']?.result).toBe('REJECT');
});
