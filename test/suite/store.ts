/**
 * The contract of a store, run on every implementation. It includes the races: whatever is asked for at once must come out as if it
 * had been asked for in turn.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../../src/base/clock.ts';
import { logLeaf } from '../../src/formats/merkle-log.ts';
import type { TokenRecord } from '../../src/store/access-records.ts';
import type { ChangeRecord } from '../../src/store/reevaluation-records.ts';
import type { EvaluationRecord, IntentRequest, IssuanceRecord, Store } from '../../src/store/store.ts';
import { describeAccess } from './access.ts';
import { describeBatches } from './batches.ts';
import { describeOffers } from './offers.ts';
import { describePresentationRequests } from './presentation-requests.ts';
import { describeWorkflows } from './workflows.ts';

export type OpenStore = (clock: ManualClock) => Promise<Store>;

export const START = Date.UTC(2026, 0, 2, 3, 4, 5);
const AT = '2026-01-02T03:04:05Z';

export function createIntent(n: number | string, more: Partial<IntentRequest> = {}): IntentRequest {
  return {
    issuer: 'hanbit-steel',
    organisation: 'hanbit-steel',
    credentialId: `urn:uuid:${n}`,
    type: 'CarbonFootprintClaim',
    statusPurposes: ['revocation'],
    draft: (entries) => ({ id: `urn:uuid:${n}`, credentialStatus: entries.map((entry) => ({ ...entry })) }),
    at: AT,
    ...more,
  };
}

export async function intend(store: Store, request: IntentRequest): Promise<IssuanceRecord> {
  const outcome = await store.recordIntent(request);
  if (outcome.kind !== 'intended') throw new Error(`expected a new intent, got ${outcome.kind}`);
  return outcome.record;
}

export async function issue(store: Store, request: IntentRequest): Promise<IssuanceRecord> {
  const record = await intend(store, request);
  await store.markIssued(
    record.credentialId,
    { ...record.document, proof: { type: 'DataIntegrityProof' } },
    {
      at: AT,
      answer: { credentialId: record.credentialId },
      warnings: [],
      ...(request.idempotency ? { idempotency: request.idempotency } : {}),
    },
  );
  return record;
}

function onlyEntry(record: IssuanceRecord) {
  const [entry] = record.statusEntries;
  if (!entry) throw new Error('the record has no status entry');
  return entry;
}

const refusal = (code: string) => expect.objectContaining({ name: 'ServiceError', code });
const times = (n: number) => Array.from({ length: n }, (_, i) => i);

export function describeStore(name: string, open: OpenStore): void {
  describe(`${name} keeps the contract of a store`, () => {
    let store: Store;
    let clock: ManualClock;
    beforeEach(async () => {
      clock = createManualClock(START);
      store = await open(clock);
    });
    afterEach(() => store[Symbol.asyncDispose]());

    describeIssuance(
      () => store,
      () => clock,
    );
    describeBatches(
      () => store,
      () => clock,
    );
    describeAccess(
      () => store,
      () => clock,
    );
    describeOffers(
      () => store,
      () => clock,
    );
    describeWorkflows(() => store);
    describeStatus(() => store);
    describeIdempotency(() => store);
    describeChallenges(
      () => store,
      () => clock,
    );
    describePresentationRequests(
      () => store,
      () => clock,
    );
    describeOrganisations(() => store);
    describeListings(() => store);
    describeReevaluations(
      () => store,
      () => clock,
    );
    describeNode(() => store);
  });
}

function describeIssuance(its: () => Store, time: () => ManualClock): void {
  describe('issuance', () => {
    test('1,000 concurrent intents take 1,000 distinct entries of one list', async () => {
      const records = await Promise.all(times(1000).map((n) => intend(its(), createIntent(n))));
      expect(new Set(records.map((record) => onlyEntry(record).index)).size).toBe(1000);
      const lists = new Set(records.map((record) => onlyEntry(record).listId));
      expect(lists.size).toBe(1);
      const state = await its().findStatusList([...lists].join());
      expect(state?.list).toMatchObject({ allotted: 1000, length: 131_072, purpose: 'revocation', revision: 0 });
      expect(state?.setIndices).toEqual([]);
    });

    test('entries come in no visible order and stay inside the list', async () => {
      const records = await Promise.all(times(100).map((n) => intend(its(), createIntent(n))));
      const indices = records.map((record) => onlyEntry(record).index);
      expect(indices.every((index) => Number.isInteger(index) && index >= 0 && index < 131_072)).toBe(true);
      expect(indices).not.toEqual(indices.toSorted((a, b) => a - b));
    });

    test('issuers and purposes have lists of their own', async () => {
      const both = createIntent(1, { statusPurposes: ['revocation', 'suspension'] });
      const one = await intend(its(), both);
      const other = await intend(its(), createIntent(2, { issuer: 'donghae-cells' }));
      const lists = [...one.statusEntries, ...other.statusEntries].map(({ listId }) => listId);
      expect(new Set(lists).size).toBe(3);
      expect(lists.every((listId) => /^[A-Za-z0-9_-]{22}$/.test(listId))).toBe(true);
    });

    test('an intent is kept with what will be signed, and turns into the secured document', async () => {
      const record = await intend(its(), createIntent(1));
      expect(record.document).toEqual({ id: 'urn:uuid:1', credentialStatus: [{ ...onlyEntry(record) }] });
      // Of a store that several processes share, only what was begun a while ago is nobody's.
      time().set(START + 600_000);
      expect(await its().listOpenIntents()).toEqual([record]);
      const secured = { ...record.document, proof: { proofValue: 'z' } };
      const warnings = [{ check: 'lint' }];
      await its().markIssued('urn:uuid:1', secured, { at: '2026-01-02T03:04:06Z', answer: null, warnings });
      expect(await its().findIssuance('urn:uuid:1')).toEqual({
        ...record,
        state: 'issued',
        document: secured,
        warnings,
        issuedAt: '2026-01-02T03:04:06Z',
      });
      expect(await its().listOpenIntents()).toEqual([]);
    });

    test('a credential id is taken once: CONFLICT, and the second intent takes no entry', async () => {
      const first = await intend(its(), createIntent(1));
      await expect(its().recordIntent(createIntent(1))).rejects.toEqual(refusal('CONFLICT'));
      const list = await its().findStatusList(onlyEntry(first).listId);
      expect(list?.list.allotted).toBe(1);
    });

    test('a draft that throws leaves nothing behind', async () => {
      const { sequence } = await its().journalHead();
      const failing = createIntent(1, {
        draft: () => {
          throw new Error('no such template');
        },
      });
      await expect(its().recordIntent(failing)).rejects.toThrow('no such template');
      expect(await its().findIssuance('urn:uuid:1')).toBeUndefined();
      expect((await its().journalHead()).sequence).toBe(sequence);
    });

    test('what a caller does to a document afterwards does not reach the store', async () => {
      const document = { id: 'urn:uuid:1', name: 'coil' };
      await its().recordIntent(createIntent(1, { draft: () => document }));
      document.name = 'changed';
      expect((await its().findIssuance('urn:uuid:1'))?.document).toEqual({ id: 'urn:uuid:1', name: 'coil' });
    });

    test('an intent is ended once: NOT_FOUND without one, CONFLICT after', async () => {
      const end = { at: AT, answer: null, warnings: [] };
      await expect(its().markIssued('urn:uuid:1', {}, end)).rejects.toEqual(refusal('NOT_FOUND'));
      await issue(its(), createIntent(1));
      await expect(its().markIssued('urn:uuid:1', {}, end)).rejects.toEqual(refusal('CONFLICT'));
      await expect(its().abandonIntent('urn:uuid:1', { at: AT, reason: 'lint' })).rejects.toEqual(refusal('CONFLICT'));
    });

    test('an abandoned intent keeps its entries spent, with their bits set as annulled', async () => {
      const purposes = ['revocation', 'suspension'];
      const record = await intend(its(), createIntent(1, { statusPurposes: purposes }));
      await its().abandonIntent('urn:uuid:1', { at: AT, reason: 'A3 failed' });
      expect(await its().findIssuance('urn:uuid:1')).toEqual({ ...record, state: 'abandoned', reason: 'A3 failed' });
      for (const { listId, index, purpose } of record.statusEntries) {
        const state = await its().findStatusList(listId);
        expect(state?.setIndices).toEqual([index]);
        expect(state?.list.revision).toBe(1);
        expect(state?.notices).toEqual([
          { index: String(index), statusPurpose: purpose, reason: 'annulled', effectiveDate: '2026-01-02' },
        ]);
      }
      const next = await intend(its(), createIntent(2, { statusPurposes: purposes }));
      expect(onlyEntry(next).index).not.toBe(onlyEntry(record).index);
    });
  });
}

function describeStatus(its: () => Store): void {
  const change = (more: object = {}) =>
    its().setStatus({
      issuer: 'hanbit-steel',
      credentialId: 'urn:uuid:1',
      purpose: 'revocation',
      set: true,
      reason: 'withdrawn',
      effectiveDate: '2026-01-02',
      at: AT,
      ...more,
    });

  describe('status', () => {
    test('revocation is final, and revoking twice changes nothing', async () => {
      const entry = onlyEntry(await issue(its(), createIntent(1)));
      expect(await change({ set: false })).toEqual({ changed: false, entry });
      expect(await change()).toEqual({ changed: true, entry });
      expect(await change()).toEqual({ changed: false, entry });
      await expect(change({ set: false })).rejects.toEqual(refusal('CONFLICT'));
      const state = await its().findStatusList(entry.listId);
      expect(state?.list.revision).toBe(1);
      expect(state?.setIndices).toEqual([entry.index]);
      expect(state?.notices).toHaveLength(1);
    });

    test('suspension can be lifted; every change leaves a notice, in order', async () => {
      const entry = onlyEntry(await issue(its(), createIntent(1, { statusPurposes: ['suspension'] })));
      const purpose = 'suspension';
      await change({ purpose, reason: 'suspended', effectiveDate: '2026-03-01' });
      await change({ purpose, set: false, reason: 'reinstated', effectiveDate: '2026-02-01' });
      const state = await its().findStatusList(entry.listId);
      expect(state?.setIndices).toEqual([]);
      expect(state?.list.revision).toBe(2);
      const shared = { index: String(entry.index), statusPurpose: 'suspension' };
      expect(state?.notices).toEqual([
        { ...shared, reason: 'suspended', effectiveDate: '2026-03-01' },
        { ...shared, reason: 'reinstated', effectiveDate: '2026-02-01' },
      ]);
    });

    test('NOT_FOUND: no such credential, of another issuer, without this purpose; CONFLICT: not issued yet', async () => {
      await expect(change()).rejects.toEqual(refusal('NOT_FOUND'));
      await intend(its(), createIntent(1));
      await expect(change()).rejects.toEqual(refusal('CONFLICT'));
      await issue(its(), createIntent(2));
      const credentialId = 'urn:uuid:2';
      await expect(change({ credentialId, issuer: 'donghae-cells' })).rejects.toEqual(refusal('NOT_FOUND'));
      await expect(change({ credentialId, purpose: 'suspension' })).rejects.toEqual(refusal('NOT_FOUND'));
      expect((await change({ credentialId })).changed).toBe(true);
    });

    test('what was annulled is not brought back', async () => {
      const purpose = 'suspension';
      await intend(its(), createIntent(1, { statusPurposes: [purpose] }));
      await its().abandonIntent('urn:uuid:1', { at: AT, reason: 'lint' });
      await expect(change({ purpose, set: false })).rejects.toEqual(refusal('CONFLICT'));
      expect((await change({ purpose })).changed).toBe(false);
    });

    test('50 parallel revocations of one credential: one change, one notice', async () => {
      const entry = onlyEntry(await issue(its(), createIntent(1)));
      const outcomes = await Promise.all(times(50).map(() => change()));
      expect(outcomes.filter(({ changed }) => changed)).toHaveLength(1);
      expect((await its().findStatusList(entry.listId))?.notices).toHaveLength(1);
    });

    test('each record of the journal is a leaf of its tree, and can be read', async () => {
      for (let n = 0; n < 5; n += 1) await intend(its(), createIntent(n));
      const { sequence, hash } = await its().journalHead();
      const leaves: string[] = [];
      await its().journalLeaves({ after: 0, upTo: sequence }, (leaf) => leaves.push(Buffer.from(leaf).toString('hex')));
      expect(leaves).toHaveLength(sequence);
      for (let at = 1; at <= sequence; at += 1) {
        const line = (await its().journalLine(at)) ?? '';
        expect(Buffer.from(logLeaf(Buffer.from(line))).toString('hex')).toBe(leaves[at - 1]);
        expect(JSON.parse(line)).toMatchObject({ seq: at, ...(at === sequence ? { hash } : {}) });
      }
      const some: string[] = [];
      await its().journalLeaves({ after: 2, upTo: 4 }, (leaf) => some.push(Buffer.from(leaf).toString('hex')));
      expect(some).toEqual(leaves.slice(2, 4));
      await its().journalLeaves({ after: sequence, upTo: sequence }, () => expect.unreachable());
      expect(await its().journalLine(sequence + 1)).toBeUndefined();
    });

    test('after a restore the next entries are skipped', async () => {
      const before = await Promise.all(times(20).map((n) => intend(its(), createIntent(n))));
      await its().skipAhead(1000);
      const after = await intend(its(), createIntent('after'));
      const state = await its().findStatusList(onlyEntry(after).listId);
      expect(state?.list.allotted).toBe(1021);
      expect(before.map((record) => onlyEntry(record).index)).not.toContain(onlyEntry(after).index);
      await expect(its().skipAhead(0)).rejects.toEqual(refusal('BAD_REQUEST'));
    });

    test('a list that has given out all it may opens the next exactly once', async () => {
      const first = onlyEntry(await intend(its(), createIntent(1)));
      await its().skipAhead(4096 - 11);
      const records = await Promise.all(times(30).map((n) => intend(its(), createIntent(`more-${n}`))));
      const counts = new Map<string, number>();
      for (const { listId } of records.map(onlyEntry)) counts.set(listId, (counts.get(listId) ?? 0) + 1);
      expect([...counts.values()]).toEqual([10, 20]);
      expect((await its().findStatusList(first.listId))?.list).toMatchObject({ allotted: 4096, length: 131_072 });
    });

    test('signed lists are archived and found for a past instant', async () => {
      const list = (validFrom: number, validUntil: number, revision: number) => ({
        listId: 'L',
        validFrom,
        validUntil,
        revision,
        document: { revision },
      });
      for (const item of [list(1000, 2000, 0), list(1500, 1800, 1), list(1500, 1700, 2), list(3000, 4000, 3)]) {
        await its().archiveList(item);
      }
      const revisionAt = async (at?: number) => (await its().findArchivedList('L', at))?.revision;
      expect(await revisionAt()).toBe(3);
      expect(await revisionAt(999)).toBeUndefined();
      expect(await revisionAt(1000)).toBe(0);
      expect(await revisionAt(1500)).toBe(2);
      expect(await revisionAt(1750)).toBe(1);
      expect(await revisionAt(1900)).toBe(0);
      expect(await revisionAt(2500)).toBeUndefined();
      expect(await revisionAt(4000)).toBe(3);
      expect(await revisionAt(4001)).toBeUndefined();
      expect(await its().findArchivedList('other')).toBeUndefined();
    });

    test('the archive is searched past many short lists', async () => {
      await its().archiveList({ listId: 'L', validFrom: 0, validUntil: 1000, revision: 0, document: {} });
      await Promise.all(
        times(200).map((n) =>
          its().archiveList({ listId: 'L', validFrom: n + 1, validUntil: n + 2, revision: n + 1, document: {} }),
        ),
      );
      expect((await its().findArchivedList('L', 500))?.revision).toBe(0);
      expect((await its().findArchivedList('L', 50))?.revision).toBe(50);
    });

    test('of a foreign list the newest is remembered', async () => {
      const url = 'https://registry.example/status/1';
      expect(await its().rememberSeenList(url, { validFrom: 10, digest: 'a' })).toBeUndefined();
      expect(await its().rememberSeenList(url, { validFrom: 5, digest: 'b' })).toEqual({ validFrom: 10, digest: 'a' });
      expect(await its().rememberSeenList(url, { validFrom: 20, digest: 'c' })).toEqual({ validFrom: 10, digest: 'a' });
      expect(await its().rememberSeenList(url, { validFrom: 20, digest: 'd' })).toEqual({ validFrom: 20, digest: 'c' });
    });

    test('remembers how far a DID log had come, never less', async () => {
      const did = 'did:webvh:x:log.example';
      expect(await its().findDidLogHead(did)).toBeUndefined();
      await its().rememberDidLogHead(did, { versionNumber: 2, versionId: '2-a' });
      await its().rememberDidLogHead(did, { versionNumber: 1, versionId: '1-b' });
      await its().rememberDidLogHead(did, { versionNumber: 2, versionId: '2-c' });
      expect(await its().findDidLogHead(did)).toEqual({ versionNumber: 2, versionId: '2-a' });
      await its().rememberDidLogHead(did, { versionNumber: 3, versionId: '3-a' });
      expect(await its().findDidLogHead(did)).toEqual({ versionNumber: 3, versionId: '3-a' });
    });
  });
}

function describeIdempotency(its: () => Store): void {
  const claim = { scope: 'hanbit-steel POST /credentials/issue', key: 'order-1', requestDigest: 'uEiA' };

  describe('idempotency', () => {
    test('100 requests with one key: one credential, ninety-nine told that it is in flight', async () => {
      const outcomes = await Promise.all(
        times(100).map((n) => its().recordIntent(createIntent(n, { idempotency: claim }))),
      );
      const kinds = outcomes.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'intended')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'in-flight')).toHaveLength(99);
      expect((await its().listIssuances('hanbit-steel', { limit: 200 })).items).toHaveLength(1);
    });

    test('once issued, the same request gets the same answer and another request is told that the key is used', async () => {
      await issue(its(), createIntent(1, { idempotency: claim }));
      const again = await its().recordIntent(createIntent(2, { idempotency: claim }));
      expect(again).toEqual({ kind: 'replay', answer: { credentialId: 'urn:uuid:1' } });
      const other = { ...claim, requestDigest: 'uEiB' };
      expect(await its().recordIntent(createIntent(3, { idempotency: other }))).toEqual({ kind: 'reused' });
      expect((await its().listIssuances('hanbit-steel', { limit: 9 })).items).toHaveLength(1);
    });

    test('an answer that holds the document comes back as it was, member by member in order', async () => {
      const record = await intend(its(), createIntent(1, { idempotency: claim }));
      const secured = { ...record.document, proof: { proofValue: 'z1' } };
      const answer = { first: 1, verifiableCredential: structuredClone(secured), last: ['2'] };
      await its().markIssued('urn:uuid:1', secured, { at: AT, answer, warnings: [], idempotency: claim });
      for (const outcome of [
        await its().recordIntent(createIntent(2, { idempotency: claim })),
        await its().claimIdempotency(claim, AT),
      ]) {
        expect(JSON.stringify(outcome)).toBe(JSON.stringify({ kind: 'replay', answer }));
      }
    });

    test('keys of other callers and routes are other keys', async () => {
      await issue(its(), createIntent(1, { idempotency: claim }));
      const elsewhere = { ...claim, scope: 'donghae-cells POST /credentials/issue' };
      expect((await its().recordIntent(createIntent(2, { idempotency: elsewhere }))).kind).toBe('intended');
      const shifted = { ...claim, scope: `${claim.scope}o`, key: 'rder-1' };
      expect((await its().recordIntent(createIntent(3, { idempotency: shifted }))).kind).toBe('intended');
    });

    test('an abandoned intent gives its key back, also to a caller who no longer knows it', async () => {
      await intend(its(), createIntent(1, { idempotency: claim }));
      await its().abandonIntent('urn:uuid:1', { at: AT, reason: 'lint' });
      const corrected = { ...claim, requestDigest: 'uEiB' };
      expect((await its().recordIntent(createIntent(2, { idempotency: corrected }))).kind).toBe('intended');
    });

    test('a conflict takes no key', async () => {
      await intend(its(), createIntent(1));
      const taken = its().recordIntent(createIntent(1, { idempotency: claim }));
      await expect(taken).rejects.toEqual(refusal('CONFLICT'));
      expect(await its().claimIdempotency(claim, AT)).toEqual({ kind: 'new' });
    });

    test('other requests claim, settle and release in steps of their own', async () => {
      const kinds = await Promise.all(times(50).map(async () => (await its().claimIdempotency(claim, AT)).kind));
      expect(kinds.filter((kind) => kind === 'new')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'in-flight')).toHaveLength(49);
      await its().releaseIdempotency(claim);
      expect(await its().claimIdempotency(claim, AT)).toEqual({ kind: 'new' });
      await its().settleIdempotency(claim, { slug: 'hanbit-steel' });
      expect(await its().claimIdempotency(claim, AT)).toEqual({ kind: 'replay', answer: { slug: 'hanbit-steel' } });
      await its().releaseIdempotency(claim);
      expect((await its().claimIdempotency(claim, AT)).kind).toBe('replay');
    });
  });
}

function describeChallenges(its: () => Store, time: () => ManualClock): void {
  const challenge = { id: 'c-1', verifier: 'v', expiresAt: START + 300_000 };

  describe('challenges', () => {
    test('50 parallel tries: one success', async () => {
      await its().addChallenge(challenge);
      const tries = times(50).map(() => its().spendChallenge({ id: 'c-1', verifier: 'v', now: START }));
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
      expect(await its().spendChallenge({ id: 'c-1', verifier: 'v', now: START })).toBe(false);
    });

    test('not unknown, not of another verifier, not expired', async () => {
      await its().addChallenge(challenge);
      expect(await its().spendChallenge({ id: 'c-2', verifier: 'v', now: START })).toBe(false);
      expect(await its().spendChallenge({ id: 'c-1', verifier: 'w', now: START })).toBe(false);
      expect(await its().spendChallenge({ id: 'c-1', verifier: 'v', now: START + 299_999 })).toBe(true);
      await its().addChallenge({ ...challenge, id: 'c-3' });
      expect(await its().spendChallenge({ id: 'c-3', verifier: 'v', now: START + 300_000 })).toBe(false);
    });

    test('expired ones are swept as new ones come, live ones are not; none of it is journalled', async () => {
      const { sequence } = await its().journalHead();
      await its().addChallenge(challenge);
      await its().addChallenge({ ...challenge, id: 'long', expiresAt: START + 900_000 });
      time().set(START + 600_000);
      await its().addChallenge({ ...challenge, id: 'new', expiresAt: START + 900_000 });
      expect(await its().spendChallenge({ id: 'c-1', verifier: 'v', now: START })).toBe(false);
      expect(await its().spendChallenge({ id: 'long', verifier: 'v', now: START + 600_000 })).toBe(true);
      expect((await its().journalHead()).sequence).toBe(sequence);
    });
  });
}

function describeOrganisations(its: () => Store): void {
  const organisation = {
    slug: 'hanbit-steel',
    name: { ko: '한빛제강', en: 'Hanbit Steel' },
    role: 'company',
    did: 'did:web:hanbit-steel.example',
    createdAt: AT,
    keys: [],
  };
  const token = (digest: string, more: Partial<TokenRecord> = {}): TokenRecord => ({
    organisation: 'hanbit-steel',
    name: 'main',
    digest,
    scopes: ['read'],
    createdAt: AT,
    ...more,
  });
  const instance = (kind: 'issuer' | 'verifier' | 'holder', id = 'hanbit-steel') => ({
    kind,
    id,
    organisation: 'hanbit-steel',
    settings: { cryptosuite: 'eddsa-rdfc-2022' },
  });

  describe('organisations', () => {
    test('are created once, with their instances, and found by slug and by token', async () => {
      const instances = [instance('issuer'), instance('verifier'), instance('holder')];
      const outcomes = await Promise.allSettled(
        times(10).map(() => its().createOrganisation(organisation, instances, token('aa'))),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await expect(its().createOrganisation(organisation, [])).rejects.toEqual(refusal('CONFLICT'));
      expect(await its().findOrganisation('hanbit-steel')).toEqual(organisation);
      expect(await its().findToken('aa')).toEqual({ organisation, token: token('aa') });
      expect(await its().findOrganisation('other')).toBeUndefined();
      expect(await its().findToken('bb')).toBeUndefined();
      expect(await its().listInstances('hanbit-steel')).toEqual(instances);
      expect(await its().findInstance('verifier', 'hanbit-steel')).toEqual(instance('verifier'));
    });

    test('an instance that is taken stops the whole creation', async () => {
      await its().createInstance(instance('issuer'));
      await expect(its().createOrganisation(organisation, [instance('issuer')])).rejects.toEqual(refusal('CONFLICT'));
      expect(await its().findOrganisation('hanbit-steel')).toBeUndefined();
      expect(await its().findToken('aa')).toBeUndefined();
      await expect(its().createInstance(instance('issuer'))).rejects.toEqual(refusal('CONFLICT'));
    });

    test('a record is written on top of the one that was read', async () => {
      await its().createOrganisation(organisation, []);
      await its().updateOrganisation({ ...organisation, role: 'register' }, 'role changed', organisation);
      // Whoever still holds the record of before brings nothing of it back.
      const late = its().updateOrganisation({ ...organisation, role: 'relying-party' }, 'role changed', organisation);
      await expect(late).rejects.toEqual(refusal('CONFLICT'));
      expect((await its().findOrganisation('hanbit-steel'))?.role).toBe('register');
      const other = { ...organisation, slug: 'other' };
      await expect(its().updateOrganisation(other, 'role changed', other)).rejects.toEqual(refusal('NOT_FOUND'));
    });

    test('tokens have names: a second one stands beside the first, a rotated one ends or stays a while', async () => {
      await its().createOrganisation(organisation, [], token('aa'));
      await its().createToken(token('bb', { name: 'ci' }));
      for (const taken of [token('cc'), token('bb', { name: 'other' })])
        await expect(its().createToken(taken)).rejects.toEqual(refusal('CONFLICT'));
      const stranger = its().createToken(token('cc', { organisation: 'other' }));
      await expect(stranger).rejects.toEqual(refusal('NOT_FOUND'));

      const until = '2026-01-03T03:04:05Z';
      await its().rotateToken('hanbit-steel', 'ci', { digest: 'dd', at: AT, keepUntil: until });
      const rotated = token('dd', { name: 'ci', rotatedAt: AT, previous: { digest: 'bb', until } });
      for (const digest of ['bb', 'dd']) expect((await its().findToken(digest))?.token).toEqual(rotated);
      await its().rotateToken('hanbit-steel', 'ci', { digest: 'ee', at: AT });
      for (const digest of ['bb', 'dd']) expect(await its().findToken(digest)).toBeUndefined();
      const none = its().rotateToken('hanbit-steel', 'none', { digest: 'ff', at: AT });
      await expect(none).rejects.toEqual(refusal('NOT_FOUND'));

      await its().noteTokenUse('hanbit-steel', 'ci', '2026-01-02');
      expect((await its().listTokens('hanbit-steel')).map((one) => [one.token.name, one.lastUsed])).toEqual([
        ['ci', '2026-01-02'],
        ['main', undefined],
      ]);
      expect(await its().removeToken('hanbit-steel', 'ci')).toBe(true);
      expect(await its().removeToken('hanbit-steel', 'ci')).toBe(false);
      expect(await its().findToken('ee')).toBeUndefined();
      expect((await its().findToken('aa'))?.token.name).toBe('main');
    });

    test('a deleted one takes its instances along and leaves what it issued', async () => {
      await its().createOrganisation(organisation, [instance('issuer')], token('aa'));
      await its().createOrganisation({ ...organisation, slug: 'hanbit' }, []);
      const record = await issue(its(), createIntent(1));
      await its().deleteOrganisation('hanbit-steel');
      expect(await its().findInstance('issuer', 'hanbit-steel')).toBeUndefined();
      expect(await its().findToken('aa')).toBeUndefined();
      expect((await its().findIssuance('urn:uuid:1'))?.state).toBe('issued');
      expect((await its().findStatusList(onlyEntry(record).listId))?.list.allotted).toBe(1);
      expect((await its().listOrganisations()).map(({ slug }) => slug)).toEqual(['hanbit']);
      await expect(its().deleteOrganisation('hanbit-steel')).rejects.toEqual(refusal('NOT_FOUND'));
    });

    test('a deleted one leaves behind what it was told to', async () => {
      await its().createOrganisation(organisation, [instance('issuer')]);
      const left = { setting: 'left by hanbit-steel', value: ['a', { b: 'c' }] };
      await its().deleteOrganisation('hanbit-steel', left);
      expect(await its().readSetting('left by hanbit-steel')).toEqual(left.value);
      await expect(its().deleteOrganisation('none', { setting: 'left by none', value: 1 })).rejects.toEqual(
        refusal('NOT_FOUND'),
      );
      expect(await its().readSetting('left by none')).toBeUndefined();
    });

    test('nobody is given the names of a deleted one, under which its credentials are still kept', async () => {
      await its().createOrganisation(organisation, [instance('issuer')]);
      await its().createOrganisation({ ...organisation, slug: 'hanbit' }, []);
      await its().deleteOrganisation('hanbit-steel');
      await expect(its().createOrganisation(organisation, [])).rejects.toEqual(refusal('CONFLICT'));
      const taken = its().createInstance({ ...instance('issuer'), organisation: 'hanbit' });
      await expect(taken).rejects.toEqual(refusal('CONFLICT'));
      await its().createInstance({ ...instance('issuer'), organisation: 'hanbit', id: 'hanbit-2' });
    });
  });
}

function describeListings(its: () => Store): void {
  const held = (n: number, holder = 'h') => ({
    holder,
    id: `uEi${n}`,
    credentialId: n % 2 === 0 ? `urn:uuid:${n}` : undefined,
    types: ['CarbonFootprintClaim'],
    document: { n },
    storedAt: AT,
  });
  const evaluation = (n: number, dependsOn: string[]) => ({
    id: `e-${n}`,
    verifier: 'v',
    dependsOn,
    request: { n },
    answer: {},
    evaluatedAt: AT,
  });

  describe('listings', () => {
    test('issuances come newest first, page by page, and only those of the issuer', async () => {
      for (const n of times(7)) await issue(its(), createIntent(n));
      await issue(its(), createIntent('other', { issuer: 'hanbit' }));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await its().listIssuances('hanbit-steel', { limit: 3, ...(cursor ? { cursor } : {}) });
        seen.push(...page.items.map(({ credentialId }) => credentialId));
        // What arrives while somebody pages is not inserted into what was seen.
        if (!cursor) await issue(its(), createIntent('late'));
        cursor = page.next;
      } while (cursor);
      expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => `urn:uuid:${n}`));
      expect((await its().listIssuances('nobody', { limit: 3 })).items).toEqual([]);
    });

    test('a full last page has no next one, and a made-up cursor is refused', async () => {
      for (const n of times(3)) await issue(its(), createIntent(n));
      expect((await its().listIssuances('hanbit-steel', { limit: 3 })).next).toBeUndefined();
      const forged = ['zzzzzzzzzzzzzzzz', '9999999999999999'].map((text) => Buffer.from(text).toString('base64url'));
      for (const cursor of ['', 'x', '!!!!', ...forged, 'A'.repeat(1000)]) {
        const page = its().listIssuances('hanbit-steel', { limit: 3, cursor });
        await expect(page).rejects.toEqual(refusal('BAD_REQUEST'));
      }
    });

    test('a credential is held once, listed newest first, and removed', async () => {
      for (const n of times(3)) await its().holdCredential(held(n));
      await its().holdCredential({ ...held(0), storedAt: 'later' });
      await its().holdCredential(held(9, 'h2'));
      const first = await its().listHeld('h', { limit: 2 });
      expect(first.items).toEqual([held(2), held(1)]);
      const rest = await its().listHeld('h', { limit: 2, cursor: first.next ?? '' });
      expect(rest).toEqual({ items: [held(0)], next: undefined });
      expect(await its().findHeld('h', 'uEi1')).toEqual(held(1));
      expect(await its().findHeld('h2', 'uEi1')).toBeUndefined();
      expect(await its().removeHeld('h', 'uEi1')).toBe(true);
      expect(await its().removeHeld('h', 'uEi1')).toBe(false);
      expect((await its().listHeld('h', { limit: 9 })).items).toEqual([held(2), held(0)]);
    });

    test('evaluations are found by id and by what they rest on', async () => {
      await its().saveEvaluation(evaluation(1, ['urn:uuid:a', 'urn:uuid:b']));
      await its().saveEvaluation(evaluation(2, ['urn:uuid:b', 'urn:uuid:b']));
      await its().saveEvaluation({ ...evaluation(3, ['urn:uuid:b']), verifier: 'w' });
      const ids = async (filter: { dependsOn?: string }) =>
        (await its().listEvaluations('v', { limit: 10, ...filter })).items.map(({ id }) => id);
      expect(await ids({})).toEqual(['e-2', 'e-1']);
      expect(await ids({ dependsOn: 'urn:uuid:a' })).toEqual(['e-1']);
      expect(await ids({ dependsOn: 'urn:uuid:b' })).toEqual(['e-2', 'e-1']);
      expect(await ids({ dependsOn: 'urn:uuid' })).toEqual([]);
      expect(await its().findEvaluation('v', 'e-1')).toEqual(evaluation(1, ['urn:uuid:a', 'urn:uuid:b']));
      expect(await its().findEvaluation('v', 'e-3')).toBeUndefined();
      await expect(its().saveEvaluation(evaluation(1, []))).rejects.toEqual(refusal('CONFLICT'));
    });
  });
}

function describeReevaluations(its: () => Store, time: () => ManualClock): void {
  const evaluation = (id: string, more: Partial<EvaluationRecord> = {}): EvaluationRecord => ({
    id,
    verifier: 'desk',
    dependsOn: ['urn:uuid:a'],
    request: { claim: 'urn:uuid:c' },
    answer: { id },
    evaluatedAt: AT,
    ...more,
  });
  const change = (id: string, verifier = 'desk'): ChangeRecord => ({
    id,
    verifier,
    time: AT,
    evaluation: 'e',
    reevaluationOf: 'd',
    changes: {},
  });
  const chains = async (dependsOn?: string, after = 0, limit = 10) =>
    (await its().listChains('desk', { dependsOn, after, limit })).roots;

  describe('judging again', () => {
    test('makes a chain with one newest evaluation, whose request is the first one', async () => {
      await its().saveEvaluation(evaluation('1'));
      await its().saveReevaluation(evaluation('2', { reevaluationOf: '1', request: {} }), undefined);
      const third = evaluation('3', { reevaluationOf: '2', request: {}, dependsOn: [] });
      await its().saveReevaluation(third, undefined);
      for (const id of ['1', '2', '3']) {
        expect(await its().findNewestEvaluation('desk', id)).toEqual({ ...third, request: { claim: 'urn:uuid:c' } });
      }
      expect((await its().findEvaluation('desk', '2'))?.reevaluationOf).toBe('1');
      expect(await its().findNewestEvaluation('desk', 'none')).toBeUndefined();
      expect(await chains()).toEqual(['1', '1', '1']);
      expect(await chains('urn:uuid:a')).toEqual(['1', '1']);
      expect(await chains('urn:uuid:b')).toEqual([]);
    });

    test('of two at once, one is kept', async () => {
      await its().saveEvaluation(evaluation('1'));
      const kept = await Promise.allSettled(
        times(5).map((n) =>
          its().saveReevaluation(evaluation(`again-${n}`, { reevaluationOf: '1' }), change(`change-${n}`)),
        ),
      );
      expect(kept.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const one of kept) if (one.status === 'rejected') expect(one.reason).toEqual(refusal('CONFLICT'));
      expect((await its().listChanges('desk', { limit: 10 })).items).toHaveLength(1);
      await expect(its().saveReevaluation(evaluation('x', { reevaluationOf: 'none' }), undefined)).rejects.toEqual(
        refusal('NOT_FOUND'),
      );
    });

    test('keeps a feed in order, with a cursor that goes on', async () => {
      const empty = await its().listChanges('desk', { limit: 2 });
      expect(empty).toMatchObject({ items: [], more: false });
      await its().saveEvaluation(evaluation('0'));
      for (const n of times(3)) {
        await its().saveReevaluation(evaluation(`${n + 1}`, { reevaluationOf: `${n}` }), change(`change-${n}`));
      }
      await its().saveEvaluation(evaluation('0', { verifier: 'other' }));
      await its().saveReevaluation(
        evaluation('1', { verifier: 'other', reevaluationOf: '0' }),
        change('elsewhere', 'other'),
      );
      const first = await its().listChanges('desk', { after: empty.cursor, limit: 2 });
      expect(first.items.map(({ id }) => id)).toEqual(['change-0', 'change-1']);
      expect(first.more).toBe(true);
      const rest = await its().listChanges('desk', { after: first.cursor, limit: 2 });
      expect(rest.items.map(({ id }) => id)).toEqual(['change-2']);
      expect(await its().listChanges('desk', { after: rest.cursor, limit: 2 })).toEqual({
        items: [],
        cursor: rest.cursor,
        more: false,
      });
      await expect(its().listChanges('desk', { after: 'nonsense', limit: 2 })).rejects.toEqual(refusal('BAD_REQUEST'));
    });

    test('gives jobs their turns, those that wait left out, until they are done', async () => {
      const now = time().now();
      expect(await its().findNextJob(now)).toBeUndefined();
      const first = await its().addJob({ id: 'a', verifier: 'desk', reason: 'request' });
      await its().addJob({ id: 'b', verifier: 'desk', reason: 'request', dependsOn: 'urn:uuid:a' });
      await expect(its().addJob({ id: 'a', verifier: 'desk', reason: 'request' })).rejects.toEqual(refusal('CONFLICT'));
      expect(await its().findNextJob(now)).toEqual(first);
      expect(await its().findJob('desk', 'a')).toEqual(first);
      await its().saveProgress({ ...first, state: 'running', position: 5, checked: 3 });
      expect((await its().findNextJob(now))?.id).toBe('b');
      const second = await its().findNextJob(now);
      if (second === undefined) throw new Error('no job');
      await its().saveProgress({ ...second, notBefore: now + 1 });
      expect(await its().findNextJob(now)).toMatchObject({ id: 'a', position: 5, checked: 3 });
      const running = await its().findJob('desk', 'a');
      if (running === undefined) throw new Error('no job');
      await its().saveProgress({ ...running, state: 'done', finishedAt: AT });
      expect(await its().findNextJob(now)).toBeUndefined();
      expect((await its().findNextJob(now + 1))?.id).toBe('b');
      expect(await its().findJob('desk', 'a')).toMatchObject({ state: 'done', finishedAt: AT });
      await expect(its().saveProgress({ ...running, state: 'done' })).rejects.toEqual(refusal('NOT_FOUND'));
    });

    test('remembers the last hundred jobs that were asked for', async () => {
      for (const n of times(102)) {
        const job = await its().addJob({ id: `job-${n}`, verifier: 'desk', reason: 'request' });
        await its().saveProgress({ ...job, state: 'done' });
      }
      expect(await its().findJob('desk', 'job-1')).toBeUndefined();
      expect(await its().findJob('desk', 'job-2')).toMatchObject({ state: 'done' });
    });

    test('takes no more requests of one instance than others can wait for', async () => {
      const add = (n: number, verifier = 'desk') => its().addJob({ id: `job-${n}`, verifier, reason: 'request' });
      for (const n of times(20)) await add(n);
      await expect(add(21)).rejects.toEqual(refusal('LIMIT_EXCEEDED'));
      expect(await add(21, 'other')).toMatchObject({ state: 'waiting' });
      const job = await its().findNextJob(time().now());
      if (job === undefined) throw new Error('no job');
      await its().saveProgress({ ...job, state: 'done' });
      expect(await add(22)).toMatchObject({ state: 'waiting' });
    });

    test('begins a pass of a watch when it is due, and once', async () => {
      await its().saveWatch('desk', 60);
      expect(await its().beginPasses()).toBe(0);
      time().set(time().now() + 60_000);
      expect(await Promise.all([its().beginPasses(), its().beginPasses()])).toEqual([1, 0]);
      const pass = await its().findNextJob(time().now());
      expect(pass).toMatchObject({ verifier: 'desk', reason: 'watch', state: 'waiting' });
      if (pass === undefined) throw new Error('no pass');
      await its().saveProgress({ ...pass, state: 'done', checked: 2, finishedAt: AT });
      expect(await its().findJob('desk', pass.id)).toBeUndefined();
      expect(await its().findWatch('desk')).toMatchObject({
        lastPass: { checked: 2 },
        nextPassAt: time().now() + 60_000,
      });
      await its().saveWatch('desk', undefined);
      expect(await its().findWatch('desk')).toBeUndefined();
    });

    test('keeps one webhook for each instance, and nothing that is said of one that was replaced', async () => {
      await its().saveEvaluation(evaluation('0'));
      await its().saveReevaluation(evaluation('1', { reevaluationOf: '0' }), change('before'));
      const { cursor } = await its().listChanges('desk', { limit: 10 });
      const webhook = { verifier: 'desk', id: 'a', url: 'https://a.example/', secret: 'sealed', createdAt: AT };
      const progress = { state: 'active', cursor, failures: 0, nextAttemptAt: 0, delivered: 0, givenUp: 0 } as const;
      expect(await its().saveWebhook(webhook)).toEqual({ ...webhook, progress });
      const later = { ...progress, cursor: 'x', failures: 3, nextAttemptAt: 9, delivered: 2 };
      await its().saveWebhookProgress(webhook, later);
      expect((await its().findWebhook('desk'))?.progress).toEqual(later);
      const replaced = { ...webhook, id: 'b' };
      const resumed = { ...later, failures: 0, nextAttemptAt: 0 };
      expect(await its().saveWebhook(replaced)).toEqual({ ...replaced, progress: resumed });
      await its().saveWebhookProgress(webhook, { ...later, delivered: 99 });
      expect(await its().listWebhooks()).toEqual([{ ...replaced, progress: resumed }]);
      expect(await its().removeWebhook('desk')).toBe(true);
      expect(await its().removeWebhook('desk')).toBe(false);
      await its().saveWebhookProgress(replaced, later);
      expect(await its().findWebhook('desk')).toBeUndefined();
    });

    test('a change of status begins a job for every dependent that watches, in the same act', async () => {
      await issue(its(), createIntent('a'));
      for (const verifier of ['desk', 'other', 'blind']) await its().saveEvaluation(evaluation('1', { verifier }));
      await its().saveWatch('desk', 60);
      await its().saveWatch('other', 60);
      const revoke = () =>
        its().setStatus({
          issuer: 'hanbit-steel',
          credentialId: 'urn:uuid:a',
          purpose: 'revocation',
          set: true,
          reason: 'annulled',
          effectiveDate: '2026-01-02',
          at: AT,
        });
      const { sequence } = await its().journalHead();
      await revoke();
      expect((await its().journalHead()).sequence).toBe(sequence + 1);
      await revoke();
      const begun = [];
      for (;;) {
        const job = await its().findNextJob(time().now());
        if (job === undefined) break;
        begun.push([job.verifier, job.reason, job.dependsOn]);
        await its().saveProgress({ ...job, state: 'done' });
      }
      expect(begun.sort()).toEqual([
        ['desk', 'status', 'urn:uuid:a'],
        ['other', 'status', 'urn:uuid:a'],
      ]);
    });

    test('a status that goes back and forth does not fill the line, and its last change is still judged', async () => {
      await issue(its(), createIntent('a', { statusPurposes: ['suspension'] }));
      await its().saveEvaluation(evaluation('1', { verifier: 'desk' }));
      await its().saveWatch('desk', 60);
      const toggle = (n: number) =>
        its().setStatus({
          issuer: 'hanbit-steel',
          credentialId: 'urn:uuid:a',
          purpose: 'suspension',
          set: n % 2 === 1,
          reason: n % 2 === 1 ? 'suspended' : 'reinstated',
          effectiveDate: '2026-01-02',
          at: AT,
        });
      for (const n of times(9)) await toggle(n);
      const first = await its().findNextJob(time().now());
      if (first === undefined) throw new Error('no job');
      // The first may be at work by now, so that it does not see this one any more.
      await toggle(10);
      await its().saveProgress({ ...first, state: 'done' });
      const second = await its().findNextJob(time().now());
      if (second === undefined) throw new Error('no second job');
      await its().saveProgress({ ...second, state: 'running', position: 1 });
      await toggle(11);
      await its().saveProgress({ ...second, state: 'done' });
      const third = await its().findNextJob(time().now());
      expect(third).toMatchObject({ reason: 'status', state: 'waiting', dependsOn: 'urn:uuid:a' });
      if (third === undefined) throw new Error('no third job');
      await its().saveProgress({ ...third, state: 'done' });
      expect(await its().findNextJob(time().now())).toBeUndefined();
    });
  });
}

function describeNode(its: () => Store): void {
  describe('the node', () => {
    test('a setting that is settled keeps its first value', async () => {
      expect(await its().settleSetting('colour', 'blue')).toBe('blue');
      expect(await its().settleSetting('colour', 'red')).toBe('blue');
      expect(await its().readSetting('colour')).toBe('blue');
    });

    test('a setting is written on top of the one that was read', async () => {
      await its().writeSetting('colour', { is: 'blue' });
      const both = ['red', 'green'].map((is) => its().writeSetting('colour', { is }, { is: 'blue' }));
      const outcomes = await Promise.allSettled(both);
      expect(outcomes).toEqual([
        expect.objectContaining({ status: 'fulfilled' }),
        expect.objectContaining({ reason: refusal('CONFLICT') }),
      ]);
      expect(await its().readSetting('colour')).toEqual({ is: 'red' });
    });

    test('a lease has one holder until it runs out or is given up', async () => {
      const take = (holder: string, ms = 1000) => its().takeLease({ name: 'work', holder, ms });
      expect([await take('one'), await take('two'), await take('one', 0), await take('two')]).toEqual([
        true,
        false,
        true,
        true,
      ]);
    });

    test('keeps settings of any JSON value', async () => {
      expect(await its().readSetting('adminTokenDigest')).toBeUndefined();
      for (const value of ['aa', null, 0, false, { a: ['1'] }]) {
        await its().writeSetting('adminTokenDigest', value);
        expect(await its().readSetting('adminTokenDigest')).toEqual(value);
      }
    });

    test('names may hold anything without meeting', async () => {
      const names = ['a', 'a/b', 'a%2Fb', 'a b', '한글', '', '..', 'a\u0000', '\u{1f600}', '0'.repeat(300)];
      for (const [n, name] of names.entries()) await its().writeSetting(name, n);
      for (const [n, name] of names.entries()) expect(await its().readSetting(name)).toBe(n);
      await its().writeSetting('\ud800', 'a lone surrogate does no harm');
    });

    test('the journal moves on with acts that change something and stands still for others', async () => {
      const start = await its().journalHead();
      expect(start.hash).toMatch(/^[0-9a-f]{64}$/);
      await its().writeSetting('a', 1);
      const after = await its().journalHead();
      expect(after.sequence).toBe(start.sequence + 1);
      expect(after.hash).not.toBe(start.hash);
      await its().removeHeld('h', 'nothing');
      await its().findIssuance('urn:uuid:1');
      expect(await its().journalHead()).toEqual(after);
    });

    test('more than 1,000 waiting writes are turned away with a time to come back, and the rest are done', async () => {
      const writes = times(1200).map((n) => its().writeSetting(`s${n}`, n));
      const outcomes = await Promise.allSettled(writes);
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused).toHaveLength(200);
      expect(refused[0]?.reason).toMatchObject({ code: 'UNAVAILABLE', retryAfter: 1 });
      expect(await its().readSetting('s999')).toBe(999);
      await its().writeSetting('afterwards', true);
    });

    test('what ends something already begun is not turned away', async () => {
      const record = await intend(its(), createIntent(1));
      const writes = Promise.allSettled(times(1200).map((n) => its().writeSetting(`s${n}`, n)));
      await its().markIssued(record.credentialId, {}, { at: AT, answer: null, warnings: [] });
      await writes;
      expect((await its().findIssuance('urn:uuid:1'))?.state).toBe('issued');
    });

    test('closing answers what was asked before and refuses what comes after', async () => {
      const before = times(100).map((n) => its().writeSetting(`s${n}`, n));
      const closing = its()[Symbol.asyncDispose]();
      await expect(its().writeSetting('late', 1)).rejects.toEqual(refusal('UNAVAILABLE'));
      await closing;
      expect((await Promise.allSettled(before)).every(({ status }) => status === 'fulfilled')).toBe(true);
      await its()[Symbol.asyncDispose]();
    });
  });
}
