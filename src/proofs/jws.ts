/** Compact JWS (RFC 7515), written and checked: which algorithms there are, and the arithmetic, done twice. */
import { compactVerify } from 'jose';
import { ServiceError } from '../base/error.ts';
import { type Finding, failed, passed } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import { ALGORITHMS } from '../crypto/algorithms.ts';
import type { KeyType, Signer } from '../crypto/signer.ts';
import { decodeBase64url, encodeBase64url } from '../formats/multibase.ts';
import type { VettedKey } from './library.ts';

/** What a key of each type may be used with, first the name that is written (RFC 7518, RFC 8037, RFC 9864). */
export const ALGS: Readonly<Record<KeyType, readonly string[]>> = {
  Ed25519: ['EdDSA', 'Ed25519'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  // No token is signed with a key for BBS.
  Bls12381G2: [],
};
/** Members by which a token would bring its own key, or change how it is read. */
const REFUSED_MEMBERS = ['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'b64', 'crit'];
/** Characters of a `kid`. */
export const LONGEST_KID = 512;
const AT = { pointer: '/id' };

export const secondsOf = (instant: number): number => Math.floor(instant / 1000);

/**
 * A token with this header and the algorithm of the key.
 * Errors: whatever the signer throws; PROOF_GENERATION_ERROR for a key that signs no tokens and for bytes that are no signature.
 */
export async function signToken(payload: JsonObject, signer: Signer, header: JsonObject): Promise<string> {
  const [alg] = ALGS[signer.keyType];
  if (alg === undefined) throw new ServiceError('PROOF_GENERATION_ERROR', `no token is signed with ${signer.keyType}`);
  const part = (value: object): string => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)));
  const input = `${part({ alg, ...header })}.${part(payload)}`;
  const signature = await signer.sign({ data: new TextEncoder().encode(input) });
  if (signature.length !== ALGORITHMS[signer.keyType].signatureBytes) {
    throw new ServiceError('PROOF_GENERATION_ERROR', 'the signer answered bytes that are no signature');
  }
  return `${input}.${encodeBase64url(signature)}`;
}

/** What is wrong with a header whatever the token is, or nothing. */
export function faultOfHeader(header: JsonObject): string | undefined {
  const stranger = REFUSED_MEMBERS.find((name) => Object.hasOwn(header, name));
  if (stranger !== undefined) return `a header with ${stranger} is not taken`;
  const known = Object.values(ALGS).some((names) => names.includes(String(header['alg'])));
  return known ? undefined : 'not an algorithm that is taken';
}

/** Equal as texts: a list that contains the domain was made for others as well. */
export function checkOccasion(what: 'challenge' | 'domain', said: unknown, asked: string): Finding {
  if (typeof asked === 'string' && asked !== '' && said === asked) return passed(`presentation.${what}`, AT);
  const [claim, code] =
    what === 'challenge' ? (['nonce', 'INVALID_CHALLENGE_ERROR'] as const) : (['aud', 'INVALID_DOMAIN_ERROR'] as const);
  return failed(`presentation.${what}`, code, `not the ${what} that was asked for`, { pointer: `/${claim}` });
}

/** The signature of a token, by our own arithmetic and by the library's, with a key that was vetted. Never throws. */
export async function checkArithmetic(
  { token, header }: { readonly token: string; readonly header: JsonObject },
  key: Pick<VettedKey, 'keyType' | 'bytes'>,
  check = 'proof.signature',
): Promise<Finding> {
  const refuse = (detail: string): Finding => failed(check, 'PROOF_VERIFICATION_ERROR', detail, AT);
  const bad = refuse('the signature does not match the token');
  const algorithms = ALGS[key.keyType];
  if (!algorithms.includes(String(header['alg']))) return refuse('the algorithm is not that of the key');
  const [head, body, tail] = token.split('.');
  const signature = decodeBase64url(tail, 200);
  const handle = ALGORITHMS[key.keyType].publicKeyObject(key.bytes);
  if (signature === undefined || handle === undefined) return bad;
  if (!ALGORITHMS[key.keyType].verify(key.bytes, new TextEncoder().encode(`${head}.${body}`), signature)) return bad;
  try {
    await compactVerify(token, handle, { algorithms: [...algorithms] });
    return passed(check, AT);
  } catch {
    return bad;
  }
}
