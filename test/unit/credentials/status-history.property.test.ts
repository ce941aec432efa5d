import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  judgeStatus,
  type StatusEntryHistory,
  type StatusObservation,
} from '../../../src/credentials/status-history.ts';
import { formatDate } from '../../../src/formats/date-time.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const day = fc.nat(40).map((days) => START + days * DAY);

const observation = (purpose: string): fc.Arbitrary<StatusObservation> =>
  fc.record({
    list: fc.record({
      url: fc.constant('https://status.example/1'),
      digest: fc.constant('uEiExample'),
      issuer: fc.constant('did:web:ab.example'),
      validFrom: day,
      validUntil: fc.option(
        day.map((start) => start + 20 * DAY),
        { nil: undefined },
      ),
    }),
    set: fc.boolean(),
    notices: fc.array(
      fc.record({
        index: fc.constant('7'),
        statusPurpose: fc.constant(purpose),
        reason: fc.constantFrom('withdrawn', 'annulled', 'suspended', 'reinstated', 'other'),
        effectiveDate: day.map(formatDate),
      }),
      { maxLength: 3 },
    ),
    newest: fc.boolean(),
  });

const entry: fc.Arbitrary<StatusEntryHistory> = fc.constantFrom('revocation', 'suspension').chain((purpose) =>
  fc.record({
    purpose: fc.constant(purpose),
    statusListCredential: fc.constant('https://status.example/1'),
    index: fc.constant('7'),
    observations: fc.array(observation(purpose), { maxLength: 4 }),
  }),
);

const RUNS = { numRuns: 1000 };
const outcomeAt = (history: StatusEntryHistory, at: number, now = START + 30 * DAY): string | undefined =>
  judgeStatus([history], at, { now })[0]?.outcome;

describe('properties of judgeStatus', () => {
  it('an annulment seen anywhere refuses at every instant', () => {
    fc.assert(
      fc.property(entry, day, fc.nat(4), (history, at, place) => {
        if (history.purpose !== 'revocation') return;
        const annulled: StatusObservation = {
          list: { url: '', digest: '', issuer: '', validFrom: START + 50 * DAY, validUntil: undefined },
          set: true,
          notices: [{ index: '7', statusPurpose: 'revocation', reason: 'annulled', effectiveDate: '2026-03-01' }],
          newest: true,
        };
        const observations = [...history.observations];
        observations.splice(place, 0, annulled);
        expect(outcomeAt({ ...history, observations }, at)).toBe('failed');
      }),
      RUNS,
    );
  });

  it('nothing known is never a pass', () => {
    fc.assert(
      fc.property(entry, day, (history, at) => {
        expect(outcomeAt({ ...history, observations: [] }, at)).toBe('undetermined');
      }),
      RUNS,
    );
  });

  it('the order of lists and of notices changes nothing', () => {
    fc.assert(
      fc.property(entry, day, (history, at) => {
        const reversed = history.observations
          .map((seen) => ({ ...seen, notices: [...seen.notices].reverse() }))
          .reverse();
        expect(outcomeAt({ ...history, observations: reversed }, at)).toBe(outcomeAt(history, at));
      }),
      RUNS,
    );
  });

  it('a revocation without doubt stays: once refused, refused at every later instant', () => {
    fc.assert(
      fc.property(entry, day, fc.nat(40), (history, at, later) => {
        if (history.purpose !== 'revocation' || outcomeAt(history, at) !== 'failed') return;
        expect(outcomeAt(history, at + later * DAY)).toBe('failed');
      }),
      RUNS,
    );
  });

  it('within one day nothing changes', () => {
    fc.assert(
      fc.property(entry, day, fc.integer({ min: 0, max: DAY - 1 }), (history, at, within) => {
        expect(outcomeAt(history, at + within)).toBe(outcomeAt(history, at));
      }),
      RUNS,
    );
  });
});
