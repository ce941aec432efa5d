/** What was admitted has passed a closed schema; the rules must not need that to stay upright. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject, type JsonValue, pointerOf } from '../../../src/base/json.ts';
import { jcs } from '../../../src/formats/jcs.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { EvaluationInput, ImportedGoods, Worksheet } from '../../../src/trust/evaluation.ts';
import { applyPatch } from '../../support/json-patch.ts';
import { CBAM, CELL, CUSTOMER, requestFor, SCHEME, type Story } from '../../support/trust-cases.ts';
import { admitted } from '../../support/worked-examples.ts';

const RESULTS = ['ACCEPT', 'ACCEPT_WITH_CONDITIONS', 'REVIEW', 'REJECT', 'UNDETERMINED'];

function pointersIn(value: JsonValue, tokens: readonly (string | number)[] = []): string[] {
  const inner = Array.isArray(value)
    ? value.flatMap((entry, index) => pointersIn(entry as JsonValue, [...tokens, index]))
    : isObject(value)
      ? Object.entries(value).flatMap(([name, entry]) => pointersIn(entry, [...tokens, name]))
      : [];
  return [pointerOf(...tokens), ...inner];
}

const junk: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(
    null,
    true,
    0,
    -1,
    '',
    '-1',
    '0',
    '1e5',
    '2026',
    '9999-12-31',
    '9999-12-31T23:59:59Z',
    'constructor',
  ),
  fc.constantFrom<JsonValue>([], {}, [[]], [null], [{}], { id: null }, 'x'.repeat(5000), '9'.repeat(40), '__proto__'),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue),
);

describe('no document makes an evaluation throw', () => {
  it.each<[string, Story]>([
    ['CBAM', CBAM],
    ['a footprint', CUSTOMER],
    ['a composite footprint', CELL],
    ['a decided statement', SCHEME],
  ])('%s, with any member replaced by anything', async (_name, story) => {
    const request = await requestFor(story);
    const all = { ...request, regimes: request.policy.regimes.map(({ id }) => id) };
    fc.assert(
      fc.property(fc.nat(), fc.nat(), junk, (which, place, value) => {
        const changed = bend(all, which, place, value);
        const { results, report } = evaluate(changed);
        for (const { result } of Object.values(results)) expect(RESULTS).toContain(result);
        expect(jcs(report).length).toBeGreaterThan(100);
      }),
      { numRuns: 250 },
    );
  });
});

/** One member below one credential's subject, or the subject itself, replaced. */
function bend(request: EvaluationInput, which: number, place: number, value: JsonValue): EvaluationInput {
  const index = which % request.admitted.length;
  return {
    ...request,
    admitted: request.admitted.map((credential, at) => {
      if (at !== index) return credential;
      const { document } = credential;
      const pointers = pointersIn(document['credentialSubject'] ?? {});
      const pointer = `/credentialSubject${pointers[place % pointers.length] ?? ''}`;
      const changed = applyPatch(document, [{ op: 'replace', path: pointer, value }]);
      return isObject(changed['credentialSubject']) ? admitted(changed) : credential;
    }),
  };
}

describe('no import makes an evaluation throw', () => {
  it.each<[JsonValue]>([
    [{}],
    [{ cnCode: 72083700, date: '2026-11-18', netMass: { value: '1', unit: 't' } }],
    [{ cnCode: '72083700', date: 2026, netMass: { value: '1', unit: 't' } }],
    [{ cnCode: '72083700', date: '2026-02-30', netMass: { value: '1', unit: 't' } }],
    [{ cnCode: '72083700', date: '2026-11-18', netMass: { value: '-1', unit: 't' } }],
    [{ cnCode: '72083700', date: '2026-11-18', netMass: null }],
  ])('%j is not judged', async (goods) => {
    const request = await requestFor(CBAM);
    const imported = goods as JsonObject as unknown as ImportedGoods;
    const { results, findings } = evaluate({ ...request, import: imported });
    expect(results['eu-cbam']).toMatchObject({ result: 'UNDETERMINED' });
    expect(findings).toMatchObject([{ check: 'import.malformed', code: 'BAD_REQUEST' }]);
  });
});

describe('no worksheet makes an evaluation throw', () => {
  it.each<[JsonValue]>([
    [{}],
    [{ leaves: null }],
    [{ leaves: [null] }],
    [{ leaves: [] }],
    [{ leaves: [{}], paths: [null] }],
    [{ leaves: [{}], paths: [[null]] }],
    [{ leaves: [{ quantity: 1, factor: [], contribution: {} }] }],
    [{ leaves: [{ claim: 'x' }], root: 5 }],
  ])('%j is refused', async (sheet) => {
    const request = await requestFor(CELL);
    const worksheets = [sheet as JsonObject as unknown as Worksheet];
    const result = evaluate({ ...request, worksheets }).results['iso14067-pcf'];
    expect(result).toMatchObject({ result: 'REJECT' });
    expect(result?.rules).toContainEqual(expect.objectContaining({ message: 'A7.root', outcome: 'failed' }));
  });
});
