/** Which member of a draft a finding is about, so that an issuer knows where to look. */
import { asArray, isObject, type JsonValue, pointerOf } from '../base/json.ts';
import { findAt } from '../base/json-lookup.ts';
import { CLAIM_TYPES } from './candidate.ts';
import type { Draft } from './draft.ts';
import type { RuleResult } from './evaluation.ts';
import { objectsAt, textAt } from './member.ts';

const SUBJECT = '/credentialSubject';

/** Members below the subject, by message, else by rule. */
const MEMBERS: Readonly<Record<string, string>> = {
  'V1.holder': '/claimHolder',
  V2: '/checkedValues',
  'V2.boundary': '/scope/boundary',
  'V3.statement-date': '/statementDate',
  'V3.not-historical': '/dataNature',
  'V3.period': '/period',
  V4: '/conclusion',
  'V4.no-qualifications': '/qualifications',
  V5: '/uncorrected',
  'V6.assurance': '/levelOfAssurance',
  'V6.materiality': '/materiality',
  'V7.review': '/independentReview',
  'V7.signatory': '/signatory',
  'C1.number': '/verifier/accreditationNumber',
  'C2.dates': '',
  'C3.territory-unknown': '/claim',
  'C5.term': '/expiryDate',
  'R1.legal-basis': '/legalBasis',
  'R1.kind': '/kind',
  'R2.programme': '/programme',
  'R3.levels': '/levels',
  'R4.refused': '/decision',
  'B1.year': '/reportingPeriod',
  'B8.opinion': '/opinionCode',
  'B8.contradiction': '/conclusion',
  'B8.assurance': '/levelOfAssurance',
  'B8.materiality': '/materiality',
  B10: '/siteVisit',
  'B11.locode': '/installation/unLocode',
  'B11.coordinates': '/installation',
  'B11.registry': '/registryReportId',
  'L3.core-digest': '/coreDigest',
  'L5.deprecated': '/footprint/status',
  'A1.excluding': '/footprint/pcf/pcfExcludingBiogenicUptake',
  'A1.including': '/footprint/pcf/pcfIncludingBiogenicUptake',
  A2: '/footprint/pcf',
  A3: '/footprint',
  A4: '/footprint/pcf',
  A6: '/aggregation',
  A7: '/aggregation/leavesRoot',
  T1: '/battery',
  'T1.boundary': '/boundary',
  P2: '/aggregation',
  'advice.no-groups': '/scopes',
};

/** Rules on the statement's own words that stand in another credential: what to change is the link, or what it leads to. */
const FROM_CHAIN = ['C1', 'C2', 'C3', 'C4', 'C5', 'R1', 'R3', 'R5', 'I2', 'L2'];

/** A JSON Pointer into the draft; nothing where no single member is meant. */
export function pointerFor(
  draft: Draft,
  row: Pick<RuleResult, 'id' | 'message' | 'subject' | 'params'>,
): string | undefined {
  const { id, message, subject, params } = row;
  if (subject === draft.issuer || message === 'V1.own-claim') return '/issuer';
  if (draft.type === 'VerificationStatement' && FROM_CHAIN.includes(id) && message !== 'C1.number') {
    return `${SUBJECT}/accreditation`;
  }
  if (subject !== undefined && subject !== draft.id) return linkOrGood(draft, id, message, subject);
  if (id === 'L1' && params['member'] !== undefined)
    return SUBJECT + pointerOf(...params['member'].split('/').slice(0, 1));
  if (message === 'B11.language')
    return SUBJECT + (draft.type === 'VerificationStatement' ? '/reportLanguage' : '/language');
  if (message.startsWith('time.')) return message === 'time.expired' ? '/validUntil' : '/validFrom';
  if (message === 'V3.before-claim' || message === 'V3.before-period-end' || message === 'L4.order')
    return '/validFrom';
  if (message === 'advice.excess' || message === 'advice.nothing-left') return SUBJECT + grantsOf(draft, params);
  const member = MEMBERS[message] ?? MEMBERS[id];
  if (member !== undefined) return SUBJECT + member;
  const named = params['member'];
  return named === undefined ? undefined : findMember(draft, named);
}

/** A link of the draft to another credential, or the good or precursor with this CN code. */
function linkOrGood(draft: Draft, id: string, message: string, subject: string): string | undefined {
  for (const [name, value] of Object.entries(draft.subject)) {
    const place = asArray(value as JsonValue).findIndex((entry) => isObject(entry) && entry['target'] === subject);
    if (place >= 0) return Array.isArray(value) ? SUBJECT + pointerOf(name, place) : SUBJECT + pointerOf(name);
  }
  if (CLAIM_TYPES.includes(draft.type)) {
    const lists = ['B6', 'B7', 'B14'].includes(id) ? ['precursors'] : ['goods', 'precursors'];
    for (const list of lists) {
      const place = objectsAt(draft.subject, list).findIndex((entry) => textAt(entry, 'cnCode') === subject);
      if (place >= 0) return `${SUBJECT}/${list}/${place}`;
    }
    return undefined;
  }
  const member = MEMBERS[message];
  if (member !== undefined && id === 'B8') return SUBJECT + member;
  return draft.subject['claim'] === undefined ? undefined : `${SUBJECT}/claim`;
}

/** Where an accreditation or an arrangement says what it grants: one signatory's levels, or programmes and a territory. */
function grantsOf({ subject }: Draft, { dimension }: RuleResult['params']): string {
  if (subject['scopes'] !== undefined) return '/scopes';
  if (dimension === 'territory') return '/territory';
  return subject['levels'] === undefined ? '/programmes' : '/levels';
}

/** A figure by its name: in the subject, the footprint, or the first of the goods or precursors that states it. */
function findMember({ subject }: Draft, name: string): string {
  const lists = ['goods', 'precursors'].flatMap((list) =>
    objectsAt(subject, list).map((_, place) => pointerOf(list, place)),
  );
  const found = ['', '/footprint/pcf', ...lists]
    .map((place) => place + pointerOf(name))
    .find((pointer) => findAt(subject, pointer) !== undefined);
  return SUBJECT + (found ?? '');
}
