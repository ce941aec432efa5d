/** Property 5: between two neighbouring instants in the evidence the result is constant. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isObject, type JsonValue } from '../../../src/base/json.ts';
import { CLOCK_SKEW_MS } from '../../../src/credentials/validity-period.ts';
import { readDate, readDateTime } from '../../../src/formats/date-time.ts';
import type { Admitted } from '../../../src/trust/admitted.ts';
import { addYears } from '../../../src/trust/calendar.ts';
import type { EvaluationInput } from '../../../src/trust/evaluation.ts';
import { requestIn, world } from '../trust-worlds.ts';
import { define, judged, shape, type TrustProperty } from './property.ts';

/** PACT's footprints are good for three years after their reference period (rule A3). */
const FOOTPRINT_YEARS = 3;

const instants = new WeakMap<Admitted, readonly number[]>();

/** Every date and date-time that a credential states, whatever for: whoever reads this list knows nothing of the rules. */
function instantsIn(credential: Admitted): readonly number[] {
  const known = instants.get(credential);
  if (known !== undefined) return known;
  const { document, status } = credential;
  const found = datesIn([document, JSON.parse(JSON.stringify(status))]);
  const lists = status.flatMap(({ observations }) => observations.map(({ list }) => list));
  const own = lists.flatMap(({ validFrom, validUntil }) => [validFrom, validUntil ?? validFrom]);
  const all = [...found, ...own];
  instants.set(credential, all);
  return all;
}

function datesIn(value: JsonValue): number[] {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(datesIn);
  if (isObject(value)) return Object.values(value).flatMap(datesIn);
  const instant = readDateTime(value) ?? readDate(value);
  if (instant === undefined) return [];
  const later = addYears(instant, FOOTPRINT_YEARS);
  return later === undefined ? [instant] : [instant, later];
}

/** The instants at which a credential of this world itself begins, ends or changes: there are few, and they matter most. */
function turningPointsOf({ admitted }: EvaluationInput): readonly number[] {
  const all = admitted.flatMap(({ validFrom, validUntil, status }) => [
    ...[validFrom, validUntil],
    ...status.flatMap(({ observations }) =>
      observations.flatMap(({ notices }) => notices.map(({ effectiveDate }) => readDate(effectiveDate) ?? validFrom)),
    ),
  ]);
  return [...new Set(all)].sort((a, b) => a - b);
}

/** All instants of a request in order, with the tolerance between clocks on both sides. */
export function boundariesOf({ admitted, policy }: EvaluationInput): readonly number[] {
  const anchors = policy.anchors.flatMap(({ validFrom, validUntil }) => [readDate(validFrom), readDate(validUntil)]);
  const stated = [...admitted.flatMap(instantsIn), ...anchors.filter((instant) => instant !== undefined)];
  const all = stated.flatMap((instant) => [instant - CLOCK_SKEW_MS, instant, instant + CLOCK_SKEW_MS]);
  return [...new Set(all)].sort((a, b) => a - b);
}

export const INSTANTS: readonly TrustProperty[] = [
  define(5, 'from one instant in the evidence to the next the result is constant', ({ base }) =>
    fc.property(world, fc.nat(10_000), fc.boolean(), fc.nat(1000), (given, which, turning, share) => {
      const request = requestIn(base, given);
      const boundaries = boundariesOf(request);
      const turns = turningPointsOf(request);
      // With the tolerance before and after it, a turning point has three stretches about it.
      const turn = boundaries.indexOf(turns[which % turns.length] ?? 0) - 1 + (Math.floor(which / turns.length) % 3);
      const at = turning ? Math.min(turn, boundaries.length - 2) : which % (boundaries.length - 1);
      const [start, next] = [boundaries[at] ?? 0, boundaries[at + 1] ?? 0];
      // From the very first millisecond, at the boundary itself, to the last one or any between.
      const other = start + Math.floor(((next - 1 - start) * share) / 1000);
      assert.deepEqual(shape(judged({ ...request, at: other })), shape(judged({ ...request, at: start })));
    }),
  ),
];
