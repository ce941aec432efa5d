/** The only place that reads the machine's clock. Everything else is handed a `Clock`, so that tests hold time still. */
export interface Clock {
  /** Now, in whole milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still until it is set. Used by tests and by `CLOCK=manual`. */
export interface ManualClock extends Clock {
  set(now: number): void;
}

export function createManualClock(start: number): ManualClock {
  let current = start;
  return {
    now: () => current,
    set: (now) => {
      current = now;
    },
  };
}

/** A clock that starts at `start` and then runs at the pace of the machine. Used by `CLOCK=<instant>`. */
export function createShiftedClock(start: number, machine: Clock = systemClock): Clock {
  const offset = start - machine.now();
  return { now: () => machine.now() + offset };
}
