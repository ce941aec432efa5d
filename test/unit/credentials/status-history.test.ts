import { describe, expect, it } from 'vitest';
import {
  judgeStatus,
  type StatusEntryHistory,
  type StatusNotice,
  type StatusObservation,
} from '../../../src/credentials/status-history.ts';

const day = (text: string): number => Date.parse(text.includes('T') ? text : `${text}T00:00:00Z`);

function seen(from: string, until: string | undefined, set: boolean, notices: StatusNotice[] = []): StatusObservation {
  return {
    list: {
      url: 'https://status.example/1',
      digest: 'uEiExample',
      issuer: 'did:web:ab.example',
      validFrom: day(from),
      validUntil: until === undefined ? undefined : day(until),
    },
    set,
    notices,
    newest: true,
  };
}

const notice = (reason: string, effectiveDate: string, statusPurpose = 'revocation'): StatusNotice => ({
  index: '7',
  statusPurpose,
  reason,
  effectiveDate,
});

function judge(
  purpose: string,
  at: string,
  observations: StatusObservation[],
  more: { now?: string; freshness?: number; problem?: StatusEntryHistory['problem'] } = {},
) {
  const entry: StatusEntryHistory = {
    purpose,
    statusListCredential: 'https://status.example/1',
    index: '7',
    observations,
    ...(more.problem === undefined ? {} : { problem: more.problem }),
  };
  const [finding] = judgeStatus([entry], day(at), {
    now: day(more.now ?? '2027-04-15'),
    ...(more.freshness === undefined ? {} : { freshness: more.freshness }),
  });
  return { outcome: finding?.outcome, code: finding?.code, later: finding?.params?.['laterFrom'] };
}

const NEWEST: [string, string] = ['2027-04-10', '2027-05-10'];
const pass = { outcome: 'passed', code: undefined, later: undefined };

describe('a revocation', () => {
  it('passes where a clear list covers the instant and the newest is clear too', () => {
    expect(
      judge('revocation', '2026-06-01', [seen('2026-05-25', '2026-06-25', false), seen(...NEWEST, false)]),
    ).toEqual(pass);
  });
  it('is undetermined at a past date that no list covers, although the newest list is clear', () => {
    expect(judge('revocation', '2026-06-01', [seen(...NEWEST, false)])).toMatchObject({
      outcome: 'undetermined',
      code: 'STATUS_RETRIEVAL_ERROR',
    });
  });
  it.each([
    ['without a notice', []],
    ['annulled', [notice('annulled', '2027-04-01')]],
    ['for a reason of the issuer', [notice('keyCompromise', '2027-04-01')]],
    ['withdrawn, and annulled later', [notice('withdrawn', '2027-03-01'), notice('annulled', '2027-04-01')]],
    ['withdrawn on a day that no calendar has', [notice('withdrawn', '2027-02-30')]],
  ])('%s works back to the start, over a stapled list that was clear', (_name, notices) => {
    const lists = [seen('2026-05-25', '2026-06-25', false), seen(...NEWEST, true, notices)];
    expect(judge('revocation', '2026-06-01', lists)).toMatchObject({ outcome: 'failed', code: 'REVOKED' });
  });
  it('withdrawn works forward from 00:00 UTC of its date, and the day before only notes it', () => {
    const lists = [seen(...NEWEST, true, [notice('withdrawn', '2027-04-01')])];
    expect(judge('revocation', '2027-03-31', lists)).toEqual({ ...pass, later: '2027-04-01' });
    expect(judge('revocation', '2027-04-01', lists)).toMatchObject({ outcome: 'failed', code: 'REVOKED' });
  });
});

describe('a suspension', () => {
  const notices = [notice('suspended', '2027-01-10', 'suspension'), notice('reinstated', '2027-02-10', 'suspension')];
  it.each([
    ['2027-01-09', 'passed', undefined],
    ['2027-01-10', 'failed', 'SUSPENDED'],
    ['2027-02-09', 'failed', 'SUSPENDED'],
    ['2027-02-10', 'passed', undefined],
  ])('holds from its notice to its reinstatement: %s %s', (at, outcome, code) => {
    expect(judge('suspension', at, [seen(...NEWEST, false, notices)])).toMatchObject({ outcome, code });
  });
  it('is judged by a covering list where there are no notices', () => {
    const lists = [
      seen('2027-01-01', '2027-02-01', true),
      seen('2027-02-01', '2027-03-01', false),
      seen(...NEWEST, false),
    ];
    expect(judge('suspension', '2027-01-15', lists)).toMatchObject({ outcome: 'failed', code: 'SUSPENDED' });
    expect(judge('suspension', '2027-02-15', lists)).toEqual(pass);
    expect(judge('suspension', '2026-12-15', lists)).toMatchObject({ outcome: 'undetermined' });
  });
  it('that only a later list shows, without a date, leaves an uncovered instant open', () => {
    expect(judge('suspension', '2027-01-15', [seen(...NEWEST, true)])).toMatchObject({ outcome: 'undetermined' });
  });
  it('counts before the first notice when that is a reinstatement', () => {
    const lists = [seen(...NEWEST, false, [notice('reinstated', '2027-02-10', 'suspension')])];
    expect(judge('suspension', '2027-01-15', lists)).toMatchObject({ outcome: 'failed', code: 'SUSPENDED' });
  });
  it('stays on a day that carries both notices', () => {
    const both = [notice('reinstated', '2027-02-10', 'suspension'), notice('suspended', '2027-02-10', 'suspension')];
    expect(judge('suspension', '2027-02-10', [seen(...NEWEST, true, both)])).toMatchObject({ code: 'SUSPENDED' });
  });
  it('ends on its own day where the list that knows both notices shows the bit clear', () => {
    const date = '2027-03-05';
    const one = [notice('suspended', date, 'suspension')];
    const both = [...one, notice('reinstated', date, 'suspension')];
    const suspended = seen('2027-03-05T09:00:00Z', '2027-06-01', true, one);
    const reinstated = seen('2027-03-05T15:00:00Z', '2027-06-01', false, both);
    expect(judge('suspension', '2027-03-05T10:00:00Z', [reinstated, suspended])).toMatchObject({ code: 'SUSPENDED' });
    expect(judge('suspension', '2027-03-05T16:00:00Z', [reinstated, suspended])).toMatchObject({ outcome: 'passed' });
    expect(judge('suspension', '2027-03-08', [reinstated, suspended])).toMatchObject({ outcome: 'passed' });
    const again = seen('2027-03-05T18:00:00Z', '2027-06-01', true, both);
    expect(judge('suspension', '2027-03-08', [again, reinstated])).toMatchObject({ code: 'SUSPENDED' });
  });
  it('holds where the bit is set although the last notice lifted it', () => {
    const lifted = [notice('reinstated', '2027-03-02', 'suspension')];
    const of = (notices: StatusNotice[]) => [seen('2027-03-04', '2027-06-01', true, notices)];
    expect(judge('suspension', '2027-03-05', of(lifted))).toMatchObject({ code: 'SUSPENDED' });
    const ahead = [...lifted, notice('suspended', '2027-03-20', 'suspension')];
    expect(judge('suspension', '2027-03-05', of(ahead))).toMatchObject({ outcome: 'passed' });
  });
});

describe('freshness', () => {
  const hour = 3_600_000;
  it('without a demand, the newest list must not have ended', () => {
    expect(judge('revocation', '2027-04-15', [seen('2027-03-01', undefined, false)])).toEqual(pass);
    expect(judge('revocation', '2027-03-05', [seen('2027-03-01', '2027-03-31', false)])).toMatchObject({
      outcome: 'undetermined',
      code: 'STATUS_RETRIEVAL_ERROR',
    });
  });
  it('with a demand, counts the age of the newest list', () => {
    const lists = [seen(...NEWEST, false)];
    expect(judge('revocation', '2027-04-15', lists, { freshness: 120 * hour })).toEqual(pass);
    expect(judge('revocation', '2027-04-15', lists, { freshness: 119 * hour })).toMatchObject({
      outcome: 'undetermined',
    });
  });
  it('forgives a list out of reach only where another is new enough', () => {
    const problem = { code: 'STATUS_RETRIEVAL_ERROR', detail: 'no answer' } as const;
    expect(judge('revocation', '2027-04-15', [seen(...NEWEST, false)], { problem })).toEqual(pass);
    expect(judge('revocation', '2027-04-15', [], { problem })).toMatchObject({ code: 'STATUS_RETRIEVAL_ERROR' });
  });
  it('never forgives a list that was rolled back, and names it', () => {
    const problem = { code: 'STATUS_ROLLBACK', detail: 'older than one seen' } as const;
    expect(judge('revocation', '2027-04-15', [seen(...NEWEST, false)], { problem })).toMatchObject({
      outcome: 'undetermined',
      code: 'STATUS_ROLLBACK',
    });
  });
});

describe('a history', () => {
  it('that is empty is undetermined', () => {
    expect(judgeStatus([], 0, { now: 0 })).toMatchObject([{ outcome: 'undetermined', code: 'POLICY_STATUS_REQUIRED' }]);
  });
  it('of another purpose is undetermined', () => {
    expect(judge('message', '2027-04-15', [seen(...NEWEST, false)])).toMatchObject({
      outcome: 'undetermined',
      code: 'STATUS_UNSUPPORTED',
    });
  });
});
