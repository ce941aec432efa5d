/**
 * The one proof of did:webvh 1.0: Data Integrity `eddsa-jcs-2022` (Data Integrity EdDSA Cryptosuites 1.0, section 3.3) by a did:key.
 * Made and checked here with our own canonicaliser and Ed25519, because the room of proofs lies above the room of DIDs.
 */
import { asArray, isObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import * as ed25519 from '../../../crypto/ed25519.ts';
import { readMultikey } from '../../../crypto/multikey.ts';
import type { Signer } from '../../../crypto/signer.ts';
import { readDateTime } from '../../../formats/date-time.ts';
import { sha256 } from '../../../formats/digest.ts';
import { jcs } from '../../../formats/jcs.ts';
import { decodeMultibase, encodeBase58btc } from '../../../formats/multibase.ts';
import { MAX_DID_KEY } from '../key.ts';

/** Proofs of one entry, and longest `proofValue` looked at, characters (docs/threats.md, section 6). */
const MAX_PROOFS = 8;
const LONGEST_PROOF_VALUE = 128;

/** The proofs of an entry or of a line of the witness file, or nothing unless there are one to eight objects. */
export function readProofs(value: JsonValue | undefined, most = MAX_PROOFS): readonly JsonObject[] | undefined {
  const proofs = asArray(value).filter(isObject);
  return proofs.length > 0 && proofs.length <= most && proofs.length === asArray(value).length ? proofs : undefined;
}

/**
 * The Multikey that made a good proof over `document` (which has no `proof`), or nothing. It stands twice in the verification method,
 * and both must be the same, or a proof by one key could be shown as the proof of another.
 */
export function keyOfProof(document: JsonObject, proof: JsonObject, now: number): string | undefined {
  const { proofValue, ...options } = proof;
  if (options['type'] !== 'DataIntegrityProof' || options['cryptosuite'] !== 'eddsa-jcs-2022') return undefined;
  if (options['proofPurpose'] !== 'assertionMethod' || '@context' in options || 'previousProof' in options)
    return undefined;
  if (!isInTime(options, now)) return undefined;
  const multikey = readDidKeyMethod(options['verificationMethod']);
  const key = readMultikey(multikey);
  const signature =
    typeof proofValue === 'string' && proofValue.startsWith('z')
      ? decodeMultibase(proofValue, LONGEST_PROOF_VALUE)
      : undefined;
  if (key?.keyType !== 'Ed25519' || signature === undefined) return undefined;
  return ed25519.verify(key.bytes, signedBytes(document, options), signature) ? multikey : undefined;
}

/** `document` with a proof by `signer`, whose id is the did:key of its own key. Times as `YYYY-MM-DDThh:mm:ssZ`. */
export async function proveEntry(document: JsonObject, signer: Signer, created: string): Promise<JsonObject> {
  const options = {
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    created,
    verificationMethod: signer.id,
    proofPurpose: 'assertionMethod',
  };
  const signature = await signer.sign({ data: signedBytes(document, options) });
  return { ...document, proof: [{ ...options, proofValue: encodeBase58btc(signature) }] };
}

/** SHA-256 of the options, then SHA-256 of the document, each in RFC 8785 form: 64 bytes. */
function signedBytes(document: JsonObject, options: JsonObject): Uint8Array {
  return Uint8Array.of(...sha256(jcs(options)), ...sha256(jcs(document)));
}

function readDidKeyMethod(method: JsonValue | undefined): string | undefined {
  if (typeof method !== 'string' || method.length > 2 * MAX_DID_KEY) return undefined;
  const [, body, fragment] = /^did:key:([^#]+)#(.+)$/.exec(method) ?? [];
  return body === fragment ? body : undefined;
}

function isInTime({ created, expires }: JsonObject, now: number): boolean {
  if (created !== undefined && readDateTime(created) === undefined) return false;
  if (expires === undefined) return true;
  const end = readDateTime(expires);
  return end !== undefined && now < end;
}
