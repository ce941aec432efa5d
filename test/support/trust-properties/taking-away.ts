/** Property 1: taking away never turns a refusal into an acceptance. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type LinkSpec, requestIn, type World, world } from '../trust-worlds.ts';
import { accepts, define, judged, type TrustProperty } from './property.ts';

const without = <Value>(list: readonly Value[], at: number): Value[] =>
  list.filter((_, index) => index !== at % list.length);

const TAKE_AWAY: Readonly<Record<string, (given: World, at: number) => World>> = {
  'an anchor': (given, at) => ({ ...given, anchors: without(given.anchors, at) }),
  'a path': (given, at) => ({ ...given, links: without(given.links, at) }),
  'a scope value': (given, at) => ({ ...given, links: changed(given.links, at, narrowed) }),
  "an anchor's programme": (given, at) => ({
    ...given,
    anchors: changed(given.anchors, at, (anchor, which) => {
      const programmes = without(anchor.programmes, which);
      return programmes.length === 0 ? anchor : { ...anchor, programmes };
    }),
  }),
};

/** One entry of a list changed, the rest as they are; `at` decides which, and how. */
function changed<Value>(list: readonly Value[], at: number, change: (value: Value, how: number) => Value): Value[] {
  return list.map((value, index) => (index === at % list.length ? change(value, Math.floor(at / list.length)) : value));
}

function narrowed(link: LinkSpec, how: number): LinkSpec {
  const which = Math.floor(how / 2);
  return how % 2 === 0
    ? { ...link, programmes: without(link.programmes, which) }
    : { ...link, standards: without(link.standards, which) };
}

/** Whatever was not accepted, a doubt as well as a refusal, is not accepted with less to rest on. */
export const TAKING_AWAY: readonly TrustProperty[] = [
  define(1, 'without an anchor, a value of a scope or a path nothing is accepted that was not', ({ base }) =>
    fc.property(world, fc.constantFrom(...Object.keys(TAKE_AWAY)), fc.nat(200), (given, what, at) => {
      const less = TAKE_AWAY[what]?.(given, at) ?? given;
      // The poorer world first: where it is refused, nothing can have gone wrong.
      if (!accepts(judged(requestIn(base, less)))) return;
      assert.ok(accepts(judged(requestIn(base, given))), `refused with ${what}, accepted without`);
    }),
  ),
];
