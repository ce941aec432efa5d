/** Property 1: taking away never turns a refusal into an acceptance. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type LinkSpec, requestIn, type World, world } from '../trust-worlds.ts';
import { accepts, define, judged, type TrustProperty } from './property.ts';

const without = <Value>(list: readonly Value[], at: number): Value[] =>
  list.filter((_, index) => index !== at % list.length);

const TAKE_AWAY: Readonly<Record<string, (given: World, at: number) => World>> = {
  'an anchor': ({ links, anchors }, at) => ({ links, anchors: without(anchors, at) }),
  'a path': ({ links, anchors }, at) => ({ links: without(links, at), anchors }),
  'a scope value': ({ links, anchors }, at) => ({ links: narrowed(links, at), anchors }),
  "an anchor's programme": ({ links, anchors }, at) => ({
    links,
    anchors: anchors.map((anchor, index) =>
      index === at % anchors.length && anchor.programmes.length > 1
        ? { ...anchor, programmes: anchor.programmes.slice(1) }
        : anchor,
    ),
  }),
};

function narrowed(links: readonly LinkSpec[], at: number): LinkSpec[] {
  return links.map((link, index) => {
    if (index !== at % links.length) return link;
    return at % 2 === 0
      ? { ...link, programmes: link.programmes.slice(1) }
      : { ...link, standards: link.standards.slice(1) };
  });
}

/** Whatever was not accepted, a doubt as well as a refusal, is not accepted with less to rest on. */
export const TAKING_AWAY: readonly TrustProperty[] = [
  define(1, 'without an anchor, a value of a scope or a path nothing is accepted that was not', ({ base }) =>
    fc.property(world, fc.constantFrom(...Object.keys(TAKE_AWAY)), fc.nat(20), (given, what, at) => {
      const less = TAKE_AWAY[what]?.(given, at) ?? given;
      // The poorer world first: where it is refused, nothing can have gone wrong.
      if (!accepts(judged(requestIn(base, less)))) return;
      assert.ok(accepts(judged(requestIn(base, given))), `refused with ${what}, accepted without`);
    }),
  ),
];
