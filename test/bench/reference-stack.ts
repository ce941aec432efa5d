/** `@digitalbazaar/vc` used directly, as its documentation shows: what our figures are compared with. */
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { issue, verifyCredential } from '@digitalbazaar/vc';
import type { JsonObject } from '../../src/base/json.ts';
import type { Contexts } from '../../src/credentials/contexts.ts';
import type { Signer } from '../../src/crypto/signer.ts';

interface ReferenceStack {
  issue(credential: JsonObject): Promise<unknown>;
  verify(credential: JsonObject): Promise<{ readonly verified: boolean }>;
}

export function createReferenceStack(deps: {
  contexts: Contexts;
  signer: Signer;
  didDocument: JsonObject;
  now: number;
}): ReferenceStack {
  const { contexts, signer, didDocument } = deps;
  const now = new Date(deps.now);
  const method = (didDocument['verificationMethod'] as readonly JsonObject[])[0] as JsonObject;
  const documents = new Map<string, JsonObject>([
    [String(didDocument['id']), didDocument],
    [String(method['id']), { '@context': 'https://w3id.org/security/multikey/v1', ...method }],
  ]);
  const documentLoader = async (
    url: string,
  ): Promise<{ contextUrl: null; documentUrl: string; document: JsonObject }> => {
    const document = contexts.document(url) ?? documents.get(url);
    if (document === undefined) throw new Error(`not loaded: ${url}`);
    return { contextUrl: null, documentUrl: url, document };
  };
  const librarySigner = {
    id: signer.id,
    algorithm: 'Ed25519',
    sign: (input: { data: Uint8Array }) => signer.sign(input),
  };
  return {
    issue: (credential) =>
      issue({
        credential: structuredClone(credential),
        suite: new DataIntegrityProof({ signer: librarySigner, cryptosuite } as never),
        documentLoader,
      } as never) as Promise<unknown>,
    verify: (credential) =>
      verifyCredential({
        credential,
        suite: new DataIntegrityProof({ cryptosuite } as never),
        documentLoader,
        // Status is left out on both sides: what is compared is the proof.
        checkStatus: async () => ({ verified: true }),
        now,
      } as never) as Promise<{ verified: boolean }>,
  };
}
