/** DID documents (DID Core 1.0, section 5; Controlled Identifiers 1.0): ours are made here, others' are read here. */
import { failed, type Read, readFailed, readOk } from '../base/finding.ts';
import {
  asArray,
  deepFreeze,
  isObject,
  type JsonLimits,
  type JsonObject,
  type JsonValue,
  pointerOf,
  REQUEST_LIMITS,
} from '../base/json.ts';

/** Caps of a DID document (docs/threats.md, section 6). */
export const MAX_DID_DOCUMENT_BYTES = 256 * 1024;
export const MAX_METHODS = 64;
export const DID_DOCUMENT_LIMITS: JsonLimits = {
  ...REQUEST_LIMITS,
  maxBytes: MAX_DID_DOCUMENT_BYTES,
  maxNodes: 5000,
};

const RELATIONSHIPS = [
  'authentication',
  'assertionMethod',
  'keyAgreement',
  'capabilityInvocation',
  'capabilityDelegation',
] as const;

/** Controlled Identifiers 1.0, section 2.3. */
export type VerificationRelationship = (typeof RELATIONSHIPS)[number];

/** A frozen document whose `id` is the DID it was asked for and whose lists have the right form. Its methods are not judged yet. */
export interface DidDocument extends JsonObject {
  readonly id: string;
}

interface DidDocumentInput {
  readonly did: string;
  /** Other names of the same subject. */
  readonly alsoKnownAs?: readonly string[];
  readonly methods: readonly {
    /** Absolute DID URL with a fragment. */
    readonly id: string;
    readonly publicKeyMultibase: string;
    readonly relationships: readonly VerificationRelationship[];
    /** From when on it must not be used, `YYYY-MM-DDThh:mm:ssZ` (Controlled Identifiers 1.0, section 2.2). */
    readonly revoked?: string;
  }[];
}

/** Our form of a DID document: every method a Multikey with an absolute id, relationships by reference, empty lists left out. */
export function createDidDocument({ did, alsoKnownAs = [], methods }: DidDocumentInput): DidDocument {
  const listed = RELATIONSHIPS.map((relationship): [string, readonly string[]] => [
    relationship,
    methods.filter(({ relationships }) => relationships.includes(relationship)).map(({ id }) => id),
  ]);
  return deepFreeze({
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    ...(alsoKnownAs.length === 0 ? {} : { alsoKnownAs }),
    verificationMethod: methods.map(({ id, publicKeyMultibase, revoked }) => ({
      id,
      type: 'Multikey',
      controller: did,
      publicKeyMultibase,
      ...(revoked === undefined ? {} : { revoked }),
    })),
    ...Object.fromEntries(listed.filter(([, ids]) => ids.length > 0)),
  });
}

/**
 * Read somebody's DID document, fetched or handed in. Members we do not know are kept and ignored.
 * Errors: `INVALID_CONTROLLED_IDENTIFIER_DOCUMENT` (form), `…_ID` (of another DID), `LIMIT_EXCEEDED` (methods),
 * `INVALID_VERIFICATION_METHOD` (a private key anywhere in it: such a document is not kept, cached or shown).
 */
export function readDidDocument(value: JsonValue, did: string): Read<DidDocument> {
  if (!isObject(value)) return malformed('not a JSON object', '');
  if (typeof value['id'] !== 'string') return malformed('no id', '/id');
  if (value['id'] !== did) {
    return readFailed(
      failed('did.document', 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID', 'the document is of another DID', {
        pointer: '/id',
      }),
    );
  }
  const wrong = ['verificationMethod', ...RELATIONSHIPS].find((member) => !isListOfMethods(value[member], member));
  if (wrong !== undefined) return malformed('not a list of verification methods', pointerOf(wrong));
  const document = value as DidDocument;
  const methods = methodsOf(document);
  if (methods.length > MAX_METHODS) {
    return readFailed(failed('did.document', 'LIMIT_EXCEEDED', `more than ${MAX_METHODS} verification methods`));
  }
  if ([document, ...methods].some(holdsPrivateKey)) {
    return readFailed(failed('did.document', 'INVALID_VERIFICATION_METHOD', 'a private key stands in the document'));
  }
  return readOk(deepFreeze(document));
}

/** Every verification method of a document, those embedded in a relationship included. */
export function methodsOf(document: DidDocument): readonly JsonObject[] {
  return ['verificationMethod', ...RELATIONSHIPS]
    .flatMap((member) => asArray(document[member]))
    .filter((entry) => isObject(entry));
}

/** Whether the document lists the method, by absolute id or embedded, under the relationship. */
export function isListed(document: DidDocument, relationship: VerificationRelationship, id: string): boolean {
  return asArray(document[relationship]).some((entry) => (isObject(entry) ? entry['id'] : entry) === id);
}

function malformed(detail: string, pointer: string): Read<never> {
  return readFailed(failed('did.document', 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT', detail, { pointer }));
}

function isListOfMethods(value: JsonValue | undefined, member: string): boolean {
  if (value === undefined) return true;
  const mayBeText = member !== 'verificationMethod';
  return Array.isArray(value) && value.every((entry) => isObject(entry) || (mayBeText && typeof entry === 'string'));
}

/** `secretKey…` (Controlled Identifiers 1.0), `privateKey…` (older suites), and the private members of RFC 7518, 8037 and 9964. */
function holdsPrivateKey(method: JsonObject): boolean {
  if (Object.keys(method).some((member) => /^(?:secret|private)key/i.test(member))) return true;
  const jwk = method['publicKeyJwk'];
  return isObject(jwk) && ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'].some((member) => member in jwk);
}
