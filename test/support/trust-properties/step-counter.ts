/**
 * Counts the work of a function without a clock: every call of an array method is as many steps as the array is long, and one more. The
 * trust room searches, joins and judges with these methods, so that a loop without end is stopped by the count, not by patience.
 */
const COUNTED = ['push', 'filter', 'map', 'flatMap', 'find', 'findIndex', 'some', 'every', 'includes'] as const;

let steps = 0;
let most = Number.POSITIVE_INFINITY;
let counting = false;

export class TooManySteps extends Error {}

/** Put the counting methods in the place of the usual ones while `run` runs. */
export function withCounting<Value>(run: () => Value): Value {
  const prototype = Array.prototype as unknown as Record<string, Method>;
  const usual = COUNTED.map((name) => [name, Object.getOwnPropertyDescriptor(prototype, name)] as const);
  for (const [name, descriptor] of usual) {
    const method = descriptor?.value as Method;
    const value = name === 'push' ? countedPush(method) : countedSearch(method);
    Object.defineProperty(prototype, name, { ...descriptor, value });
  }
  try {
    return run();
  } finally {
    for (const [name, descriptor] of usual) Object.defineProperty(prototype, name, descriptor ?? {});
  }
}

type Method = (this: readonly unknown[], ...values: unknown[]) => unknown;

function countedPush(method: Method): Method {
  return function (...values) {
    if (counting) count(0);
    return method.apply(this, values);
  };
}

/** For methods of at most two arguments, of which the second may as well be undefined. */
function countedSearch(method: Method): Method {
  return function (first, second) {
    if (counting) count(this.length);
    return method.call(this, first, second);
  };
}

function count(length: number): void {
  steps += 1 + length;
  if (steps <= most) return;
  counting = false;
  throw new TooManySteps(`more than ${most} steps`);
}

/** The steps of a function, inside `withCounting`. Errors: TooManySteps as soon as there are more than `bound`. */
export function stepsOf(run: () => unknown, bound: number): number {
  steps = 0;
  most = bound;
  counting = true;
  try {
    run();
  } finally {
    counting = false;
  }
  return steps;
}
