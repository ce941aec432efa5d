/**
 * Type metadata of SD-JWT VC (draft-ietf-oauth-sd-jwt-vc-19, section 5): one `vct` for each type, and the document that wallets read about it. The
 * documents are made from the table of types, never loaded; their bytes are pinned by `vct#integrity` in what is signed, so a change to
 * any of them is a new version with a new `vct`.
 */
import { BASE_URL } from '../base/problem.ts';
import { sha256 } from '../formats/digest.ts';
import { jcs } from '../formats/jcs.ts';
import { encodeBase64 } from '../formats/multibase.ts';
import { VERIFIABLE_CREDENTIAL } from './credential-members.ts';
import { profileOfType } from './profiles/profile-table.ts';

const VERSION = 'v1';
const HOME = `${BASE_URL}vct/${VERSION}/`;

/** What people are shown a type as. */
const NAMES: Readonly<Record<string, readonly [en: string, ko: string]>> = {
  IdentityAnchor: ['Identity anchor', '신원 확인서'],
  VerifierAccreditation: ['Accreditation of a verification body', '검증기관 인정서'],
  RecognitionArrangement: ['Recognition arrangement', '상호인정 협정'],
  CarbonFootprintClaim: ['Carbon footprint claim', '탄소발자국 주장'],
  EmbeddedEmissionsClaim: ['Embedded emissions claim', '내재배출량 주장'],
  VerificationStatement: ['Verification statement', '검증성명서'],
  RecognitionDecision: ['Recognition decision', '인정 결정'],
  CarbonPricePaid: ['Carbon price paid', '지불한 탄소가격'],
  ShipmentAllocation: ['Allocation to a shipment', '선적분 배분'],
  VerificationReport: ['Report of an evaluation', '평가 보고서'],
  [VERIFIABLE_CREDENTIAL]: ['Verifiable credential', '검증 가능한 증명서'],
};

/** Every `vct` that is issued and read here. */
export const VCTS: readonly string[] = Object.keys(NAMES).map((type) => HOME + type);

/** The `vct` of a credential by its `type`, which is written out in one way only; nothing for any other. */
export function vctOf(types: unknown): string | undefined {
  const [first, second, ...more] = Array.isArray(types) ? types : [];
  if (first !== VERIFIABLE_CREDENTIAL || more.length > 0) return undefined;
  const type = second === undefined ? VERIFIABLE_CREDENTIAL : String(second);
  if (second === VERIFIABLE_CREDENTIAL || !Object.hasOwn(NAMES, type)) return undefined;
  return HOME + type;
}

/** The `type` that a `vct` stands for, or nothing when it is none of ours. */
export function typesOfVct(vct: unknown): readonly string[] | undefined {
  if (typeof vct !== 'string' || !VCTS.includes(vct)) return undefined;
  const type = vct.slice(HOME.length);
  return type === VERIFIABLE_CREDENTIAL ? [type] : [VERIFIABLE_CREDENTIAL, type];
}

/** The document as it is served, byte for byte; nothing for a `vct` that is none of ours. */
export function typeMetadataOf(vct: string): string | undefined {
  const type = typesOfVct(vct)?.at(-1);
  const [en, ko] = NAMES[type ?? ''] ?? [];
  const profile = type === undefined ? undefined : profileOfType(type);
  if (profile === undefined || en === undefined || ko === undefined) return undefined;
  return jcs({
    vct,
    name: profile.type,
    description: `The JSON-LD credential ${profile.type} of Proofprint in the claim ld; its JSON Schema is ${profile.schemaUrl}`,
    display: [
      { locale: 'en', name: en },
      { locale: 'ko', name: ko },
    ],
    claims: [
      { path: ['ld'], sd: 'never', mandatory: true },
      { path: ['ld', '@context'], sd: 'never', mandatory: true },
      // An issuer may let a holder withhold less than the type allows.
      ...profile.sdMembers.map((pointer) => ({ path: ['ld', ...pathOf(pointer)], sd: 'allowed' })),
    ],
  });
}

/** `vct#integrity`: the SHA-256 of those bytes in the form of Subresource Integrity. Errors: RangeError for a `vct` that is none of ours. */
export function integrityOf(vct: string): string {
  const text = typeMetadataOf(vct);
  if (text === undefined) throw new RangeError('not a vct of ours');
  return `sha256-${encodeBase64(sha256(text))}`;
}

const pathOf = (pointer: string): (string | null)[] =>
  pointer
    .slice(1)
    .split('/')
    .map((token) => (token === '*' ? null : token));
