import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../../src/base/error.ts';
import { failed, passed, undetermined } from '../../../src/base/finding.ts';
import { deepFreeze, type JsonObject, type JsonValue } from '../../../src/base/json.ts';
import type { ProblemCode } from '../../../src/base/problem.ts';
import { judgeStatus, type StatusNotice } from '../../../src/credentials/status-history.ts';
import { Bitstring } from '../../../src/formats/bitstring.ts';
import { formatDateTime } from '../../../src/formats/date-time.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import { type LoadedList, observeStatus, type StatusSources } from '../../../src/status/check-status.ts';
import { MOST_STATUS_ENTRIES, readStatusEntries } from '../../../src/status/status-entry.ts';
import { createStatusListCredential, MIN_LENGTH } from '../../../src/status/status-list.ts';
import { createParty, createResolverDouble, createTestContexts } from '../../support/data-integrity.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;
const NOW = Date.UTC(2026, 5, 15, 12);
const good = createParty('did:web:good.example');
const evil = createParty('did:web:evil.example');
const resolver = createResolverDouble([good.didDocument, evil.didDocument]);
const integrity = createDataIntegrity({ contexts: createTestContexts() });
const url = 'https://good.example/status/1';

interface ListDraft {
  readonly set?: readonly number[];
  readonly from?: number;
  readonly until?: number;
  readonly notices?: readonly StatusNotice[];
  readonly change?: JsonObject;
  readonly subject?: JsonObject;
  readonly signer?: typeof good;
}
async function list({
  set = [],
  from = NOW - MINUTE,
  until = NOW + DAY,
  notices = [],
  change,
  subject,
  signer = good,
}: ListDraft = {}) {
  const bits = new Bitstring(MIN_LENGTH);
  for (const index of set) bits.set(index, true);
  const unsecured = createStatusListCredential({
    url,
    issuer: good.did,
    purposes: ['revocation', 'suspension'],
    bits,
    notices,
    validFrom: from,
    validUntil: until,
  });
  const credentialSubject = { ...(unsecured['credentialSubject'] as JsonObject), ...subject };
  return integrity.secureCredential(
    { ...unsecured, credentialSubject, ...change },
    { signer: signer.signer, created: from },
  );
}
function sourcesOf(answer: LoadedList | JsonObject, more: Partial<StatusSources> = {}) {
  const calls: (string | number | undefined)[][] = [];
  const sources: StatusSources & { readonly calls: typeof calls } = {
    calls,
    load: async (asked, at) => {
      calls.push([asked, at]);
      return 'ok' in answer ? (answer as LoadedList) : { ok: true, document: answer };
    },
    checkList: async (document) => (await integrity.checkCredentialProofs(document, { resolver, now: NOW })).findings,
    stapled: [],
    now: NOW,
    ...more,
  };
  return sources;
}
const entryOf = (change: JsonObject = {}): JsonObject => ({
  type: 'BitstringStatusListEntry',
  statusPurpose: 'revocation',
  statusListIndex: '7',
  statusListCredential: url,
  ...change,
});
const credentialWith = (credentialStatus?: JsonValue): JsonObject =>
  deepFreeze({
    type: ['VerifiableCredential'],
    issuer: good.did,
    ...(credentialStatus === undefined ? {} : { credentialStatus }),
  });
const credential = credentialWith(entryOf());
async function outcome(document: JsonObject, sources: StatusSources, at = NOW) {
  const { history } = await observeStatus(document, sources, at === undefined ? [] : [at]);
  return judgeStatus(history, at, { now: NOW }).map(({ outcome: result, code }) => `${result} ${code ?? ''}`.trim());
}
async function problemOf(answer: LoadedList | JsonObject, more: Partial<StatusSources> = {}, document = credential) {
  const { history } = await observeStatus(document, sourcesOf(answer, more));
  return history[0]?.problem?.code ?? 'none';
}

describe('the first test of the project', () => {
  it('revoke, verify, expect not accepted', async () => {
    expect(await outcome(credential, sourcesOf(await list()))).toEqual(['passed']);
    expect(await outcome(credential, sourcesOf(await list({ set: [7] })))).toEqual(['failed REVOKED']);
    expect(await outcome(credential, sourcesOf(await list({ set: [6, 8] })))).toEqual(['passed']);
  });

  it('suspension likewise, from a list of its own purpose', async () => {
    const suspended = credentialWith(entryOf({ statusPurpose: 'suspension' }));
    expect(await outcome(suspended, sourcesOf(await list({ set: [7] })))).toEqual(['failed SUSPENDED']);
    expect(await outcome(suspended, sourcesOf(await list()))).toEqual(['passed']);
  });
});

describe('readStatusEntries', () => {
  const codes = (credentialStatus: JsonValue) => {
    const read = readStatusEntries(credentialWith(credentialStatus));
    return read.ok ? `${read.value.length} read` : read.findings.map(({ code }) => code).join();
  };

  it('reads one entry or several, and none where there is none', () => {
    expect(codes(entryOf())).toBe('1 read');
    expect(codes([entryOf(), entryOf({ statusPurpose: 'suspension', statusSize: 1 })])).toBe('2 read');
    expect(readStatusEntries(credentialWith())).toEqual({ ok: true, value: [] });
  });

  it.each(['7abc', '0x7', ' 7', '7.9', '1e3', '-1', '', 7, null, '9007199254740993'])(
    'refuses the index %j',
    (statusListIndex) => {
      expect(codes(entryOf({ statusListIndex }))).toBe('MALFORMED_VALUE_ERROR');
    },
  );

  it.each([
    ['an unknown type', { type: 'StatusList2021Entry' }, 'STATUS_UNSUPPORTED'],
    ['no type', { type: null }, 'STATUS_UNSUPPORTED'],
    ['a purpose of another kind', { statusPurpose: 'message' }, 'STATUS_UNSUPPORTED'],
    ['entries of two bits', { statusSize: 2 }, 'STATUS_UNSUPPORTED'],
    ['a size that is a text', { statusSize: '1' }, 'STATUS_UNSUPPORTED'],
    ['no purpose', { statusPurpose: null }, 'MALFORMED_VALUE_ERROR'],
    ['a relative address', { statusListCredential: '/status/1' }, 'MALFORMED_VALUE_ERROR'],
    ['an address that is an object', { statusListCredential: { id: url } }, 'MALFORMED_VALUE_ERROR'],
  ] as [string, JsonObject, string][])('refuses %s, alone and beside a good entry', (_, change, code) => {
    expect(codes(entryOf(change))).toBe(code);
    expect(codes([entryOf(), entryOf(change)])).toBe(code);
  });

  it('refuses entries that are no objects, and more than can be looked up', () => {
    expect(codes(null)).toBe('MALFORMED_VALUE_ERROR');
    expect(codes('x')).toBe('MALFORMED_VALUE_ERROR');
    const many = (count: number) => Array.from({ length: count }, () => entryOf());
    expect(codes(many(MOST_STATUS_ENTRIES))).toBe(`${MOST_STATUS_ENTRIES} read`);
    expect(codes(many(MOST_STATUS_ENTRIES + 1))).toBe('LIMIT_EXCEEDED');
  });
});

describe('observeStatus', () => {
  it('says so when a credential has no status, and looks nothing up', async () => {
    const sources = sourcesOf(await list());
    const report = await observeStatus(credentialWith(), sources);
    expect(report).toMatchObject({ history: [], lists: [], findings: [{ check: 'status.entry', outcome: 'skipped' }] });
    expect(sources.calls).toEqual([]);
  });

  it('hands back what is wrong with the entries, and looks nothing up', async () => {
    const sources = sourcesOf(await list());
    const report = await observeStatus(credentialWith([entryOf(), entryOf({ type: 'Other' })]), sources);
    expect(report).toMatchObject({ history: [], findings: [{ outcome: 'failed', code: 'STATUS_UNSUPPORTED' }] });
    expect(sources.calls).toEqual([]);
  });

  it('loads a list once for all entries that share it, and keeps their order', async () => {
    const sources = sourcesOf(await list({ set: [8] }));
    const shared = credentialWith([entryOf({ statusPurpose: 'suspension', statusListIndex: '8' }), entryOf()]);
    const { history, lists } = await observeStatus(shared, sources);
    expect(sources.calls).toEqual([[url, undefined]]);
    expect(history.map(({ purpose, observations }) => [purpose, observations.map(({ set }) => set)])).toEqual([
      ['suspension', [true]],
      ['revocation', [false]],
    ]);
    expect(lists).toMatchObject([{ url, digest: expect.stringMatching(/^uEi/) }]);
  });

  it('carries the notices of this entry and no other', async () => {
    const notice = { index: '7', statusPurpose: 'revocation', reason: 'withdrawn', effectiveDate: '2026-06-14' };
    const notices = [notice, { ...notice, index: '8' }, { ...notice, statusPurpose: 'suspension' }];
    const { history } = await observeStatus(credential, sourcesOf(await list({ set: [7, 8], notices })));
    expect(history[0]?.observations[0]?.notices).toEqual([notice]);
  });

  it.each(['STATUS_RETRIEVAL_ERROR', 'HOST_BLOCKED', 'LIMIT_EXCEEDED'] as ProblemCode[])(
    'passes on why a list could not be had: %s',
    async (code) => {
      const answer: LoadedList = { ok: false, code, detail: 'no list' };
      expect(await problemOf(answer)).toBe(code);
      expect(await outcome(credential, sourcesOf(answer))).toEqual([`undetermined ${code}`]);
    },
  );

  it('takes a source that throws for a list that could not be had', async () => {
    const load = () => Promise.reject(null);
    expect(await problemOf(await list(), { load })).toBe('STATUS_RETRIEVAL_ERROR');
  });

  it('refuses a tampered list, and one signed by somebody else', async () => {
    const honest = await list({ set: [7] });
    const clear = await list();
    const tampered = { ...honest, credentialSubject: clear['credentialSubject'] as JsonObject };
    expect(await problemOf(clear)).toBe('none');
    expect(await problemOf(tampered)).toBe('STATUS_VERIFICATION_ERROR');
    expect(await problemOf(await list({ signer: evil }))).toBe('STATUS_VERIFICATION_ERROR');
    const { proof: _, ...unsigned } = clear;
    expect(await problemOf(unsigned)).toBe('STATUS_VERIFICATION_ERROR');
  });

  it('refuses a good list of another issuer, unless the policy names it', async () => {
    const foreign = await list({ change: { issuer: evil.did }, signer: evil });
    expect(await problemOf(foreign)).toBe('STATUS_VERIFICATION_ERROR');
    expect(await problemOf(foreign, { listIssuers: [evil.did] })).toBe('none');
  });

  it('refuses another list of the same issuer, and one for another purpose', async () => {
    expect(await problemOf(await list({ change: { id: 'https://good.example/status/2' } }))).toBe(
      'STATUS_VERIFICATION_ERROR',
    );
    const narrow = await list({ subject: { statusPurpose: 'revocation' } });
    expect(await problemOf(narrow)).toBe('none');
    const suspension = credentialWith(entryOf({ statusPurpose: 'suspension' }));
    expect(await problemOf(narrow, {}, suspension)).toBe('STATUS_VERIFICATION_ERROR');
  });

  it('says RANGE_ERROR beyond the end of the list', async () => {
    const at = (statusListIndex: string) => credentialWith(entryOf({ statusListIndex }));
    expect(await problemOf(await list(), {}, at(String(MIN_LENGTH - 1)))).toBe('none');
    expect(await problemOf(await list(), {}, at(String(MIN_LENGTH)))).toBe('RANGE_ERROR');
  });

  it('passes on that a list is too short or unpacks to too much', async () => {
    const encoded = (bytes: number) => ({ encodedList: `u${gzipSync(Buffer.alloc(bytes)).toString('base64url')}` });
    expect(await problemOf(await list({ subject: encoded(1) }))).toBe('STATUS_LIST_LENGTH_ERROR');
    expect(await problemOf(await list({ subject: encoded(2 ** 21) }))).toBe('LIMIT_EXCEEDED');
  });

  it('leaves it undetermined when the list cannot be checked, and refuses a check that throws', async () => {
    const unknown = async () => [passed('proof.form'), undetermined('proof.key', 'DID_RESOLUTION_ERROR', 'down')];
    expect(await problemOf(await list(), { checkList: unknown })).toBe('STATUS_RETRIEVAL_ERROR');
    expect(await problemOf(await list(), { checkList: async () => [] })).toBe('STATUS_RETRIEVAL_ERROR');
    expect(await problemOf(await list(), { checkList: () => Promise.reject(null) })).toBe('STATUS_VERIFICATION_ERROR');
    const fault = async () => [failed('shape', 'MALFORMED_VALUE_ERROR', 'no')];
    expect(await problemOf(await list(), { checkList: fault })).toBe('STATUS_VERIFICATION_ERROR');
  });

  it('says nothing of a list that nobody had time to look at', async () => {
    const busy = () => Promise.reject(new ServiceError('UNAVAILABLE', 'too many are waiting', { retryAfter: 2 }));
    await expect(problemOf(await list(), { checkList: busy })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await problemOf(await list())).toBe('none');
  });

  it('refuses an expired list, and one from the future, five minutes of skew allowed', async () => {
    expect(await problemOf(await list({ from: NOW - 2 * DAY, until: NOW - DAY }))).toBe('STATUS_VERIFICATION_ERROR');
    expect(await problemOf(await list({ from: NOW - 2 * DAY, until: NOW - 5 * MINUTE + 1000 }))).toBe('none');
    expect(await problemOf(await list({ from: NOW - 2 * DAY, until: NOW - 5 * MINUTE }))).toBe(
      'STATUS_VERIFICATION_ERROR',
    );
    expect(await problemOf(await list({ from: NOW + 5 * MINUTE }))).toBe('none');
    const early = await list({ change: { validFrom: formatDateTime(NOW + 5 * MINUTE + 1000) } });
    expect(await problemOf(early)).toBe('STATUS_VERIFICATION_ERROR');
  });

  it('still sees a set bit in an expired list', async () => {
    const expired = await list({ set: [7], from: NOW - 2 * DAY, until: NOW - DAY });
    expect(await outcome(credential, sourcesOf(expired))).toEqual(['failed REVOKED']);
    const clear = await list({ from: NOW - 2 * DAY, until: NOW - DAY });
    expect(await outcome(credential, sourcesOf(clear))).toEqual(['undetermined STATUS_VERIFICATION_ERROR']);
  });

  it('notices an older list offered as the current one', async () => {
    const memory = new Map<string, { validFrom: number; digest: string }>();
    const rememberSeen: NonNullable<StatusSources['rememberSeen']> = async (asked, seen) => {
      const before = memory.get(asked);
      if (before === undefined || before.validFrom < seen.validFrom) memory.set(asked, seen);
      return before;
    };
    const older = await list({ from: NOW - 2 * MINUTE });
    const newer = await list({ set: [7] });
    expect(await problemOf(older, { rememberSeen })).toBe('none');
    expect(await problemOf(newer, { rememberSeen })).toBe('none');
    expect(await problemOf(newer, { rememberSeen })).toBe('none');
    expect(await problemOf(older, { rememberSeen })).toBe('STATUS_ROLLBACK');
  });

  it('does not let a forged list spoil what was seen', async () => {
    const seen: string[] = [];
    const rememberSeen = async (asked: string) => {
      seen.push(asked);
      return undefined;
    };
    await observeStatus(credential, sourcesOf(await list({ signer: evil }), { rememberSeen }));
    expect(seen).toEqual([]);
  });
});

describe('observeStatus at a past instant', () => {
  const then = NOW - 30 * DAY;
  const old = { from: then - DAY, until: then + DAY };

  it('reads the newest list too, and asks for the one in force then', async () => {
    const [newest, archived] = [await list(), await list({ ...old, set: [7] })];
    const sources = sourcesOf(newest);
    const load: StatusSources['load'] = async (asked, at) => {
      sources.calls.push([asked, at]);
      return { ok: true, document: at === undefined ? newest : archived };
    };
    const { history, lists } = await observeStatus(credential, { ...sources, load }, [then]);
    expect(sources.calls).toEqual([
      [url, undefined],
      [url, then],
    ]);
    expect(history[0]?.observations.map(({ newest: isNewest, set }) => [isNewest, set])).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(lists).toHaveLength(2);
  });

  it('prefers a stapled list that covers the instant to asking the issuer', async () => {
    const sources = sourcesOf(await list(), { stapled: [await list(old)] });
    const { history } = await observeStatus(credential, sources, [then]);
    expect(sources.calls).toEqual([[url, undefined]]);
    expect(history[0]?.observations).toHaveLength(2);
    expect(judgeStatus(history, then, { now: NOW })).toMatchObject([{ outcome: 'passed' }]);
  });

  it('believes a stapled list no more than any other', async () => {
    const honest = await list(old);
    const forged = {
      ...(await list({ ...old, set: [7] })),
      credentialSubject: honest['credentialSubject'] as JsonObject,
    };
    const later = await list({ from: then + DAY, until: then + 2 * DAY });
    for (const stapled of [forged, later, await list({ ...old, change: { id: 'https://good.example/status/2' } })]) {
      const { history } = await observeStatus(credential, sourcesOf(await list(), { stapled: [stapled] }), [then]);
      expect(history[0]?.observations).toHaveLength(1);
      expect(judgeStatus(history, then, { now: NOW })).toMatchObject([
        { outcome: 'undetermined', code: 'STATUS_RETRIEVAL_ERROR' },
      ]);
    }
  });

  it('takes a list from its first instant on and before its last', async () => {
    const spans: [number, number, boolean][] = [
      [then, then + DAY, true],
      [then - DAY, then + 1000, true],
      [then - DAY, then, false],
      [then + 1000, then + DAY, false],
    ];
    for (const [from, until, covered] of spans) {
      const stapled = [await list({ from, until })];
      const { history } = await observeStatus(credential, sourcesOf(await list(), { stapled }), [then]);
      expect(history[0]?.observations).toHaveLength(covered ? 2 : 1);
    }
    const { validUntil: _, proof: __, ...endless } = await list(old);
    const stapled = [await integrity.secureCredential(endless, { signer: good.signer, created: old.from })];
    const { history } = await observeStatus(credential, sourcesOf(await list(), { stapled }), [then]);
    expect(history[0]?.observations).toHaveLength(2);
  });

  it('asks for no list of a day that has not come', async () => {
    const sources = sourcesOf(await list());
    await observeStatus(credential, sources, [NOW + 2 * DAY]);
    await observeStatus(credential, sources, [NOW]);
    expect(sources.calls).toEqual([
      [url, undefined],
      [url, undefined],
    ]);
  });

  it('lets the newest list answer for both when it covers the instant', async () => {
    const sources = sourcesOf(await list({ from: then - DAY }));
    const { history } = await observeStatus(credential, sources, [then]);
    expect(sources.calls).toEqual([[url, undefined]]);
    expect(history[0]?.observations).toHaveLength(1);
  });

  it('keeps what a stapled list says when the newest cannot be had', async () => {
    const sources = sourcesOf(
      { ok: false, code: 'STATUS_RETRIEVAL_ERROR', detail: 'down' },
      { stapled: [await list(old)] },
    );
    const { history } = await observeStatus(credential, sources, [then]);
    expect(history[0]).toMatchObject({
      problem: { code: 'STATUS_RETRIEVAL_ERROR' },
      observations: [{ newest: false, set: false }],
    });
  });
});
