/** What is asked: which claim, under which regimes, of which import; and what the answer says when that cannot be judged. */
import { describe, expect, it } from 'vitest';
import { type Finding, failed, passed, undetermined } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { EvaluationInput, RegimeResult } from '../../../src/trust/evaluation.ts';
import { toldBy } from '../../support/told.ts';
import { type Bend, CBAM, CELL, CUSTOMER, drop, requestFor, set, subject } from '../../support/trust-cases.ts';

const COIL = 'urn:uuid:00000000-0000-4000-8000-000000000012';
const bad = failed('proof.signature', 'PROOF_VERIFICATION_ERROR', '');
const open = undetermined('proof.key', 'DID_RESOLUTION_ERROR', '');

/** Without naming the claim. */
async function unnamed(story = CBAM, bend: Bend = {}): Promise<EvaluationInput> {
  const { claim: _claim, ...request } = await requestFor(story, bend);
  return request;
}
const without = (request: EvaluationInput, member: 'precursors' | 'upstreamReliance') => ({
  ...request,
  admitted: request.admitted.filter(({ subject: own }) => own[member] === undefined),
});
/** The one result, whole, and what is said of the question as such. */
function answer(request: EvaluationInput): readonly [RegimeResult | undefined, readonly Finding[]] {
  const { results, findings } = evaluate(request);
  return [results['eu-cbam'] ?? Object.values(results)[0], findings];
}
const unjudged = (result: string, id: string, outcome: string, code: string, message = id): object => ({
  ...{ result, path: [], values: {}, restsOn: [] },
  rules: [{ id, severity: 'E', outcome, code, message, params: {} }],
});
const finding = (check: string, outcome: string, code: string, detail = check): object => ({
  check,
  outcome,
  code,
  detail,
});

describe('a question that cannot be judged', () => {
  it('names no claim that is here', async () => {
    const absent = unjudged('REJECT', 'claim.absent', 'failed', 'NOTHING_PRESENTED');
    const said = [finding('claim.absent', 'failed', 'NOTHING_PRESENTED')];
    const request = await requestFor(CBAM);
    expect(answer({ ...request, claim: 'urn:uuid:nowhere' })).toEqual([absent, said]);
    expect(answer({ ...(await unnamed()), admitted: [] })).toEqual([absent, said]);
    const statement = request.admitted.find(({ type }) => type === 'VerificationStatement');
    expect(answer({ ...request, claim: statement?.id ?? '' })).toEqual([absent, said]);
  });
  it('leaves open which claim is meant', async () => {
    const ambiguous = unjudged('UNDETERMINED', 'claim.ambiguous', 'undetermined', 'BAD_REQUEST');
    const said = [finding('claim.ambiguous', 'undetermined', 'BAD_REQUEST')];
    expect(answer(await unnamed(CBAM, { show: ['claim:coil-pcf'] }))).toEqual([ambiguous, said]);
  });
  it('is about more credentials than the policy has looked at, whatever came of them', async () => {
    const limited = (credentials: number, more: Bend = {}) =>
      requestFor(CBAM, { policy: [set('/limits', { credentials })], ...more });
    const told = unjudged('UNDETERMINED', 'limits.credentials', 'undetermined', 'LIMIT_EXCEEDED');
    const said = [finding('limits.credentials', 'undetermined', 'LIMIT_EXCEEDED')];
    expect(answer(await limited(4))).toEqual([told, said]);
    expect(answer(await limited(4, { refuse: { 'claim:slab': [bad] } }))[0]).toEqual(told);
    expect(answer(await limited(5))[0]?.result).toBe('ACCEPT');
  });
  it('has more links than the policy has followed', async () => {
    const { results, findings } = evaluate(await requestFor(CBAM, { policy: [set('/limits', { links: 1 })] }));
    const { rules = [], ...result } = results['eu-cbam'] ?? {};
    expect(result).toMatchObject({ result: 'UNDETERMINED', claim: COIL });
    expect(result).not.toHaveProperty('nearestMiss');
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.at(-1)).toMatchObject({ id: 'limits.links', outcome: 'undetermined', code: 'LIMIT_EXCEEDED' });
    expect(findings).toEqual([finding('limits.links', 'undetermined', 'LIMIT_EXCEEDED')]);
  });
  it('is about a regime that the policy does not have', async () => {
    const { results, findings } = evaluate({ ...(await requestFor(CBAM)), regimes: ['nought', 'eu-cbam'] });
    expect(Object.keys(results)).toEqual(['eu-cbam', 'nought']);
    expect(results['nought']).toEqual(unjudged('UNDETERMINED', 'regime.unknown', 'undetermined', 'BAD_REQUEST'));
    expect(results['eu-cbam']?.result).toBe('ACCEPT');
    expect(findings).toEqual([]);
  });
  it.each<[string, JsonObject]>([
    ['no CN code', { cnCode: 72083700 }],
    ['no day', { date: 'soon' }],
    ['a mass that is none', { netMass: '2000 t' }],
    ['a mass without value', { netMass: { unit: 't' } }],
    ['a value that is no figure', { netMass: { value: 'much', unit: 't' } }],
    ['a value below nought', { netMass: { value: '-1', unit: 't' } }],
    ['a mass without unit', { netMass: { value: '2000' } }],
  ])('is about an import with %s', async (_, change) => {
    const request = await requestFor(CBAM);
    const imported = { ...request.import, ...change } as unknown as NonNullable<EvaluationInput['import']>;
    expect(answer({ ...request, import: imported })).toEqual([
      unjudged('UNDETERMINED', 'import.malformed', 'undetermined', 'BAD_REQUEST'),
      [finding('import.malformed', 'undetermined', 'BAD_REQUEST')],
    ]);
  });
});

describe('a claim that was refused', () => {
  const rejected = (id: string, code: string) => unjudged('REJECT', id, 'failed', code, 'claim.refused');
  const doubted = (id: string, code: string) => unjudged('UNDETERMINED', id, 'undetermined', code, 'claim.refused');
  it.each<[string, Finding[], object]>([
    ['by its proof', [passed('schema'), bad], rejected('S1', 'PROOF_VERIFICATION_ERROR')],
    ['by its form', [passed('proof'), failed('schema', 'PARSING_ERROR', '')], rejected('S2', 'PARSING_ERROR')],
    ['by both, the first counts', [failed('schema', 'PARSING_ERROR', ''), bad, open], rejected('S2', 'PARSING_ERROR')],
    ['by nothing that was told', [], doubted('S2', 'NOTHING_PRESENTED')],
    ['in doubt', [passed('schema', { code: 'EXPIRED' }), open], doubted('S1', 'DID_RESOLUTION_ERROR')],
  ])('%s, is told with its reason', async (_, findings, told) => {
    const bend: Bend = { refuse: { 'claim:coil': findings } };
    expect(answer(await requestFor(CBAM, bend))[0]).toEqual(told);
    expect(answer(await unnamed(CBAM, bend))[0]).toEqual(told);
  });
  it('is not another one', async () => {
    const slab = { refuse: { 'claim:slab': [bad] } };
    expect(answer(await requestFor(CBAM, slab))[0]?.claim).toBe(COIL);
    expect(answer(await unnamed(CBAM, slab))[0]).toEqual(rejected('S1', 'PROOF_VERIFICATION_ERROR'));
    expect(answer({ ...(await requestFor(CBAM, slab)), claim: 'urn:uuid:nowhere' })[0]).toMatchObject({
      rules: [{ id: 'claim.absent' }],
    });
  });
  it('may be what nobody could read, and is not what is no claim', async () => {
    const request = await unnamed();
    const stranger = { digest: 'x', findings: [open] };
    expect(answer({ ...request, refused: [stranger] })[0]).toEqual(doubted('S1', 'DID_RESOLUTION_ERROR'));
    expect(answer({ ...request, refused: [{ ...stranger, type: 'RecognitionArrangement' }] })[0]?.claim).toBe(COIL);
    const claim = { ...stranger, type: 'CarbonFootprintClaim' };
    expect(answer({ ...request, refused: [claim] })[0]).toEqual(doubted('S1', 'DID_RESOLUTION_ERROR'));
  });
});

describe('the claim that is meant', () => {
  it('is not one that another is made from', async () => {
    const request = await unnamed(CBAM, { patch: [drop(subject('statement:coil', '/upstreamReliance'))] });
    expect(answer(request)[0]?.claim).toBe(COIL);
  });
  it('is not one that a statement relies on', async () => {
    const request = await unnamed(CELL, { patch: [] });
    expect(answer(request)[0]?.claim).toBe('urn:uuid:00000000-0000-4000-8000-000000000022');
    expect(answer(without(request, 'upstreamReliance'))[1]).toMatchObject([{ check: 'claim.ambiguous' }]);
  });
  it('is not found by a link that leads nowhere', async () => {
    const request = await unnamed(CBAM, { hide: ['statement:slab'] });
    expect(answer(request)[1]).toMatchObject([{ check: 'claim.ambiguous' }]);
  });
});

describe('what came along and was refused', () => {
  it('is told by its digest, doubts and refusals only', async () => {
    const request = await requestFor(CUSTOMER);
    const refused = [
      { digest: 'b', findings: [passed('schema'), bad, { ...open, params: { did: 'did:web:a.example' } }] },
      { digest: 'a', findings: [open, { check: 'x', outcome: 'skipped' } satisfies Finding] },
    ];
    expect(evaluate({ ...request, refused }).findings).toEqual([
      { ...open, params: { credential: 'a' } },
      { ...bad, params: { credential: 'b' } },
      { ...open, params: { did: 'did:web:a.example', credential: 'b' } },
    ]);
  });
});

describe('a statement that cannot be had', () => {
  it('is a refusal, or a doubt where one that could not be judged may be it', async () => {
    const hidden = answer(await requestFor(CBAM, { hide: ['statement:coil'] }))[0];
    expect(hidden).toMatchObject({ result: 'REJECT', claim: COIL });
    expect(hidden).not.toHaveProperty('statement');
    expect(hidden?.rules).toContainEqual({
      ...{ id: 'L1', severity: 'E', outcome: 'failed', code: 'NO_TRUST_PATH', message: 'L1.no-statement' },
      ...{ subject: COIL, params: { regime: 'eu-cbam' } },
    });
    const doubtful = answer(await requestFor(CBAM, { refuse: { 'statement:coil': [open] } }))[0];
    expect(doubtful?.rules).toContainEqual({
      ...{ id: 'L1', severity: 'E', outcome: 'undetermined', code: 'DID_RESOLUTION_ERROR', message: 'L1.undetermined' },
      ...{ subject: COIL, params: { regime: 'eu-cbam' } },
    });
    expect(toldBy(doubtful ?? ({ rules: [] } as unknown as RegimeResult))[0]).toBe('UNDETERMINED');
  });
});
