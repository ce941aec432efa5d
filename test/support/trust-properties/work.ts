/** Property 4: cycles end, and work is bounded by the limits for any input. Steps are counted, not time. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { EvaluationInput } from '../../../src/trust/evaluation.ts';
import { Evidence } from '../../../src/trust/evidence.ts';
import { LinkBudget, searchAccreditations } from '../../../src/trust/trust-path.ts';
import { crowd, requestIn, type World } from '../trust-worlds.ts';
import { define, type Setting, type TrustProperty } from './property.ts';
import { stepsOf, withCounting } from './step-counter.ts';
import { type Knot, tangledRequest } from './tangles.ts';

/**
 * Steps that an evaluation of 64 credentials and 256 links may take, whatever they are: twice the most that was ever seen. A search that
 * follows every way through such graphs would take more than 2^64.
 */
const MOST_STEPS = 600_000;

const knot: fc.Arbitrary<Knot> = fc.record({
  onClaim: fc.boolean(),
  own: fc.boolean(),
  relies: fc.array(fc.nat(63), { maxLength: 12 }),
});

type Shape =
  | { readonly world: World }
  | { readonly knots: readonly Knot[] }
  | { readonly ladder: readonly [number, number] };

/** Any graph of accreditations and arrangements. */
const graph = { weight: 20, arbitrary: crowd.map((world): Shape => ({ world })) };

/** Up to 60 statements with up to 256 links between them, any of them to itself or in circles. */
const tangle = {
  weight: 20,
  arbitrary: fc.array(knot, { minLength: 1, maxLength: 60 }).map((knots): Shape => ({ knots })),
};

/** The worst of these: as many links as there may be, spread evenly. */
const worst = {
  weight: 1,
  arbitrary: fc.record({ size: fc.integer({ min: 4, max: 61 }), stride: fc.nat(63), own: fc.boolean() }).map(spread),
};

function spread({
  size,
  stride,
  own,
}: {
  readonly size: number;
  readonly stride: number;
  readonly own: boolean;
}): Shape {
  const each = Array.from({ length: Math.ceil(256 / size) }, (_, link) => link);
  const relies = (at: number): number[] => each.map((link) => (at + stride * link + 1) % size);
  return { knots: Array.from({ length: size }, (_, at): Knot => ({ onClaim: true, own, relies: relies(at) })) };
}

/** Claims upon claims upon claims. */
const ladder = {
  weight: 2,
  arbitrary: fc
    .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 8 }))
    .map((sizes): Shape => ({ ladder: sizes })),
};

function requestOf({ base, ladders }: Setting, given: Shape): EvaluationInput {
  if ('world' in given) return requestIn(base, given.world);
  return 'knots' in given ? tangledRequest(base, given.knots) : ladders(...given.ladder);
}

/** The search alone: nobody twice on a path, no path longer and no more of them than the policy's limits allow. */
function assertSearch({ admitted, policy }: EvaluationInput): void {
  const { links, pathLength } = policy.limits;
  const evidence = new Evidence(admitted, []);
  for (const statement of evidence.ofType('VerificationStatement')) {
    const { paths } = searchAccreditations(evidence, policy, statement, new LinkBudget(links));
    assert.ok(paths.length <= links * policy.anchors.length);
    for (const { parties } of paths) {
      assert.ok(parties.length <= pathLength);
      assert.equal(new Set(parties).size, parties.length, 'a party comes twice on a path');
    }
  }
}

/** Nothing is asserted of the results but that there are some. */
export const WORK: readonly TrustProperty[] = [
  counted(
    define(
      4,
      'any graph of 64 credentials with 256 links, cycles and all, is judged in a bounded number of steps',
      (setting) =>
        fc.property(fc.oneof(graph, tangle, worst, ladder), (given) => {
          const request = requestOf(setting, given);
          assert.ok(request.admitted.length <= 64);
          stepsOf(() => evaluate(request), MOST_STEPS);
          if ('world' in given) assertSearch(request);
        }),
    ),
  ),
];

function counted(property: TrustProperty): TrustProperty {
  return { ...property, assert: (setting, parameters) => withCounting(() => property.assert(setting, parameters)) };
}
