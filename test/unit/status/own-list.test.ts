/** One of our own lists from end to end: made, signed, taken off the wire, checked like any other credential, and read. */
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../../src/base/finding.ts';
import { type JsonObject, readJsonObject } from '../../../src/base/json.ts';
import { loadContexts } from '../../../src/credentials/contexts.ts';
import { checkCredentialForm } from '../../../src/credentials/credential.ts';
import { loadSchemas } from '../../../src/credentials/schemas.ts';
import { Bitstring } from '../../../src/formats/bitstring.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import { observeStatus } from '../../../src/status/check-status.ts';
import { createStatusListCredential, MAX_LENGTH, MIN_LENGTH, MOST_NOTICES } from '../../../src/status/status-list.ts';
import { createParty, createResolverDouble } from '../../support/data-integrity.ts';

const NOW = Date.UTC(2026, 5, 15, 12);
const url = 'https://good.example/status/1';
const issuer = createParty('did:web:good.example');
const resolver = createResolverDouble([issuer.didDocument]);
const contexts = loadContexts();
const schemas = loadSchemas();
const integrity = createDataIntegrity({ contexts });

async function publish(bits: Bitstring, notices: number): Promise<JsonObject> {
  const unsecured = createStatusListCredential({
    url,
    issuer: issuer.did,
    purposes: ['revocation'],
    bits,
    notices: Array.from({ length: notices }, (_, index) => ({
      index: String(index),
      statusPurpose: 'revocation',
      reason: 'withdrawn',
      effectiveDate: '2026-06-01',
    })),
    validFrom: NOW - 60_000,
    validUntil: NOW + 86_400_000,
  });
  return integrity.secureCredential(unsecured, { signer: issuer.signer, created: NOW - 60_000 });
}

async function observe(list: JsonObject) {
  const wire = readJsonObject(JSON.stringify(list));
  if (!wire.ok) throw new Error(wire.findings.map(({ detail }) => detail).join());
  const credentialStatus = {
    type: 'BitstringStatusListEntry',
    statusPurpose: 'revocation',
    statusListIndex: '7',
    statusListCredential: url,
  };
  return observeStatus(
    { type: ['VerifiableCredential'], issuer: issuer.did, credentialStatus },
    {
      now: NOW,
      stapled: [],
      load: async () => ({ ok: true, document: wire.value }),
      checkList: async (document) => [
        ...checkCredentialForm(document, { contexts, schemas }),
        ...(await integrity.checkCredentialProofs(document, { resolver, now: NOW })).findings,
      ],
    },
  );
}

describe('a list of our own', () => {
  it.each([
    ['the shortest there is', MIN_LENGTH, 0],
    ['with as many notices as there may be', MIN_LENGTH, MOST_NOTICES],
    ['the longest there is', MAX_LENGTH, 0],
  ])('is read by ourselves: %s', async (_, length, notices) => {
    const bits = new Bitstring(length);
    bits.set(7, true);
    bits.set(length - 1, true);
    const list = await publish(bits, notices);
    const form = checkCredentialForm(list, { contexts, schemas, signing: true });
    expect(form.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(verdictOf(form)).toBe('accepted');
    const { history } = await observe(list);
    expect(history[0]).not.toHaveProperty('problem');
    expect(history[0]?.observations).toMatchObject([
      { newest: true, set: true, notices: notices > 0 ? [{ index: '7' }] : [] },
    ]);
  });

  it('with ten thousand random bits still goes over the wire', async () => {
    const bits = new Bitstring(MIN_LENGTH);
    for (let n = 0; n < 10_000; n += 1) bits.set((n * 7919) % MIN_LENGTH, true);
    const { history } = await observe(await publish(bits, 0));
    expect(history[0]).not.toHaveProperty('problem');
  });
});
