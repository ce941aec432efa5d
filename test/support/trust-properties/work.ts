/** Property 4: cycles end, and work is bounded by the limits for any input. Steps are counted, not time. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/base/json.ts';
import { createLinkRef } from '../../../src/credentials/link.ts';
import type { Admitted } from '../../../src/trust/admitted.ts';
import type { EvaluationInput } from '../../../src/trust/evaluation.ts';
import { type Base, crowd, requestIn } from '../trust-worlds.ts';
import { admitted } from '../worked-examples.ts';
import { define, judged, type TrustProperty } from './property.ts';
import { stepsOf, withCounting } from './step-counter.ts';

/**
 * Steps that an evaluation of 64 credentials and 256 links may take, whatever they are: three times the most that was ever seen. A search
 * that follows every way through such a graph would take more than 2^64.
 */
const MOST_STEPS = 1_000_000;

/** A statement of a forged world: whom it is about, and on which statements it says it relies. */
interface Knot {
  readonly onClaim: boolean;
  readonly own: boolean;
  readonly relies: readonly number[];
}

const knot: fc.Arbitrary<Knot> = fc.record({
  onClaim: fc.boolean(),
  own: fc.boolean(),
  relies: fc.array(fc.nat(63), { maxLength: 12 }),
});

/** Any graph of accreditations and arrangements. */
const graph = { weight: 20, arbitrary: crowd };

/** Up to 60 statements with up to 256 links between them, any of them to itself or in circles. */
const tangle = {
  weight: 20,
  arbitrary: fc.array(knot, { minLength: 1, maxLength: 60 }).map((knots) => ({ knots })),
};

/** The worst of these: as many links as there may be, spread evenly. */
const worst = {
  weight: 1,
  arbitrary: fc.record({ size: fc.integer({ min: 4, max: 61 }), stride: fc.nat(63), own: fc.boolean() }).map(spread),
};

function spread({ size, stride, own }: { readonly size: number; readonly stride: number; readonly own: boolean }) {
  const each = Array.from({ length: Math.ceil(256 / size) }, (_, link) => link);
  const relies = (at: number): number[] => each.map((link) => (at + stride * link + 1) % size);
  return { knots: Array.from({ length: size }, (_, at): Knot => ({ onClaim: true, own, relies: relies(at) })) };
}

/**
 * What a statement relies on may be withheld, so it is no part of the digest by which others link to it: these circles are made of links
 * that hold, as no honest issuer could sign them in this order.
 */
export function tangledRequest(base: Base, knots: readonly Knot[]): EvaluationInput {
  const honest = base.kept.find(({ type }) => type === 'VerificationStatement');
  if (honest === undefined) throw new Error('no statement');
  const { blinding: _blinding, ...subject } = honest.subject;
  let links = 256;
  const wrong = createLinkRef(honest.document);
  const bare = knots.map(({ onClaim, own }, at): JsonObject => {
    const claim = onClaim ? (subject['claim'] ?? null) : wrong;
    return {
      ...honest.document,
      id: `urn:uuid:99999999-0000-4000-8000-${String(at).padStart(12, '0')}`,
      issuer: own ? honest.issuer : 'did:web:ab-korea.example',
      credentialSubject: { ...subject, claim },
    };
  });
  const refs = bare.map(createLinkRef);
  const tied = bare.map((document, at): Admitted => {
    const relies = (knots[at]?.relies ?? []).slice(0, links).flatMap((to) => refs[to % refs.length] ?? []);
    links -= relies.length;
    const body = document['credentialSubject'] as JsonObject;
    const change = { status: honest.status };
    return admitted({ ...document, credentialSubject: { ...body, upstreamReliance: relies } }, change);
  });
  return { ...base.request, admitted: [...base.kept, ...tied].slice(0, 64) };
}

/** A property whose work is counted: nothing is asserted of the result but that there is one. */
export const WORK: readonly TrustProperty[] = [
  counted(
    define(
      4,
      'any graph of 64 credentials with 256 links, cycles and all, is judged in a bounded number of steps',
      ({ base }) =>
        fc.property(fc.oneof(graph, tangle, worst), (given) => {
          const request = 'knots' in given ? tangledRequest(base, given.knots) : requestIn(base, given);
          assert.ok(request.admitted.length <= 64);
          stepsOf(() => judged(request), MOST_STEPS);
        }),
    ),
  ),
];

function counted(property: TrustProperty): TrustProperty {
  return { ...property, assert: (setting, parameters) => withCounting(() => property.assert(setting, parameters)) };
}
