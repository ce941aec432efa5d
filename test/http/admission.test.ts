import { describe, expect, it, vi } from 'vitest';
import type { FetchJson } from '../../src/net/safe-fetch.ts';
import { bareCredential, type Reply, startNode } from '../support/node.ts';

/** A node on which whoever is asked about a stranger's DID never answers, until they are let go. */
async function nodeAmongSlowHosts() {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const count = { held: 0 };
  const fetchJson: FetchJson = async () => {
    count.held += 1;
    await released;
    return { status: 'unreachable', reason: 'timeout' };
  };
  const node = await startNode({ fetchJson });
  const party = await node.createParty('maker');
  const issue = () =>
    node.post('/issuers/maker/credentials/issue', { credential: bareCredential(party.did) }, party.token);
  const { verifiableCredential } = (await issue()).body;
  const ask = (place: number): Promise<Reply> => {
    const did = `did:web:slow-${place}.example`;
    const proof = { ...verifiableCredential.proof, verificationMethod: `${did}#key` };
    return node.post('/verifiers/maker/credentials/verify', {
      verifiableCredential: { ...verifiableCredential, issuer: did, proof },
    });
  };
  const allPlacesTaken = async (): Promise<void> => {
    while (count.held < 12) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { node, party, issue, verifiableCredential, ask, allPlacesTaken, release: () => release() };
}

describe('a crowd of strangers whose hosts never answer', () => {
  it('keeps no organisation from issuing and revoking', async () => {
    const {
      node: started,
      party,
      issue,
      verifiableCredential,
      ask,
      allPlacesTaken,
      release,
    } = await nodeAmongSlowHosts();
    await using node = started;
    const crowd = Array.from({ length: 40 }, (_, place) => ask(place));
    await allPlacesTaken();
    expect((await issue()).status).toBe(201);
    const change = { credentialId: verifiableCredential.id, statusPurpose: 'revocation', status: true };
    expect((await node.post('/issuers/maker/credentials/status', change, party.token)).status).toBe(200);
    release();
    for (const { body } of await Promise.all(crowd)) expect(body.verdict).toBe('undetermined');
  });
});

describe('a caller who asks for much more than can be done', () => {
  it('is told so with a time to come back, and is let in again', async () => {
    const { node: started, issue, ask, allPlacesTaken, release } = await nodeAmongSlowHosts();
    await using node = started;
    // All places of one address, and one who waits longer than anybody may.
    const crowd = Array.from({ length: 12 }, (_, place) => ask(place));
    await allPlacesTaken();
    let now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const asked = ask(12);
    let late: Reply | undefined;
    void asked.then((reply) => {
      late = reply;
    });
    // Nothing tells from outside when it stands in line.
    while (late === undefined) {
      now += 30_001;
      crowd.push(ask(13));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const refused = await asked;
    expect(refused.status).toBe(503);
    expect(refused.body).toMatchObject({ code: 'UNAVAILABLE' });
    expect(refused.headers.get('retry-after')).toBe('2');
    // Nothing of this one is read: it names no instance that there is.
    const unread = await node.post('/verifiers/nobody/credentials/verify', {});
    expect([unread.status, unread.body.code]).toEqual([503, 'UNAVAILABLE']);
    expect(unread.headers.get('connection')).not.toBe('close');
    // Organisations, and whoever only reads, are not kept out.
    expect((await issue()).status).toBe(201);
    expect((await node.get('/health/ready')).status).toBe(200);
    release();
    await Promise.all(crowd);
  });
});
