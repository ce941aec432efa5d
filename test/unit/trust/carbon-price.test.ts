/** A carbon price paid is shown or not shown; it never changes a result. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { StatusHistory } from '../../../src/credentials/status-history.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { EvaluationInput, RegimeResult } from '../../../src/trust/evaluation.ts';
import { CERTIFIER, complete, OPERATOR, type PriceSpec, priceOf } from '../../support/composite-credentials.ts';
import { readExample } from '../../support/example-credentials.ts';
import { CBAM, noLists, requestFor, setBit } from '../../support/trust-cases.ts';
import { admitted, clearHistory, policyOfExample, requirePolicyOf } from '../../support/worked-examples.ts';

const REGISTER = 'did:web:register.example';
const source = { document: 'fictional', date: '2026-09-20' };
const named = (did: string) => ({ did, name: { en: 'Fictional', ko: '가상' }, source });

let base: EvaluationInput;
let policy: JsonObject;
beforeAll(async () => {
  base = await requestFor(CBAM);
  policy = policyOfExample(readExample('steel-coil'));
});

const claimDocument = (tail = '012'): JsonObject => base.admitted.find(({ id }) => id.endsWith(tail))?.document ?? {};
const known = (...dids: readonly string[]) =>
  requirePolicyOf({
    ...policy,
    trustedOrganisations: [...(policy['trustedOrganisations'] as JsonObject[]), ...dids.map(named)],
  });

interface More extends PriceSpec {
  readonly status?: (history: StatusHistory) => StatusHistory;
  readonly claim?: string;
}

function asked(specs: readonly More[], request: Partial<EvaluationInput> = { policy: known(CERTIFIER) }): RegimeResult {
  const prices = specs.map(({ status, claim, ...spec }) => {
    const document = priceOf(claimDocument(claim), spec);
    return admitted(document, status === undefined ? {} : { status: status(clearHistory(document)) });
  });
  const result = evaluate({
    ...base,
    ...request,
    admitted: [...base.admitted, ...prices, ...(request.admitted ?? [])],
  });
  const found = result.results['eu-cbam'];
  if (found === undefined) throw new Error('no result');
  return found;
}

const shown = ({ values }: RegimeResult): JsonObject =>
  Object.fromEntries(Object.entries(values).filter(([name]) => name.startsWith('carbonPricePaid')));

const FIGURES = {
  carbonPricePaidCertificates: '1',
  carbonPricePaidNet: '41250000',
  carbonPricePaidCurrency: 'KRW',
  carbonPricePaidEmissionsCovered: '28222',
};

describe('a carbon price paid', () => {
  it('is shown net of rebates', () => {
    expect(shown(asked([{}]))).toEqual(FIGURES);
    expect(shown(asked([{ rebates: '1250000.50' }]))).toEqual({ ...FIGURES, carbonPricePaidNet: '39999999.5' });
    expect(shown(asked([{ rebates: '41250000' }]))).toMatchObject({ carbonPricePaidNet: '0' });
  });
  it('changes neither result nor rules, only what the answer shows and rests on', () => {
    const [without, with_] = [asked([]), asked([{}])];
    expect(with_.result).toBe(without.result);
    expect(with_.rules).toEqual(without.rules);
    expect(with_.restsOn.filter((id) => !without.restsOn.includes(id))).toEqual([
      'urn:uuid:66666666-0000-4000-8000-000000000001',
    ]);
  });
  it('by an organisation that an anchored register knows is shown too', () => {
    const identity = complete({
      id: 'urn:uuid:66666666-0000-4000-8000-000000000099',
      type: 'IdentityAnchor',
      issuer: REGISTER,
      credentialSubject: {
        id: CERTIFIER,
        registeredName: 'Price Certifier (fictional)',
        registeredId: '1',
        registeredDate: '2020-01-01',
        idScheme: { id: 'https://register.example', name: 'Register' },
        registerType: 'business',
      },
    });
    const anchor = {
      ...named(REGISTER),
      role: 'register',
      programmes: ['identity'],
      activities: [],
      validFrom: '2024-01-01',
      validUntil: '2032-01-01',
    };
    const withRegister = requirePolicyOf({ ...policy, anchors: [...(policy['anchors'] as JsonObject[]), anchor] });
    expect(shown(asked([{}], { policy: withRegister, admitted: [admitted(identity)] }))).toEqual(FIGURES);
    expect(shown(asked([{}], { policy: withRegister }))).toEqual({});
  });
  it.each<[string, More]>([
    ['by somebody whom nobody knows', { issuer: 'did:web:evil.example' }],
    ['by the claimant itself', { issuer: OPERATOR }],
    ['that was revoked', { status: setBit('revocation') }],
    ['whose status is not known', { status: noLists }],
    ['that has ended', { validUntil: '2027-04-01T00:00:00Z' }],
    ['that has not begun', { validFrom: '2027-05-01T00:00:00Z' }],
    ['older than the claim', { validFrom: '2027-03-04T23:59:59Z' }],
    ['for another claim', { claim: '010' }],
    ['of less than nothing', { rebates: '41250001' }],
  ])('%s is not shown', (_what, spec) => {
    const result = asked([spec]);
    expect(shown(result)).toEqual({});
    expect(result.result).toBe('ACCEPT');
  });
  it('that was replaced is not shown, its successor is', () => {
    const old = priceOf(claimDocument());
    const both: More[] = [{}, { number: 2, amount: '7', supersedes: old }];
    expect(shown(asked(both))).toEqual({ ...FIGURES, carbonPricePaidNet: '7' });
  });
  it('beside another is not added to it', () => {
    expect(shown(asked([{}, { number: 2 }]))).toEqual({ carbonPricePaidCertificates: '2' });
  });
});
