/** What the sentences of the demonstration are filled with, in the language they are told in. */
import { asArray, isObject, type JsonObject } from '../../src/base/json.ts';
import { formatMessage, type Language, type MessageKey } from '../../src/trust/messages/message.ts';
import type { Issued } from '../demonstration/issuing.ts';
import { type Network, partyOfDid } from '../demonstration/network.ts';
import type { Name } from '../demonstration/story.ts';
import type { Texts } from './texts.en.ts';

export interface CredentialWords {
  /** Whom or what it is about. */
  readonly subject: string;
  readonly detail: string;
}

export interface ShownWords {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly size: string;
  readonly challenge: string;
}

export interface JudgedWords {
  readonly showing: string;
  readonly regime: string;
  readonly at: string;
  readonly result: string;
  readonly inWords: string;
}

/** The names of the examples say that they are fictional; the demonstration says it once for all. */
export function nameIn(language: Language, name: Name | JsonObject): string {
  return String(name[language] ?? name['en'] ?? '').replace(/ \((fictional|가상)\)$/, '');
}

export function sizeOf(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/** The words of a product message, with names where it has DIDs; the key itself for a message this version does not know. */
export function reasonIn(
  network: Network,
  language: Language,
  message: string,
  params: Readonly<Record<string, string>>,
): string {
  const named = Object.entries(params).map(([key, value]) => {
    const party = partyOfDid(network, value);
    return [key, party === undefined ? value : nameIn(language, party.name)];
  });
  return formatMessage(message as MessageKey, Object.fromEntries(named), language) ?? message;
}

/** A party of a trust path: by the name of the policy, or, said to be so, by the one this story knows. */
export function partyIn(network: Network, language: Language, texts: Texts, party: JsonObject): string {
  if (isObject(party['name'])) return nameIn(language, party['name']);
  const known = partyOfDid(network, String(party['did']));
  return texts.unnamed(known === undefined ? String(party['did']) : nameIn(language, known.name));
}

/** What one credential says, in one line. */
export function describe(network: Network, issued: Issued, texts: Texts, language: Language): string {
  const { credential, draft } = issued;
  const subject = credential['credentialSubject'] as JsonObject;
  const nameOf = (did: unknown): string => {
    const party = partyOfDid(network, String(did));
    return party === undefined ? String(did) : nameIn(language, party.name);
  };
  switch (draft.type) {
    case 'RecognitionArrangement': {
      const detail = [textAt(subject, 'arrangement', 'name'), textAt(subject, 'kind'), listAt(subject, 'programmes')];
      return texts.credential.arrangement({ subject: nameOf(subject['id']), detail: joined(detail) });
    }
    case 'VerifierAccreditation': {
      const [scope] = asArray(subject['scopes']).filter(isObject);
      const groups = listAt(scope ?? {}, 'cbamActivityGroups');
      const detail = [
        textAt(subject, 'accreditationId'),
        textAt(scope ?? {}, 'programme'),
        textAt(subject, 'legalBasis'),
        groups === '' ? '' : texts.groups(groups),
      ];
      return texts.credential.accreditation({ subject: nameOf(subject['id']), detail: joined(detail) });
    }
    case 'EmbeddedEmissionsClaim': {
      const [good = {}] = asArray(subject['goods']).filter(isObject);
      const detail = [
        `CN ${textAt(good, 'cnCode')}`,
        `${textAt(good, 'specificDirect')} tCO2e/t`,
        textAt(subject, 'reportingPeriod'),
      ];
      return texts.credential.emissionsClaim({ subject: '', detail: joined(detail) });
    }
    case 'CarbonFootprintClaim': {
      const value = textAt(subject, 'footprint', 'pcf', 'pcfExcludingBiogenicUptake');
      const unit = textAt(subject, 'footprint', 'pcf', 'declaredUnitOfMeasurement');
      const detail = [textAt(subject, 'footprint', 'productNameCompany'), `${value} kgCO2e/${UNITS[unit] ?? unit}`];
      return texts.credential.footprintClaim({ subject: '', detail: joined(detail) });
    }
    case 'VerificationStatement': {
      const level =
        textAt(subject, 'levelOfAssurance') === 'limited' ? texts.assurance.limited : texts.assurance.reasonable;
      const edition = editionOf(network, draft.key, texts);
      const detail = [textAt(subject, 'programme'), textAt(subject, 'verificationStandard'), level, edition];
      return texts.credential.statement({ subject: nameOf(subject['claimHolder']), detail: joined(detail) });
    }
    default: {
      const holder = partyOfDid(network, String(issued.holders[0]?.did));
      const mark = texts.mark(textAt(subject, 'grantedMark', 'markId'));
      return texts.credential.decision({
        subject: holder === undefined ? '' : nameIn(language, holder.name),
        detail: mark,
      });
    }
  }
}

/** Of two editions, which one; nothing for a statement that has but one. */
function editionOf({ story }: Network, key: string, texts: Texts): string {
  if (key.endsWith('-public')) return texts.publicEdition;
  return story.drafts.some((other) => other.key === `${key}-public`) ? texts.wholeEdition : '';
}

const UNITS: Readonly<Record<string, string>> = { kilogram: 'kg' };

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(', ');

function textAt(value: JsonObject, ...path: readonly string[]): string {
  let found: unknown = value;
  for (const member of path) found = isObject(found) ? found[member] : undefined;
  return typeof found === 'string' ? found : '';
}

function listAt(value: JsonObject, member: string): string {
  return asArray(value[member]).map(String).join(', ');
}
