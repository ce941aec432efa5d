/**
 * The relying party's policy (docs/trust.md, section 2): whom it trusts for what, and what each regime demands. Nothing in a
 * presentation can choose or change it, and its digest stands in every report.
 */
import { z } from 'zod';
import { excerpt, type Finding, failed, type Read, readFailed, readOk } from '../base/finding.ts';
import { isObject, type JsonObject, pointerOf } from '../base/json.ts';
import { AUDIENCES } from '../credentials/audience.ts';
import { readDate, readDateTime } from '../formats/date-time.ts';
import { isDecimal } from '../formats/decimal.ts';
import { readDid, readDidUrl } from '../formats/did-url.ts';
import { digestOfJson, readDigest } from '../formats/digest.ts';
import { BUILT_IN_REGIMES, type Regime, resolveRegime, widenings } from './regimes/regime.ts';

const did = z.string().refine((text) => readDid(text) !== undefined, 'not a DID');
const date = z.string().refine((text) => readDate(text) !== undefined, 'not a date YYYY-MM-DD');
const decimal = z.string().refine(isDecimal, 'not a decimal string');
const percent = decimal.refine((text) => !text.startsWith('-'), 'a negative percentage');
const digest = z.string().refine((text) => readDigest(text) !== undefined, 'not a digest uEi…');
const country = z.string().regex(/^[A-Z]{2}$/);
const word = z.string().min(1).max(200);
const programme = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/);
const name = z.object({ en: word, ko: word }).catchall(word);
const source = z.strictObject({ document: word, date });
const comment = z.string().max(2000).optional();

const organisation = {
  did,
  name,
  source,
  /** Digests (RFC 8785) of DID documents that count although a bundle brought them (section 6). */
  pinnedDidDocuments: z.array(digest).max(64).optional(),
  comment,
};

const ANCHOR_ROLES = ['accreditation-body', 'arrangement-owner', 'scheme-owner', 'regulator', 'register'] as const;

const anchor = z
  .strictObject({
    ...organisation,
    role: z.enum(ANCHOR_ROLES),
    programmes: z.array(programme).max(64),
    activities: z.array(z.enum(['validation', 'verification', 'certification'])).max(3),
    territories: z.array(country).min(1).max(300).optional(),
    validFrom: date,
    validUntil: date,
  })
  .refine((entry) => (readDate(entry.validFrom) ?? 0) < (readDate(entry.validUntil) ?? 0), {
    path: ['validUntil'],
    message: 'ends before it begins',
  })
  .refine((entry) => entry.role === 'register' || entry.programmes.length > 0, {
    path: ['programmes'],
    message: 'an anchor of this role needs a programme',
  })
  .refine((entry) => entry.role === 'register' || entry.activities.length > 0, {
    path: ['activities'],
    message: 'an anchor of this role needs an activity',
  });

/** The rules whose data a regime may mark as not owed to its audience (domain.md, section 7). */
export const RULES_THAT_MAY_LACK_DATA = ['A5', 'A6', 'A7', 'B4', 'B12', 'B13'] as const;

const regime = z
  .strictObject({
    id: programme,
    /** For a regime of the party's own: the built-in one whose rules it follows. */
    basedOn: z.enum(BUILT_IN_REGIMES).optional(),
    programmes: z.array(programme).min(1).max(16).optional(),
    legalBases: z.array(z.enum(['national', 'Reg-765/2008', 'Reg-765/2008+DR-2025/2551'])).optional(),
    arrangementKinds: z
      .array(z.enum(['mla-signatory', 'scheme-mra', 'regulatory-listing', 'bilateral']))
      .max(4)
      .optional(),
    /** A RecognitionDecision on the very statement is demanded. */
    decision: z.literal('accepted').optional(),
    minimumAssurance: z.enum(['limited', 'reasonable']).optional(),
    maximumMaterialityPercent: percent.optional(),
    conclusions: z.array(z.enum(['unmodified', 'modified'])).optional(),
    /** Parties from the anchor to the verification body, both counted. */
    maximumPathLength: z.int().min(2).max(16).optional(),
    /** How old the newest status list may be at the instant asked about. Absent: it must not have ended. */
    statusFreshnessSeconds: z.int().min(1).max(315_360_000).optional(),
    maximumStatementAgeDays: z.int().min(1).max(36_500).optional(),
    maximumExemptedEmissionsPercent: percent.optional(),
    /** An accreditation counts at the date of the statement; `statement-and-now` also demands it at the instant asked about. */
    accreditationInForce: z.enum(['statement', 'statement-and-now']).optional(),
    /** Who the party is to the presenter; with it, P1 refuses what such an audience may not be sent. */
    audience: z.enum(AUDIENCES).optional(),
    notOwed: z.array(z.enum(RULES_THAT_MAY_LACK_DATA)).optional(),
    comment,
  })
  .superRefine((entry, context) => {
    const builtIn = (BUILT_IN_REGIMES as readonly string[]).includes(entry.id);
    if (builtIn && entry.basedOn !== undefined && entry.basedOn !== entry.id) {
      context.addIssue({ code: 'custom', path: ['basedOn'], message: 'a built-in regime follows its own rules' });
    }
    if (!builtIn && entry.basedOn === undefined) {
      context.addIssue({ code: 'custom', path: ['id'], message: 'not a built-in regime; name one in basedOn' });
    }
    for (const { path, message } of widenings(entry)) {
      context.addIssue({ code: 'custom', path: [path], message });
    }
  });

const defaultValue = z.strictObject({
  act: word,
  country: country.optional(),
  cnCode: z.string().regex(/^\d{4,8}$/),
  year: z.string().regex(/^20\d\d$/),
  value: decimal,
  unit: z.literal('tCO2e'),
  per: z.enum(['t', 't-clinker', 'kg-N', 'kWh', 'supplementary']),
  benchmarkRoute: z.string().max(8).optional(),
});

const compromisedKey = z
  .strictObject({
    /** A DID URL with its fragment … */
    verificationMethod: z
      .string()
      .refine((text) => readDidUrl(text)?.fragment !== undefined, 'not a DID URL with a fragment')
      .optional(),
    /** … or the key itself, or both: either is enough. */
    publicKeyMultibase: z
      .string()
      .regex(/^z[1-9A-HJ-NP-Za-km-z]{10,200}$/)
      .optional(),
    /** Since when somebody else may have had it, `YYYY-MM-DDThh:mm:ssZ`. */
    from: z.string().refine((text) => readDateTime(text) !== undefined, 'not an instant'),
    source,
    /** Digests of credentials and status lists that the party had on file before; all else by this key is refused. */
    seenBefore: z.array(digest).max(10_000).optional(),
    comment,
  })
  .refine((entry) => entry.verificationMethod !== undefined || entry.publicKeyMultibase !== undefined, {
    path: ['verificationMethod'],
    message: 'name the key by its verification method, by itself, or both',
  });

const limits = z.strictObject({
  comment,
  credentials: z.int().min(1).max(64).default(64),
  pathLength: z.int().min(2).max(16).default(5),
  links: z.int().min(1).max(4096).default(256),
});

const policySchema = z
  .strictObject({
    comment,
    anchors: z.array(anchor).min(1).max(1000),
    trustedOrganisations: z
      .array(z.strictObject(organisation))
      .max(10_000)
      .default(() => []),
    regimes: z.array(regime).min(1).max(64),
    limits: limits.default({ credentials: 64, pathLength: 5, links: 256 }),
    compromisedKeys: z
      .array(compromisedKey)
      .max(1000)
      .default(() => []),
    referenceData: z.strictObject({ comment, defaultValues: z.array(defaultValue).max(20_000) }).optional(),
  })
  .superRefine((policy, context) => {
    const seen = new Set<string>();
    policy.regimes.forEach((entry, index) => {
      if (seen.has(entry.id)) {
        context.addIssue({ code: 'custom', path: ['regimes', index, 'id'], message: 'a regime stands twice' });
      }
      seen.add(entry.id);
    });
  });

type Parsed = z.output<typeof policySchema>;
export type AnchorEntry = Parsed['anchors'][number];
export type AnchorRole = AnchorEntry['role'];
export type OrganisationEntry = Parsed['trustedOrganisations'][number];
export type DefaultValueRow = z.output<typeof defaultValue>;
export type CompromisedKey = z.output<typeof compromisedKey>;
export type PolicyLimits = z.output<typeof limits>;

/** A policy that was read; there is no other way to one. */
export interface Policy {
  readonly anchors: readonly AnchorEntry[];
  readonly trustedOrganisations: readonly OrganisationEntry[];
  readonly regimes: readonly Regime[];
  readonly limits: PolicyLimits;
  readonly defaultValues: readonly DefaultValueRow[];
  readonly compromisedKeys: readonly CompromisedKey[];
  /** Digest (multibase) over the RFC 8785 form of the policy as it was given. */
  readonly digest: string;
}

/** The JSON Schema of a policy file, for OpenAPI and editors. */
export function policyJsonSchema(): JsonObject {
  return z.toJSONSchema(policySchema, { io: 'input', unrepresentable: 'any' }) as unknown as JsonObject;
}

/**
 * Read a policy file. Errors (as findings): `CONFIG_REFUSED` with the pointer of each fault; unknown members, no anchors and no
 * regimes are faults, and so is a built-in regime that admits more than its law does.
 */
export function readPolicy(value: unknown): Read<Policy> {
  if (!isObject(value)) return readFailed(failed('policy', 'CONFIG_REFUSED', 'the policy is not a JSON object'));
  const parsed = policySchema.safeParse(value);
  if (!parsed.success) return readFailed(...parsed.error.issues.slice(0, 50).flatMap(findingsOf));
  const { anchors, trustedOrganisations, regimes, limits: bounds, referenceData, compromisedKeys } = parsed.data;
  return readOk({
    anchors,
    trustedOrganisations,
    regimes: regimes.map(resolveRegime),
    limits: bounds,
    defaultValues: referenceData?.defaultValues ?? [],
    compromisedKeys,
    digest: digestOfJson(value),
  });
}

function findingsOf(issue: z.core.$ZodIssue): Finding[] {
  const path = issue.path.map((token) => (typeof token === 'number' ? token : excerpt(String(token))));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, 10).map((key) =>
      failed('policy', 'CONFIG_REFUSED', 'a member that no policy has', {
        pointer: pointerOf(...path, excerpt(key)),
      }),
    );
  }
  return [failed('policy', 'CONFIG_REFUSED', excerpt(issue.message, 200), { pointer: pointerOf(...path) })];
}
