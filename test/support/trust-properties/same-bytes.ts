/** Properties 2 and 3: order and strangers change nothing, and the same inputs give the same bytes. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jcs } from '../../../src/formats/jcs.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import { crowd, requestIn, world } from '../trust-worlds.ts';
import { define, type TrustProperty } from './property.ts';

/** Where the limit of links cuts a search short, what was looked at must not hang on the order either. */
const anyWorld = fc.oneof({ weight: 20, arbitrary: world }, { weight: 1, arbitrary: crowd });

export const SAME_BYTES: readonly TrustProperty[] = [
  define(2, 'the order of the credentials changes not one byte of the report', ({ base }) =>
    fc.property(anyWorld, fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }), (given, keys) => {
      const request = requestIn(base, given);
      const order = new Map(request.admitted.map((credential, index) => [credential, keys[index % keys.length] ?? 0]));
      const admitted = [...request.admitted].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
      assert.equal(jcs(evaluate({ ...request, admitted }).report), jcs(evaluate(request).report));
    }),
  ),
  define(2, 'unrelated credentials change nothing but the list of what was looked at', ({ base, strangers }) =>
    fc.property(world, fc.subarray([...strangers], { minLength: 1 }), (given, some) => {
      const request = requestIn(base, given);
      const more = evaluate({ ...request, admitted: [...some, ...request.admitted] });
      const { report } = evaluate(request);
      assert.equal(jcs({ ...more.report, lookedAt: null }), jcs({ ...report, lookedAt: null }));
    }),
  ),
  define(3, 'the same inputs, made anew, give the same bytes', ({ base }) =>
    fc.property(world, (given) => {
      const again = evaluate(requestIn(base, given, { anew: true }));
      assert.equal(jcs(again.report), jcs(evaluate(requestIn(base, given)).report));
    }),
  ),
];
