/**
 * The regimes that Proofprint knows, and what each admits when the policy does not say more narrowly (docs/domain.md, section 7).
 * A policy may narrow a built-in regime, never widen it beyond the act it stands for.
 */
import type { Audience } from '../../credentials/audience.ts';

export const BUILT_IN_REGIMES = [
  'iso14067-pcf',
  'scheme-mra',
  'eu-cbam',
  'eu-battery-art7',
  'catena-x-pcf',
  'pact-exchange',
] as const;
export type BuiltInRegime = (typeof BUILT_IN_REGIMES)[number];

export type Assurance = 'limited' | 'reasonable';
export type LegalBasis = 'national' | 'Reg-765/2008' | 'Reg-765/2008+DR-2025/2551';
export type ArrangementKind = 'mla-signatory' | 'scheme-mra' | 'regulatory-listing' | 'bilateral';

/** One regime as a policy asks for it, every default filled in. */
export interface Regime {
  readonly id: string;
  /** Whose rules it follows. */
  readonly kind: BuiltInRegime;
  readonly claimType: 'CarbonFootprintClaim' | 'EmbeddedEmissionsClaim';
  /** What the statement's programme may be; for `scheme-mra` the arrangement says it. */
  readonly programmes: readonly string[];
  readonly legalBases: readonly LegalBasis[];
  readonly arrangementKinds: readonly ArrangementKind[];
  /** Whether a decision on the very statement is what recognises it. */
  readonly decision: boolean;
  /** Whether it asks for a statement at all. */
  readonly statement: boolean;
  readonly minimumAssurance: Assurance;
  readonly maximumMaterialityPercent: string;
  readonly conclusions: readonly string[];
  readonly maximumPathLength: number;
  readonly statusFreshness: number | undefined;
  readonly maximumStatementAge: number | undefined;
  readonly maximumExemptedEmissionsPercent: string | undefined;
  readonly accreditationNow: boolean;
  readonly audience: Audience | undefined;
  /** Rules whose data this audience is not owed. */
  readonly notOwed: readonly string[];
}

/** What a policy may say about a regime; the schema in policy.ts is the reader. */
export interface RegimeSettings {
  readonly id: string;
  readonly basedOn?: BuiltInRegime | undefined;
  readonly programmes?: readonly string[] | undefined;
  readonly legalBases?: readonly LegalBasis[] | undefined;
  readonly arrangementKinds?: readonly ArrangementKind[] | undefined;
  readonly decision?: 'accepted' | undefined;
  readonly minimumAssurance?: Assurance | undefined;
  readonly maximumMaterialityPercent?: string | undefined;
  readonly conclusions?: readonly string[] | undefined;
  readonly maximumPathLength?: number | undefined;
  readonly statusFreshnessSeconds?: number | undefined;
  readonly maximumStatementAgeDays?: number | undefined;
  readonly maximumExemptedEmissionsPercent?: string | undefined;
  readonly accreditationInForce?: 'statement' | 'statement-and-now' | undefined;
  readonly audience?: Audience | undefined;
  readonly notOwed?: readonly string[] | undefined;
}

interface BuiltIn {
  readonly claimType: Regime['claimType'];
  readonly programmes: readonly string[];
  readonly legalBases: readonly LegalBasis[];
  readonly arrangementKinds: readonly ArrangementKind[];
  readonly decision: boolean;
  readonly statement: boolean;
  readonly minimumAssurance: Assurance;
  readonly notOwed: readonly string[];
  /** Law, not taste: a policy that admits more is refused. */
  readonly binding: boolean;
}

const ALL_BASES: readonly LegalBasis[] = ['national', 'Reg-765/2008', 'Reg-765/2008+DR-2025/2551'];
const WORKSHEET = ['A5', 'A6', 'A7'];

const BUILT_IN: Readonly<Record<BuiltInRegime, BuiltIn>> = {
  'iso14067-pcf': {
    claimType: 'CarbonFootprintClaim',
    programmes: ['iso14067-pcf'],
    legalBases: ALL_BASES,
    arrangementKinds: ['mla-signatory'],
    decision: false,
    statement: true,
    minimumAssurance: 'limited',
    notOwed: WORKSHEET,
    binding: false,
  },
  'scheme-mra': {
    claimType: 'CarbonFootprintClaim',
    programmes: [],
    legalBases: ALL_BASES,
    arrangementKinds: ['scheme-mra'],
    decision: true,
    statement: true,
    minimumAssurance: 'limited',
    notOwed: WORKSHEET,
    binding: false,
  },
  // DR (EU) 2025/2551, Art. 3(2): only a national accreditation body under Reg. 765/2008; IR (EU) 2025/2546: reasonable assurance.
  'eu-cbam': {
    claimType: 'EmbeddedEmissionsClaim',
    programmes: ['eu-cbam'],
    legalBases: ['Reg-765/2008+DR-2025/2551'],
    arrangementKinds: [],
    decision: false,
    statement: true,
    minimumAssurance: 'reasonable',
    notOwed: ['B4', 'B12', 'B13'],
    binding: true,
  },
  // Reg. (EU) 2023/1542, Art. 17(2): an EU notified body under Module D1 or G; no accreditation credential of ours says that.
  'eu-battery-art7': {
    claimType: 'CarbonFootprintClaim',
    programmes: ['eu-battery-art7'],
    legalBases: [],
    arrangementKinds: [],
    decision: false,
    statement: true,
    minimumAssurance: 'limited',
    notOwed: [],
    binding: true,
  },
  'catena-x-pcf': {
    claimType: 'CarbonFootprintClaim',
    programmes: ['catena-x-pcf'],
    legalBases: ALL_BASES,
    arrangementKinds: ['mla-signatory', 'scheme-mra', 'bilateral'],
    decision: false,
    statement: true,
    minimumAssurance: 'limited',
    notOwed: [],
    binding: false,
  },
  'pact-exchange': {
    claimType: 'CarbonFootprintClaim',
    programmes: [],
    legalBases: [],
    arrangementKinds: [],
    decision: false,
    statement: false,
    minimumAssurance: 'limited',
    notOwed: WORKSHEET,
    binding: false,
  },
};

const DAY = 86_400_000;

/** Parties from the anchor to the verification body unless a regime says otherwise: anchor, accreditation body, verification body. */
export const USUAL_PATH_LENGTH = 3;
/** ISO 14064-3 practice and IR (EU) 2025/2546, Art. 5. */
const USUAL_MATERIALITY = '5';

/** Fill in what the policy left to the built-in regime. */
export function resolveRegime(settings: RegimeSettings): Regime {
  const kind = kindOf(settings);
  const builtIn = BUILT_IN[kind];
  const days = settings.maximumStatementAgeDays;
  const seconds = settings.statusFreshnessSeconds;
  return {
    id: settings.id,
    kind,
    claimType: builtIn.claimType,
    programmes: settings.programmes ?? (settings.id === kind ? builtIn.programmes : [settings.id]),
    legalBases: settings.legalBases ?? builtIn.legalBases,
    arrangementKinds: settings.arrangementKinds ?? builtIn.arrangementKinds,
    decision: builtIn.decision || settings.decision === 'accepted',
    statement: builtIn.statement,
    minimumAssurance: settings.minimumAssurance ?? builtIn.minimumAssurance,
    maximumMaterialityPercent: settings.maximumMaterialityPercent ?? USUAL_MATERIALITY,
    conclusions: settings.conclusions ?? ['unmodified'],
    maximumPathLength: settings.maximumPathLength ?? USUAL_PATH_LENGTH,
    statusFreshness: seconds === undefined ? undefined : seconds * 1000,
    maximumStatementAge: days === undefined ? undefined : days * DAY,
    maximumExemptedEmissionsPercent: settings.maximumExemptedEmissionsPercent,
    accreditationNow: settings.accreditationInForce === 'statement-and-now',
    audience: settings.audience,
    notOwed: settings.notOwed ?? builtIn.notOwed,
  };
}

/** Where a policy admits more than a built-in regime's law does. */
export function widenings(settings: RegimeSettings): readonly { readonly path: string; readonly message: string }[] {
  const kind = kindOf(settings);
  const builtIn = BUILT_IN[kind];
  if (settings.id !== kind || !builtIn.binding) return [];
  const beyond = <Value>(asked: readonly Value[] | undefined, granted: readonly Value[]) =>
    (asked ?? []).some((value) => !granted.includes(value));
  const found: { path: string; message: string }[] = [];
  if (beyond(settings.legalBases, builtIn.legalBases)) {
    found.push({ path: 'legalBases', message: `${kind} does not admit this legal basis` });
  }
  if (beyond(settings.arrangementKinds, builtIn.arrangementKinds)) {
    found.push({ path: 'arrangementKinds', message: `${kind} admits no recognition arrangement` });
  }
  if (beyond(settings.programmes, builtIn.programmes)) {
    found.push({ path: 'programmes', message: `${kind} takes statements of its own programme only` });
  }
  if (settings.minimumAssurance === 'limited' && builtIn.minimumAssurance === 'reasonable') {
    found.push({ path: 'minimumAssurance', message: `${kind} needs reasonable assurance` });
  }
  return found;
}

/** An id of the party's own without `basedOn` never gets this far; the fallback only keeps the function total. */
function kindOf(settings: RegimeSettings): BuiltInRegime {
  if (settings.basedOn !== undefined) return settings.basedOn;
  return BUILT_IN_REGIMES.find((known) => known === settings.id) ?? 'eu-battery-art7';
}
