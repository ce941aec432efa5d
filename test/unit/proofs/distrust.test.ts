/** The library is one witness of two: what it answers alone never makes a pass. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { verdictOf } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import { createParty, createResolverDouble, createTestContexts } from '../../support/data-integrity.ts';

const library = vi.hoisted(() => ({ verifyCredential: vi.fn() }));
vi.mock('@digitalbazaar/vc', async (original) => ({ ...(await original<object>()), ...library }));

const NOW = Date.UTC(2026, 0, 15, 12);
const good = createParty('did:web:good.example');
const resolver = createResolverDouble([good.didDocument]);
const integrity = createDataIntegrity({ contexts: createTestContexts() });
const real = await vi.importActual<{ verifyCredential: (options: object) => Promise<object> }>('@digitalbazaar/vc');

async function verdict(change: JsonObject = {}) {
  const claim = {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: ['VerifiableCredential'],
    issuer: good.did,
    credentialSubject: { id: 'https://good.example/products/1' },
  };
  const secured = await integrity.secureCredential(claim, { signer: good.signer, created: NOW });
  const { findings } = await integrity.checkCredentialProofs({ ...secured, ...change }, { resolver, now: NOW });
  return verdictOf(findings);
}

describe('what the library answers', () => {
  beforeEach(() => {
    library.verifyCredential.mockReset().mockImplementation(real.verifyCredential);
  });

  it('passes when both agree', async () => {
    expect(await verdict()).toBe('accepted');
  });

  it('is not believed when it says verified and no signature held', async () => {
    library.verifyCredential.mockResolvedValue({ verified: true, results: [{ verified: true }] });
    expect(await verdict()).toBe('rejected');
  });

  it('is not believed when it says verified for a document that was changed', async () => {
    library.verifyCredential.mockImplementation(async (options: object) => ({
      ...(await real.verifyCredential(options)),
      verified: true,
    }));
    expect(await verdict({ name: 'changed' })).toBe('rejected');
  });

  it.each([
    ['not verified, with the document beside it', { verified: false, document: {} }],
    ['something like true', { verified: 'true' }],
    ['nothing', undefined],
    ['null', null],
  ])('refuses when it says %s though the signature held', async (_, answer) => {
    library.verifyCredential.mockImplementation(async (options: object) => {
      await real.verifyCredential(options);
      return answer;
    });
    expect(await verdict()).toBe('rejected');
  });

  it.each([new Error('bug'), null, 'text'])('refuses when it throws %s though the signature held', async (thrown) => {
    library.verifyCredential.mockImplementation(async (options: object) => {
      await real.verifyCredential(options);
      throw thrown;
    });
    expect(await verdict()).toBe('rejected');
  });
});
