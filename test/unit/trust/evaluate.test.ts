import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { failed, undetermined } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { buildWorksheet, showLines } from '../../../src/credentials/worksheet/build.ts';
import { readWorksheetRows } from '../../../src/credentials/worksheet/rows.ts';
import { digestOfJson } from '../../../src/formats/digest.ts';
import { jcs } from '../../../src/formats/jcs.ts';
import { merklePath } from '../../../src/formats/merkle.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { Worksheet } from '../../../src/trust/evaluation.ts';
import { EN } from '../../../src/trust/messages/en.ts';
import { formatMessage, type MessageKey } from '../../../src/trust/messages/message.ts';
import { checkDisclosure } from '../../../src/trust/rules/privacy.ts';
import { RULES, ruleRows } from '../../../src/trust/rules/rule-table.ts';
import { readExample } from '../../support/example-credentials.ts';
import {
  ask,
  type Bend,
  CBAM,
  CELL,
  CUSTOMER,
  noLists,
  PUBLIC,
  requestFor,
  resultOf,
  SCHEME,
  set,
  subject,
} from '../../support/trust-cases.ts';
import { requirePolicyOf } from '../../support/worked-examples.ts';

const without = async (story = CBAM, bend: Bend = {}) => {
  const { claim: _claim, ...request } = await requestFor(story, bend);
  return request;
};

describe('the claim that is asked about', () => {
  it('is the one that nothing else is built from, when none is named', async () => {
    const evaluation = evaluate(await without());
    expect(evaluation.results['eu-cbam']).toMatchObject({
      result: 'ACCEPT',
      claim: 'urn:uuid:00000000-0000-4000-8000-000000000012',
    });
  });
  it('has to be named when two stand side by side', async () => {
    const evaluation = evaluate(await without(CBAM, { show: ['claim:coil-pcf'] }));
    expect(evaluation.results['eu-cbam']?.result).toBe('UNDETERMINED');
    expect(evaluation.findings).toMatchObject([{ check: 'claim.ambiguous', code: 'BAD_REQUEST' }]);
  });
  it('has to be there', async () => {
    const request = await requestFor(CBAM, { hide: ['claim:coil'] });
    expect(evaluate(request).results['eu-cbam']?.result).toBe('REJECT');
    expect(evaluate(request).findings).toMatchObject([{ check: 'claim.absent', code: 'NOTHING_PRESENTED' }]);
    expect(evaluate({ ...(await without()), admitted: [] }).findings).toMatchObject([{ code: 'NOTHING_PRESENTED' }]);
  });
  it('that was refused gives the reason, and that could not be judged gives the doubt', async () => {
    const broken = await ask(CBAM, {
      refuse: { 'claim:coil': [failed('proof.signature', 'PROOF_VERIFICATION_ERROR', '')] },
    });
    expect(broken.results['eu-cbam']).toMatchObject({
      result: 'REJECT',
      rules: [{ id: 'S1', code: 'PROOF_VERIFICATION_ERROR' }],
    });
    const malformed = await ask(CBAM, { refuse: { 'claim:coil': [failed('schema', 'MALFORMED_VALUE_ERROR', '')] } });
    expect(malformed.results['eu-cbam']).toMatchObject({ result: 'REJECT', rules: [{ id: 'S2' }] });
    const open = await ask(CBAM, { refuse: { 'claim:coil': [undetermined('proof.key', 'DID_RESOLUTION_ERROR', '')] } });
    expect(open.results['eu-cbam']).toMatchObject({
      result: 'UNDETERMINED',
      rules: [{ code: 'DID_RESOLUTION_ERROR' }],
    });
  });
  it('is not quietly replaced by another when it was refused', async () => {
    const finding = failed('proof.signature', 'PROOF_VERIFICATION_ERROR', '');
    const request = await without(CBAM, { refuse: { 'claim:coil': [finding] } });
    expect(evaluate(request).results['eu-cbam']).toMatchObject({ result: 'REJECT', rules: [{ id: 'S1' }] });
    const named = { ...request, claim: 'urn:uuid:00000000-0000-4000-8000-000000000010' };
    expect(evaluate(named).results['eu-cbam']?.claim).toBe(named.claim);
  });
  it('may be shown twice, whole and in part; the whole one counts', async () => {
    const whole = await requestFor(CBAM);
    const part = await requestFor(CBAM, {
      patch: [
        set('/presentations/declarant/withheld', [
          subject('claim:coil', '/goods/0/quantity'),
          subject('claim:coil', '/blinding'),
        ]),
      ],
    });
    const evaluation = evaluate({ ...whole, admitted: [...part.admitted, ...whole.admitted] });
    const rules = evaluation.results['eu-cbam']?.rules ?? [];
    expect(evaluation.results['eu-cbam']?.result).toBe('ACCEPT');
    expect(rules.find((rule) => rule.id === 'B4')?.outcome).toBe('passed');
  });
});

describe('regimes', () => {
  it('are all those of the policy unless some are named', async () => {
    const { regimes: _regimes, ...request } = await requestFor(PUBLIC);
    expect(Object.keys(evaluate(request).results)).toEqual(['eu-battery-art7', 'iso14067-pcf', 'scheme-mra']);
  });
  it('that the policy does not have are not judged', async () => {
    const evaluation = evaluate({ ...(await requestFor(PUBLIC)), regimes: ['eu-cbam'] });
    expect(evaluation.results['eu-cbam']).toMatchObject({
      result: 'UNDETERMINED',
      rules: [{ id: 'regime.unknown' }],
      path: [],
    });
  });
  it('of the party follow a built-in one under another programme', async () => {
    const own = { id: 'club', basedOn: 'iso14067-pcf', legalBases: ['national'] };
    const policy = [set('/regimes/1', own), set('/anchors/1/programmes', ['club'])];
    const patch = [
      set(subject('statement:coil-pcf', '/programme'), 'club'),
      set(subject('accreditation:kr', '/scopes/0/programme'), 'club'),
    ];
    const story = { ...CUSTOMER, regime: 'club' };
    expect((await resultOf(story, { policy, patch })).result).toBe('ACCEPT');
    expect((await resultOf(story, { policy })).result).toBe('REJECT');
  });
  it('pact-exchange asks for no statement', async () => {
    const story = { ...CUSTOMER, regime: 'pact-exchange' };
    const bend: Bend = {
      policy: [set('/regimes/1', { id: 'pact-exchange' })],
      hide: ['statement:coil-pcf', 'accreditation:kr'],
    };
    const { result, rules } = await resultOf(story, bend);
    expect(result).toBe('ACCEPT');
    expect(new Set(rules.map((rule) => rule.id.charAt(0)))).toEqual(new Set(['S', 'L', 'A', 't']));
    expect(
      (
        await resultOf(story, {
          ...bend,
          keepCoreDigests: true,
          patch: [set(subject('claim:coil-pcf', '/footprint/comment'), 'x')],
        })
      ).result,
    ).toBe('REJECT');
  });
});

describe('worksheets', () => {
  const cellRoot = subject('claim:cell', '/aggregation/leafCount');
  async function shown(count: number) {
    const request = await requestFor(CELL);
    const leaves = request.worksheets?.[0]?.leaves ?? [];
    const some = leaves.slice(0, count);
    const paths = some.map((_, index) => merklePath(leaves, index));
    return { ...request, worksheets: [{ leaves: some, paths }] };
  }
  it('may be shown in part: the lines prove to the root, the sum is not checked', async () => {
    const { result, rules } = evaluate(await shown(2)).results['iso14067-pcf'] ?? { rules: [] };
    expect(result).toBe('ACCEPT');
    expect(rules.filter((rule) => ['A5', 'A6', 'A7'].includes(rule.id)).map((rule) => rule.outcome)).toEqual([
      'passed',
      'skipped',
      'passed',
      'passed',
    ]);
  });
  it('that hide a single line give it away', async () => {
    const { result, rules } = evaluate(await shown(8)).results['iso14067-pcf'] ?? { rules: [] };
    expect(result).toBe('REVIEW');
    expect(rules).toContainEqual(expect.objectContaining({ message: 'P2.one-left', outcome: 'failed' }));
    expect((await resultOf(CELL, { patch: [set(cellRoot, '9')] })).result).toBe('ACCEPT');
  });
  it('with a line that belongs to another tree are refused', async () => {
    const request = await shown(2);
    const [sheet] = request.worksheets;
    const forged =
      sheet === undefined ? [] : [{ ...sheet, leaves: sheet.leaves.map((leaf) => ({ ...leaf, salt: '00' })) }];
    expect(evaluate({ ...request, worksheets: forged }).results['iso14067-pcf']).toMatchObject({ result: 'REJECT' });
  });
});

describe('what comes along and is not admitted', () => {
  it('is listed by digest with its reason and changes no result', async () => {
    const finding = failed('proof.signature', 'PROOF_VERIFICATION_ERROR', 'no');
    const request = await requestFor(CUSTOMER);
    const stranger = { digest: digestOfJson('x'), findings: [finding], type: 'RecognitionArrangement' };
    const evaluation = evaluate({ ...request, refused: [stranger] });
    expect(evaluation.results).toEqual(evaluate(request).results);
    expect(evaluation.findings).toEqual([{ ...finding, params: { credential: stranger.digest } }]);
    expect(jcs(evaluation.report)).toContain(stranger.digest);
  });
});

describe('an upstream that cannot be told', () => {
  it('leaves a decided statement alone', async () => {
    expect((await resultOf(SCHEME, { show: ['claim:cam', 'statement:cam'] })).result).toBe('ACCEPT');
  });
  it('does not count as verified', async () => {
    const { values, rules } = await resultOf(CELL, { status: { 'statement:cam': noLists } });
    expect(values['verifiedSharePercentComputed']).toBe('23.44');
    expect(rules).toContainEqual(expect.objectContaining({ message: 'A6.verified-share' }));
  });
});

describe('what a sender may show', () => {
  it('is less for a buyer than for a verification body', async () => {
    const { admitted } = await requestFor(CELL);
    const cell = admitted.find(({ id }) => id.endsWith('022'));
    const said = (audience: 'buyer' | 'verifier') =>
      cell === undefined ? [] : checkDisclosure(admitted, cell, audience).map(({ message }) => message);
    expect(new Set(said('buyer'))).toEqual(new Set(['P1.reliance', 'P1.supplier']));
    expect(said('verifier')).toEqual([]);
  });
});

describe('the report', () => {
  it('names everything that was looked at by digest', async () => {
    const request = await requestFor(CELL);
    const { report, results } = evaluate(request);
    expect(report).toMatchObject({
      type: 'EvaluationReport',
      at: '2027-04-15T00:00:00Z',
      policy: request.policy.digest,
      lookedAt: { worksheets: [expect.stringMatching(/^uEi/)] },
    });
    const lookedAt = report['lookedAt'] as Record<string, JsonObject[]>;
    expect(lookedAt['credentials']?.map(({ digest }) => digest).sort()).toEqual(
      request.admitted.map(({ digest }) => digest).sort(),
    );
    expect(lookedAt['statusLists']?.length).toBeGreaterThan(0);
    expect(results['iso14067-pcf']?.restsOn).toContain('urn:uuid:00000000-0000-4000-8000-000000000021');
  });
  it('shows the names of the policy', async () => {
    const { path } = await resultOf(CUSTOMER);
    expect(path.map((party) => party.name?.['ko'])).toEqual([
      '예시 국제 상호인정협정 (가상)',
      undefined,
      '베리파이 코리아 (가상)',
    ]);
  });
  it('shows what a link grants beyond its parent', async () => {
    const { path, result } = await resultOf(CUSTOMER);
    expect(result).toBe('ACCEPT');
    expect(path[2]?.excess).toEqual([{ dimension: 'standard', values: ['ISO 14067:2018'] }]);
  });
});

describe('messages and the rule table', () => {
  it('have a sentence in both languages for every rule, with the same parameters', () => {
    const named = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    for (const key of Object.keys(EN) as MessageKey[]) {
      const korean = formatMessage(key, {}, 'ko');
      expect(korean).toMatch(/\p{Script=Hangul}/u);
      expect(new Set(named(korean))).toEqual(new Set(named(formatMessage(key, {}, 'en'))));
    }
    expect(ruleRows().map((row) => row.id)).toEqual(RULES.map((rule) => rule.id));
    expect(ruleRows().every((row) => row.source.length > 10)).toBe(true);
  });
  it('fill in what they are given, and nothing else', () => {
    expect(formatMessage('L4.order', { target: 'urn:x' })).toBe('It links to urn:x, which is newer.');
    expect(formatMessage('L4.order', {}, 'ko')).toContain('{target}');
  });
  it('hold every rule that domain.md names', () => {
    const wanted = ['S3', 'L5', 'I2', 'A7', 'V7', 'C5', 'R5', 'B14', 'T1', 'P2'].flatMap((last) =>
      Array.from({ length: Number(last.slice(1)) }, (_, index) => `${last.charAt(0)}${index + 1}`),
    );
    expect(wanted.filter((id) => !RULES.some((rule) => rule.id === id))).toEqual([]);
  });
});

describe('a policy read for tests', () => {
  it('is the one of the example', () => {
    expect(requirePolicyOf(readExample('steel-coil')['policy']).regimes.map((regime) => regime.id)).toEqual([
      'eu-cbam',
      'iso14067-pcf',
    ]);
  });
});

describe('a worksheet as it was built', () => {
  it('holds in an evaluation, whole and by single lines', async () => {
    const { worksheets: [example] = [] } = await requestFor(CELL);
    const rows = (example?.leaves ?? []).map(({ salt: _s, contribution: _c, ...row }) => row);
    const read = readWorksheetRows(rows);
    if (!read.ok) throw new Error(JSON.stringify(read.findings));
    const { leaves, root, total, aggregation } = buildWorksheet(read.value, () => randomBytes(16), 16);
    const request = await requestFor(CELL, {
      patch: [
        set(subject('claim:cell', '/aggregation'), aggregation),
        set(subject('statement:cell', '/aggregation/leavesRoot'), root),
      ],
    });
    const asked = (sheet: Worksheet) =>
      evaluate({ ...request, worksheets: [JSON.parse(JSON.stringify(sheet)) as Worksheet] }).results['iso14067-pcf'];
    const outcomes = (sheet: Worksheet) =>
      asked(sheet)
        ?.rules.filter(({ id }) => ['A5', 'A6', 'A7'].includes(id))
        .map(({ id, outcome }) => `${id} ${outcome}`);
    expect(total).toBe('25.6066');
    expect(outcomes({ leaves, root })).toEqual(['A5 passed', 'A6 passed', 'A7 passed', 'A7 passed']);
    expect(asked({ leaves, root })).toMatchObject({
      result: 'ACCEPT',
      values: { verifiedSharePercentComputed: '71.11' },
    });
    expect(outcomes(showLines(leaves, [1, 8]))).toEqual(['A5 passed', 'A6 skipped', 'A7 passed', 'A7 passed']);
    const [first = {}, ...others] = leaves;
    expect(outcomes({ leaves: [{ ...first, salt: '00'.repeat(16) }, ...others] })).toContain('A7 failed');
  });
});
