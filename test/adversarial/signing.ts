/**
 * A signer for attackers: the cryptosuites that sign a document as a whole (Data Integrity EdDSA and ECDSA Cryptosuites 1.0, sections
 * 3.2 and 3.3) straight on jsonld and node:crypto, without the checks that keep our own from signing what nobody should. It shares no
 * code with `src/proofs`, so an honest document that it signed is also a test of the service from outside.
 */
import { createHash } from 'node:crypto';
import jsonld from 'jsonld';
import { asArray, isObject, type JsonObject, type JsonValue } from '../../src/base/json.ts';
import { loadContexts, V2_CONTEXT } from '../../src/credentials/contexts.ts';
import type { Signer } from '../../src/crypto/signer.ts';
import { encodeBase58btc } from '../../src/formats/multibase.ts';

const contexts = loadContexts();

const documentLoader = async (url: string) => {
  const document = contexts.document(url);
  if (document === undefined) throw new Error(`not a bundled context: ${url}`);
  return { contextUrl: null, documentUrl: url, document: structuredClone(document), tag: 'static' };
};

/** Our own declaration of jsonld allows nothing but safe mode; an attacker is not bound by it. */
export const ATTACKERS_OPTIONS = {
  documentLoader,
  base: null,
  safe: false,
  rdfDirection: 'i18n-datatype',
  canonizeOptions: { algorithm: 'RDFC-1.0', maxWorkFactor: 1 },
} as unknown as Parameters<typeof jsonld.canonize>[1];

export interface ProofMembers {
  /** `assertionMethod` unless given. */
  readonly proofPurpose?: string;
  readonly verificationMethod?: JsonValue;
  readonly created?: JsonValue;
  readonly [more: string]: JsonValue | undefined;
}

/**
 * The document with one proof more; `members` replace or extend those of the proof before it is signed. `cryptosuite` among them says
 * how; a name that is no suite is written and signed over RDF. A chain: `covered` are the proofs that the new one names.
 */
export async function sign(
  unsecured: JsonObject,
  signer: Signer,
  members: ProofMembers = {},
  covered: readonly JsonObject[] = [],
): Promise<JsonObject> {
  const { proof: existing, ...document } = unsecured;
  const options = defined({
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-rdfc-2022',
    verificationMethod: signer.id,
    proofPurpose: 'assertionMethod',
    ...members,
  });
  const asJson = String(options['cryptosuite']).includes('-jcs-');
  const textOf = async (value: JsonObject): Promise<string> => (asJson ? canonicalJson(value) : canonicalOf(value));
  const hash = (text: string): Buffer => createHash(HASHES[signer.keyType]).update(text).digest();
  const withContext = { '@context': document['@context'] ?? null, ...options };
  const whole = covered.length === 0 ? document : { ...document, proof: covered };
  const data = new Uint8Array(Buffer.concat([hash(await textOf(withContext)), hash(await textOf(whole))]));
  // Over the JSON form the context is a member of the proof, and what is signed is the proof as it stands.
  const proof = { ...(asJson ? withContext : options), proofValue: encodeBase58btc(await signer.sign({ data })) };
  const before = existing === undefined ? [] : asArray(existing);
  return { ...document, proof: before.length === 0 ? proof : [...before, proof] };
}

/** The hash goes with the curve. */
const HASHES: Readonly<Record<Signer['keyType'], string>> = {
  Ed25519: 'sha256',
  'P-256': 'sha256',
  'P-384': 'sha384',
  Bls12381G2: 'sha256',
};

/** RFC 8785: members by their UTF-16 code units, numbers and texts as ECMAScript writes them. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`).join(',')}}`;
}

/** Contexts beyond which signing alone costs seconds: an attacker would not wait for it either. */
const MOST_CONTEXTS = 100;

/** Signed, where jsonld can make anything of the document at all: what it cannot read, nobody can sign. */
export async function trySign(
  unsecured: JsonObject,
  signer: Signer,
  members: ProofMembers = {},
): Promise<JsonObject | undefined> {
  if (JSON.stringify(unsecured).split(V2_CONTEXT).length > MOST_CONTEXTS) return undefined;
  try {
    return await sign(unsecured, signer, members);
  } catch {
    return undefined;
  }
}

/** A proof made over another document: the best an attacker can do with one that cannot be canonicalised. */
export function withProofOf(document: JsonObject, signed: JsonObject): JsonObject {
  return signed['proof'] === undefined ? document : { ...document, proof: signed['proof'] };
}

const canonicalOf = (document: JsonObject): Promise<string> => jsonld.canonize(document, ATTACKERS_OPTIONS);

/** Whether two documents, their proofs apart, say the same in RDF: then a signature of the one is a signature of the other. */
export async function sameStatements(
  { proof: _, ...one }: JsonObject,
  { proof: _other, ...two }: JsonObject,
): Promise<boolean> {
  return (await canonicalOf(one)) === (await canonicalOf(two));
}

function defined(members: ProofMembers): JsonObject {
  return Object.fromEntries(Object.entries(members).filter((entry): entry is [string, JsonValue] => isDefined(entry)));
}

const isDefined = ([, value]: [string, JsonValue | undefined]): boolean => value !== undefined;
