/**
 * `vc+jwt`, `vp+jwt` and `vc+sd-jwt` (Securing Verifiable Credentials using JOSE and COSE 1.0, sections 3.1.1, 3.1.2 and 3.2.1): the
 * document is the payload of a compact JWS, in the last with digests for what a holder may withhold. The checks of the header are ours, since a JWS library believes what a header says of itself (docs/threats.md,
 * section 5.9); the arithmetic is done twice, by the library and by us, with the key that our own retrieval vetted.
 */
import { ServiceError } from '../base/error.ts';
import { type Finding, failed, passed, skipped } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import { createEnvelope, createSdEnvelope, createSdJwtVcEnvelope } from '../credentials/envelope.ts';
import { createEnvelopedPresentation, type OpenedPresentation } from '../credentials/enveloped-presentation.ts';
import type { OpenedEnvelope } from '../credentials/opened-envelope.ts';
import type { TokenWishes } from '../credentials/sd-jwt-vc.ts';
import { idOf, MAX_TOKEN } from '../credentials/token.ts';
import { CLOCK_SKEW_MS } from '../credentials/validity-period.ts';
import type { Signer } from '../crypto/signer.ts';
import type { DidResolver } from '../dids/resolver.ts';
import { retrieveVerificationMethod } from '../dids/verification-method.ts';
import { readDidUrl } from '../formats/did-url.ts';
import { joinSdJwt, type SdJwtParts } from '../formats/sd-jwt.ts';
import type { PresentationExpectation, ProofReport } from './check-proofs.ts';
import { checkArithmetic, checkOccasion, faultOfHeader, LONGEST_KID, secondsOf, signToken } from './jws.ts';
import { checkKeyBinding } from './key-binding.ts';
import { DC_SD_JWT, STATUS_LIST_JWT, VC_JWT, VC_SD_JWT, VP_JWT } from './mechanisms.ts';
import type { ExpectedStage } from './proof-form.ts';
import { checkCore, concealCredential, concealSdJwtVc } from './sd-jwt.ts';

/** Characters that a key binding may need: its challenge and domain are short. */
const LONGEST_KEY_BINDING = 2048;

/** What differs between a token with a credential and one with a presentation. */
const KINDS = {
  credential: { typ: VC_JWT, cty: 'vc', relationship: 'assertionMethod' },
  disclosable: { typ: VC_SD_JWT, cty: 'vc', relationship: 'assertionMethod' },
  digital: { typ: DC_SD_JWT, cty: undefined, relationship: 'assertionMethod' },
  statusList: { typ: STATUS_LIST_JWT, cty: undefined, relationship: 'assertionMethod' },
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

/**
 * The envelope of a credential, signed, with the time of signing, by which a key history is read.
 * Errors: whatever the signer throws; PROOF_GENERATION_ERROR for bytes that are no signature.
 */
export async function envelopCredential(unsecured: JsonObject, { signer, created }: Signing): Promise<JsonObject> {
  return createEnvelope(await signKind({ ...unsecured, iat: secondsOf(created) }, signer, KINDS.credential));
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
  const token = await signKind({ ...payload, iat: secondsOf(created) }, signer, KINDS.disclosable);
  assertShort({ token, disclosures });
  return createSdEnvelope({ token, disclosures });
}

/**
 * The same as an SD-JWT VC, bound to the key of a holder where one is named.
 * Errors: as `envelopDisclosably` and `concealSdJwtVc`.
 */
export async function envelopSdJwtVc(
  unsecured: JsonObject,
  {
    signer,
    created,
    mandatoryPointers,
    ...wishes
  }: Signing & TokenWishes & { readonly mandatoryPointers: readonly string[] },
): Promise<JsonObject> {
  const { payload, disclosures } = concealSdJwtVc(unsecured, mandatoryPointers, wishes);
  const token = await signKind({ ...payload, iat: secondsOf(created) }, signer, KINDS.digital);
  assertShort({ token, disclosures });
  return createSdJwtVcEnvelope(joinSdJwt({ token, disclosures }));
}

/** A key binding comes on top of it, so that much room is left. */
function assertShort(parts: Omit<SdJwtParts, 'keyBinding'>): void {
  if (joinSdJwt(parts).length <= MAX_TOKEN - LONGEST_KEY_BINDING) return;
  throw new ServiceError('LIMIT_EXCEEDED', `a token of more than ${MAX_TOKEN} characters`, { pointer: '' });
}

/** A Status List Token (Token Status List, section 5.1), compact JWS. Errors: whatever the signer throws; PROOF_GENERATION_ERROR. */
export const signStatusList = (claims: JsonObject, signer: Signer): Promise<string> =>
  signKind(claims, signer, KINDS.statusList);

/** Header and signature of one that was read, and that it is by a key of that party as of now. Never throws. */
export function checkStatusListToken(
  { header, token, issuer }: Pick<OpenedEnvelope, 'header' | 'token'> & { readonly issuer: string },
  deps: CheckDeps,
): Promise<ProofReport> {
  const opened: OpenedEnvelope = { document: { issuer }, header, token, issuedAt: undefined };
  const form = checkHeader(opened, KINDS.statusList, deps.now);
  if (form.outcome !== 'passed') return Promise.resolve(refused([form]));
  return checkSignature(opened, { kind: KINDS.statusList, findings: [form], deps }, checkIssuer(opened));
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
  const token = await signKind(payload, signer, KINDS.presentation);
  if (token.length <= MAX_TOKEN) return createEnvelopedPresentation(token);
  const detail = `a token of more than ${MAX_TOKEN} characters; present fewer credentials at once`;
  throw new ServiceError('LIMIT_EXCEEDED', detail, { pointer: '/verifiableCredential' });
}

const signKind = (payload: JsonObject, signer: Signer, { typ, cty }: Kind): Promise<string> =>
  signToken(payload, signer, { ...(cty === undefined ? {} : { cty }), kid: signer.id, typ });

/** Who asks about a credential, and what for. */
interface Occasion {
  readonly takesAnyType: boolean;
  readonly stage?: ExpectedStage | undefined;
  readonly presentedTo?: PresentationExpectation | undefined;
}

/**
 * Everything about the token of an opened credential, and that it is by a key of the issuer; of an SD-JWT VC that is bound to a key and
 * stands in a presentation, also that its holder shows it now. Never throws.
 */
export async function checkEnvelope(
  opened: OpenedEnvelope,
  { takesAnyType, stage, presentedTo, ...deps }: CheckDeps & Occasion,
): Promise<ProofReport> {
  const kind = kindOf(opened);
  const form = checkHeader(opened, kind, deps.now);
  if (form.outcome !== 'passed') return refused([form]);
  const report = await checkSignature(opened, { kind, findings: [form], deps }, checkIssuer(opened));
  if (opened.disclosure === undefined || report.keys.length === 0) return report;
  // Only what the issuer signed says what the issuer left open, and whose key may show it.
  const core = checkCore(opened, takesAnyType);
  const binding = await checkKeyBinding(opened.vc, { now: deps.now, presentedTo, isHeld: stage === 'held' });
  const findings = [...report.findings, core, ...binding];
  const held = [core, ...binding].every(({ outcome }) => outcome !== 'failed');
  return held ? { ...report, findings } : { ...refused(findings), seen: report.seen };
}

function kindOf({ disclosure, vc }: OpenedEnvelope): Kind {
  if (vc !== undefined) return KINDS.digital;
  return disclosure === undefined ? KINDS.credential : KINDS.disclosable;
}

const checkIssuer =
  ({ document }: OpenedEnvelope) =>
  (controller: string | undefined): Finding =>
    controller !== undefined && idOf(document['issuer']) === controller
      ? passed('proof.issuer', { pointer: '/issuer' })
      : failed('proof.issuer', 'PROOF_VERIFICATION_ERROR', NOT_THEIRS, { pointer: '/issuer' });

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
  const signature = await checkArithmetic(opened, key);
  const held = signature.outcome === 'passed';
  const all = [...findings, passed('proof.key', AT), signature, checkSpeaker(held ? key.controller : undefined)];
  if (!held) return { ...refused(all), seen };
  const keys = [{ method: key.id, publicKeyMultibase: key.publicKeyMultibase, created: opened.issuedAt }];
  return { findings: all, controllers: [key.controller], keys, seen };
}

/** RFC 8725, sections 3.1, 3.10 and 3.11: what the header says of itself is held to what such a token must say. */
function checkHeader({ header, issuedAt }: OpenedEnvelope, kind: Kind, now: number): Finding {
  const { typ, cty, kid } = header;
  const refuse = (detail: string): Finding => failed('proof.form', 'PROOF_VERIFICATION_ERROR', detail, AT);
  if (typ !== kind.typ) return refuse(`the type of the token is not ${kind.typ}`);
  if (cty !== undefined && cty !== kind.cty) return refuse(`the content of the token is not a ${kind.cty}`);
  const fault = faultOfHeader(header);
  if (fault !== undefined) return refuse(fault);
  if (typeof kid !== 'string' || kid.length > LONGEST_KID) return refuse('the token names no key');
  if (issuedAt !== undefined && issuedAt - now > CLOCK_SKEW_MS) return refuse('made in the future');
  return passed('proof.form', AT);
}
