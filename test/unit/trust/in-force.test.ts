/** In force or not at an instant: the interval to the millisecond, and lists that only speak against. */
import { describe, expect, it } from 'vitest';
import type { StatusObservation } from '../../../src/credentials/status-history.ts';
import type { Candidate } from '../../../src/trust/candidate.ts';
import { checkAnchorInForce, checkInForce, instantText } from '../../../src/trust/in-force.ts';
import type { AnchorEntry } from '../../../src/trust/policy.ts';
import { resolveRegime } from '../../../src/trust/regimes/regime.ts';

const FROM = Date.UTC(2026, 0, 1);
const UNTIL = Date.UTC(2027, 0, 1);
const regime = resolveRegime({ id: 'iso14067-pcf' });

const seen = (digest: string, more: Partial<StatusObservation> = {}): StatusObservation => ({
  list: { url: 'https://a.example/1', digest, issuer: 'did:web:a.example', validFrom: 0, validUntil: undefined },
  ...{ set: false, notices: [], newest: true },
  ...more,
});

function credential(observations: readonly StatusObservation[] = [seen('list')], lists?: readonly string[]): Candidate {
  const entry = { purpose: 'suspension', statusListCredential: 'https://a.example/1', index: '1', observations };
  return {
    ...{ document: {}, id: 'urn:uuid:1', type: '', issuer: 'did:web:a.example', subject: {} },
    ...{ validFrom: FROM, validUntil: UNTIL, digest: '', keys: [], didDocuments: [], status: [entry] },
    ...(lists === undefined ? {} : { compromise: { lists: new Set(lists) } }),
  };
}

const told = (at: number, more: { now?: number; skew?: number; code?: 'POLICY_NOT_VALID_THEN' } = {}) =>
  checkInForce(credential(), regime, { at, now: at, ...more }).map(({ outcome, message, code }) => [
    outcome,
    message,
    code,
  ]);
const EARLY = [['failed', 'time.not-yet-valid', 'NOT_YET_VALID']];
const LATE = [['failed', 'time.expired', 'EXPIRED']];
const LATER = [['passed', 'time.expired-later', undefined]];

describe('the interval of a credential', () => {
  it('begins with its first millisecond and ends before its last', () => {
    expect([FROM - 1, FROM, UNTIL - 1, UNTIL].map((at) => told(at))).toEqual([EARLY, [], [], LATE]);
  });
  it('is wider by the skew of clocks where that counts', () => {
    const skew = 1000;
    const instants = [FROM - skew - 1, FROM - skew, UNTIL, UNTIL + skew - 1, UNTIL + skew];
    expect(instants.map((at) => told(at, { skew }))).toEqual([EARLY, [], [], [], LATE]);
  });
  it('is noted to have ended where it was in force then and is no more', () => {
    expect(told(FROM, { now: UNTIL - 1 })).toEqual([]);
    expect(told(FROM, { now: UNTIL })).toEqual(LATER);
    expect(told(FROM, { now: UNTIL + 1 })).toEqual(LATER);
    expect(told(UNTIL, { now: UNTIL, skew: 1000 })).toEqual([]);
  });
  it('says so in the words of whoever asks', () => {
    expect(told(UNTIL, { code: 'POLICY_NOT_VALID_THEN' })).toEqual([
      ['failed', 'time.expired', 'POLICY_NOT_VALID_THEN'],
    ]);
    expect(told(FROM - 1, { code: 'POLICY_NOT_VALID_THEN' })).toEqual([
      ['failed', 'time.not-yet-valid', 'POLICY_NOT_VALID_THEN'],
    ]);
    const [late] = checkInForce(credential(), regime, { at: UNTIL, now: UNTIL });
    const params = { at: '2027-01-01T00:00:00Z', from: '2026-01-01T00:00:00Z', until: '2027-01-01T00:00:00Z' };
    expect(late).toMatchObject({ subject: 'urn:uuid:1', params });
    expect(checkInForce(credential(), regime, { at: FROM, now: UNTIL })[0]).toMatchObject({
      params: { from: params.from },
    });
    expect(checkInForce(credential(), regime, { at: 0, now: 0 })[0]).toMatchObject({
      params: { ...params, at: '1970-01-01T00:00:00Z' },
    });
  });
});

describe('lists that a compromised key signed', () => {
  const at = Date.UTC(2026, 5, 1);
  const status = (observations: readonly StatusObservation[], lists?: readonly string[]) =>
    checkInForce(credential(observations, lists), regime, { at, now: at }).map(({ outcome, code, message, params }) => [
      outcome,
      code,
      message,
      params?.['at'],
    ]);
  const AT = '2026-06-01T00:00:00Z';
  const set = { set: true };
  /** Covers the instant no more. */
  const ended = { list: { ...seen('old').list, validUntil: at - 1 }, newest: false };

  it('change nothing where none of them is used', () => {
    expect(status([seen('good')], [])).toEqual([]);
    expect(status([seen('good')], ['other'])).toEqual([]);
    expect(status([seen('good', set)], ['other'])).toEqual([['failed', 'SUSPENDED', 'status.suspended', AT]]);
  });
  it('speak against the credential', () => {
    expect(status([seen('bad', set)], ['bad'])).toEqual([['failed', 'SUSPENDED', 'status.suspended', AT]]);
  });
  it('do not speak for it', () => {
    expect(status([seen('bad')], ['bad'])).toEqual([['undetermined', 'KEY_COMPROMISED', 'status.compromised', AT]]);
    expect(status([seen('bad'), seen('good')], ['bad'])).toEqual([]);
  });
  it('do not hide what another list says', () => {
    const hiding = seen('bad', { list: { ...seen('bad').list, validFrom: at - 1 } });
    expect(status([seen('good', set), hiding], ['bad'])).toEqual([['failed', 'SUSPENDED', 'status.suspended', AT]]);
  });
  it('are not what a doubt is laid to that is there without them', () => {
    expect(status([{ ...seen('old'), ...ended }], ['bad'])).toEqual([
      ['undetermined', 'STATUS_RETRIEVAL_ERROR', 'status.unknown', AT],
    ]);
    expect(status([{ ...seen('old'), ...ended }], ['old'])).toEqual([
      ['undetermined', 'STATUS_RETRIEVAL_ERROR', 'status.unknown', AT],
    ]);
  });
});

describe('an anchor', () => {
  const anchor = { did: 'did:web:a.example', validFrom: '2026-01-01', validUntil: '2027-01-01' } as AnchorEntry;
  it('is in force from its first day to before its last', () => {
    const outcomes = [FROM - 1, FROM, UNTIL - 1, UNTIL].map((at) => checkAnchorInForce(anchor, at));
    expect(outcomes.map((found) => found.length)).toEqual([1, 0, 0, 1]);
    expect(outcomes[3]?.[0]).toMatchObject({
      ...{ outcome: 'failed', message: 'I2.anchor-interval', code: 'POLICY_NOT_VALID_THEN' },
      ...{ subject: anchor.did, params: { at: '2027-01-01T00:00:00Z', from: '2026-01-01', until: '2027-01-01' } },
    });
  });
});

describe('an instant for people', () => {
  it('is a date and time where there is one', () => {
    expect(instantText(FROM)).toBe('2026-01-01T00:00:00Z');
    expect(instantText(252_999_999_999_000)).toBe('9987-04-02T17:46:39Z');
    expect(instantText(253_000_000_000_000)).toBe('253000000000000');
    expect(instantText(-2_208_988_799_000)).toBe('1900-01-01T00:00:01Z');
    expect(instantText(-2_208_988_800_000)).toBe('-2208988800000');
    expect(instantText(Number.POSITIVE_INFINITY)).toBe('Infinity');
  });
});
