import { describe, expect, it } from 'vitest';
import type { FetchJson } from '../../src/net/safe-fetch.ts';
import { bareCredential, startNode } from '../support/node.ts';

describe('a crowd of strangers whose hosts never answer', () => {
  it('keeps no organisation from issuing and revoking', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let held = 0;
    const fetchJson: FetchJson = async () => {
      held += 1;
      await released;
      return { status: 'unreachable', reason: 'timeout' };
    };
    await using node = await startNode({ fetchJson });
    const party = await node.createParty('maker');
    const issue = () =>
      node.post('/issuers/maker/credentials/issue', { credential: bareCredential(party.did) }, party.token);
    const { verifiableCredential } = (await issue()).body;
    const crowd = Array.from({ length: 40 }, (_, place) => {
      const did = `did:web:slow-${place}.example`;
      const proof = { ...verifiableCredential.proof, verificationMethod: `${did}#key` };
      return node.post('/verifiers/maker/credentials/verify', {
        verifiableCredential: { ...verifiableCredential, issuer: did, proof },
      });
    });
    while (held < 12) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await issue()).status).toBe(201);
    const change = { credentialId: verifiableCredential.id, statusPurpose: 'revocation', status: true };
    expect((await node.post('/issuers/maker/credentials/status', change, party.token)).status).toBe(200);
    release();
    for (const { body } of await Promise.all(crowd)) expect(body.verdict).toBe('undetermined');
  });
});
