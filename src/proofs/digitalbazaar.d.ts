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
    date?: Date | null;
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
    readonly export: () => Promise<Uint8Array>;
  }
  type LabelMapFactory = (input: {
    readonly canonicalIdMap: ReadonlyMap<string, string>;
  }) => Promise<ReadonlyMap<string, string>>;
  /** Without a key, one is drawn. */
  export function createHmac(options: { key: Uint8Array | null }): Promise<Hmac>;
  export function createHmacIdLabelMapFunction(options: { hmac: Hmac }): LabelMapFactory;
  export function canonicalize(input: string, options: object): Promise<string>;
  export function stripBlankNodePrefixes(map: ReadonlyMap<string, string>): ReadonlyMap<string, string>;
  /** Nothing without a pointer. */
  export function selectJsonLd<Document extends object>(options: {
    document: Document;
    pointers: readonly string[];
  }): Document | null;
  export function hashMandatory(options: { mandatory: readonly string[] }): Promise<{ mandatoryHash: Uint8Array }>;
  export function hashCanonizedProof(options: {
    document: object;
    proof: object;
    options: { documentLoader: unknown };
  }): Promise<Uint8Array>;
  export function createLabelMapFunction(options: { labelMap: ReadonlyMap<string, string> }): LabelMapFactory;
  interface Group {
    readonly matching: ReadonlyMap<number, string>;
    readonly nonMatching: ReadonlyMap<number, string>;
    /** Of what matches, under the labels of this call. */
    readonly deskolemizedNQuads: readonly string[];
  }
  export function canonicalizeAndGroup<Name extends string>(options: {
    document: object;
    labelMapFactoryFunction: LabelMapFactory;
    groups: Readonly<Record<Name, readonly string[]>>;
    options: { documentLoader: unknown };
  }): Promise<{
    groups: Record<Name, Group>;
    /** All of them, in order. */
    nquads: readonly string[];
    /** Of every blank node, by the name it has in this call. */
    labelMap: ReadonlyMap<string, string>;
  }>;
}
