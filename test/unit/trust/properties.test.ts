/** The properties of docs/trust.md, section 7, over random worlds. `PROPERTY_RUNS` multiplies the runs. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { failed, type Outcome, undetermined } from '../../../src/base/finding.ts';
import { digestOfJson } from '../../../src/formats/digest.ts';
import { jcs } from '../../../src/formats/jcs.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { EvaluationInput, RegimeResult, RuleResult, Severity } from '../../../src/trust/evaluation.ts';
import { resultOf } from '../../../src/trust/judgement.ts';
import { PUBLIC, requestFor } from '../../support/trust-cases.ts';
import {
  type Base,
  createBase,
  crowd,
  type LinkSpec,
  REGIME,
  requestIn,
  type World,
  world,
} from '../../support/trust-worlds.ts';
import { admitted } from '../../support/worked-examples.ts';

const FACTOR = Number(process.env['PROPERTY_RUNS'] ?? '1');
vi.setConfig({ testTimeout: 30_000 * Math.max(1, FACTOR) });
const runs = (count: number): fc.Parameters<unknown> => ({ numRuns: Math.ceil(count * FACTOR) });

let base: Base;
let strangers: EvaluationInput['admitted'];
beforeAll(async () => {
  base = await createBase();
  strangers = (await requestFor(PUBLIC)).admitted.filter(
    ({ type }) => !type.startsWith('Verifier') && type !== 'RecognitionArrangement',
  );
});

const judged = (request: EvaluationInput): RegimeResult => {
  const result = evaluate(request).results[REGIME];
  if (result === undefined) throw new Error('no result');
  return result;
};
const accepts = ({ result }: RegimeResult): boolean => result === 'ACCEPT' || result === 'ACCEPT_WITH_CONDITIONS';
const without = <Value>(list: readonly Value[], at: number): Value[] =>
  list.filter((_, index) => index !== at % list.length);
const shape = ({ result, rules }: RegimeResult) => ({
  result,
  rules: rules.map(({ id, outcome, severity, message, subject }) => [id, outcome, severity, message, subject]),
});

describe('the worlds', () => {
  it('hold acceptances, refusals and doubts', () => {
    const seen = new Map<string, number>();
    for (const sample of fc.sample(world, { numRuns: 200, seed: 7 })) {
      const { result } = judged(requestIn(base, sample));
      seen.set(result, (seen.get(result) ?? 0) + 1);
    }
    for (const result of ['ACCEPT', 'REJECT', 'UNDETERMINED']) expect(seen.get(result) ?? 0).toBeGreaterThan(2);
  });
});

describe('property 1: taking away never turns a refusal into an acceptance', () => {
  const fewer: readonly [string, (given: World, at: number) => World][] = [
    ['an anchor', ({ links, anchors }, at) => ({ links, anchors: without(anchors, at) })],
    ['a path', ({ links, anchors }, at) => ({ links: without(links, at), anchors })],
    ['a scope value', ({ links, anchors }, at) => ({ links: narrowed(links, at), anchors })],
    [
      "an anchor's programme",
      ({ links, anchors }, at) => ({
        links,
        anchors: anchors.map((anchor, index) =>
          index === at % anchors.length && anchor.programmes.length > 1
            ? { ...anchor, programmes: anchor.programmes.slice(1) }
            : anchor,
        ),
      }),
    ],
  ];
  it.each(fewer)('%s', (_name, change) => {
    fc.assert(
      fc.property(world, fc.nat(20), (given, at) => {
        if (judged(requestIn(base, given)).result !== 'REJECT') return;
        expect(accepts(judged(requestIn(base, change(given, at))))).toBe(false);
      }),
      runs(150),
    );
  });
});

function narrowed(links: readonly LinkSpec[], at: number): LinkSpec[] {
  return links.map((link, index) => {
    if (index !== at % links.length) return link;
    return at % 2 === 0
      ? { ...link, programmes: link.programmes.slice(1) }
      : { ...link, standards: link.standards.slice(1) };
  });
}

describe('property 2: order and strangers', () => {
  it('the order of credentials changes not one byte of the report', () => {
    fc.assert(
      fc.property(world, fc.infiniteStream(fc.nat()), (given, numbers) => {
        const request = requestIn(base, given);
        const keys = new Map(request.admitted.map((credential) => [credential, numbers.next().value ?? 0]));
        const shuffled = [...request.admitted].sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
        expect(jcs(evaluate({ ...request, admitted: shuffled }).report)).toBe(jcs(evaluate(request).report));
      }),
      runs(150),
    );
  });
  it('unrelated credentials change nothing but the list of what was looked at', () => {
    fc.assert(
      fc.property(world, fc.nat(7), (given, count) => {
        const request = requestIn(base, given);
        const more = evaluate({ ...request, admitted: [...strangers.slice(0, count), ...request.admitted] });
        const { results, findings, report } = evaluate(request);
        expect(more.results).toEqual(results);
        expect(more.findings).toEqual(findings);
        expect({ ...more.report, lookedAt: null }).toEqual({ ...report, lookedAt: null });
      }),
      runs(100),
    );
  });
});

describe('property 3: same inputs, same bytes', () => {
  it('holds for inputs built anew', () => {
    fc.assert(
      fc.property(world, (given) => {
        expect(jcs(evaluate(requestIn(base, given)).report)).toBe(jcs(evaluate(requestIn(base, given)).report));
      }),
      runs(100),
    );
  });
});

describe('property 4: cycles end and work is bounded', () => {
  it('whatever the shape of 64 credentials', () => {
    fc.assert(
      fc.property(crowd, (given) => {
        const started = performance.now();
        const { result } = judged(requestIn(base, given));
        // Other work shares the machine: what must not happen is a search without end.
        expect(performance.now() - started).toBeLessThan(5000);
        expect(['ACCEPT', 'REJECT', 'REVIEW', 'UNDETERMINED']).toContain(result);
      }),
      runs(20),
    );
  });
});

describe('property 5: nothing changes between two neighbouring instants of the evidence', () => {
  const SKEW = 300_000;
  const DAY = 86_400_000;
  const first = Date.UTC(2026, 11, 1);
  const last = Date.UTC(2030, 2, 1);
  /** Everything that begins, ends or changes: of all worlds together, which only makes the stretches shorter. */
  const dates = [
    '2025-01-01',
    '2027-03-10',
    '2027-03-11',
    '2027-04-01',
    '2027-03-01',
    '2027-03-05',
    '2029-01-01',
    '2029-12-31',
  ];
  const more = [
    '2027-02-10',
    '2027-01-01',
    '2030-01-01',
    '2029-02-28',
    '2025-03-01',
    '2032-01-31',
    '2032-01-01',
    '2026-12-31',
  ];
  const events = [...dates, ...more].flatMap((date) => {
    const instant = Date.parse(`${date}T00:00:00Z`);
    return [instant, instant - SKEW, instant + SKEW];
  });

  it('holds', () => {
    fc.assert(
      fc.property(
        world,
        fc.integer({ min: first, max: last }),
        fc.integer({ min: 1, max: 400 * DAY }),
        (given, start, step) => {
          const end = Math.min(start + step, ...events.filter((event) => event > start).map((event) => event - 1));
          const request = requestIn(base, given);
          expect(shape(judged({ ...request, at: end }))).toEqual(shape(judged({ ...request, at: start })));
        },
      ),
      runs(150),
    );
  });
});

describe('property 6: an acceptance holds nothing but passes and what nobody was owed', () => {
  const rule: fc.Arbitrary<RuleResult> = fc.record({
    id: fc.constantFrom('S1', 'A6', 'B4'),
    severity: fc.constantFrom<Severity>('E', 'W', 'N'),
    outcome: fc.constantFrom<Outcome>('passed', 'passed', 'passed', 'failed', 'undetermined', 'skipped'),
    message: fc.constant('passed' as const),
    params: fc.constant({}),
  });
  it('whatever the findings', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 6 }), fc.subarray(['fee']), (rules, conditions) => {
        const counted = rules.filter(({ severity }) => severity !== 'N');
        const clean = counted.every(({ outcome }) => outcome === 'passed' || outcome === 'skipped');
        const some = counted.some(({ outcome }) => outcome === 'passed');
        expect(resultOf(rules, conditions).startsWith('ACCEPT')).toBe(clean && some);
        expect(resultOf(rules, conditions) === 'ACCEPT').toBe(clean && some && conditions.length === 0);
      }),
      runs(2000),
    );
  });
  it('and a world that is accepted has no other findings', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { result, rules } = judged(requestIn(base, given));
        if (result !== 'ACCEPT') return;
        const others = rules.filter(({ severity, outcome }) => severity !== 'N' && outcome !== 'passed');
        expect(others.every(({ id, outcome }) => outcome === 'skipped' && ['A5', 'A6', 'A7'].includes(id))).toBe(true);
      }),
      runs(150),
    );
  });
});

describe('property 7: what no accepted proof covers has no influence', () => {
  const stranger = fc.record({
    id: fc.constantFrom(
      'urn:uuid:00000000-0000-4000-8000-000000000001',
      'urn:uuid:99999999-0000-4000-8000-000000000009',
    ),
    type: fc.constantFrom(
      'VerifierAccreditation',
      'RecognitionArrangement',
      'VerificationStatement',
      'CarbonFootprintClaim',
    ),
    linkDigest: fc.constantFrom(digestOfJson('a'), digestOfJson('b')),
    salt: fc.nat(),
  });
  it('credentials that were refused change no result, those in doubt never help', () => {
    fc.assert(
      fc.property(world, fc.array(stranger, { maxLength: 4 }), fc.boolean(), (given, extras, doubt) => {
        const request = requestIn(base, given);
        const finding = doubt
          ? undetermined('proof.key', 'DID_RESOLUTION_ERROR', '')
          : failed('proof.signature', 'PROOF_VERIFICATION_ERROR', '');
        const refused = extras.map(({ salt, ...extra }) => ({
          ...extra,
          digest: digestOfJson(String(salt)),
          findings: [finding],
        }));
        const [before, after] = [judged(request), judged({ ...request, refused })];
        if (accepts(before) || !doubt || refused.length === 0) expect(after.result).toBe(before.result);
        else expect(accepts(after)).toBe(false);
      }),
      runs(150),
    );
  });
  it('the proof itself, once accepted, says nothing more', () => {
    fc.assert(
      fc.property(world, fc.string(), (given, text) => {
        const request = requestIn(base, given);
        const proved = request.admitted.map(({ document, status }) =>
          admitted({ ...document, proof: { type: 'DataIntegrityProof', proofValue: text, created: text } }, { status }),
        );
        expect(shape(judged({ ...request, admitted: proved }))).toEqual(shape(judged(request)));
      }),
      runs(50),
    );
  });
});
