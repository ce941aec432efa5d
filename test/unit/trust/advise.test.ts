import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { RegimeAdvice } from '../../../src/trust/advice.ts';
import { type AdviceInput, advise } from '../../../src/trust/advise.ts';
import { draftOf } from '../../../src/trust/draft.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { EvaluationInput, RegimeResult } from '../../../src/trust/evaluation.ts';
import { EXAMPLE_NAMES, readExample } from '../../support/example-credentials.ts';
import { applyPatch } from '../../support/json-patch.ts';
import { createRecord } from '../../support/told.ts';
import { CBAM, CUSTOMER, requestFor, SCHEME, type Story } from '../../support/trust-cases.ts';
import {
  admitted,
  casesOf,
  type ExampleCase,
  issueExample,
  issueLeaves,
  issueUnsigned,
  issuingOrder,
  requestOf,
} from '../../support/worked-examples.ts';

const failedIds = (result: RegimeResult | undefined): readonly string[] => [
  ...new Set((result?.rules ?? []).filter((rule) => rule.outcome === 'failed').map((rule) => rule.id)),
];
/** Ids of the rules that stand against a draft, or that would if nothing more came to hand. */
const against = (advice: RegimeAdvice | undefined): readonly string[] => [
  ...new Set(
    (advice?.rules ?? [])
      .filter((rule) => rule.outcome === 'failed' || rule.open === 'absent' || rule.open === 'later')
      .map((rule) => rule.id),
  ),
];
const messagesOf = (advice: RegimeAdvice | undefined): readonly string[] =>
  (advice?.rules ?? []).filter((rule) => rule.outcome === 'failed').map((rule) => rule.message);

/** The request of a case, its newest statement or decision taken out as the draft. */
async function draftedFrom({ example, asIssued, row }: ExampleCase) {
  const issued = await issueExample(asIssued, issueUnsigned);
  const { worksheets } = example === asIssued ? issued : await issueLeaves(example, issued);
  const request = requestOf(example, { ...issued, worksheets }, row.presentation);
  const ids = issuingOrder(asIssued).map((key) => String(issued.credentials.get(key)?.['id']));
  const shown = ids.flatMap((id) => request.admitted.filter((one) => one.id === id));
  const last = shown.findLast((one) => {
    if (one.type === 'RecognitionDecision') return row.regime === 'scheme-mra';
    return one.type === 'VerificationStatement' && JSON.stringify(one.subject['claim']).includes(String(request.claim));
  });
  return { request, draft: last };
}

function adviceInput(request: EvaluationInput, draft: JsonObject, more: Partial<AdviceInput> = {}): AdviceInput {
  const { at, policy, worksheets } = request;
  return {
    draft,
    admitted: request.admitted.filter((one) => one.id !== draft['id']),
    refused: request.refused,
    at,
    policy,
    ...(worksheets === undefined ? {} : { worksheets }),
    ...more,
  };
}

describe.each(EXAMPLE_NAMES)('advice on the last credential of %s', (name) => {
  const cases = casesOf(readExample(name)).map((entry) => [entry.name, entry] as const);

  it.each(cases)('%s: what stands against the draft is what fails after signing', async (_name, entry) => {
    const { request, draft } = await draftedFrom(entry);
    if (draft === undefined) throw new Error('nothing to draft');
    const regimes = [entry.row.regime];
    // An import and its year are the declarant's question, not the issuer's.
    const { import: _import, ...question } = request;
    const signed = evaluate({ ...question, regimes }).results[entry.row.regime];
    const advice = advise(adviceInput(request, draft.document, { regimes }))[entry.row.regime];
    expect(against(advice)).toEqual(failedIds(signed));
    if (advice?.missing.length === 0) expect(advice.wouldBe).toBe(signed?.result);
    else expect(['UNDETERMINED', 'REJECT']).toContain(advice?.wouldBe);
  });
});

async function statementDraft(story: Story, bend = {}) {
  const request = await requestFor(story, bend);
  const draft = request.admitted.find(
    (one) =>
      one.type === 'VerificationStatement' && JSON.stringify(one.subject['claim']).includes(String(request.claim)),
  );
  if (draft === undefined) throw new Error('no statement');
  return { request, draft: draft.document };
}

describe('advise', () => {
  it('tells a nationally accredited body why its statement does not serve CBAM', async () => {
    const variant = casesOf(readExample('steel-coil')).find(({ name }) => name.includes('national-statement'));
    if (variant === undefined) throw new Error('no such variant');
    const { request, draft } = await draftedFrom(variant);
    const advice = advise(adviceInput(request, draft?.document ?? {}, { regimes: ['eu-cbam'], policy: undefined }));
    expect(advice['eu-cbam']?.wouldBe).toBe('REJECT');
    expect(against(advice['eu-cbam'])).toEqual(expect.arrayContaining(['R1', 'R2', 'C4', 'B8', 'B11']));
    expect(advice['eu-cbam']?.rules).toContainEqual(
      expect.objectContaining({ id: 'R1', message: 'R1.legal-basis', pointer: '/credentialSubject/accreditation' }),
    );
  });

  it('assumes the signature, and says so', async () => {
    const { request, draft } = await statementDraft(CBAM);
    const advice = advise(adviceInput(request, draft))['eu-cbam'];
    expect(advice?.wouldBe).toBe('ACCEPT');
    expect(advice?.rules.filter((rule) => rule.outcome === 'assumed')).toMatchObject([
      { id: 'S1', subject: draft['id'] },
    ]);
  });

  it('cannot tell without the accreditation, and names it', async () => {
    const { request, draft } = await statementDraft(CBAM);
    const without = request.admitted.filter((one) => one.type !== 'VerifierAccreditation');
    const advice = advise(adviceInput({ ...request, admitted: without }, draft))['eu-cbam'];
    expect(advice?.wouldBe).toBe('UNDETERMINED');
    expect(messagesOf(advice)).toEqual([]);
    expect(advice?.missing).toContainEqual({
      what: 'VerifierAccreditation',
      of: 'urn:uuid:00000000-0000-4000-8000-000000000002',
      why: 'absent',
    });
  });

  it('without the claim knows only that it needs it', async () => {
    const { request, draft } = await statementDraft(CBAM);
    const advice = advise(adviceInput({ ...request, admitted: [] }, draft))['eu-cbam'];
    expect(advice).toMatchObject({ wouldBe: 'UNDETERMINED', missing: [{ what: 'claim', why: 'absent' }] });
  });

  it('refuses where the claim at hand is not the one that was linked', async () => {
    const { request, draft } = await statementDraft(CBAM);
    const wrong = applyPatch(draft, [
      { op: 'replace', path: '/credentialSubject/claim/digestMultibase', value: `uEi${'A'.repeat(43)}` },
    ]);
    const advice = advise(adviceInput(request, wrong))['eu-cbam'];
    expect(advice?.wouldBe).toBe('REJECT');
    expect(advice?.rules).toContainEqual(
      expect.objectContaining({ message: 'L1.digest', pointer: '/credentialSubject/claim', outcome: 'failed' }),
    );
  });

  it('judges nobody whom only a policy could know', async () => {
    const { request, draft } = await statementDraft(CUSTOMER);
    const neutral = advise(adviceInput(request, draft, { policy: undefined }))['iso14067-pcf'];
    expect(neutral?.wouldBe).toBe('ACCEPT');
    expect(neutral?.missing).toEqual([{ what: 'policy', why: 'policy' }]);
    expect(neutral?.rules.filter((rule) => rule.open === 'policy').map((rule) => rule.id)).toEqual(
      expect.arrayContaining(['I1', 'I2', 'R1']),
    );
    const policy = { ...request.policy, trustedOrganisations: [] };
    expect(messagesOf(advise(adviceInput(request, draft, { policy }))['iso14067-pcf'])).toContain('I1.unknown');
  });

  it('leaves a decision that can only come later out of the answer', async () => {
    const { request, draft } = await statementDraft(SCHEME);
    const without = request.admitted.filter((one) => one.type !== 'RecognitionDecision');
    const advice = advise(adviceInput({ ...request, admitted: without }, draft, { regimes: ['scheme-mra'] }));
    expect(advice['scheme-mra']?.missing).toContainEqual(
      expect.objectContaining({ what: 'RecognitionDecision', why: 'later' }),
    );
    expect(messagesOf(advice['scheme-mra'])).toEqual([]);
  });

  it('judges a claim by itself, before there is a statement', async () => {
    const request = await requestFor(CBAM);
    const claim = request.admitted.find((one) => one.id === request.claim)?.document ?? {};
    const others = request.admitted.filter(
      (one) => JSON.stringify(one.subject['claim'] ?? '').includes(String(request.claim)) === false,
    );
    const advice = advise(adviceInput({ ...request, admitted: others }, claim));
    expect(Object.keys(advice)).toEqual(['eu-cbam']);
    expect(advice['eu-cbam']).toMatchObject({
      wouldBe: 'ACCEPT',
      missing: [{ what: 'VerificationStatement', why: 'later' }],
    });
    const wrong = applyPatch(claim, [
      { op: 'replace', path: '/credentialSubject/goods/0/specificDirect', value: '1.5' },
    ]);
    const refused = advise(adviceInput({ ...request, admitted: others }, wrong))['eu-cbam'];
    expect(messagesOf(refused)).toEqual(['B4.value']);
    const asked = advise(adviceInput({ ...request, admitted: others }, claim, { regimes: ['iso14067-pcf'] }));
    expect(messagesOf(asked['iso14067-pcf'])).toContain('R2.claim-type');
  });

  it('judges an accreditation by its term, its basis and what its issuer was granted', async () => {
    const request = await requestFor(CBAM);
    const accreditation = request.admitted.find((one) => one.type === 'VerifierAccreditation')?.document ?? {};
    const good = advise(adviceInput({ ...request, admitted: [] }, accreditation))['eu-cbam'];
    expect(good).toMatchObject({ wouldBe: 'ACCEPT', missing: [] });
    const bent = applyPatch(accreditation, [
      { op: 'replace', path: '/credentialSubject/expiryDate', value: '2033-01-01' },
      { op: 'replace', path: '/credentialSubject/scopes/0/activity', value: 'validation' },
      { op: 'remove', path: '/credentialSubject/scopes/0/cbamActivityGroups' },
    ]);
    expect(messagesOf(advise(adviceInput({ ...request, admitted: [] }, bent))['eu-cbam'])).toEqual(
      expect.arrayContaining(['C5.term', 'C2.dates', 'advice.nothing-left', 'advice.no-groups']),
    );
    const wide = applyPatch(accreditation, [
      { op: 'replace', path: '/credentialSubject/scopes/0/activity', value: ['verification', 'validation'] },
    ]);
    const noted = advise(adviceInput({ ...request, admitted: [] }, wide))['eu-cbam'];
    expect(noted?.wouldBe).toBe('ACCEPT');
    expect(noted?.rules).toContainEqual(
      expect.objectContaining({ message: 'advice.excess', severity: 'N', pointer: '/credentialSubject/scopes' }),
    );
  });

  it('judges an arrangement by its kind and its levels', async () => {
    const request = await requestFor(CUSTOMER);
    const arrangement = request.admitted.find((one) => one.type === 'RecognitionArrangement')?.document ?? {};
    const good = advise(adviceInput({ ...request, admitted: [] }, arrangement))['iso14067-pcf'];
    expect(good).toMatchObject({ wouldBe: 'ACCEPT', missing: [] });
    const bent = applyPatch(arrangement, [
      { op: 'replace', path: '/credentialSubject/levels/L2', value: 'validation' },
    ]);
    const advice = advise(adviceInput({ ...request, admitted: [] }, bent, { regimes: ['iso14067-pcf', 'eu-cbam'] }));
    expect(messagesOf(advice['iso14067-pcf'])).toContain('R3.levels');
    expect(messagesOf(advice['eu-cbam'])).toContain('R1.kind');
  });

  it('says nothing where no regime speaks, and throws for nothing in a draft', () => {
    const given = { admitted: [], refused: [], at: 0 };
    expect(advise({ ...given, draft: {} })).toEqual({});
    expect(advise({ ...given, draft: { id: 'x', issuer: 'y', credentialSubject: 1 } })).toEqual({});
  });
});

const toldBefore = createRecord('advice');
const NATIONAL = { op: 'replace', path: '/credentialSubject/legalBasis', value: 'national' } as const;
const EVERY = ['eu-cbam', 'iso14067-pcf', 'scheme-mra'];

describe('a draft before anything rests on it', () => {
  it.each([
    ['an accreditation', CBAM, 'VerifierAccreditation', []],
    ['an accreditation that was not made for CBAM', CBAM, 'VerifierAccreditation', [NATIONAL]],
    ['an accreditation for footprints', CUSTOMER, 'VerifierAccreditation', []],
    ['an arrangement of accreditation bodies', CUSTOMER, 'RecognitionArrangement', []],
    ['an arrangement of schemes', SCHEME, 'RecognitionArrangement', []],
    ['a footprint', CUSTOMER, 'CarbonFootprintClaim', []],
    ['embedded emissions', CBAM, 'EmbeddedEmissionsClaim', []],
  ] as const)('%s is judged by the rules of its kind', async (title, story, type, patch) => {
    const request = await requestFor(story);
    const document = request.admitted.findLast((one) => one.type === type)?.document ?? {};
    const input = adviceInput({ ...request, admitted: [] }, applyPatch(document, patch), { regimes: EVERY });
    const lines = Object.entries(advise(input)).flatMap(([regime, { wouldBe, rules }]) => [
      `${regime} ${wouldBe}`,
      ...rules.map(({ id, outcome, message, subject }) => [id, outcome, message, subject].join(' ')),
    ]);
    expect(lines).toEqual(toldBefore(title, lines));
  });
});

describe('a draft', () => {
  it('is never taken for what was admitted', async () => {
    const { request, draft } = await statementDraft(CBAM);
    const unsigned = draftOf(draft);
    if (unsigned === undefined) throw new Error('not a draft');
    const others = request.admitted.filter((one) => one.id !== unsigned.id);
    // @ts-expect-error a draft is no Admitted, for the compiler too
    const input: EvaluationInput = { ...request, admitted: [...others, unsigned] };
    expect(() => evaluate(input)).toThrow(TypeError);
    // @ts-expect-error nor does it support another draft
    expect(() => advise(adviceInput({ ...request, admitted: [unsigned] }, { id: 'other' }))).toThrow(TypeError);
    expect(evaluate({ ...request, admitted: [...others, admitted(draft)] }).results['eu-cbam']?.result).toBe('ACCEPT');
  });
});
