/** The little that is used of the independent implementation of BBS. */
declare module '@digitalbazaar/bls12-381-multikey' {
  interface Key {
    signer(): { multisign: (input: { header: Uint8Array; messages: readonly Uint8Array[] }) => Promise<Uint8Array> };
    verifier(): {
      multiverify(input: {
        proof: Uint8Array;
        header: Uint8Array;
        presentationHeader: Uint8Array;
        messages: readonly (Uint8Array | undefined)[];
      }): Promise<boolean>;
    };
    deriveProof(input: {
      signature: Uint8Array;
      header: Uint8Array;
      messages: readonly Uint8Array[];
      presentationHeader: Uint8Array;
      disclosedMessageIndexes: readonly number[];
    }): Promise<Uint8Array>;
  }
  export const ALGORITHMS: { readonly BBS_BLS12381_SHA256: string };
  export function fromRaw(input: { algorithm: string; publicKey: Uint8Array; secretKey: Uint8Array }): Promise<Key>;
}

declare module '@digitalbazaar/bbs-2023-cryptosuite' {
  export function createDiscloseCryptosuite(options: { selectivePointers: string[] }): object;
  export function createSignCryptosuite(options: { mandatoryPointers: string[] }): object;
  export function createVerifyCryptosuite(): object;
}

/** One step below `issue` and `derive` of the library, which look at the credential first. */
declare module '@digitalbazaar/data-integrity' {
  interface DataIntegrityProof {
    createProof(input: {
      document: object;
      purpose: { update(proof: object): Promise<object> };
      documentLoader: unknown;
    }): Promise<unknown>;
    derive(input: {
      document: object;
      purpose: { readonly term: unknown };
      proofSet: readonly unknown[];
      documentLoader: unknown;
    }): Promise<unknown>;
  }
}
