/**
 * Random worlds for properties: one honest claim and statement, and around them any graph of accreditations and arrangements, any
 * policy anchors, any status. Nothing is signed.
 */
import fc from 'fast-check';
import type { JsonObject } from '../../src/base/json.ts';
import type { StatusHistory } from '../../src/credentials/status-history.ts';
import type { Admitted } from '../../src/trust/admitted.ts';
import type { EvaluationInput } from '../../src/trust/evaluation.ts';
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
}

const mostly = <Value>(usual: Value, ...others: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...others) });

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

export const world: fc.Arbitrary<World> = fc.record({
  links: fc.array(link, { minLength: 1, maxLength: 8 }),
  anchors: fc.array(anchor, { minLength: 1, maxLength: 3 }),
});

/** A graph of any shape, as large as a presentation may be. */
export const crowd: fc.Arbitrary<World> = fc.record({
  links: fc.array(link, { minLength: 40, maxLength: 61 }),
  anchors: fc.array(anchor, { minLength: 1, maxLength: 3 }),
});

export interface Base {
  readonly request: EvaluationInput;
  readonly accreditation: Admitted;
  readonly arrangement: Admitted;
  readonly policy: JsonObject;
}

/** The honest part that every world shares; the arrangement is only a pattern. */
export async function createBase(): Promise<Base> {
  const request = await requestFor(CUSTOMER);
  const find = (type: string): Admitted => {
    const found = request.admitted.find((credential) => credential.type === type);
    if (found === undefined) throw new Error(type);
    return found;
  };
  const { anchors: _anchors, ...policy } = readExample('steel-coil')['policy'] as JsonObject;
  return { request, accreditation: find('VerifierAccreditation'), arrangement: find('RecognitionArrangement'), policy };
}

export function requestIn(base: Base, { links, anchors }: World): EvaluationInput {
  const kept = base.request.admitted.filter((credential) => credential.type !== 'RecognitionArrangement');
  return {
    ...base.request,
    admitted: [...kept, ...links.map((spec, index) => credentialOf(base, spec, index))],
    policy: policyIn(base, anchors),
  };
}

/** Without anchors there is no policy: an anchor that vouches for nobody here stands in for none. */
function policyIn(base: Base, anchors: readonly AnchorSpec[]) {
  const name = { en: 'Anchor (fictional)', ko: '기점 (가상)' };
  const source = { document: 'fictional', date: '2026-09-20' };
  const nobody = {
    did: 'did:web:nobody.example',
    role: 'arrangement-owner',
    programmes: ['none'],
    validUntil: '2032-01-01',
  };
  const entries = [...anchors, nobody].map((spec) => ({
    ...spec,
    programmes: [...spec.programmes],
    activities: ['verification'],
    validFrom: '2024-01-01',
    name,
    source,
  }));
  return requirePolicyOf({ ...base.policy, anchors: entries });
}

function credentialOf(base: Base, spec: LinkSpec, index: number): Admitted {
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
  const change = HISTORIES[spec.history] ?? HISTORIES['clear'];
  return admitted(document, change === undefined ? {} : { status: change(clearHistory(document)) });
}
