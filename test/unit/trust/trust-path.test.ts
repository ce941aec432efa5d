import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Admitted } from '../../../src/trust/admitted.ts';
import type { EvaluationInput } from '../../../src/trust/evaluation.ts';
import { Evidence } from '../../../src/trust/evidence.ts';
import { LinkBudget, searchAccreditations, searchDecisions, type TrustPath } from '../../../src/trust/trust-path.ts';
import { type Bend, CUSTOMER, requestFor, SCHEME, type Story, set, subject } from '../../support/trust-cases.ts';
import { admitted } from '../../support/worked-examples.ts';

const OWNER = 'did:web:global-mra.example';
const BODY = 'did:web:ab-korea.example';
const VERIFIER = 'did:web:verify-kr.example';

let base: EvaluationInput;
let arrangement: Admitted;
beforeAll(async () => {
  base = await requestFor(CUSTOMER);
  arrangement = of(base, 'RecognitionArrangement');
});

function of(request: EvaluationInput, type: string): Admitted {
  const found = request.admitted.find((credential) => credential.type === type);
  if (found === undefined) throw new Error(type);
  return found;
}

/** Another arrangement of the same words between two other parties. */
function recognise(issuer: string, about: string, id: number): Admitted {
  const body = { ...(arrangement.document['credentialSubject'] as JsonObject), id: about };
  const urn = `urn:uuid:77777777-0000-4000-8000-${String(id).padStart(12, '0')}`;
  return admitted({ ...arrangement.document, id: urn, issuer, credentialSubject: body });
}

async function search(story: Story, bend: Bend, more: readonly Admitted[] = [], links = 256) {
  const request = await requestFor(story, bend);
  const evidence = new Evidence([...request.admitted, ...more], []);
  const find = story === SCHEME ? searchDecisions : searchAccreditations;
  return find(evidence, request.policy, of(request, 'VerificationStatement'), new LinkBudget(links));
}
const told = (paths: readonly TrustPath[]) => paths.map(({ end, parties }) => [end, ...parties]);

describe('the search upward', () => {
  it('lists the parties from the anchor down', async () => {
    const { paths, exhausted } = await search(CUSTOMER, {});
    expect(told(paths)).toEqual([['anchor', OWNER, BODY, VERIFIER]]);
    expect(exhausted).toBe(false);
    expect(paths[0]?.arrangements).toHaveLength(1);
  });
  it('goes on above an anchor, and ends where nobody vouches', async () => {
    const { paths } = await search(CUSTOMER, {}, [recognise('did:web:above.example', OWNER, 1)]);
    expect(told(paths)).toEqual([
      ['anchor', OWNER, BODY, VERIFIER],
      ['no-anchor', 'did:web:above.example', OWNER, BODY, VERIFIER],
    ]);
  });
  it('gives a path for each entry that the policy has of one DID', async () => {
    const { paths } = await search(CUSTOMER, { policy: [{ op: 'copy', from: '/anchors/1', path: '/anchors/-' }] });
    expect(told(paths)).toEqual([
      ['anchor', OWNER, BODY, VERIFIER],
      ['anchor', OWNER, BODY, VERIFIER],
    ]);
  });
  it('does not go round in a circle', async () => {
    const circle = [
      recognise('did:web:x.example', 'did:web:y.example', 1),
      recognise('did:web:y.example', 'did:web:x.example', 2),
    ];
    const { paths } = await search(CUSTOMER, { hide: ['arrangement:kr-mra'] }, [
      ...circle,
      recognise('did:web:x.example', BODY, 3),
    ]);
    expect(told(paths)).toEqual([['cycle', 'did:web:y.example', 'did:web:x.example', BODY, VERIFIER]]);
  });
  it('a body that recognises itself is no step up', async () => {
    const { paths } = await search(CUSTOMER, { hide: ['arrangement:kr-mra'] }, [recognise(BODY, BODY, 1)]);
    expect(told(paths)).toEqual([['cycle', BODY, VERIFIER]]);
  });
  it('stops at the length the policy allows', async () => {
    const tower = ['a', 'b', 'c', 'd'].map((name, index) =>
      recognise(`did:web:${name}.example`, index === 0 ? OWNER : `did:web:${'abcd'[index - 1]}.example`, index),
    );
    const { paths } = await search(CUSTOMER, {}, tower);
    expect(paths.map(({ end, parties }) => [end, parties.length])).toEqual([
      ['anchor', 3],
      ['too-long', 5],
    ]);
  });
  it('stops at the number of links the policy allows, and says so', async () => {
    expect(await search(CUSTOMER, {}, [], 2)).toMatchObject({ exhausted: false });
    expect(await search(CUSTOMER, {}, [], 1)).toMatchObject({ exhausted: true, paths: [] });
    expect(await search(CUSTOMER, {}, [], 0)).toMatchObject({ exhausted: true, paths: [] });
    expect(await search(SCHEME, {}, [], 0)).toMatchObject({ exhausted: true, paths: [] });
  });
});

describe('the search through a decision', () => {
  const IT = 'did:web:footprint-scheme-it.example';
  const KR = 'did:web:footprint-scheme-kr.example';
  it('passes by the scheme that is recognised', async () => {
    const { paths } = await search(SCHEME, {});
    expect(told(paths)).toEqual([['anchor', IT, KR, VERIFIER]]);
    expect(paths[0]).toMatchObject({ decision: { type: 'RecognitionDecision' }, accreditation: { issuer: BODY } });
  });
  it('names nobody twice', async () => {
    const recognised = (did: string): Bend => ({ patch: [set(subject('arrangement:scheme', '/id'), did)] });
    expect(told((await search(SCHEME, recognised(VERIFIER))).paths)).toEqual([['anchor', IT, VERIFIER]]);
    expect(told((await search(SCHEME, recognised(IT))).paths)).toEqual([['anchor', IT, VERIFIER]]);
  });
  it('without its basis, ends at the party that decided', async () => {
    const { paths } = await search(SCHEME, { hide: ['arrangement:scheme'] });
    expect(told(paths)).toEqual([['anchor', IT, VERIFIER]]);
    expect(paths[0]?.arrangements).toEqual([]);
  });
});
