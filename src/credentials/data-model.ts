/**
 * What the Verifiable Credentials Data Model asks of any credential, whatever its type (VCDM 2.0, sections 4 and 5; VCDM 1.1). The
 * product's own types have closed schemas that say more; this is for credentials without one, which only conformance instances take.
 */
import { type Finding, failed, passed } from '../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue, pointerOf } from '../base/json.ts';
import { hasZone, readDateTime } from '../formats/date-time.ts';
import { isAbsoluteUrl } from '../formats/url.ts';
import { V1_CONTEXT } from './contexts.ts';
import { typesOf, VERIFIABLE_CREDENTIAL } from './credential-members.ts';

export const VERIFIABLE_PRESENTATION = 'VerifiablePresentation';

/** Members whose values are objects with a `type`; some need an `id` as well (VCDM 2.0, sections 4.10, 4.11, 5.4 to 5.6, 5.13). */
const TYPED_MEMBERS: readonly { readonly name: string; readonly idRequired: boolean }[] = [
  { name: 'credentialStatus', idRequired: false },
  { name: 'credentialSchema', idRequired: true },
  { name: 'refreshService', idRequired: false },
  { name: 'termsOfUse', idRequired: false },
  { name: 'evidence', idRequired: false },
  { name: 'renderMethod', idRequired: false },
  { name: 'confidenceMethod', idRequired: false },
];

/** Dates by their name in the version of the data model that a document's first context says. */
const DATES = {
  '1.1': {
    members: ['issuanceDate', 'expirationDate'],
    foreign: ['validFrom', 'validUntil'],
    required: ['issuanceDate'],
  },
  '2.0': { members: ['validFrom', 'validUntil'], foreign: ['issuanceDate', 'expirationDate'], required: [] },
} as const;

/** Judge a credential of any type. Result: only failures (MALFORMED_VALUE_ERROR with the pointer of the place), or one passed finding. */
export function checkDataModel(credential: JsonObject): Finding[] {
  const failures = [
    ...checkTypes(credential, VERIFIABLE_CREDENTIAL),
    ...checkTexts(credential, ''),
    ...checkIssuer(credential['issuer']),
    ...checkSubjects(credential['credentialSubject']),
    ...checkDates(credential),
    ...checkTypedMembers(credential),
    ...checkRelatedResourceForms(credential['relatedResource']),
  ];
  return failures.length > 0 ? failures : [passed('data-model')];
}

/** The same for the envelope of a presentation (VCDM 2.0, section 4.13). */
export function checkPresentationModel(presentation: JsonObject): Finding[] {
  const { holder } = presentation;
  const failures = [
    ...checkTypes(presentation, VERIFIABLE_PRESENTATION),
    ...checkTypedMembers(presentation),
    ...(holder === undefined ? [] : checkParty(holder, '/holder')),
  ];
  return failures.length > 0 ? failures : [passed('data-model')];
}

function checkTypes(document: JsonObject, demanded: string): Finding[] {
  const types = asArray(document['type'] as JsonValue);
  if (types.length === 0 || !types.every((type) => typeof type === 'string' && type !== ''))
    return [malformed('/type', 'must be one or more names')];
  return typesOf(document).includes(demanded) ? [] : [malformed('/type', `must name ${demanded}`)];
}

/** VCDM 2.0, section 4.6 and 11.1: a text, or values with a language, of the credential and of its issuer. */
function checkTexts(owner: JsonObject, at: string): Finding[] {
  return ['name', 'description'].flatMap((name) =>
    asArray(owner[name] as JsonValue).flatMap((text, index) => {
      const pointer = `${at}/${name}${Array.isArray(owner[name]) ? `/${index}` : ''}`;
      if (typeof text === 'string') return [];
      return isLanguageValue(text) ? [] : [malformed(pointer, 'must be a text or a language value')];
    }),
  );
}

function isLanguageValue(value: JsonValue): boolean {
  if (!isObject(value) || typeof value['@value'] !== 'string') return false;
  return Object.keys(value).every((name) => ['@value', '@language', '@direction'].includes(name));
}

function checkIssuer(issuer: JsonValue | undefined): Finding[] {
  const faults = checkParty(issuer, '/issuer');
  return faults.length === 0 && isObject(issuer) ? checkTexts(issuer, '/issuer') : faults;
}

function checkParty(party: JsonValue | undefined, pointer: string): Finding[] {
  const [id, at] = isObject(party) ? [party['id'], `${pointer}/id`] : [party, pointer];
  return isAbsoluteUrl(id) ? [] : [malformed(at, 'must be a URL, or an object whose id is one')];
}

function checkSubjects(value: JsonValue | undefined): Finding[] {
  const subjects = asArray(value);
  if (subjects.length === 0) return [malformed('/credentialSubject', 'must be there')];
  const good = subjects.every((subject) => isObject(subject) && Object.keys(subject).length > 0);
  return good ? [] : [malformed('/credentialSubject', 'must be an object that says something')];
}

function checkDates(credential: JsonObject): Finding[] {
  const { members, foreign, required } = DATES[asArray(credential['@context'])[0] === V1_CONTEXT ? '1.1' : '2.0'];
  const faults = [
    ...foreign
      .filter((name) => Object.hasOwn(credential, name))
      .map((name) => malformed(`/${name}`, 'is not of this version')),
    ...required
      .filter((name) => !Object.hasOwn(credential, name))
      .map((name) => malformed(`/${name}`, 'must be there')),
    ...members
      .filter((name) => Object.hasOwn(credential, name) && !hasZone(String(credential[name])))
      .map((name) => malformed(`/${name}`, 'must be a date and time with its zone')),
  ];
  const [from, until] = members.map((name) => readDateTime(credential[name]));
  const turned = from !== undefined && until !== undefined && until < from;
  return turned ? [...faults, malformed(`/${members[1]}`, 'must not be before the start')] : faults;
}

function checkTypedMembers(owner: JsonObject): Finding[] {
  return TYPED_MEMBERS.flatMap(({ name, idRequired }) =>
    asArray(owner[name] as JsonValue).flatMap((entry, index) => {
      const pointer = Array.isArray(owner[name]) ? pointerOf(name, index) : `/${name}`;
      if (!isObject(entry)) return [malformed(pointer, 'must be an object')];
      const { id } = entry;
      return [
        ...(typesOf(entry).length > 0 ? [] : [malformed(`${pointer}/type`, 'must be there')]),
        ...((id === undefined && !idRequired) || isAbsoluteUrl(id)
          ? []
          : [malformed(`${pointer}/id`, 'must be a URL')]),
      ];
    }),
  );
}

/** VCDM 2.0, section 5.3. Whether a digest is right is told where the resource is at hand. */
function checkRelatedResourceForms(value: JsonValue | undefined): Finding[] {
  const seen = new Set<JsonValue>();
  return asArray(value).flatMap((entry, index) => {
    const pointer = Array.isArray(value) ? pointerOf('relatedResource', index) : '/relatedResource';
    if (!isObject(entry)) return [malformed(pointer, 'must be an object')];
    const { id, digestSRI, digestMultibase } = entry;
    if (!isAbsoluteUrl(id)) return [malformed(`${pointer}/id`, 'must be a URL')];
    if (seen.has(id)) return [malformed(`${pointer}/id`, 'this resource is named already')];
    seen.add(id);
    const stated = [digestSRI, digestMultibase].filter((digest) => digest !== undefined);
    return stated.length > 0 &&
      stated.every((digest) => asArray(digest as JsonValue).every((one) => typeof one === 'string'))
      ? []
      : [malformed(pointer, 'must state a digest')];
  });
}

function malformed(pointer: string, detail: string): Finding {
  return failed('data-model', 'MALFORMED_VALUE_ERROR', detail, { pointer });
}
