/** Where an issuer is sent to: the member of its draft that a finding is about. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { pointerFor } from '../../../src/trust/advice-pointers.ts';
import { type Draft, draftOf } from '../../../src/trust/draft.ts';
import type { RuleResult } from '../../../src/trust/evaluation.ts';
import { issuedStories } from '../../support/advice-drafts.ts';
import { applyPatch, valueAtPointer } from '../../support/json-patch.ts';
import { set } from '../../support/trust-cases.ts';

let drafts: ReadonlyMap<string, JsonObject>;
beforeAll(async () => {
  drafts = await issuedStories();
});

function draft(key: string, change?: (document: JsonObject) => JsonObject): Draft {
  const document = drafts.get(key) ?? {};
  const made = draftOf(change === undefined ? document : change(document));
  if (made === undefined) throw new Error(key);
  return made;
}
type Row = Partial<Pick<RuleResult, 'subject' | 'params'>>;
/** By message; its rule is what stands before the first dot, but for the rules of time, which have one themselves. */
function pointer(on: Draft, message: string, { subject, params = {} }: Row = {}): string | undefined {
  const id = message.startsWith('time.') ? message : (message.split('.')[0] ?? '');
  const row = { id, message, params, ...(subject === undefined ? {} : { subject }) };
  return pointerFor(on, row as Pick<RuleResult, 'id' | 'message' | 'subject' | 'params'>);
}
const S = '/credentialSubject';

describe('a statement', () => {
  it.each<[string, string]>([
    ['V1.holder', '/claimHolder'],
    ['V2.value', '/checkedValues'],
    ['V2.boundary', '/scope/boundary'],
    ['V3.statement-date', '/statementDate'],
    ['V3.not-historical', '/dataNature'],
    ['V3.period', '/period'],
    ['V4.adverse', '/conclusion'],
    ['V4.no-qualifications', '/qualifications'],
    ['V5.open', '/uncorrected'],
    ['V6.assurance', '/levelOfAssurance'],
    ['V6.materiality', '/materiality'],
    ['V7.review', '/independentReview'],
    ['V7.signatory', '/signatory'],
    ['C1.number', '/verifier/accreditationNumber'],
    ['R2.programme', '/programme'],
    ['B8.opinion', '/opinionCode'],
    ['B8.contradiction', '/conclusion'],
    ['B8.assurance', '/levelOfAssurance'],
    ['B8.materiality', '/materiality'],
    ['B10.kind', '/siteVisit'],
    ['B11.registry', '/registryReportId'],
    ['B11.language', '/reportLanguage'],
    ...['C1.other', 'C2.dates', 'C3.outside', 'C4.outside', 'C5.term', 'R1.legal-basis', 'R3.levels', 'R5.length'].map(
      (message): [string, string] => [message, '/accreditation'],
    ),
    ['I2.no-anchor', '/accreditation'],
    ['L2.absent', '/accreditation'],
  ])('%s: %s', (message, member) => {
    expect(pointer(draft('statement:coil'), message)).toBe(S + member);
  });
  it('is sent to its envelope for its time and its issuer', () => {
    const on = draft('statement:coil');
    expect(pointer(on, 'time.expired')).toBe('/validUntil');
    expect(pointer(on, 'time.not-yet-valid')).toBe('/validFrom');
    expect(['V3.before-claim', 'V3.before-period-end', 'L4.order'].map((message) => pointer(on, message))).toEqual(
      Array(3).fill('/validFrom'),
    );
    expect(pointer(on, 'V1.own-claim')).toBe('/issuer');
    expect(pointer(on, 'I1.unknown', { subject: on.issuer })).toBe('/issuer');
    expect(pointer(on, 'C1.other', { subject: on.issuer })).toBe('/issuer');
  });
  it('is sent to the link that leads to what a finding is about', () => {
    const on = draft('statement:coil');
    const { target = '' } = (on.subject['upstreamReliance'] as JsonObject[])[0] ?? {};
    const claim = (on.subject['claim'] as JsonObject)['target'];
    expect(pointer(on, 'A3.period', { subject: String(claim) })).toBe(`${S}/claim`);
    expect(pointer(on, 'reliance.refused', { subject: String(target) })).toBe(`${S}/upstreamReliance/0`);
    expect(pointer(on, 'B4.value', { subject: '72083700' })).toBe(`${S}/claim`);
    expect(pointer(on, 'B8.materiality', { subject: '72083700' })).toBe(`${S}/materiality`);
    expect(pointer(on, 'V6.materiality', { subject: '72083700' })).toBe(`${S}/claim`);
    expect(pointer(on, 'L1.absent', { params: { member: 'claim' } })).toBe(`${S}/claim`);
    expect(pointer(on, 'L1.absent', { subject: on.id, params: { member: 'precursors/statement' } })).toBe(
      `${S}/precursors`,
    );
    expect(pointer(on, 'L1.cycle')).toBeUndefined();
  });
  it('without a claim is sent nowhere for what is wrong with one', () => {
    const on = draft('statement:coil', (document) => applyPatch(document, [{ op: 'remove', path: `${S}/claim` }]));
    expect(pointer(on, 'B4.value', { subject: '72083700' })).toBeUndefined();
  });
});

describe('a claim under CBAM', () => {
  it.each<[string, string]>([
    ['B1.year', '/reportingPeriod'],
    ['B11.locode', '/installation/unLocode'],
    ['B11.coordinates', '/installation'],
    ['B11.language', '/language'],
    ['C3.territory-unknown', '/claim'],
    ['C2.dates', ''],
  ])('%s: %s', (message, member) => {
    expect(pointer(draft('claim:coil'), message)).toBe(S + member);
  });
  it('is sent to the good or the precursor of a CN code', () => {
    const more = (document: JsonObject) =>
      applyPatch(document, [set(`${S}/goods/1`, { cnCode: '72083900' }), set(`${S}/goods/2`, { cnCode: '72071210' })]);
    const on = draft('claim:coil', more);
    expect(pointer(on, 'B4.value', { subject: '72083700' })).toBe(`${S}/goods/0`);
    expect(pointer(on, 'B5.unit', { subject: '72083900' })).toBe(`${S}/goods/1`);
    expect(pointer(on, 'B5.unit', { subject: '72071210' })).toBe(`${S}/goods/2`);
    expect(['B6', 'B7', 'B14'].map((id) => pointer(on, `${id}.x`, { subject: '72071210' }))).toEqual(
      Array(3).fill(`${S}/precursors/0`),
    );
    expect(pointer(draft('claim:coil'), 'B4.value', { subject: '72071210' })).toBe(`${S}/precursors/0`);
    expect(pointer(on, 'B7.value', { subject: '72083900' })).toBeUndefined();
    expect(pointer(on, 'B8.opinion', { subject: '1' })).toBeUndefined();
  });
  it('is sent to the figure that a finding names', () => {
    const on = draft('claim:coil');
    const figure = (member: string, subject?: string) =>
      pointer(on, 'S3.form', { params: { member }, ...(subject === undefined ? {} : { subject }) });
    expect(figure('reportingPeriod')).toBe(`${S}/reportingPeriod`);
    expect(figure('reportingPeriod', on.id)).toBe(`${S}/reportingPeriod`);
    expect(figure('specificDirect')).toBe(`${S}/goods/0/specificDirect`);
    expect(figure('valueBasis')).toBe(`${S}/precursors/0/valueBasis`);
    expect(figure('nothing')).toBe(S);
    expect(pointer(on, 'S3.form')).toBeUndefined();
  });
});

describe('a footprint', () => {
  it.each<[string, string]>([
    ['L3.core-digest', '/coreDigest'],
    ['L5.deprecated', '/footprint/status'],
    ['A1.excluding', '/footprint/pcf/pcfExcludingBiogenicUptake'],
    ['A1.including', '/footprint/pcf/pcfIncludingBiogenicUptake'],
    ['A2.uptake', '/footprint/pcf'],
    ['A3.period', '/footprint'],
    ['A4.percent', '/footprint/pcf'],
    ['A6.sum', '/aggregation'],
    ['A7.root', '/aggregation/leavesRoot'],
    ['T1.sum', '/battery'],
    ['T1.boundary', '/boundary'],
    ['P2.one-left', '/aggregation'],
  ])('%s: %s', (message, member) => {
    expect(pointer(draft('claim:coil-pcf'), message)).toBe(S + member);
  });
  it('is sent to its figures', () => {
    const on = draft('claim:coil-pcf');
    const place = pointer(on, 'S3.sign', { params: { member: 'fossilGhgEmissions' } });
    expect(place).toBe(`${S}/footprint/pcf/fossilGhgEmissions`);
    expect(valueAtPointer(on.document, place ?? '')).toBeDefined();
  });
});

describe('an accreditation, an arrangement, a decision', () => {
  it.each<[string, string, string]>([
    ['accreditation:eu', 'C2.dates', ''],
    ['accreditation:eu', 'C5.term', '/expiryDate'],
    ['accreditation:eu', 'R1.legal-basis', '/legalBasis'],
    ['accreditation:eu', 'advice.excess', '/scopes'],
    ['accreditation:eu', 'advice.nothing-left', '/scopes'],
    ['accreditation:eu', 'advice.no-groups', '/scopes'],
    ['arrangement:kr-mra', 'R1.kind', '/kind'],
    ['arrangement:kr-mra', 'advice.excess', '/levels'],
    ['arrangement:kr-mra', 'advice.nothing-left', '/levels'],
    ['arrangement:kr-mra', 'R3.levels', '/levels'],
    ['decision:cell', 'R4.refused', '/decision'],
  ])('%s %s: %s', (key, message, member) => {
    expect(pointer(draft(key), message, { subject: draft(key).id })).toBe(S + member);
  });
  it('are sent to where an arrangement grants too much', () => {
    const grant = (key: string, dimension: string) => pointer(draft(key), 'advice.excess', { params: { dimension } });
    expect(grant('arrangement:kr-mra', 'territory')).toBe(`${S}/territory`);
    expect(grant('accreditation:eu', 'territory')).toBe(`${S}/scopes`);
    const without = draft('arrangement:kr-mra', ({ credentialSubject, ...document }) => {
      const { levels: _, ...subject } = credentialSubject as JsonObject;
      return { ...document, credentialSubject: subject };
    });
    expect(pointer(without, 'advice.excess', { params: { dimension: 'programme' } })).toBe(`${S}/programmes`);
  });
  it('are sent nowhere for what is not theirs', () => {
    expect(pointer(draft('accreditation:eu'), 'C1.other')).toBeUndefined();
    expect(pointer(draft('decision:cell'), 'V6.materiality', { subject: 'x' })).toBeUndefined();
  });
});
