import { describe, expect, it } from 'vitest';
import { createManualClock, createShiftedClock, systemClock } from '../../../src/base/clock.ts';

describe('clocks', () => {
  it('by hand: stands still until it is set', () => {
    const clock = createManualClock(1000);
    expect([clock.now(), clock.now()]).toEqual([1000, 1000]);
    clock.set(5);
    expect(clock.now()).toBe(5);
  });

  it('shifted: starts where it is told and runs on with the machine', () => {
    const machine = createManualClock(777);
    const clock = createShiftedClock(1_000_000, machine);
    expect(clock.now()).toBe(1_000_000);
    machine.set(787);
    expect(clock.now()).toBe(1_000_010);
  });

  it('of the machine: whole milliseconds that do not run backwards here', () => {
    const first = systemClock.now();
    expect(Number.isInteger(first)).toBe(true);
    expect(systemClock.now()).toBeGreaterThanOrEqual(first);
  });
});
