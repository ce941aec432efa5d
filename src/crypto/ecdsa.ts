/** ECDSA on the NIST curves (FIPS 186-5), by node:crypto. Signatures are raw r‖s (IEEE P1363), never DER. */
import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto';
import { PublicKeyCache } from './public-key-cache.ts';

interface Curve {
  readonly name: 'P-256' | 'P-384';
  /** The hash that goes with the curve wherever it is used here. */
  readonly hash: 'sha256' | 'sha384';
  /** Bytes of one coordinate. */
  readonly size: number;
  /** SubjectPublicKeyInfo of a key up to the compressed point, RFC 5480; hexadecimal. */
  readonly spkiPrefix: string;
}

const RAW = { dsaEncoding: 'ieee-p1363' } as const;

/**
 * The algorithm of one curve. A public key is a compressed point: 0x02 or 0x03 by the parity of y, then x (SEC 1, section 2.3.3).
 * `verify` is false, never an error, for a key or a signature of the wrong form: DER, another length, r or s zero. With (r, s) also
 * (r, n−s) is good: ECDSA is made so, and nothing may be keyed on signature bytes.
 */
export function createEcdsa({ name, hash, size, spkiPrefix }: Curve) {
  const cache = new PublicKeyCache();
  const prefix = Buffer.from(spkiPrefix, 'hex');

  const load = (bytes: Uint8Array): KeyObject | undefined => {
    if (bytes.length !== size + 1 || (bytes[0] !== 2 && bytes[0] !== 3)) return undefined;
    try {
      // OpenSSL solves for y and refuses an x that has none.
      return createPublicKey({ key: Buffer.concat([prefix, bytes]), format: 'der', type: 'spki' });
    } catch {
      return undefined;
    }
  };
  const findKey = (bytes: Uint8Array): KeyObject | undefined => cache.find(bytes, load);
  const publicKeyOf = (privateKey: KeyObject): Uint8Array => {
    const { x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
    const odd = (Buffer.from(y, 'base64url').at(-1) ?? 0) & 1;
    return Uint8Array.of(2 + odd, ...Buffer.from(x, 'base64url'));
  };
  return {
    signatureBytes: 2 * size,
    generate: () => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: name });
      return { publicKey: publicKeyOf(privateKey), privateKey };
    },
    publicKeyOf,
    isPublicKey: (bytes: Uint8Array): boolean => findKey(bytes) !== undefined,
    publicKeyObject: findKey,
    sign: (privateKey: KeyObject, data: Uint8Array): Uint8Array =>
      Uint8Array.from(nodeSign(hash, data, { key: privateKey, ...RAW })),
    verify: (publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean => {
      if (signature.length !== 2 * size) return false;
      if (isZero(signature.subarray(0, size)) || isZero(signature.subarray(size))) return false;
      const key = findKey(publicKey);
      return key !== undefined && nodeVerify(hash, data, { key, ...RAW }, signature);
    },
  };
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
