/** Property 6: an acceptance holds nothing but passes and what nobody was owed. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Outcome } from '../../../src/base/finding.ts';
import type { RuleResult, Severity } from '../../../src/trust/evaluation.ts';
import { resultOf } from '../../../src/trust/judgement.ts';
import { requestIn, world } from '../trust-worlds.ts';
import { accepts, define, judged, owing, type TrustProperty } from './property.ts';

const rule: fc.Arbitrary<RuleResult> = fc.record({
  id: fc.constantFrom('S1', 'A6', 'B4'),
  severity: fc.constantFrom<Severity>('E', 'W', 'N'),
  outcome: fc.constantFrom<Outcome>('passed', 'passed', 'passed', 'failed', 'undetermined', 'skipped'),
  message: fc.constant('passed' as const),
  params: fc.constant({}),
});

/** Rules of the private sheet, which `iso14067-pcf` owes nobody unless the policy says otherwise. */
const SHEET = ['A5', 'A6', 'A7'];

/** A random world, or a story with a private sheet behind its claim, shown or not. */
const given = fc.oneof({ weight: 9, arbitrary: world }, { weight: 1, arbitrary: fc.record({ story: fc.nat(1) }) });

export const ACCEPTANCE: readonly TrustProperty[] = [
  define(6, 'any findings: accepted exactly when all that counts was passed or skipped, and something was passed', () =>
    fc.property(fc.array(rule, { maxLength: 6 }), fc.subarray(['fee']), (rules, conditions) => {
      const counted = rules.filter(({ severity }) => severity !== 'N');
      const clean = counted.every(({ outcome }) => outcome === 'passed' || outcome === 'skipped');
      const accepted = clean && counted.some(({ outcome }) => outcome === 'passed');
      const result = resultOf(rules, conditions);
      assert.equal(result.startsWith('ACCEPT'), accepted);
      assert.equal(result === 'ACCEPT', accepted && conditions.length === 0);
    }),
  ),
  define(
    6,
    'a world that is accepted has no other findings, and skips only what the regime does not owe',
    ({ base, stories }) =>
      fc.property(given, fc.oneof(fc.constant(SHEET), fc.subarray(SHEET)), (some, notOwed) => {
        const request = owing('links' in some ? requestIn(base, some) : (stories[some.story] ?? base.request), notOwed);
        const result = judged(request);
        if (!accepts(result)) return;
        const counted = result.rules.filter(({ severity }) => severity !== 'N');
        const others = counted.filter(({ outcome }) => outcome !== 'passed');
        assert.ok(others.every(({ id, outcome }) => outcome === 'skipped' && notOwed.includes(id)));
        // A path stands behind it: an anchor of the policy at the top, the verification body at the bottom.
        assert.ok(request.policy.anchors.some(({ did }) => did === result.path[0]?.did));
        assert.equal(result.path.at(-1)?.role, 'verification-body');
      }),
  ),
];
