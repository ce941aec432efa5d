/** What an issuer is told of a draft, word for word, kept in told/advice-drafts.json: with a policy and without, with all at hand and with nothing. */
import { describe, expect, it } from 'vitest';
import { failed, undetermined } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { AdvisedRule } from '../../../src/trust/advice.ts';
import { type AdviceInput, advise, regimesFor } from '../../../src/trust/advise.ts';
import type { RefusedCredential } from '../../../src/trust/evaluation.ts';
import { formatMessage } from '../../../src/trust/messages/message.ts';
import type { ExampleName } from '../../support/example-credentials.ts';
import { readExample } from '../../support/example-credentials.ts';
import { applyPatch, type PatchOperation } from '../../support/json-patch.ts';
import { another, OTHER_ID, STEEL } from '../../support/story-rows.ts';
import { createRecord } from '../../support/told.ts';
import { drop, noLists, refusedAs, set, setBit, subject } from '../../support/trust-cases.ts';
import {
  admitted,
  clearHistory,
  issueExample,
  issueUnsigned,
  policyOfExample,
  requirePolicyOf,
  withCoreDigests,
} from '../../support/worked-examples.ts';

const toldBefore = createRecord('advice-drafts');

interface Told {
  readonly patch?: readonly PatchOperation[];
  /** What is at hand besides: all that the example has, unless named. */
  readonly hand?: readonly string[];
  readonly hide?: readonly string[];
  readonly status?: Readonly<Record<string, typeof noLists>>;
  readonly refuse?: Readonly<Record<string, RefusedCredential['findings']>>;
  readonly policy?: readonly PatchOperation[] | 'none';
  readonly ask?: Partial<AdviceInput>;
}

async function inputFor(name: ExampleName, key: string, given: Told): Promise<AdviceInput> {
  const example = withCoreDigests(applyPatch(readExample(name), given.patch ?? []));
  const { credentials } = await issueExample(example, issueUnsigned);
  const { policy: change = [], refuse = {}, status = {}, hide = [], hand = [...credentials.keys()] } = given;
  const others = [...credentials].filter(([one]) => one !== key && hand.includes(one) && !hide.includes(one));
  const read = change === 'none' ? undefined : requirePolicyOf(applyPatch(policyOfExample(example), change));
  return {
    draft: credentials.get(key) ?? {},
    admitted: others
      .filter(([one]) => refuse[one] === undefined)
      .map(([one, document]) => {
        const history = status[one];
        return admitted(document, history === undefined ? {} : { status: history(clearHistory(document)) });
      }),
    refused: others.flatMap(([one, document]) => {
      const findings = refuse[one];
      return findings === undefined ? [] : [refusedAs(document, findings)];
    }),
    ...{ at: Date.UTC(2027, 3, 15), policy: read },
    ...given.ask,
  };
}

function linesOf(rule: AdvisedRule, indent = '  '): string[] {
  const { id, severity, outcome, code, subject: about, message, params, pointer, open, causes = [] } = rule;
  if (outcome === 'passed' && severity !== 'N') return [];
  const head = [id, severity, outcome, code, about].filter((part) => part !== undefined).join(' ');
  const more = [pointer === undefined ? '' : ` at ${pointer}`, open === undefined ? '' : ` (${open})`].join('');
  return [
    `${indent}${head}: ${formatMessage(message, params)}${more}`,
    ...causes.flatMap((cause) => linesOf(cause, `${indent}  because `)),
  ];
}

function toldOf(input: AdviceInput): readonly string[] {
  return Object.entries(advise(input)).flatMap(([regime, { wouldBe, rules, missing, conditions = [] }]) => [
    `${regime} would be ${wouldBe}, by ${rules.filter(({ outcome }) => outcome === 'passed').length} rules met`,
    ...rules.flatMap((rule) => linesOf(rule)),
    ...missing.map(({ what, of, why }) => `  wants ${what} of ${of ?? 'anybody'} (${why})`),
    ...conditions.map((condition) => `  leaves open ${condition}`),
  ]);
}

type Row = readonly [title: string, example: ExampleName, key: string, given: Told];

function itAdvises(rows: readonly Row[]): void {
  it.each(rows.map((row) => [row[0], row] as const))('%s', async (title, [, example, key, given]) => {
    const lines = toldOf(await inputFor(example, key, given));
    expect(lines).toEqual(toldBefore(title, lines));
  });
}

const DRAFTS: readonly (readonly [ExampleName, string])[] = [
  ...[
    ...['accreditation:eu', 'accreditation:kr', 'arrangement:kr-mra', 'claim:slab', 'statement:slab', 'claim:coil'],
    ...['statement:coil', 'claim:coil-pcf', 'statement:coil-pcf'],
  ].map((key) => ['steel-coil', key] as const),
  ...['arrangement:scheme', 'claim:cell', 'statement:cell', 'decision:cell'].map(
    (key) => ['battery-cell', key] as const,
  ),
];
const every = (title: string, given: Told): Row[] =>
  DRAFTS.map(([example, key]) => [`${key} ${title}`, example, key, given]);

describe('a draft', () => {
  itAdvises([
    ...every('with all at hand', {}),
    ...every('with all at hand and no policy', { policy: 'none' }),
    ...every('with nothing at hand', { hand: [] }),
    ...every('with nothing at hand and no policy', { hand: [], policy: 'none' }),
    ...every('asked about another regime', { ask: { regimes: ['iso14067-pcf', 'eu-cbam', 'nought'] } }),
  ]);
});

const coil = (path: string): string => subject('claim:coil', path);
const report = (path: string): string => subject('statement:coil', path);
const eu = (path: string): string => subject('accreditation:eu', path);
const kr = (path: string): string => subject('accreditation:kr', path);
const mra = (path: string): string => subject('arrangement:kr-mra', path);
const steel = (title: string, key: string, given: Told): Row => [title, 'steel-coil', key, given];
const cell = (title: string, key: string, given: Told): Row => [title, 'battery-cell', key, given];
const open = [undetermined('proof', 'DID_RESOLUTION_ERROR', 'no answer')];
const bad = [failed('proof', 'PROOF_VERIFICATION_ERROR', 'no')];
const register = {
  ...{ did: 'did:web:register.example', name: { en: 'Register', ko: '등록부 (가상)' }, programmes: [], activities: [] },
  ...{ role: 'register', source: { document: 'fictional', date: '2026-09-20' } },
  ...{ validFrom: '2024-01-01', validUntil: '2032-01-01' },
};
const group = {
  activity: 'verification',
  programme: 'eu-cbam',
  normative: ['IR (EU) 2025/2546'],
  cbamActivityGroups: ['V'],
};

describe('a draft of a statement', () => {
  itAdvises([
    steel('whose claim could not be judged', 'statement:coil', { refuse: { 'claim:coil': open } }),
    steel('whose claim was refused', 'statement:coil', { refuse: { 'claim:coil': bad } }),
    steel('on a claim of that name only', 'statement:coil', {
      patch: [set(report('/claim'), { target: STEEL['claim:coil']?.['id'] ?? '' })],
    }),
    steel('whose accreditation is unknown', 'statement:coil', { hide: ['accreditation:eu'] }),
    steel('by a body that nobody knows, with a register', 'statement:coil', {
      policy: [set('/trustedOrganisations', []), set('/anchors/-', register)],
    }),
    steel('by a body that nobody knows', 'statement:coil', { policy: [set('/trustedOrganisations', [])] }),
    steel('under an anchor that nobody knows', 'statement:coil-pcf', {
      policy: [set('/anchors/1/did', 'did:web:other.example')],
    }),
    steel('under CBAM without an anchor', 'statement:coil', {
      policy: [set('/anchors/0/did', 'did:web:other.example')],
    }),
    steel('whose precursor has no statement at hand', 'statement:coil', { hide: ['statement:slab'] }),
    steel('whose precursor names no statement', 'statement:coil', { patch: [drop(coil('/precursors/0/statement'))] }),
    steel('whose precursor has a statement on nothing', 'statement:coil', { hide: ['claim:slab'] }),
    steel('whose precursor has a refused statement', 'statement:coil', {
      patch: [set(subject('statement:slab', '/conclusion'), 'adverse')],
    }),
    steel('whose precursor has a statement of nobody', 'statement:coil', {
      patch: [set('/credentials/statement:slab/issuer', 'did:web:nobody.example')],
    }),
    steel('with conditions', 'statement:coil-pcf', { patch: [set(mra('/conditions'), ['fee', 'form'])] }),
    steel('in more links than the policy allows', 'statement:coil-pcf', { policy: [set('/limits', { links: 1 })] }),
    steel('by a body of unknown standing', 'statement:coil-pcf', { status: { 'accreditation:kr': noLists } }),
    steel('by a body whose accreditation ended', 'statement:coil-pcf', {
      status: { 'accreditation:kr': setBit('revocation') },
    }),
    steel('beside another on the same claim', 'statement:coil-pcf', {
      patch: [another(STEEL['statement:coil-pcf'], 'statement:other', { conclusion: 'adverse' })],
    }),
    cell('under a scheme that has to decide', 'statement:cell', { hide: ['decision:cell'] }),
    cell('under a scheme whose arrangement is not at hand', 'statement:cell', {
      hide: ['decision:cell', 'arrangement:scheme'],
    }),
  ]);
});

describe('a draft of a decision', () => {
  itAdvises([
    cell('on a statement that could not be judged', 'decision:cell', { refuse: { 'statement:cell': open } }),
    cell('on a statement whose claim is not at hand', 'decision:cell', { hide: ['claim:cell'] }),
    cell('without its basis', 'decision:cell', { hide: ['arrangement:scheme'] }),
    cell('that refuses', 'decision:cell', { patch: [set(subject('decision:cell', '/decision'), 'refused')] }),
    cell('with conditions of its own', 'decision:cell', {
      patch: [
        set(subject('decision:cell', '/decision'), 'accepted-with-conditions'),
        set(subject('decision:cell', '/conditions'), ['fee']),
      ],
    }),
    cell('by a scheme that is not anchored', 'decision:cell', {
      policy: [set('/anchors/1/did', 'did:web:other.example')],
    }),
    cell('beside an earlier one', 'decision:cell', {
      patch: [
        set('/credentials/decision:old', {
          ...(readExample('battery-cell')['credentials'] as Record<string, JsonObject>)['decision:cell'],
          id: OTHER_ID,
        }),
      ],
    }),
  ]);
});

describe('a draft of an accreditation', () => {
  itAdvises([
    steel('for nothing', 'accreditation:eu', { patch: [set(eu('/scopes'), [])] }),
    steel('for another programme', 'accreditation:eu', {
      patch: [set(eu('/scopes/0/programme'), 'own')],
      ask: { regimes: ['eu-cbam'] },
    }),
    steel('for another activity', 'accreditation:eu', { patch: [set(eu('/scopes/0/activity'), 'validation')] }),
    steel('for more activities', 'accreditation:eu', {
      patch: [set(eu('/scopes/0/activity'), ['verification', 'validation'])],
    }),
    steel('without groups', 'accreditation:eu', { patch: [drop(eu('/scopes/0/cbamActivityGroups'))] }),
    steel('with groups in one scope of two', 'accreditation:eu', {
      patch: [drop(eu('/scopes/0/cbamActivityGroups')), set(eu('/scopes/1'), group)],
    }),
    steel('by an anchor of another role', 'accreditation:eu', { policy: [set('/anchors/0/role', 'scheme-owner')] }),
    steel('by one anchor in two roles', 'accreditation:eu', {
      policy: [{ op: 'copy', from: '/anchors/0', path: '/anchors/-' }, set('/anchors/0/role', 'scheme-owner')],
    }),
    steel('by an anchor whose time is over', 'accreditation:eu', {
      policy: [set('/anchors/0/validUntil', '2026-09-01')],
    }),
    steel('by nobody', 'accreditation:eu', { policy: [set('/anchors/0/did', 'did:web:other.example')] }),
    steel('by a body that an arrangement speaks of', 'accreditation:kr', {}),
    steel('by a body that no arrangement at hand speaks of', 'accreditation:kr', { hand: [] }),
    steel('for too many years', 'accreditation:eu', {
      patch: [
        set('/credentials/accreditation:eu/validUntil', '2033-01-01T00:00:00Z'),
        set(eu('/expiryDate'), '2033-01-01'),
      ],
    }),
    steel('on a national basis', 'accreditation:eu', { patch: [set(eu('/legalBasis'), 'national')] }),
    steel('for places that its anchor has not', 'accreditation:eu', {
      policy: [set('/anchors/0/territories', ['IT'])],
    }),
    steel('under a regime without programmes', 'accreditation:kr', {
      policy: [set('/regimes/-', { id: 'pact-exchange' })],
      ask: { regimes: ['pact-exchange'] },
    }),
    steel('under a regime of two programmes', 'accreditation:kr', {
      patch: [set(kr('/scopes/0/programme'), 'other')],
      policy: [set('/regimes/1/programmes', ['iso14067-pcf', 'own'])],
      ask: { regimes: ['iso14067-pcf'] },
    }),
  ]);
});

describe('a draft of an arrangement', () => {
  itAdvises([
    steel('of another kind', 'arrangement:kr-mra', {
      patch: [set(mra('/kind'), 'bilateral')],
      ask: { regimes: ['iso14067-pcf'] },
    }),
    steel('that no regime admits', 'arrangement:kr-mra', { patch: [set(mra('/kind'), 'regulatory-listing')] }),
    steel('of lower levels', 'arrangement:kr-mra', { patch: [set(mra('/levels/L3'), 'ISO/IEC 17020')] }),
    steel('by nobody whom the policy trusts', 'arrangement:kr-mra', {
      policy: [set('/anchors/1/did', 'did:web:other.example')],
    }),
    steel('by a body that may only accredit', 'arrangement:kr-mra', {
      policy: [set('/anchors/1/role', 'accreditation-body')],
    }),
  ]);
});

describe('a draft of a claim', () => {
  itAdvises([
    steel('with a wrong figure', 'claim:coil', { patch: [set(coil('/goods/0/specificDirect'), '1.5')] }),
    steel('with a wrong count', 'claim:coil', { patch: [set(coil('/precursorCount'), '2')] }),
    steel('by somebody else', 'claim:coil', {
      patch: [set('/credentials/claim:coil/issuer', 'did:web:other.example')],
    }),
    steel('for an exchange', 'claim:coil-pcf', { policy: [set('/regimes/1', { id: 'pact-exchange' })] }),
    steel('of a wrong sum', 'claim:coil-pcf', {
      patch: [set(subject('claim:coil-pcf', '/footprint/pcf/pcfExcludingBiogenicUptake'), '99')],
    }),
  ]);
});

describe('advice', () => {
  it('can be asked about the regimes of the policy, or about the built-in ones', () => {
    const policy = requirePolicyOf(policyOfExample(readExample('steel-coil')));
    expect(regimesFor(policy)).toEqual(['eu-cbam', 'iso14067-pcf']);
    expect(regimesFor(undefined)).toEqual([
      ...['iso14067-pcf', 'scheme-mra', 'eu-cbam', 'eu-battery-art7', 'catena-x-pcf', 'pact-exchange'],
    ]);
  });
});
