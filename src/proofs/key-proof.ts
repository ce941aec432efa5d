/**
 * Key proofs of the type `jwt` (OpenID4VCI 1.0, appendix F.1): a token in which a wallet shows that it has the key a credential is asked for
 * with. Read strictly and without a key first; a name or a key in the header is believed once the signature holds.
 */
import { type Finding, failed, type Read, readFailed, readOk, verdictOf } from '../base/finding.ts';
import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { readNumericDate, readToken } from '../credentials/token.ts';
import { CLOCK_SKEW_MS } from '../credentials/validity-period.ts';
import { readMultikey } from '../crypto/multikey.ts';
import { readPublicJwk } from '../crypto/public-jwk.ts';
import { createDidJwk } from '../dids/methods/jwk.ts';
import type { DidResolver } from '../dids/resolver.ts';
import { retrieveVerificationMethod } from '../dids/verification-method.ts';
import { ALGS, checkArithmetic, LONGEST_KID } from './jws.ts';
import type { VettedKey } from './library.ts';

const KEY_PROOF = 'openid4vci-proof+jwt';
/** Characters of a key proof (docs/threats.md, section 6). */
export const MAX_KEY_PROOF = 8_192;
/** JOSE algorithms in which a key proof may be made. */
export const KEY_PROOF_ALGS: readonly string[] = Object.values(ALGS).flat();
/** Members by which a token would change how it is read, or whose key we have no way to vet. */
const REFUSED_MEMBERS = ['jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'trust_chain', 'b64', 'crit'];
/** RFC 7518, sections 6.2.2, 6.3.2 and 6.4: whoever sends one of these has given the key away. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

export interface KeyProof {
  readonly token: string;
  readonly header: JsonObject;
  readonly nonce: string;
}

export interface KeyProofExpectation {
  /** The Credential Issuer Identifier. */
  readonly audience: string;
  /** How the wallet called itself when it got its token; undefined for one that did not. */
  readonly client: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Errors (as findings): whatever of a proof can be refused without its key and its nonce. */
export function readKeyProof(token: JsonValue, expected: KeyProofExpectation): Read<KeyProof> {
  if (typeof token !== 'string') return refused('a key proof is a text');
  if (token.length > MAX_KEY_PROOF) return refused(`a key proof of more than ${MAX_KEY_PROOF} characters`);
  const read = readToken(token);
  if (!read.ok) return refused('a key proof is a compact JWS');
  const { header, payload } = read.value;
  const fault = faultOfHeader(header) ?? faultOfClaims(payload, expected);
  if (fault !== undefined) return refused(fault);
  const { nonce } = payload;
  if (typeof nonce !== 'string' || nonce === '') return refused('the key proof holds no nonce of this issuer');
  return readOk({ token, header, nonce });
}

function faultOfHeader(header: JsonObject): string | undefined {
  const { typ, alg, kid, jwk } = header;
  if (typ !== KEY_PROOF) return `the type of a key proof is ${KEY_PROOF}`;
  if (typeof alg !== 'string' || !KEY_PROOF_ALGS.includes(alg)) return 'not an algorithm that is taken';
  const stranger = REFUSED_MEMBERS.find((name) => Object.hasOwn(header, name));
  if (stranger !== undefined) return `a header with ${stranger} is not taken`;
  if ((kid === undefined) === (jwk === undefined)) return 'a key proof names its key either by kid or by jwk';
  if (kid !== undefined) {
    return typeof kid === 'string' && kid.length <= LONGEST_KID ? undefined : 'the kid is not the URL of a key';
  }
  if (!isObject(jwk)) return 'the jwk is not a key';
  return PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name)) ? 'the jwk holds a private key' : undefined;
}

function faultOfClaims(
  { aud, iat, exp, nbf, iss }: JsonObject,
  { audience, client, now }: KeyProofExpectation,
): string | undefined {
  // A list that contains us was made for others as well.
  if (aud !== audience) return 'the key proof was made for another audience';
  if (iss !== undefined && iss !== client) return 'the key proof names a client that did not ask for the token';
  const made = readNumericDate(iat);
  if (made === undefined) return 'the key proof does not say when it was made';
  if (Math.abs(now - made) > CLOCK_SKEW_MS) return 'the key proof was not made just now';
  const [end, start] = [readNumericDate(exp), readNumericDate(nbf)];
  if ((exp !== undefined && end === undefined) || (nbf !== undefined && start === undefined))
    return 'exp and nbf are numbers of seconds';
  if (end !== undefined && now - end > CLOCK_SKEW_MS) return 'the key proof has expired';
  return start !== undefined && start - now > CLOCK_SKEW_MS ? 'the key proof is not good yet' : undefined;
}

/** The DID whose key signed it: that of the `kid`, or the did:jwk of the `jwk`. Errors (as findings): the key, the signature. */
export async function checkKeyProof(
  { token, header }: KeyProof,
  deps: { readonly resolver: DidResolver; readonly now: number },
): Promise<Read<string>> {
  const found = header['jwk'] === undefined ? await listedKey(header['kid'], deps) : keyInHeader(header['jwk']);
  if (!found.ok) return found;
  const { key, did } = found.value;
  const signature = await checkArithmetic({ token, header }, key);
  return verdictOf([signature]) === 'accepted' ? readOk(did) : readFailed(signature);
}

interface ProvedKey {
  readonly key: Pick<VettedKey, 'keyType' | 'bytes'>;
  readonly did: string;
}

async function listedKey(
  method: JsonValue | undefined,
  { resolver, now }: { readonly resolver: DidResolver; readonly now: number },
): Promise<Read<ProvedKey>> {
  const retrieved = await retrieveVerificationMethod(resolver, { method, relationship: 'authentication', now });
  if (!retrieved.ok) return readFailed(retrieved.finding);
  return readOk({ key: retrieved.key, did: retrieved.key.controller });
}

function keyInHeader(jwk: JsonValue | undefined): Read<ProvedKey> {
  const multikey = readPublicJwk(jwk);
  const key = multikey === undefined ? undefined : readMultikey(multikey);
  if (multikey === undefined || key === undefined)
    return refused('the jwk is not a usable Ed25519, P-256 or P-384 key');
  return readOk({ key, did: createDidJwk(multikey) });
}

function refused(detail: string): Read<never> {
  const finding: Finding = failed('proof.form', 'PROOF_VERIFICATION_ERROR', detail);
  return readFailed(finding);
}
