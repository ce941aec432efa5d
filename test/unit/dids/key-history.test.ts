/** Keys of a did:webvh are judged as they were listed when a proof says that it was made (docs/trust.md, section 4). */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createManualClock } from '../../../src/base/clock.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { DidDocument } from '../../../src/dids/did-document.ts';
import { createDidResolver, type DidResolver } from '../../../src/dids/resolver.ts';
import { retrieveVerificationMethod } from '../../../src/dids/verification-method.ts';
import { formatDateTime } from '../../../src/formats/date-time.ts';
import { makeMultikey } from '../../support/did-documents.ts';
import { type EntryPlan, makeLog, makeUpdateKey, TEMPLATE } from '../../support/webvh.ts';

const NOW = Date.UTC(2026, 11, 1);
const FROM = Date.UTC(2026, 2, 1);
const UNTIL = Date.UTC(2026, 8, 1);
const SKEW = 300_000;
const writer = makeUpdateKey();
const [old, young] = [makeMultikey(), makeMultikey()];

type Listed = Readonly<Record<string, { key: string; for?: readonly string[]; more?: JsonObject }>>;

/** A document of this DID with these methods, each for both purposes unless said otherwise. */
function stateOf(listed: Listed, did = TEMPLATE): JsonObject {
  const entries = Object.entries(listed);
  const idsFor = (relationship: string): string[] =>
    entries
      .filter(([, { for: purposes = ['assertionMethod', 'authentication'] }]) => purposes.includes(relationship))
      .map(([name]) => `${did}#${name}`);
  return {
    '@context': ['https://www.w3.org/ns/did/v1'],
    id: did,
    verificationMethod: entries.map(([name, { key, more }]) => ({
      id: `${did}#${name}`,
      type: 'Multikey',
      controller: did,
      publicKeyMultibase: key,
      ...more,
    })),
    assertionMethod: idsFor('assertionMethod'),
    authentication: idsFor('authentication'),
  };
}

/** A log with one version at each of these instants. */
async function history(...versions: readonly [number, Listed, JsonObject?][]) {
  const [[begun, first] = [0, {}]] = versions;
  const opening: EntryPlan = { signer: writer, versionTime: formatDateTime(begun), state: stateOf(first) };
  const { did } = await makeLog(opening);
  const later = versions.slice(1).map(
    ([at, listed, parameters]): EntryPlan => ({
      signer: writer,
      versionTime: formatDateTime(at),
      state: stateOf(listed, did),
      ...(parameters === undefined ? {} : { parameters }),
    }),
  );
  const log = await makeLog(opening, ...later);
  const resolver = createDidResolver({
    clock: createManualClock(NOW),
    fetchJson: async (url) =>
      url.endsWith('did.jsonl')
        ? { status: 'ok', url, mediaType: 'text/jsonl', bytes: log.bytes }
        : { status: 'not-found' as const, code: 'NOT_FOUND_DID', detail: 'nothing there' },
  } as Parameters<typeof createDidResolver>[0]);
  return { did, resolver };
}

async function outcomeOf(
  { did, resolver }: { did: string; resolver: DidResolver },
  name: string,
  madeAt: number | undefined,
  relationship: 'assertionMethod' | 'authentication' = 'assertionMethod',
) {
  const method = `${did}#${name}`;
  const retrieved = await retrieveVerificationMethod(resolver, { method, relationship, now: NOW, madeAt });
  return retrieved.ok ? retrieved.key.publicKeyMultibase : retrieved.finding.code;
}

const NOT_THEN = 'INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD';

describe('a key that was listed from March to September', () => {
  let log: Awaited<ReturnType<typeof history>>;
  beforeAll(async () => {
    log = await history(
      [Date.UTC(2026, 0, 1), { b: { key: young } }],
      [FROM, { a: { key: old } }],
      [UNTIL, { b: { key: young } }],
    );
  });

  it('verifies what says that it was made then', async () => {
    expect(await outcomeOf(log, 'a', Date.UTC(2026, 5, 1))).toBe(old);
  });

  it.each([
    ['before the key', Date.UTC(2026, 1, 1)],
    ['after it', Date.UTC(2026, 9, 1)],
    ['before the DID', Date.UTC(2024, 0, 1)],
    ['at no time', undefined],
  ])('does not verify what was made %s', async (_when, madeAt) => {
    expect(await outcomeOf(log, 'a', madeAt)).toBe(
      madeAt === undefined ? 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT' : NOT_THEN,
    );
  });

  it('and the key that came back verifies what was made with it, before and after, and nothing between', async () => {
    expect(await outcomeOf(log, 'b', Date.UTC(2026, 1, 1))).toBe(young);
    expect(await outcomeOf(log, 'b', Date.UTC(2026, 9, 1))).toBe(young);
    expect(await outcomeOf(log, 'b', Date.UTC(2026, 5, 1))).toBe(NOT_THEN);
  });

  it('counts the difference of clocks in its favour, and no more, at every instant', async () => {
    const instants = fc.oneof(
      fc.integer({ min: FROM - 2 * SKEW, max: FROM + 2 * SKEW }),
      fc.integer({ min: UNTIL - 2 * SKEW, max: UNTIL + 2 * SKEW }),
      fc.integer({ min: Date.UTC(2026, 0, 2), max: NOW }),
    );
    await fc.assert(
      fc.asyncProperty(instants, async (madeAt) => {
        const listed = madeAt >= FROM - SKEW && madeAt < UNTIL + SKEW;
        expect(await outcomeOf(log, 'a', madeAt)).toBe(listed ? old : NOT_THEN);
      }),
      { numRuns: 200 },
    );
  });

  it('presents nothing any more, whatever date a presentation bears', async () => {
    expect(await outcomeOf(log, 'a', undefined, 'authentication')).toBe('INVALID_CONTROLLED_IDENTIFIER_DOCUMENT');
  });
});

describe('what the newest version says of a key', () => {
  const listed: Listed = { a: { key: old } };

  it.each<[string, Listed]>([
    ['under its name', { a: { key: old, for: [], more: { revoked: '2026-09-01T00:00:00Z' } } }],
    ['under another name', { z: { key: old, for: [], more: { revoked: '2026-09-01T00:00:00Z' } } }],
    ['that it has expired', { a: { key: old, more: { expires: '2026-10-01T00:00:00Z' } } }],
  ])('wins over every older one: %s', async (_name, newest) => {
    const log = await history([FROM, listed], [UNTIL, newest]);
    expect(await outcomeOf(log, 'a', Date.UTC(2026, 5, 1))).toBe('INVALID_VERIFICATION_METHOD');
  });

  it('does not bring back the keys of a DID that was given up', async () => {
    const log = await history([FROM, listed], [UNTIL, listed, { deactivated: true }]);
    expect(await outcomeOf(log, 'a', Date.UTC(2026, 5, 1))).toBe('DID_DEACTIVATED');
  });

  it('may give the name to another key: each stands for its own time', async () => {
    const log = await history([FROM, listed], [UNTIL, { a: { key: young } }]);
    expect(await outcomeOf(log, 'a', Date.UTC(2026, 5, 1))).toBe(old);
    expect(await outcomeOf(log, 'a', Date.UTC(2026, 9, 1))).toBe(young);
  });
});

describe('a key that was listed for something else', () => {
  it('signs nothing of that time', async () => {
    const log = await history([FROM, { a: { key: old, for: ['authentication'] } }], [UNTIL, { a: { key: old } }]);
    expect(await outcomeOf(log, 'a', Date.UTC(2026, 5, 1))).toBe(NOT_THEN);
    expect(await outcomeOf(log, 'a', Date.UTC(2026, 9, 1))).toBe(old);
  });
});

describe('documents that a policy pins', () => {
  it('each count for the time at which they were seen', async () => {
    const { did } = await history([FROM, { a: { key: old } }]);
    const pinned = (listed: Listed) => stateOf(listed, did) as DidDocument;
    const resolver: DidResolver = {
      resolve: async () => ({
        outcome: 'resolved',
        source: 'pinned',
        document: pinned({ b: { key: young } }),
        alternatives: [pinned({ a: { key: old } })],
      }),
    };
    expect(await outcomeOf({ did, resolver }, 'a', FROM)).toBe(old);
    expect(await outcomeOf({ did, resolver }, 'b', FROM)).toBe(young);
    expect(await outcomeOf({ did, resolver }, 'c', FROM)).toBe(NOT_THEN);
  });

  it('do not bring back a key that any of them revokes, in whatever order they came', async () => {
    const { did } = await history([FROM, { a: { key: old } }]);
    const good = stateOf({ a: { key: old } }, did) as DidDocument;
    const revoked = { a: { key: old, for: [], more: { revoked: '2026-09-01T00:00:00Z' } } };
    const bad = stateOf(revoked, did) as DidDocument;
    for (const [document, other] of [
      [good, bad],
      [bad, good],
    ] as const) {
      const resolver: DidResolver = {
        resolve: async () => ({ outcome: 'resolved', source: 'pinned', document, alternatives: [other] }),
      };
      expect(await outcomeOf({ did, resolver }, 'a', FROM)).toBe('INVALID_VERIFICATION_METHOD');
    }
  });
});
