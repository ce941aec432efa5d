/**
 * `vc+jwt`, `vp+jwt` and `vc+sd-jwt` (Securing Verifiable Credentials using JOSE and COSE 1.0, sections 3.1.1, 3.1.2 and 3.2.1): the
 * document is the payload of a compact JWS, in the last with digests for what a holder may withhold. The checks of the header are ours, since a JWS library believes what a header says of itself (docs/threats.md,
 * section 5.9); the arithmetic is done twice, by the library and by us, with the key that our own retrieval vetted.
 */
import { compactVerify } from 'jose';
import { ServiceError } from '../base/error.ts';
import { type Finding, failed, passed, skipped } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import { createEnvelope, createSdEnvelope, type OpenedEnvelope } from '../credentials/envelope.ts';
import { createEnvelopedPresentation, type OpenedPresentation } from '../credentials/enveloped-presentation.ts';
import { idOf, MAX_TOKEN } from '../credentials/token.ts';
import { CLOCK_SKEW_MS } from '../credentials/validity-period.ts';
import { ALGORITHMS } from '../crypto/algorithms.ts';
import type { KeyType, Signer } from '../crypto/signer.ts';
import type { DidResolver } from '../dids/resolver.ts';
import { retrieveVerificationMethod } from '../dids/verification-method.ts';
import { readDidUrl } from '../formats/did-url.ts';
import { decodeBase64url, encodeBase64url } from '../formats/multibase.ts';
import type { PresentationExpectation, ProofReport } from './check-proofs.ts';
import type { VettedKey } from './library.ts';
import { VC_JWT, VC_SD_JWT, VP_JWT } from './mechanisms.ts';
import { checkCore, concealCredential } from './sd-jwt.ts';

/** What a key of each type may be used with, first the name that is written (RFC 7518, RFC 8037, RFC 9864). */
export const ALGS: Readonly<Record<KeyType, readonly string[]>> = {
  Ed25519: ['EdDSA', 'Ed25519'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  // No token is signed with a key for BBS.
  Bls12381G2: [],
};
/** Members by which a token would bring its own key, or change how it is read. */
export const REFUSED_MEMBERS = ['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'b64', 'crit'];
/** Characters of a `kid`. */
export const LONGEST_KID = 512;

/** What differs between a token with a credential and one with a presentation. */
const KINDS = {
  credential: { typ: VC_JWT, cty: 'vc', relationship: 'assertionMethod' },
  disclosable: { typ: VC_SD_JWT, cty: 'vc', relationship: 'assertionMethod' },
  presentation: { typ: VP_JWT, cty: 'vp', relationship: 'authentication' },
} as const;
type Kind = (typeof KINDS)[keyof typeof KINDS];

interface CheckDeps {
  readonly resolver: DidResolver;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface Signing {
  readonly signer: Signer;
  /** Milliseconds since the epoch; written as whole seconds. */
  readonly created: number;
}

const secondsOf = (instant: number): number => Math.floor(instant / 1000);

/**
 * The envelope of a credential, signed, with the time of signing, by which a key history is read.
 * Errors: whatever the signer throws; PROOF_GENERATION_ERROR for bytes that are no signature.
 */
export async function envelopCredential(unsecured: JsonObject, { signer, created }: Signing): Promise<JsonObject> {
  return createEnvelope(await signToken({ ...unsecured, iat: secondsOf(created) }, signer, KINDS.credential));
}

/**
 * The same as an SD-JWT: whatever no mandatory pointer covers becomes a disclosure.
 * Errors: as `envelopCredential` and `concealCredential`; LIMIT_EXCEEDED for a token that no verifier would take.
 */
export async function envelopDisclosably(
  unsecured: JsonObject,
  { signer, created, mandatoryPointers }: Signing & { readonly mandatoryPointers: readonly string[] },
): Promise<JsonObject> {
  const { payload, disclosures } = concealCredential(unsecured, mandatoryPointers);
  const token = await signToken({ ...payload, iat: secondsOf(created) }, signer, KINDS.disclosable);
  const length = disclosures.reduce((sum, { length: more }) => sum + more + 1, token.length + 1);
  if (length <= MAX_TOKEN) return createSdEnvelope({ token, disclosures });
  throw new ServiceError('LIMIT_EXCEEDED', `a token of more than ${MAX_TOKEN} characters`, { pointer: '' });
}

/**
 * The envelope of a presentation, signed for one challenge (`nonce`) and one domain (`aud`).
 * Errors: as `envelopCredential`; LIMIT_EXCEEDED for a token that no verifier would take.
 */
export async function envelopPresentation(
  unsecured: JsonObject,
  { signer, created, challenge, domain }: PresentationExpectation & Signing,
): Promise<JsonObject> {
  const iss = idOf(unsecured['holder']);
  const claims = { aud: domain, nonce: challenge, iat: secondsOf(created) };
  const payload = { ...unsecured, ...(iss === undefined ? {} : { iss }), ...claims };
  const token = await signToken(payload, signer, KINDS.presentation);
  if (token.length <= MAX_TOKEN) return createEnvelopedPresentation(token);
  const detail = `a token of more than ${MAX_TOKEN} characters; present fewer credentials at once`;
  throw new ServiceError('LIMIT_EXCEEDED', detail, { pointer: '/verifiableCredential' });
}

/** A compact JWS by the signer. Errors: whatever the signer throws; PROOF_GENERATION_ERROR. */
export async function signToken(
  payload: JsonObject,
  signer: Signer,
  { typ, cty }: { readonly typ: string; readonly cty?: string },
): Promise<string> {
  const [alg] = ALGS[signer.keyType];
  if (alg === undefined) throw new ServiceError('PROOF_GENERATION_ERROR', `no token is signed with ${signer.keyType}`);
  const header = { alg, ...(cty === undefined ? {} : { cty }), kid: signer.id, typ };
  const part = (value: object): string => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)));
  const input = `${part(header)}.${part(payload)}`;
  const signature = await signer.sign({ data: new TextEncoder().encode(input) });
  if (signature.length !== ALGORITHMS[signer.keyType].signatureBytes) {
    throw new ServiceError('PROOF_GENERATION_ERROR', 'the signer answered bytes that are no signature');
  }
  return `${input}.${encodeBase64url(signature)}`;
}

/** Everything about the token of an opened credential, and that it is by a key of the issuer. Never throws. */
export async function checkEnvelope(
  opened: OpenedEnvelope,
  { takesAnyType, ...deps }: CheckDeps & { readonly takesAnyType: boolean },
): Promise<ProofReport> {
  const kind = opened.disclosure === undefined ? KINDS.credential : KINDS.disclosable;
  const form = checkHeader(opened, kind, deps.now);
  if (form.outcome !== 'passed') return refused([form]);
  const report = await checkSignature(opened, { kind, findings: [form], deps }, (controller) =>
    controller !== undefined && idOf(opened.document['issuer']) === controller
      ? passed('proof.issuer', { pointer: '/issuer' })
      : failed('proof.issuer', 'PROOF_VERIFICATION_ERROR', NOT_THEIRS, { pointer: '/issuer' }),
  );
  if (opened.disclosure === undefined || report.keys.length === 0) return report;
  // Only what the issuer signed says what the issuer left open.
  const core = checkCore(opened, takesAnyType);
  const findings = [...report.findings, core];
  return core.outcome === 'passed' ? { ...report, findings } : { ...refused(findings), seen: report.seen };
}

/**
 * The same for an opened presentation: made for this challenge and this domain alone, still alive, and by a key of the holder. What can be
 * compared is compared before any key is fetched.
 */
export async function checkEnvelopedPresentation(
  opened: OpenedPresentation,
  { challenge, domain, ...deps }: CheckDeps & PresentationExpectation,
): Promise<ProofReport> {
  const form = checkHeader(opened, KINDS.presentation, deps.now);
  if (form.outcome !== 'passed') return refused([form]);
  const holder = idOf(opened.document['holder']);
  const findings = [
    form,
    checkOccasion('challenge', opened.nonce, challenge),
    checkOccasion('domain', opened.audience, domain),
    ...checkLife(opened, deps.now),
    ...checkClaimedHolder(holder, opened.header['kid']),
  ];
  if (findings.some(({ outcome }) => outcome === 'failed')) return refused(findings);
  return checkSignature(opened, { kind: KINDS.presentation, findings, deps }, (controller) =>
    controller !== undefined && holder === controller
      ? passed('presentation.holder', { pointer: '/holder' })
      : failed('presentation.holder', 'HOLDER_MISMATCH', NOT_THEIRS, { pointer: '/holder' }),
  );
}

const AT = { pointer: '/id' };
const NO_KEY = 'there is no key to check it with';
const NOT_THEIRS = 'no good proof is by a key of this party';

const refused = (findings: readonly Finding[]): ProofReport => ({ findings, controllers: [], keys: [], seen: [] });

/** Equal as texts: a list that contains the domain was made for others as well. */
function checkOccasion(what: 'challenge' | 'domain', said: unknown, asked: string): Finding {
  if (typeof asked === 'string' && asked !== '' && said === asked) return passed(`presentation.${what}`, AT);
  const [claim, code] =
    what === 'challenge' ? (['nonce', 'INVALID_CHALLENGE_ERROR'] as const) : (['aud', 'INVALID_DOMAIN_ERROR'] as const);
  return failed(`presentation.${what}`, code, `not the ${what} that was asked for`, { pointer: `/${claim}` });
}

function checkLife({ notBefore, expires }: OpenedPresentation, now: number): Finding[] {
  const findings: Finding[] = [];
  if (notBefore !== undefined && notBefore - now > CLOCK_SKEW_MS) {
    findings.push(failed('proof.created', 'PROOF_VERIFICATION_ERROR', 'not good yet', { pointer: '/nbf' }));
  }
  if (expires !== undefined && now - expires > CLOCK_SKEW_MS) {
    findings.push(failed('proof.expires', 'PROOF_VERIFICATION_ERROR', 'expired', { pointer: '/exp' }));
  }
  return findings;
}

function checkClaimedHolder(holder: unknown, kid: unknown): Finding[] {
  const refuse = (detail: string): Finding[] => [
    failed('presentation.holder', 'HOLDER_MISMATCH', detail, { pointer: '/holder' }),
  ];
  if (typeof holder !== 'string') return refuse('the presentation names no holder');
  const url = readDidUrl(kid);
  // What is no DID URL is refused for that when the key is looked for.
  return url === undefined || url.did === holder ? [] : refuse(NOT_THEIRS);
}

/** The key, the arithmetic with it, and whether it is by whoever speaks. */
async function checkSignature(
  opened: OpenedEnvelope,
  { kind, findings, deps }: { readonly kind: Kind; readonly findings: readonly Finding[]; readonly deps: CheckDeps },
  checkSpeaker: (controller: string | undefined) => Finding,
): Promise<ProofReport> {
  const method = opened.header['kid'];
  const { relationship } = kind;
  // Whoever presents does so now; what a credential says was said when it was signed.
  const madeAt = relationship === 'assertionMethod' ? opened.issuedAt : undefined;
  const retrieved = await retrieveVerificationMethod(deps.resolver, { method, relationship, now: deps.now, madeAt });
  const seen = retrieved.seen === undefined ? [] : [retrieved.seen];
  if (!retrieved.ok) {
    const lost = [{ ...retrieved.finding, pointer: '/id' }, skipped('proof.signature', NO_KEY, AT)];
    return { ...refused([...findings, ...lost]), seen };
  }
  const { key } = retrieved;
  const signature = await checkToken(opened, key);
  const held = signature.outcome === 'passed';
  const all = [...findings, passed('proof.key', AT), signature, checkSpeaker(held ? key.controller : undefined)];
  if (!held) return { ...refused(all), seen };
  const keys = [{ method: key.id, publicKeyMultibase: key.publicKeyMultibase, created: opened.issuedAt }];
  return { findings: all, controllers: [key.controller], keys, seen };
}

/** RFC 8725, sections 3.1, 3.10 and 3.11: what the header says of itself is held to what such a token must say. */
function checkHeader({ header, issuedAt }: OpenedEnvelope, kind: Kind, now: number): Finding {
  const { typ, cty, kid, alg } = header;
  const refuse = (detail: string): Finding => failed('proof.form', 'PROOF_VERIFICATION_ERROR', detail, AT);
  if (typ !== kind.typ) return refuse(`the type of the token is not ${kind.typ}`);
  if (cty !== undefined && cty !== kind.cty) return refuse(`the content of the token is not a ${kind.cty}`);
  const stranger = REFUSED_MEMBERS.find((name) => Object.hasOwn(header, name));
  if (stranger !== undefined) return refuse(`a header with ${stranger} is not taken`);
  if (typeof kid !== 'string' || kid.length > LONGEST_KID) return refuse('the token names no key');
  if (issuedAt !== undefined && issuedAt - now > CLOCK_SKEW_MS) return refuse('made in the future');
  const known = Object.values(ALGS).some((names) => names.includes(String(alg)));
  return known ? passed('proof.form', AT) : refuse('not an algorithm that is taken');
}

/** The arithmetic, twice: ours and the library's. */
export async function checkToken(
  { token, header }: Pick<OpenedEnvelope, 'token' | 'header'>,
  key: Pick<VettedKey, 'keyType' | 'bytes'>,
): Promise<Finding> {
  const bad = failed('proof.signature', 'PROOF_VERIFICATION_ERROR', 'the signature does not match the token', AT);
  const algorithms = ALGS[key.keyType];
  if (!algorithms.includes(String(header['alg']))) {
    return failed('proof.signature', 'PROOF_VERIFICATION_ERROR', 'the algorithm is not that of the key', AT);
  }
  const [head, body, tail] = token.split('.');
  const signature = decodeBase64url(tail, 200);
  const handle = ALGORITHMS[key.keyType].publicKeyObject(key.bytes);
  if (signature === undefined || handle === undefined) return bad;
  if (!ALGORITHMS[key.keyType].verify(key.bytes, new TextEncoder().encode(`${head}.${body}`), signature)) return bad;
  try {
    await compactVerify(token, handle, { algorithms: [...algorithms] });
    return passed('proof.signature', AT);
  } catch {
    return bad;
  }
}
