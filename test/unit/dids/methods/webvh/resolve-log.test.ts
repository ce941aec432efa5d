import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../../../src/base/clock.ts';
import type { JsonObject } from '../../../../../src/base/json.ts';
import type { Signer } from '../../../../../src/crypto/signer.ts';
import { proveEntry } from '../../../../../src/dids/methods/webvh/entry-proof.ts';
import type { LogHead } from '../../../../../src/dids/methods/webvh/resolve-log.ts';
import { createDidResolver } from '../../../../../src/dids/resolver.ts';
import type { FetchJson, FetchOutcome } from '../../../../../src/net/safe-fetch.ts';
import { type EntryPlan, makeLog, makeUpdateKey } from '../../../../support/webvh.ts';

const NOW = Date.UTC(2026, 5, 1);
const LOG = 'https://log.example/.well-known/did.jsonl';
const APPROVALS = 'https://log.example/.well-known/did-witness.json';
const a = makeUpdateKey();
const [w1, w2, w3] = [makeUpdateKey(), makeUpdateKey(), makeUpdateKey()];

const missing: FetchOutcome = { status: 'not-found', gone: false };
const served = (bytes: Uint8Array | string): FetchOutcome => ({
  status: 'ok',
  url: LOG,
  mediaType: 'text/jsonl',
  bytes: typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes,
});

/** A host whose answers can be changed, the requests it got, a clock, and a memory of heads. */
function setUp(answers: Record<string, FetchOutcome>) {
  const asked: string[] = [];
  const known = new Map<string, LogHead>();
  const clock = createManualClock(NOW);
  const fetchJson: FetchJson = (url) => {
    asked.push(url);
    return Promise.resolve(answers[url] ?? missing);
  };
  const heads = {
    find: (did: string) => Promise.resolve(known.get(did)),
    remember: async (did: string, head: LogHead) => void known.set(did, head),
  };
  return { answers, asked, clock, known, resolver: createDidResolver({ fetchJson, clock, heads }) };
}

describe('a did:webvh', () => {
  it('is resolved to its newest document, with metadata, and to earlier ones', async () => {
    const log = await makeLog({ signer: a, parameters: { ttl: 60 } }, { signer: a });
    const { asked, resolver } = setUp({ [LOG]: served(log.bytes) });
    const [one, two] = log.entries.map(({ versionId }) => versionId);
    expect(await resolver.resolve(log.did)).toEqual({
      outcome: 'resolved',
      source: 'network',
      document: log.entries[1]?.['state'],
      metadata: {
        versionId: two,
        versionTime: '2026-01-02T00:00:00Z',
        created: '2026-01-01T00:00:00Z',
        updated: '2026-01-02T00:00:00Z',
        scid: log.scid,
        portable: false,
        deactivated: false,
        ttl: '60',
      },
    });
    expect(await resolver.resolve(log.did, { versionTime: Date.UTC(2026, 0, 1, 12) })).toMatchObject({
      outcome: 'resolved',
      document: log.entries[0]?.['state'],
      metadata: { versionId: one, nextVersionId: two, nextUpdate: '2026-01-02T00:00:00Z' },
    });
    expect(await resolver.resolve(log.did, { versionNumber: 3 })).toMatchObject({
      outcome: 'failed',
      code: 'NOT_FOUND_DID',
    });
    expect(asked).toEqual([LOG]);
  });

  it('is kept no longer than its log says', async () => {
    const log = await makeLog({ signer: a, parameters: { ttl: 60 } });
    const { asked, clock, resolver } = setUp({ [LOG]: served(log.bytes) });
    await resolver.resolve(log.did);
    clock.set(NOW + 59_999);
    await resolver.resolve(log.did);
    expect(asked).toHaveLength(1);
    clock.set(NOW + 60_000);
    await resolver.resolve(log.did);
    expect(asked).toHaveLength(2);
  });

  it('that was deactivated has no document any more, but the earlier ones say so', async () => {
    const log = await makeLog({ signer: a }, { signer: a, parameters: { deactivated: true, updateKeys: [] } });
    const { resolver } = setUp({ [LOG]: served(log.bytes) });
    expect(await resolver.resolve(log.did)).toMatchObject({ outcome: 'failed', code: 'DID_DEACTIVATED' });
    expect(await resolver.resolve(log.did, { versionNumber: 1 })).toMatchObject({
      outcome: 'resolved',
      metadata: { deactivated: true },
    });
  });

  it('that moved has another document by then', async () => {
    const log = await makeLog(
      { signer: a, parameters: { portable: true } },
      {
        signer: a,
        twist: (entry) => {
          const id = String((entry['state'] as JsonObject)['id']);
          return { ...entry, state: { id: id.replace('log.', 'new.'), alsoKnownAs: [id] } };
        },
      },
    );
    const { resolver } = setUp({ [LOG]: served(log.bytes), [LOG.replace('log.', 'new.')]: served(log.bytes) });
    expect(await resolver.resolve(log.did)).toMatchObject({ code: 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID' });
    expect(await resolver.resolve(log.did, { versionNumber: 1 })).toMatchObject({ outcome: 'resolved' });
    expect(await resolver.resolve(log.did.replace('log.', 'new.'))).toMatchObject({ outcome: 'resolved' });
  });

  it.each<[string, FetchOutcome, string, string]>([
    ['no log', missing, 'failed', 'NOT_FOUND_DID'],
    ['a log that is gone', { status: 'not-found', gone: true }, 'failed', 'DID_DEACTIVATED'],
    ['a private address', { status: 'blocked', rule: 'address' }, 'failed', 'HOST_BLOCKED'],
    ['too large a log', { status: 'too-large', maxBytes: 5 }, 'failed', 'LIMIT_EXCEEDED'],
    ['a redirect', { status: 'unreachable', reason: 'redirect' }, 'failed', 'NOT_FOUND_DID'],
    ['a host that is down', { status: 'unreachable', reason: 'connect' }, 'undetermined', 'DID_RESOLUTION_ERROR'],
    ['a log that is none', served('x'), 'failed', 'INVALID_DID'],
  ] as [string, FetchOutcome, string, string][])('%s', async (_what, answer, outcome, code) => {
    const { did } = await makeLog({ signer: a });
    expect(await setUp({ [LOG]: answer }).resolver.resolve(did)).toMatchObject({ outcome, code });
  });

  // The examples of names that no resolver may ask for, after the negative vectors of the method's public test suite.
  it.each([
    ['127.0.0.1'],
    ['127.0.0.1%3a8080'],
    ['127%2E0%2E0%2E1'],
    ['169%2E254%2E169%2E254'],
    ['0x7f.1'],
    ['log.example:..:..:admin'],
    ['log.example:%2E%2E:admin'],
    ['log.example:%2e%2e:admin'],
    ['log.example:a%2Fb'],
    ['log.example:'],
    ['log.example::a'],
    ['log.example.'],
    ['LOG.example'],
    ['localhost'],
    ['log.example%3A0'],
    ['log.example%3A70000'],
    ['log.example%40evil.example'],
    [''],
  ])('INVALID_DID without a request: %s', async (place) => {
    const { asked, resolver } = setUp({});
    const { scid } = await makeLog({ signer: a });
    expect(await resolver.resolve(`did:webvh:${scid}:${place}`)).toMatchObject({
      outcome: 'failed',
      code: 'INVALID_DID',
    });
    expect(asked).toEqual([]);
  });

  it.each(['{SCID}', `Qm${'1'.repeat(43)}`, `Qm${'0'.repeat(44)}`, `Zm${'1'.repeat(44)}`])(
    'INVALID_DID: the SCID %s',
    async (scid) => {
      expect(await setUp({}).resolver.resolve(`did:webvh:${scid}:log.example`)).toMatchObject({ code: 'INVALID_DID' });
    },
  );

  it('elsewhere there are no versions', async () => {
    const { resolver } = setUp({});
    const key = `did:key:${a.publicKeyMultibase}`;
    expect(await resolver.resolve(key, { versionNumber: 1 })).toMatchObject({ code: 'FEATURE_NOT_SUPPORTED' });
    expect(await resolver.resolve(key, {})).toMatchObject({ outcome: 'resolved' });
  });
});

describe('a log that goes back on itself', () => {
  const rollback = { outcome: 'failed', code: 'DID_LOG_ROLLBACK' };

  it('by being cut, or written anew from some entry on', async () => {
    // The same first entry in all of them: who has the keys can write several futures.
    const first: EntryPlan = { signer: a };
    const long = await makeLog(first, { signer: a }, { signer: a });
    const { answers, clock, known, resolver } = setUp({ [LOG]: served(long.bytes) });
    await resolver.resolve(long.did);
    expect(known.get(long.did)).toEqual({ versionNumber: 3, versionId: long.entries[2]?.['versionId'] });
    const text = new TextDecoder().decode(long.bytes).split('\n');
    answers[LOG] = served(`${text.slice(0, 2).join('\n')}\n`);
    clock.set(NOW + 600_000);
    expect(await resolver.resolve(long.did)).toMatchObject(rollback);
    const fork = await makeLog(
      first,
      { signer: a },
      { signer: a, state: { id: long.did, forked: 'yes' } },
      { signer: a },
    );
    expect(fork.did).toBe(long.did);
    answers[LOG] = served(fork.bytes);
    clock.set(NOW + 1_200_000);
    expect(await resolver.resolve(long.did)).toMatchObject(rollback);
    expect(known.get(long.did)?.versionNumber).toBe(3);
    const longer = await makeLog(first, { signer: a }, { signer: a }, { signer: a });
    answers[LOG] = served(longer.bytes);
    clock.set(NOW + 1_800_000);
    expect(await resolver.resolve(long.did)).toMatchObject({ outcome: 'resolved' });
    expect(known.get(long.did)?.versionNumber).toBe(4);
  });

  it('is not passed when the memory cannot be asked', async () => {
    const log = await makeLog({ signer: a });
    const heads = { find: () => Promise.reject(new Error('disk')), remember: () => Promise.resolve() };
    const fetchJson: FetchJson = () => Promise.resolve(served(log.bytes));
    const resolver = createDidResolver({ fetchJson, clock: createManualClock(NOW), heads });
    expect(await resolver.resolve(log.did)).toMatchObject({ outcome: 'undetermined', code: 'DID_RESOLUTION_ERROR' });
  });
});

describe('witnesses', () => {
  const witness = (threshold: number, ...signers: Signer[]): JsonObject => ({
    witness: {
      threshold,
      witnesses: signers.map(({ publicKeyMultibase }) => ({ id: `did:key:${publicKeyMultibase}` })),
    },
  });
  const approve = async (versionId: unknown, ...signers: Signer[]): Promise<JsonObject> => ({
    versionId: String(versionId),
    proof: await Promise.all(
      signers.map(async (signer) => {
        const { proof } = await proveEntry({ versionId: String(versionId) }, signer, '2026-01-01T00:00:00Z');
        return (proof as readonly JsonObject[])[0] ?? {};
      }),
    ),
  });

  /** Two entries, both under two of three witnesses unless `second` says what the second entry changes. */
  async function resolveWith(
    approvals: (ids: readonly unknown[]) => Promise<unknown>,
    second: JsonObject = {},
  ): Promise<{ outcome: string; code?: string; detail?: string }> {
    const log = await makeLog({ signer: a, parameters: witness(2, w1, w2, w3) }, { signer: a, parameters: second });
    const file = await approvals(log.entries.map(({ versionId }) => versionId));
    const answer =
      file === undefined ? missing : typeof file === 'string' ? served(file) : served(JSON.stringify(file));
    return setUp({ [LOG]: served(log.bytes), [APPROVALS]: answer }).resolver.resolve(log.did);
  }

  it('who approved the newest entry have approved all', async () => {
    expect(await resolveWith(async ([, two]) => [await approve(two, w1, w3)])).toMatchObject({ outcome: 'resolved' });
    expect(await resolveWith(async ([one, two]) => [await approve(one, w2), await approve(two, w1, w3)])).toMatchObject(
      {
        outcome: 'resolved',
      },
    );
  });

  it('approvals of what is not in the log are passed over', async () => {
    expect(
      await resolveWith(async ([, two]) => [await approve(`3-${'Q'.repeat(46)}`, w1, w2), await approve(two, w1, w3)]),
    ).toMatchObject({ outcome: 'resolved' });
  });

  it.each<[string, (ids: readonly unknown[]) => Promise<unknown>]>([
    ['no file', () => Promise.resolve(undefined)],
    ['a file that is none', () => Promise.resolve('<html>')],
    ['an empty file', () => Promise.resolve([])],
    ['too few', async ([, two]) => [await approve(two, w1)]],
    ['one of them twice', async ([, two]) => [await approve(two, w1, w1)]],
    ['a stranger beside one', async ([, two]) => [await approve(two, w1, a)]],
    ['of the first entry only', async ([one]) => [await approve(one, w1, w2)]],
    ['of an entry that is not in the log', async () => [await approve(`3-${'Q'.repeat(46)}`, w1, w2)]],
    [
      'replayed from another entry',
      async ([one, two]) => [{ ...(await approve(one, w1, w2)), versionId: String(two) }],
    ],
  ])('INVALID_DID: %s', async (_what, approvals) => {
    expect(await resolveWith(approvals)).toMatchObject({ outcome: 'failed', code: 'INVALID_DID' });
  });

  it('a new list decides about the entry after; the old one lets it in', async () => {
    const change = witness(1, w3);
    expect(await resolveWith(async ([, two]) => [await approve(two, w3)], change)).toMatchObject({
      code: 'INVALID_DID',
    });
    expect(await resolveWith(async ([, two]) => [await approve(two, w1, w2)], change)).toMatchObject({
      outcome: 'resolved',
    });
    const none = { witness: {} };
    expect(await resolveWith(async ([one]) => [await approve(one, w1, w2)], none)).toMatchObject({
      code: 'INVALID_DID',
    });
    expect(await resolveWith(async ([, two]) => [await approve(two, w1, w2)], none)).toMatchObject({
      outcome: 'resolved',
    });
  });

  it('a list where there was none decides about its own entry', async () => {
    const log = await makeLog({ signer: a }, { signer: a, parameters: witness(1, w1) }, { signer: a });
    const [one, two, three] = log.entries.map(({ versionId }) => versionId);
    const resolveWithFile = async (...file: JsonObject[]) =>
      setUp({ [LOG]: served(log.bytes), [APPROVALS]: served(JSON.stringify(file)) }).resolver.resolve(log.did);
    expect(await resolveWithFile(await approve(three, w1))).toMatchObject({ outcome: 'resolved' });
    expect(await resolveWithFile(await approve(one, w1))).toMatchObject({ code: 'INVALID_DID' });
    expect(await resolveWithFile(await approve(two, w1))).toMatchObject({
      code: 'INVALID_DID',
      detail: expect.stringContaining('entry 3'),
    });
    const last = await makeLog({ signer: a }, { signer: a, parameters: witness(1, w1) });
    const resolved = setUp({ [LOG]: served(last.bytes), [APPROVALS]: served('[]') }).resolver.resolve(last.did);
    expect(await resolved).toMatchObject({ code: 'INVALID_DID', detail: expect.stringContaining('entry 2') });
  });

  it('approvals that cannot be had are a doubt', async () => {
    const log = await makeLog({ signer: a, parameters: witness(1, w1) });
    const answers = { [LOG]: served(log.bytes), [APPROVALS]: { status: 'unreachable', reason: 'connect' } as const };
    const { known, resolver } = setUp(answers);
    expect(await resolver.resolve(log.did)).toMatchObject({ outcome: 'undetermined', code: 'DID_RESOLUTION_ERROR' });
    expect(known.size).toBe(0);
  });
});
