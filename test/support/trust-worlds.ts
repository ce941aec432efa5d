/**
 * Random worlds for properties: one honest claim and statement, and around them any graph of accreditations and arrangements, any
 * policy anchors, any status. Nothing is signed.
 */
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import type { StatusHistory } from '../../src/credentials/status-history.ts';
import { digestOfJson } from '../../src/formats/digest.ts';
import type { Admitted } from '../../src/trust/admitted.ts';
import type { EvaluationInput } from '../../src/trust/evaluation.ts';
import type { AnchorEntry, Policy } from '../../src/trust/policy.ts';
import { readExample } from './example-credentials.ts';
import { CUSTOMER, noLists, requestFor, setBit } from './trust-cases.ts';
import { admitted, clearHistory, requirePolicyOf } from './worked-examples.ts';

export const REGIME = 'iso14067-pcf';
const VERIFIER = 'did:web:verify-kr.example';
const BODIES = ['did:web:ab-korea.example', 'did:web:ab-two.example', 'did:web:evil.example'];
const OWNERS = ['did:web:global-mra.example', 'did:web:owner-two.example'];
const PARTIES = [VERIFIER, ...BODIES, ...OWNERS];

/** The statement of the story was made on 2027-03-10; the question is asked on 2027-04-15. */
const PERIODS = {
  usual: ['2025-01-01', '2029-01-01'],
  ended: ['2025-01-01', '2027-03-10'],
  ending: ['2025-01-01', '2027-04-01'],
  later: ['2027-03-11', '2029-01-01'],
} as const;

const HISTORIES: Readonly<Record<string, (history: StatusHistory) => StatusHistory>> = {
  clear: (history) => history,
  before: setBit('revocation', { reason: 'withdrawn', effectiveDate: '2027-03-01' }),
  after: setBit('revocation', { reason: 'withdrawn', effectiveDate: '2027-04-01' }),
  annulled: setBit('revocation', { reason: 'annulled', effectiveDate: '2027-04-01' }),
  suspended: setBit('suspension', { reason: 'suspended', effectiveDate: '2027-03-05' }),
  unknown: noLists,
};

export interface LinkSpec {
  readonly accredits: boolean;
  readonly issuer: string;
  readonly about: string;
  readonly period: keyof typeof PERIODS;
  readonly history: string;
  readonly programmes: readonly string[];
  readonly standards: readonly string[];
  readonly level2: string;
}

export interface AnchorSpec {
  readonly did: string;
  readonly role: string;
  readonly programmes: readonly string[];
  readonly validUntil: string;
}

export interface World {
  readonly links: readonly LinkSpec[];
  readonly anchors: readonly AnchorSpec[];
  /** What is known of the status of the honest claim and statement, and of the accreditation that the statement names. */
  readonly claim: string;
  readonly statement: string;
  readonly named: string;
}

const mostly = <Value>(usual: Value, ...others: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...others) });

const link: fc.Arbitrary<LinkSpec> = fc.boolean().chain((accredits) =>
  fc.record({
    accredits: fc.constant(accredits),
    issuer: accredits ? mostly(BODIES[0] ?? '', ...PARTIES) : mostly(OWNERS[0] ?? '', ...PARTIES),
    about: accredits ? mostly(VERIFIER, ...PARTIES) : mostly(BODIES[0] ?? '', ...PARTIES),
    period: mostly<keyof typeof PERIODS>('usual', 'ended', 'ending', 'later'),
    history: mostly('clear', ...Object.keys(HISTORIES), ...Array(6).fill('unknown')),
    programmes: mostly<string[]>(['iso14067-pcf', 'own'], ['iso14067-pcf'], ['own']),
    standards: mostly<string[]>(['ISO 14064-3:2019', 'ISO 14065:2020'], ['ISO 14064-3'], ['ISO 14065:2020']),
    level2: mostly('validation-and-verification', 'verification', 'validation'),
  }),
);

const anchor: fc.Arbitrary<AnchorSpec> = fc.record({
  did: mostly(OWNERS[0] ?? '', ...OWNERS, ...BODIES),
  role: mostly('arrangement-owner', 'accreditation-body', 'scheme-owner'),
  programmes: mostly<string[]>(['iso14067-pcf', 'own'], ['iso14067-pcf'], ['own']),
  validUntil: mostly('2032-01-01', '2027-03-10'),
});

const known = fc.oneof(
  { weight: 8, arbitrary: fc.constant('clear') },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(HISTORIES)) },
);
/** Where the accreditation that the statement names cannot carry a path, the others have to. */
const honest = { claim: known, statement: known, named: fc.constantFrom('clear', 'clear', 'before', 'unknown') };

export const world: fc.Arbitrary<World> = fc.record({
  links: fc.array(link, { minLength: 1, maxLength: 5 }),
  anchors: fc.array(anchor, { minLength: 1, maxLength: 2 }),
  ...honest,
});

/** Links to draw crowds from: enough kinds for every shape, few enough to be made once. */
const KINDS = fc.sample(link, { numRuns: 80, seed: 4 });

const anchors = fc.array(anchor, { minLength: 1, maxLength: 3 });

function crowdOf(minLength: number): fc.Arbitrary<World> {
  return fc.record({ links: fc.array(fc.constantFrom(...KINDS), { minLength, maxLength: 61 }), anchors, ...honest });
}

/** A graph of any shape, mostly of a dozen links, now and then as large as a presentation may be. */
export const crowd: fc.Arbitrary<World> = fc.oneof(
  { weight: 9, arbitrary: crowdOf(0) },
  { weight: 1, arbitrary: crowdOf(55) },
);

export interface Base {
  readonly request: EvaluationInput;
  /** Honest claim and statement with what else every world shares; the accreditation among them is the one that the statement names. */
  readonly kept: readonly Admitted[];
  readonly accreditation: Admitted;
  readonly arrangement: Admitted;
  readonly policy: Policy;
  /** Made before, by what it was made from: worlds repeat themselves, and making a credential costs more than judging it. */
  readonly credentials: Memory<Admitted>;
  readonly anchors: Memory<AnchorEntry>;
}

/** The honest part that every world shares; the arrangement is only a pattern. */
export async function createBase(): Promise<Base> {
  const request = await requestFor(CUSTOMER);
  const find = (type: string): Admitted => {
    const found = request.admitted.find((credential) => credential.type === type);
    if (found === undefined) throw new Error(type);
    return found;
  };
  const policy = readExample('steel-coil')['policy'] as JsonObject;
  return {
    request,
    kept: request.admitted.filter((credential) => credential.type !== 'RecognitionArrangement'),
    accreditation: find('VerifierAccreditation'),
    arrangement: find('RecognitionArrangement'),
    policy: requirePolicyOf(policy),
    credentials: new Memory(20_000),
    anchors: new Memory(1000),
  };
}

/** The request in a world. `anew`: everything of the world is made again, nothing taken from memory. */
export function requestIn(base: Base, given: World, { anew = false } = {}): EvaluationInput {
  const { links, anchors } = given;
  const from = anew ? { ...base, credentials: new Memory<Admitted>(64), anchors: new Memory<AnchorEntry>(8) } : base;
  return {
    ...base.request,
    admitted: [...keptIn(from, given), ...links.map((spec, index) => credentialOf(from, spec, index))],
    policy: policyIn(from, anchors),
  };
}

function keptIn(base: Base, { claim, statement, named }: World): readonly Admitted[] {
  const histories: Readonly<Record<string, string>> = {
    CarbonFootprintClaim: claim,
    VerificationStatement: statement,
    VerifierAccreditation: named,
  };
  return base.kept.map(({ type, document }) => {
    const history = histories[type] ?? 'clear';
    return base.credentials.get([type, history], () => withHistory(document, history));
  });
}

/** Without anchors there is no policy: an anchor that vouches for nobody here stands in for none. */
const NOBODY: AnchorSpec = {
  did: 'did:web:nobody.example',
  role: 'arrangement-owner',
  programmes: ['none'],
  validUntil: '2032-01-01',
};

/** Each anchor goes through the reader of policies by itself, once. */
function policyIn(base: Base, specs: readonly AnchorSpec[]): Policy {
  const anchors = [...specs, NOBODY].map((spec) => base.anchors.get(spec, () => anchorOf(spec)));
  return { ...base.policy, anchors, digest: digestOfJson(specs as unknown as JsonValue) };
}

function anchorOf(spec: AnchorSpec): AnchorEntry {
  const name = { en: 'Anchor (fictional)', ko: '기점 (가상)' };
  const source = { document: 'fictional', date: '2026-09-20' };
  const entry = { ...spec, activities: ['verification'], validFrom: '2024-01-01', name, source };
  const [anchor] = requirePolicyOf({ anchors: [entry], regimes: [{ id: REGIME }] }).anchors;
  if (anchor === undefined) throw new Error(`no anchor ${spec.did}`);
  return anchor;
}

function credentialOf(base: Base, spec: LinkSpec, index: number): Admitted {
  return base.credentials.get([spec, index], () => makeCredential(base, spec, index));
}

function makeCredential(base: Base, spec: LinkSpec, index: number): Admitted {
  const { accredits, issuer, about, programmes, standards, level2 } = spec;
  const pattern = (accredits ? base.accreditation : base.arrangement).document;
  const [from, until] = PERIODS[spec.period];
  const body = pattern['credentialSubject'] as JsonObject;
  const scopes = programmes.map((programme) => ({ activity: 'verification', programme, normative: standards }));
  const levels = { L1: 'ISO/IEC 17011:2017', L2: level2, L3: 'ISO/IEC 17029:2019', L4: standards };
  const document: JsonObject = {
    ...pattern,
    id: `urn:uuid:88888888-0000-4000-8000-${String(index).padStart(12, '0')}`,
    issuer,
    validFrom: `${from}T00:00:00Z`,
    validUntil: `${until}T00:00:00Z`,
    credentialSubject: accredits
      ? { ...body, id: about, scopes, effectiveDate: from, expiryDate: until }
      : { ...body, id: about, levels },
  };
  return withHistory(document, spec.history);
}

function withHistory(document: JsonObject, history: string): Admitted {
  const change = HISTORIES[history] ?? HISTORIES['clear'];
  return admitted(document, change === undefined ? {} : { status: change(clearHistory(document)) });
}

/** What was made from a specification, as long as there is room. */
class Memory<Value> {
  readonly #known = new Map<string, Value>();
  readonly #most: number;
  constructor(most: number) {
    this.#most = most;
  }
  get(specification: unknown, make: () => Value): Value {
    const key = JSON.stringify(specification);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= this.#most) this.#known.clear();
    const value = make();
    this.#known.set(key, value);
    return value;
  }
}
