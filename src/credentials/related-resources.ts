/**
 * The digests that a credential states for what it refers to (VCDM 2.0, section 5.3). A resource is used here only if it is bundled, so
 * only those can be compared; one that is not used is left alone, and the findings say so.
 */
import { type Finding, failed, passed, skipped, undetermined } from '../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue, pointerOf } from '../base/json.ts';
import { decodeBase64, decodeMultibase } from '../formats/multibase.ts';
import type { PublisherHashes } from './context-index.ts';

/** Of a resource by its URL: the hashes of its bytes, that they are not known here, or that it is not used. */
export type HashesOf = (url: string) => PublisherHashes | 'unknown' | undefined;

type Algorithm = keyof PublisherHashes;

/** Multihash headers: the function, then the length of the hash. */
const MULTIHASHES: readonly (readonly [Algorithm, number, number])[] = [
  ['sha256', 0x12, 32],
  ['sha384', 0x20, 48],
  ['sha512', 0x13, 64],
];
/** Subresource Integrity, section 3.5: `hash-expression`, then options that nobody has defined. */
const EXPRESSION = /^(sha256|sha384|sha512)-([A-Za-z0-9+/]+={0,2})(?:\?[\x21-\x7e]*)?$/;
const LONGEST = 500;
const CHECK = 'related-resource';

/**
 * Compare every stated digest with the resource that it is for.
 * Codes: CHAIN_DIGEST_MISMATCH (*undetermined* where the bytes are not at hand), MALFORMED_VALUE_ERROR (not a digest in either form). The form of the entries is judged by the data model.
 */
export function checkRelatedResources(credential: JsonObject, hashesOf: HashesOf): Finding[] {
  const value = credential['relatedResource'];
  return asArray(value as JsonValue).flatMap((entry, index) => {
    if (!isObject(entry) || typeof entry['id'] !== 'string') return [];
    const pointer = Array.isArray(value) ? pointerOf('relatedResource', index) : '/relatedResource';
    return [checkStatedDigests(entry, hashesOf(entry['id']), pointer)];
  });
}

/** One object that may carry `digestSRI`, `digestMultibase` or both; each stated digest must be right. */
export function checkStatedDigests(entry: JsonObject, hashes: ReturnType<HashesOf>, pointer: string): Finding {
  const stated = [
    ...asArray(entry['digestSRI'] as JsonValue).flatMap((text) => String(text).trim().split(/\s+/).map(readExpression)),
    ...asArray(entry['digestMultibase'] as JsonValue).map(readMultihash),
  ];
  if (stated.includes(undefined)) {
    return failed(CHECK, 'MALFORMED_VALUE_ERROR', 'not a digest that is known here', { pointer });
  }
  if (hashes === undefined) return skipped(CHECK, 'this resource is not used here', { pointer });
  if (hashes === 'unknown') {
    return undetermined(CHECK, 'CHAIN_DIGEST_MISMATCH', 'the bytes that its publisher serves are not at hand', {
      pointer,
    });
  }
  const right = stated.every((digest) => digest !== undefined && hashes[digest.algorithm] === digest.hash);
  return right
    ? passed(CHECK, { pointer })
    : failed(CHECK, 'CHAIN_DIGEST_MISMATCH', 'not the digest of the resource that is used', { pointer });
}

interface StatedDigest {
  readonly algorithm: Algorithm;
  /** Lower-case hexadecimal. */
  readonly hash: string;
}

function readExpression(text: string): StatedDigest | undefined {
  const [, algorithm, encoded = ''] = text.length > LONGEST ? [] : (EXPRESSION.exec(text) ?? []);
  if (algorithm === undefined) return undefined;
  const hash = decodeBase64(encoded, LONGEST);
  const row = MULTIHASHES.find(([name, , length]) => name === algorithm && length === hash?.length);
  return row === undefined || hash === undefined ? undefined : { algorithm: row[0], hash: hexOf(hash) };
}

function readMultihash(text: JsonValue): StatedDigest | undefined {
  const bytes = typeof text === 'string' ? decodeMultibase(text, LONGEST) : undefined;
  const row = MULTIHASHES.find(
    ([, code, length]) => bytes?.[0] === code && bytes[1] === length && bytes.length === length + 2,
  );
  return row === undefined || bytes === undefined ? undefined : { algorithm: row[0], hash: hexOf(bytes.subarray(2)) };
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
