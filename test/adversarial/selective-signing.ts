/**
 * ecdsa-sd-2023 (Data Integrity ECDSA Cryptosuites 1.0, section 3.5) for attackers: issuers that leave to the holder what is not the
 * holder's, and holders that make up what they show. Written on jsonld, node:crypto and a CBOR encoder alone.
 */
import { createHash, createHmac } from 'node:crypto';
import { decode, encode } from 'cborg';
import jsonld from 'jsonld';
import { isObject, type JsonObject, type JsonValue } from '../../src/base/json.ts';
import type { Signer } from '../../src/crypto/signer.ts';
import { decodeMultibase } from '../../src/formats/multibase.ts';
import { pointerTokens } from '../support/json-patch.ts';
import { ecdsaSigner } from './ecdsa-keys.ts';
import { ATTACKERS_OPTIONS, type ProofMembers } from './signing.ts';

const BASE = [0xd9, 0x5d, 0x00];
const DERIVED = [0xd9, 0x5d, 0x01];
/** One key for every credential: nobody here depends on it being thrown away. */
const ONE_TIME = ecdsaSigner('P-256', 'a key for one credential', (multikey) => multikey);
const HMAC_KEY = createHash('sha256').update('labels of one credential').digest();
const LONGEST = 10_000_000;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const canonize = jsonld.canonize as unknown as (input: unknown, options: object) => Promise<string>;

/** The parts of a derived proof value, before they are written down. */
export interface DerivedParts {
  readonly baseSignature: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly signatures: readonly Uint8Array[];
  readonly labels: ReadonlyMap<unknown, unknown>;
  readonly mandatory: readonly unknown[];
}

/** A base proof with these pointers and no others as mandatory: whatever the issuer should have thought of besides. */
export async function signBase(
  unsecured: JsonObject,
  signer: Signer,
  mandatoryPointers: readonly string[],
  members: ProofMembers = {},
): Promise<JsonObject> {
  const options = Object.fromEntries(
    Object.entries({
      type: 'DataIntegrityProof',
      cryptosuite: 'ecdsa-sd-2023',
      verificationMethod: signer.id,
      proofPurpose: 'assertionMethod',
      ...members,
    }).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
  const graph = await readGraph(unsecured);
  const mandatory = await graph.statementsOf(mandatoryPointers);
  const rest = graph.statements.filter((statement) => !mandatory.has(statement));
  const publicKey = multikeyOf(ONE_TIME);
  const config = await canonize({ '@context': unsecured['@context'] ?? null, ...options }, ATTACKERS_OPTIONS);
  const shown = graph.statements.filter((statement) => mandatory.has(statement)).join('');
  const baseSignature = await signer.sign({
    data: new Uint8Array(Buffer.concat([sha256(config), publicKey, sha256(shown)])),
  });
  const signatures = await Promise.all(rest.map((statement) => ONE_TIME.sign({ data: Buffer.from(statement) })));
  const parts = [baseSignature, publicKey, HMAC_KEY, signatures, [...mandatoryPointers]];
  return { ...unsecured, proof: { ...options, proofValue: written(BASE, encode(parts)) } };
}

/** What a holder shows, with a proof that `change` may have made into something else. */
export async function derive(
  base: JsonObject,
  selectivePointers: readonly string[],
  change: (parts: DerivedParts) => DerivedParts = (parts) => parts,
): Promise<JsonObject> {
  const { proof, ...document } = base;
  const { proofValue, ...options } = proof as JsonObject;
  const value = bytesOf(proofValue).subarray(BASE.length);
  const [baseSignature, publicKey, , allSignatures, mandatoryPointers] = decode(value) as readonly [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    readonly Uint8Array[],
    readonly string[],
  ];
  const graph = await readGraph(document);
  const mandatory = await graph.statementsOf(mandatoryPointers);
  const pointers = [...mandatoryPointers, ...selectivePointers];
  const selected = await graph.statementsOf(pointers);
  const combined = graph.statements.filter((statement) => mandatory.has(statement) || selected.has(statement));
  const rest = graph.statements.filter((statement) => !mandatory.has(statement));
  const shown = withoutNames(select(graph.named, pointers));
  const labels = await graph.labelsIn(select(graph.named, pointers));
  const parts: DerivedParts = {
    baseSignature,
    publicKey,
    signatures: rest.flatMap((statement, index) =>
      selected.has(statement) ? [allSignatures[index] ?? publicKey] : [],
    ),
    labels,
    mandatory: combined.flatMap((statement, index) => (mandatory.has(statement) ? [index] : [])),
  };
  return { ...shown, proof: { ...options, proofValue: derivedValue(change(parts)) } };
}

/** Errors: Error for a value that is none. */
export function readDerived(derived: JsonObject): DerivedParts {
  const bytes = bytesOf((derived['proof'] as JsonObject)['proofValue']).subarray(DERIVED.length);
  const [baseSignature, publicKey, signatures, labels, mandatory] = decode(bytes, { useMaps: true }) as readonly [
    Uint8Array,
    Uint8Array,
    readonly Uint8Array[],
    ReadonlyMap<unknown, unknown>,
    readonly unknown[],
  ];
  return { baseSignature, publicKey, signatures, labels, mandatory };
}

export const derivedValue = ({ baseSignature, publicKey, signatures, labels, mandatory }: DerivedParts): string =>
  written(DERIVED, encode([baseSignature, publicKey, signatures, labels, mandatory]));

/** A derived proof value around any bytes. */
export const rawDerivedValue = (bytes: Uint8Array): string => written(DERIVED, bytes);

export function withProofValue(document: JsonObject, proofValue: string): JsonObject {
  return { ...document, proof: { ...(document['proof'] as JsonObject), proofValue } };
}

const written = (header: readonly number[], bytes: Uint8Array): string =>
  `u${Buffer.from([...header, ...bytes]).toString('base64url')}`;

function bytesOf(multibase: JsonValue | undefined): Uint8Array {
  const bytes = decodeMultibase(multibase, LONGEST);
  if (bytes === undefined) throw new Error('no bytes');
  return bytes;
}

const multikeyOf = (signer: Signer): Uint8Array => bytesOf(signer.publicKeyMultibase);

/** The statements of a document under labels that say nothing of its order, and a way from its members to them. */
interface Graph {
  /** The document with a name for each blank node. */
  readonly named: JsonObject;
  readonly statements: readonly string[];
  statementsOf(pointers: readonly string[]): Promise<ReadonlySet<string>>;
  /** For whoever sees only this part: the number of each canonical label by its label in `statements`, as bytes. */
  labelsIn(part: JsonObject): Promise<ReadonlyMap<number, Uint8Array>>;
}

async function readGraph(document: JsonObject): Promise<Graph> {
  const named = withNames(document, { next: 0 }) as JsonObject;
  const canonical = await canonicalLabels(await nQuads(named));
  const labels = new Map(
    [...canonical].map(([name, label]) => [name, createHmac('sha256', HMAC_KEY).update(label).digest()]),
  );
  const relabelled = (statements: readonly string[]): string[] =>
    statements.map((statement) =>
      statement.replace(/_:(n\d+)/g, (_, name: string) => `_:u${labels.get(name)?.toString('base64url')}`),
    );
  return {
    named,
    statements: relabelled(await nQuads(named)).sort(),
    statementsOf: async (pointers) =>
      new Set(pointers.length === 0 ? [] : relabelled(await nQuads(select(named, pointers)))),
    labelsIn: async (part) =>
      new Map(
        [...(await canonicalLabels(await nQuads(part)))].map(([name, label]) => [
          Number(label.slice('c14n'.length)),
          new Uint8Array(labels.get(name) ?? []),
        ]),
      ),
  };
}

const PREFIX = 'urn:corpus:blank:';

/** The statements of a named document, its names blank nodes again. */
async function nQuads(named: JsonObject): Promise<string[]> {
  const text = await canonize(named, ATTACKERS_OPTIONS);
  const blank = text.replaceAll(new RegExp(`<${PREFIX}(n\\d+)>`, 'g'), '_:$1');
  return blank.split(/(?<=\n)/).filter((line) => line !== '');
}

async function canonicalLabels(statements: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const canonicalIdMap = new Map<string, string>();
  await canonize(statements.join(''), {
    inputFormat: 'application/n-quads',
    canonizeOptions: { algorithm: 'RDFC-1.0', maxWorkFactor: 1, canonicalIdMap },
  });
  return new Map([...canonicalIdMap].map(([from, to]) => [from.replace('_:', ''), to.replace('_:', '')]));
}

/** Every object without an `id` gets one. There are no JSON literals in what is signed here. */
function withNames(value: JsonValue, counter: { next: number }): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((entry) => withNames(entry, counter));
  if (!isObject(value) || '@value' in value) return value;
  const named: Record<string, JsonValue> = {};
  if (value['id'] === undefined) {
    named['id'] = `${PREFIX}n${counter.next}`;
    counter.next += 1;
  }
  for (const [name, inner] of Object.entries(value)) {
    named[name] = name === '@context' ? inner : withNames(inner, counter);
  }
  return named;
}

function withoutNames(value: JsonObject): JsonObject {
  const bare = (inner: JsonValue): JsonValue => {
    if (Array.isArray(inner)) return (inner as readonly JsonValue[]).map(bare);
    return isObject(inner) ? withoutNames(inner) : inner;
  };
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, inner]) => name !== 'id' || !String(inner).startsWith(PREFIX))
      .map(([name, inner]) => [name, bare(inner)]),
  );
}

/** Section 3.4.12: what the pointers name, with identifier and type of every object on the way. */
function select(document: JsonObject, pointers: readonly string[]): JsonObject {
  const wanted: Wanted = { whole: false, inside: new Map() };
  for (const pointer of pointers) mark(wanted, pointerTokens(pointer));
  return { '@context': document['@context'] ?? null, ...(pick(document, wanted) as JsonObject) };
}

interface Wanted {
  whole: boolean;
  readonly inside: Map<string, Wanted>;
}

function mark(wanted: Wanted, [token, ...rest]: readonly string[]): void {
  if (token === undefined) {
    wanted.whole = true;
    return;
  }
  const inner = wanted.inside.get(token) ?? { whole: false, inside: new Map() };
  wanted.inside.set(token, inner);
  mark(inner, rest);
}

function pick(value: JsonValue, wanted: Wanted): JsonValue {
  if (wanted.whole || typeof value !== 'object' || value === null) return value;
  const part = (token: string, inner: JsonValue): readonly [string, JsonValue][] => {
    const below = wanted.inside.get(token);
    return below === undefined ? [] : [[token, pick(inner, below)]];
  };
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).flatMap((entry, index) =>
      part(String(index), entry).map(([, inner]) => inner),
    );
  }
  return Object.fromEntries(
    Object.entries(value as JsonObject).flatMap(([name, inner]): readonly (readonly [string, JsonValue])[] =>
      name === 'id' || name === 'type' ? [[name, inner]] : part(name, inner),
    ),
  );
}
