import { describe, expect, it } from 'vitest';
import { bareCredential, type Party, START, startNode, type TestNode } from '../support/node.ts';

const issue = async (node: TestNode, party: Party) =>
  (await node.post('/issuers/maker/credentials/issue', { credential: bareCredential(party.did) }, party.token)).body
    .verifiableCredential;
const revoke = (node: TestNode, party: Party, { id }: { id: string }, reason?: string) =>
  node.post(
    '/issuers/maker/credentials/status',
    { credentialId: id, statusPurpose: 'revocation', status: true, ...(reason === undefined ? {} : { reason }) },
    party.token,
  );
const verify = async (node: TestNode, verifiableCredential: unknown) =>
  (await node.post('/verifiers/maker/credentials/verify', { verifiableCredential })).body;

describe('a status list', () => {
  it('that is full of dated notices still takes every change, and stays readable', async () => {
    await using node = await startNode();
    const party = await node.createParty('maker');
    const [good, first, last] = [await issue(node, party), await issue(node, party), await issue(node, party)];
    const { store } = node.node;
    await Promise.all(
      Array.from({ length: 970 }, async (_, place) => {
        const credentialId = `urn:uuid:${place}`;
        const at = '2026-11-22T12:00:00Z';
        const about = { issuer: 'maker', credentialId, purpose: 'revocation' };
        await store.recordIntent({
          ...about,
          organisation: 'maker',
          type: 'VerifiableCredential',
          statusPurposes: ['revocation'],
          draft: () => ({}),
          at,
        });
        await store.markIssued(credentialId, {}, { at, answer: null, warnings: [] });
        await store.setStatus({ ...about, set: true, reason: 'withdrawn', effectiveDate: '2026-11-22', at });
      }),
    );
    expect(await revoke(node, party, first, 'withdrawn')).toMatchObject({ status: 200 });
    expect((await verify(node, first)).problemDetails[0].code).toBe('REVOKED');
    expect(await revoke(node, party, last, 'annulled')).toMatchObject({ status: 200 });
    expect((await verify(node, last)).problemDetails[0].code).toBe('REVOKED');
    expect(await verify(node, good)).toMatchObject({ verified: true });
  });

  it('comes under the name that its reader knows credentials by', async () => {
    await using node = await startNode();
    const party = await node.createParty('maker');
    const { credentialStatus } = await issue(node, party);
    const typeFor = async (accept: string) => {
      const reply = await node.request('GET', new URL(credentialStatus.statusListCredential).pathname, {
        headers: { accept },
      });
      expect(reply.status).toBe(200);
      expect(reply.headers.get('vary')).toContain('accept');
      return reply.headers.get('content-type')?.split(';')[0];
    };
    expect(await typeFor('*/*')).toBe('application/vc');
    expect(await typeFor('application/vc, application/json')).toBe('application/vc');
    expect(await typeFor('application/ld+json, application/json')).toBe('application/ld+json');
    expect(await typeFor('Application/JSON;q=0.5')).toBe('application/json');
    expect(await typeFor('text/html')).toBe('application/vc');
  });

  it('is signed once for each change, also after the clock was set back', async () => {
    await using node = await startNode();
    const party = await node.createParty('maker');
    const [first, second] = [await issue(node, party), await issue(node, party)];
    await revoke(node, party, first);
    const { pathname } = new URL(first.credentialStatus.statusListCredential);
    const before = (await node.get(pathname)).body;
    node.clock.set(START - 10_000);
    await revoke(node, party, second);
    const after = await node.get(pathname);
    const head = await node.node.store.journalHead();
    expect((await node.get(pathname)).text).toBe(after.text);
    expect(await node.node.store.journalHead()).toEqual(head);
    expect(after.body.validFrom >= before.validFrom).toBe(true);
    expect((await verify(node, second)).problemDetails[0].code).toBe('REVOKED');
  });
});
