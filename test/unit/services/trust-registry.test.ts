/** What of the file is put before the answer to a question of a trust registry. */
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../src/base/clock.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { TrustRegistry } from '../../../src/services/trust-registry.ts';
import type { EvaluationRecord, HeldCredential, InstanceRecord } from '../../../src/store/store.ts';
import { readExample } from '../../support/example-credentials.ts';
import { policyOfExample, requirePolicyOf } from '../../support/worked-examples.ts';

const policy = requirePolicyOf(policyOfExample(readExample('steel-coil')));
const ANCHOR = policy.anchors.find(({ role }) => role === 'accreditation-body')?.did ?? '';
const VERIFIER = 'did:web:verifier.example';
const DESK: InstanceRecord = { kind: 'verifier', id: 'desk', organisation: 'desk', settings: {} };

const link = (issuer: string, about: string, n = 0): JsonObject => ({
  id: `urn:uuid:66666666-0000-4000-8000-${String(n).padStart(12, '0')}`,
  type: ['VerifiableCredential', about === VERIFIER ? 'VerifierAccreditation' : 'RecognitionArrangement'],
  issuer,
  credentialSubject: { id: about },
});

/** The links that are judged when one is held and the others were only shown, by whomever. */
async function judged(held: JsonObject, shown: readonly JsonObject[]): Promise<readonly JsonObject[]> {
  let seen: readonly JsonObject[] = [];
  const registry = new TrustRegistry({
    store: {
      listInstances: async () => [{ ...DESK, kind: 'holder' }],
      listHeld: async () => ({ items: [{ document: held } as HeldCredential], next: undefined }),
      listIssuances: async () => ({ items: [], next: undefined }),
      listEvaluations: async () => ({
        items: [{ request: { credentials: shown } } as unknown as EvaluationRecord],
        next: undefined,
      }),
      findOrganisation: async () => undefined,
    },
    clock: createManualClock(Date.UTC(2027, 3, 15)),
    policyOf: () => policy,
    judge: async (_question, credentials) => {
      seen = credentials;
      return { outcome: 'passed', message: 'query.authorised', params: {}, path: [] };
    },
  });
  await registry.answer(DESK, {
    kind: 'authorization',
    entity: VERIFIER,
    authority: ANCHOR,
    action: 'verification',
    resource: 'eu-cbam',
    demand: {},
  });
  return seen;
}

describe('links on file', () => {
  const real = link(ANCHOR, VERIFIER);
  const bogus = (count: number, to: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => link(`did:web:x${n}.example`, to(n), n + 1));
  it('are all judged where they are few, also those that nobody trusted stands above', async () => {
    expect(
      await judged(
        real,
        bogus(5, () => VERIFIER),
      ),
    ).toHaveLength(6);
    expect(
      await judged(
        real,
        bogus(5, () => 'did:web:other.example'),
      ),
    ).toEqual([real]);
  });
  it('that anybody wrote about a body do not crowd out those that lead to an anchor', async () => {
    expect(
      await judged(
        real,
        bogus(policy.limits.credentials, () => VERIFIER),
      ),
    ).toEqual([real]);
  });
  it('are followed in time that grows with their number', async () => {
    let reads = 0;
    const counted = (one: JsonObject): JsonObject => ({
      ...one,
      get issuer() {
        reads += 1;
        return one['issuer'] ?? '';
      },
    });
    // The worst order: each stands before the one below it.
    const chain = (length: number) =>
      bogus(length, (n) => (n === 0 ? VERIFIER : `did:web:x${n - 1}.example`))
        .reverse()
        .map(counted);
    await judged(real, chain(300));
    const few = reads;
    await judged(real, chain(600));
    expect(reads - few).toBeLessThan(3 * few);
  });
});
