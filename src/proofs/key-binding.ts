/**
 * Key binding of an SD-JWT (RFC 9901, sections 4.3 and 7.3): a token by the key in `cnf`, for one nonce and one audience, over what is
 * shown. Whether one is needed is said by the occasion and by what the issuer signed, never by what was sent.
 */
import { ServiceError } from '../base/error.ts';
import { type Finding, failed, skipped } from '../base/finding.ts';
import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import type { SdJwtVcClaims } from '../credentials/opened-envelope.ts';
import { readNumericDate, readToken } from '../credentials/token.ts';
import { CLOCK_SKEW_MS } from '../credentials/validity-period.ts';
import { readMultikey } from '../crypto/multikey.ts';
import { readPublicJwk } from '../crypto/public-jwk.ts';
import type { Signer } from '../crypto/signer.ts';
import { sha256 } from '../formats/digest.ts';
import { encodeBase64url } from '../formats/multibase.ts';
import type { PresentationExpectation } from './check-proofs.ts';
import { checkArithmetic, checkOccasion, faultOfHeader, secondsOf, signToken } from './jws.ts';

const KB_JWT = 'kb+jwt';
const CHECK = 'proof.binding';
const AT = { pointer: '/id' };

interface Binding extends PresentationExpectation {
  readonly signer: Signer;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

/**
 * What is shown, and behind it the key binding of its holder.
 * Errors: PROOF_GENERATION_ERROR where the token is bound to the key of somebody else; whatever the signer throws.
 */
export async function bindTo(
  { shown, confirmation }: SdJwtVcClaims,
  { signer, created, challenge, domain }: Binding,
): Promise<string> {
  if (keyIn(confirmation) !== signer.publicKeyMultibase)
    throw new ServiceError('PROOF_GENERATION_ERROR', 'the credential is bound to a key that this holder has not got');
  const payload = { iat: secondsOf(created), aud: domain, nonce: challenge, sd_hash: hashOf(shown) };
  return shown + (await signToken(payload, signer, { typ: KB_JWT }));
}

interface Occasion {
  readonly now: number;
  readonly presentedTo: PresentationExpectation | undefined;
  /** Whether it was handed to a holder, who gets it without anybody's key binding (section 7.2). */
  readonly isHeld: boolean;
}

/**
 * Where the token is bound to a key and stands in a presentation, a key binding for that occasion is owed. Elsewhere one may be there, since
 * what was presented is passed on: then it must hold, but for whom it was made is not asked.
 */
export async function checkKeyBinding(claims: SdJwtVcClaims | undefined, occasion: Occasion): Promise<Finding[]> {
  if (claims === undefined) return [];
  const { confirmation, keyBinding } = claims;
  const refuse = (detail: string): Finding[] => [failed(CHECK, 'PROOF_VERIFICATION_ERROR', detail, AT)];
  if (confirmation === undefined)
    return keyBinding === '' ? [] : refuse('a key binding, and no key that it could be by');
  const key = keyIn(confirmation);
  if (key === undefined) return refuse('bound to something else than a key that is taken');
  if (occasion.isHeld && keyBinding !== '') return refuse('a holder is handed no key binding of another');
  if (keyBinding !== '') return checkBindingToken(claims, key, occasion);
  if (occasion.presentedTo !== undefined) return refuse('no key binding, and the token is bound to a key');
  return [skipped(CHECK, 'nobody asked the holder to show the key')];
}

async function checkBindingToken(
  { keyBinding, shown }: SdJwtVcClaims,
  publicKeyMultibase: string,
  { now, presentedTo }: Occasion,
): Promise<Finding[]> {
  const read = readToken(keyBinding);
  if (!read.ok) return [...read.findings];
  const { header, payload } = read.value;
  const fault = faultIn(header, payload, { shown, now, isFresh: presentedTo !== undefined });
  if (fault !== undefined) return [failed(CHECK, 'PROOF_VERIFICATION_ERROR', fault, AT)];
  const occasion =
    presentedTo === undefined
      ? []
      : [
          checkOccasion('challenge', payload['nonce'], presentedTo.challenge),
          checkOccasion('domain', payload['aud'], presentedTo.domain),
        ];
  if (occasion.some(({ outcome }) => outcome === 'failed')) return occasion;
  const key = readMultikey(publicKeyMultibase);
  const signature =
    key === undefined
      ? failed(CHECK, 'PROOF_VERIFICATION_ERROR', 'not a key that is taken', AT)
      : await checkArithmetic({ token: keyBinding, header }, key, CHECK);
  return [...occasion, signature];
}

function faultIn(
  header: JsonObject,
  payload: JsonObject,
  { shown, now, isFresh }: { readonly shown: string; readonly now: number; readonly isFresh: boolean },
): string | undefined {
  const fault = faultOfHeader(header);
  if (fault !== undefined) return fault;
  if (header['typ'] !== KB_JWT) return `the type of the key binding is not ${KB_JWT}`;
  const { iat, nonce, aud, sd_hash: hash } = payload;
  const madeAt = readNumericDate(iat);
  if (madeAt === undefined) return 'the key binding does not say when it was made';
  if (madeAt - now > CLOCK_SKEW_MS) return 'the key binding was made in the future';
  if (isFresh && now - madeAt > CLOCK_SKEW_MS) return 'the key binding was made too long ago';
  if (typeof nonce !== 'string' || typeof aud !== 'string') return 'the key binding is for no occasion';
  const [notBefore, expires] = [payload['nbf'], payload['exp']].map((limit) =>
    limit === undefined ? undefined : (readNumericDate(limit) ?? Number.NaN),
  );
  if (notBefore !== undefined && !(notBefore - now <= CLOCK_SKEW_MS)) return 'the key binding is not good yet';
  if (isFresh && expires !== undefined && !(now - expires <= CLOCK_SKEW_MS)) return 'the key binding has expired';
  return hash === hashOf(shown) ? undefined : 'the key binding is over something else than what is shown';
}

const hashOf = (shown: string): string => encodeBase64url(sha256(shown));

/** The key in `cnf`, in Multikey form: one public JWK and nothing beside it (RFC 7800, section 3.2). */
function keyIn(confirmation: JsonValue | undefined): string | undefined {
  if (!isObject(confirmation) || Object.keys(confirmation).length !== 1) return undefined;
  const { jwk } = confirmation;
  return isObject(jwk) && !Object.hasOwn(jwk, 'd') ? readPublicJwk(jwk) : undefined;
}
