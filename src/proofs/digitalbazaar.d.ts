/** The little that is used of the untyped libraries. Everything they answer is `unknown` until it was looked at. */

declare module '@digitalbazaar/vc' {
  interface IssueOptions {
    credential: object;
    suite: object;
    documentLoader: (url: string) => Promise<unknown>;
    now: Date;
  }
  interface VerifyCredentialOptions extends IssueOptions {
    purpose: object;
    maxClockSkew: number;
    checkStatus: (options: unknown) => Promise<{ verified: boolean }>;
  }
  interface SignPresentationOptions {
    presentation: object;
    suite: object;
    purpose: object;
    documentLoader: (url: string) => Promise<unknown>;
  }
  export function issue(options: IssueOptions): Promise<unknown>;
  export function derive(options: {
    verifiableCredential: object;
    suite: object;
    documentLoader: (url: string) => Promise<unknown>;
  }): Promise<unknown>;
  export function verifyCredential(options: VerifyCredentialOptions): Promise<unknown>;
  export function signPresentation(options: SignPresentationOptions): Promise<unknown>;
}

declare module '@digitalbazaar/data-integrity' {
  interface DataIntegrityOptions {
    cryptosuite: object;
    signer?: object;
    date?: Date;
  }
  export class DataIntegrityProof {
    constructor(options: DataIntegrityOptions);
    /** Members that the new proof starts from. */
    proof?: object;
    canonizeProof(proof: object, options: { document: object; documentLoader: unknown }): Promise<string>;
  }
}

declare module '@digitalbazaar/eddsa-rdfc-2022-cryptosuite' {
  export const cryptosuite: object;
}

declare module 'jsonld-signatures' {
  interface Purpose {
    readonly term: string;
  }
  const jsigs: {
    verify(document: object, options: { suite: object; purpose: Purpose; documentLoader: unknown }): Promise<unknown>;
    purposes: {
      AssertionProofPurpose: new () => Purpose;
      AuthenticationProofPurpose: new (options: { challenge: string; domain: string }) => Purpose;
    };
  };
  export default jsigs;
}

declare module 'jsonld' {
  interface CanonizeOptions {
    documentLoader: (url: string) => Promise<unknown>;
    contextResolver?: object;
    base: null;
    safe: boolean;
    rdfDirection: 'i18n-datatype';
    canonizeOptions: { algorithm: 'RDFC-1.0'; maxWorkFactor: number };
  }
  const jsonld: { canonize(input: object, options: CanonizeOptions): Promise<string> };
  export default jsonld;
}

declare module '@digitalbazaar/ecdsa-sd-2023-cryptosuite' {
  export function createSignCryptosuite(options: { mandatoryPointers: string[] }): object;
  export function createDiscloseCryptosuite(options: { selectivePointers: string[] }): object;
  export function createVerifyCryptosuite(): object;
}

declare module '@digitalbazaar/di-sd-primitives' {
  interface Hmac {
    readonly sign: (data: Uint8Array) => Promise<Uint8Array>;
  }
  export function createHmac(options: { key: Uint8Array }): Promise<Hmac>;
  export function createHmacIdLabelMapFunction(options: { hmac: Hmac }): object;
  export function hashMandatory(options: { mandatory: readonly string[] }): Promise<{ mandatoryHash: Uint8Array }>;
  export function hashCanonizedProof(options: {
    document: object;
    proof: object;
    options: { documentLoader: unknown };
  }): Promise<Uint8Array>;
  export function createLabelMapFunction(options: { labelMap: ReadonlyMap<string, string> }): object;
  export function canonicalizeAndGroup(options: {
    document: object;
    labelMapFactoryFunction: object;
    groups: Readonly<Record<string, readonly string[]>>;
    options: { documentLoader: unknown };
  }): Promise<{
    groups: Record<string, { matching: Map<number, string>; nonMatching: Map<number, string> }>;
    /** Of every blank node, by the name it has in this call. */
    labelMap: ReadonlyMap<string, string>;
  }>;
}
