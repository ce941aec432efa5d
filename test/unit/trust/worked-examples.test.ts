import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { jcs } from '../../../src/formats/jcs.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { Evaluation } from '../../../src/trust/evaluation.ts';
import { EXAMPLE_NAMES, readExample } from '../../support/example-credentials.ts';
import {
  casesOf,
  type ExpectedRow,
  evaluateCase,
  issueExample,
  issueUnsigned,
  presentedBy,
  requestOf,
  withoutWithheld,
} from '../../support/worked-examples.ts';

/** Ids of the rules that failed, notes left aside. */
function failedRules(evaluation: Evaluation, regime: string): readonly string[] {
  const rules = evaluation.results[regime]?.rules ?? [];
  return [
    ...new Set(rules.filter((rule) => rule.outcome === 'failed' && rule.severity !== 'N').map((rule) => rule.id)),
  ];
}

function expectRow(evaluation: Evaluation, row: ExpectedRow): void {
  const result = evaluation.results[row.regime];
  const failed = failedRules(evaluation, row.regime);
  expect({ result: result?.result, failed }).toEqual({
    result: row.result,
    failed: row.match === 'exact' ? row.rules : expect.arrayContaining([...row.rules]),
  });
  for (const [id, causes] of Object.entries(row.causes ?? {})) {
    const nested = result?.rules.filter((rule) => rule.id === id).flatMap((rule) => rule.causes ?? []) ?? [];
    expect(new Set(nested.map((cause) => cause.id))).toEqual(new Set(causes));
  }
  expect(result?.values).toMatchObject(row.values ?? {});
}

describe.each(EXAMPLE_NAMES)('the worked example %s', (name) => {
  const cases = casesOf(readExample(name));

  it.each(cases.map((entry) => [entry.name, entry] as const))('%s', async (_name, entry) => {
    const evaluation = await evaluateCase(entry);
    expectRow(evaluation, entry.row);
    expect(evaluation.findings).toEqual([]);
    const again = await evaluateCase(entry);
    expect(jcs(again.report)).toBe(jcs(evaluation.report));
  });

  it('says which link broke wherever it does not accept', async () => {
    for (const entry of cases) {
      const result = (await evaluateCase(entry)).results[entry.row.regime];
      if (result?.result.startsWith('ACCEPT')) expect(result.nearestMiss).toBeUndefined();
      else expect(result?.nearestMiss).toMatchObject({ rule: expect.any(String), link: { to: expect.any(String) } });
    }
  });

  it('gives the same results where members are left out on issuing instead of withheld', async () => {
    for (const { row, asIssued } of cases.filter((entry) => entry.example === entry.asIssued)) {
      const without = withoutWithheld(asIssued, row.presentation);
      const issued = await issueExample(without, issueUnsigned);
      const presentations = without['presentations'] as Record<string, JsonObject>;
      const whole = { ...presentations[row.presentation], withheld: [] };
      const shown = { ...without, presentations: { ...presentations, [row.presentation]: whole } };
      expectRow(evaluate({ ...requestOf(shown, issued, row.presentation), regimes: [row.regime] }), row);
    }
  });

  it('shows none of what it says it does not show', async () => {
    for (const { row, example, asIssued } of cases) {
      const issued = await issueExample(asIssued, issueUnsigned);
      const text = JSON.stringify(presentedBy(example, issued, row.presentation));
      for (const secret of row.mustNotShow ?? []) expect(text).not.toContain(secret);
    }
  });
});
