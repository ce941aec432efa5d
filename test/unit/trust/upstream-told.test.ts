/** What counts of a statement on a precursor, as B7 and the reliance of the statement on the good tell it; and what does not. */
import { describe } from 'vitest';
import { failed, undetermined } from '../../../src/base/finding.ts';
import { itTells, one, type StoryRow } from '../../support/story-rows.ts';
import { type Bend, CBAM, CELL, drop, noLists, SCHEME, set, setBit, subject } from '../../support/trust-cases.ts';

const claim = (path: string): string => subject('claim:slab', path);
const statement = (path: string): string => subject('statement:slab', path);
const source = { document: 'fictional', date: '2026-09-20' };
const from = '2026-01-01T00:00:00Z';
const compromised = (did: string): Bend => ({
  policy: [set('/compromisedKeys', [{ verificationMethod: `${did}#key-1`, from, source }])],
});
/** Everything that one good of the steel story says of its slab. */
const tells = (title: string, bend: Bend, result = 'REJECT'): StoryRow => [title, CBAM, 'B7 reliance', result, bend];

describe('of a statement on a precursor counts', () => {
  itTells('upstream', [
    tells('nothing that is wrong with it', {}, 'ACCEPT'),
    tells('who signed the claim', compromised('did:web:daehan-slab.example')),
    tells('who signed the statement', compromised('did:web:verify-eu.example')),
    tells('whether the operator is known', { policy: [{ op: 'remove', path: '/trustedOrganisations/0' }] }),
    tells('that its claim is here', { hide: ['claim:slab'] }),
    tells('that its claim is the one that was linked', {
      alter: { 'claim:slab': [set('/credentialSubject/reportingPeriod', '2027')] },
    }),
    tells('that its claim was not refused', { refuse: { 'claim:slab': [failed('schema', 'PARSING_ERROR', '')] } }),
    tells(
      'that its claim could be judged',
      {
        refuse: { 'claim:slab': [undetermined('proof', 'DID_RESOLUTION_ERROR', '')] },
      },
      'UNDETERMINED',
    ),
    tells('the accreditation that it names', one(set(statement('/accreditation'), { $link: 'accreditation:kr' }))),
    tells('the order of the links', one(set('/credentials/claim:slab/validFrom', '2027-02-26T00:00:00Z'))),
    tells('whether the claim is in force', { status: { 'claim:slab': setBit('revocation') } }),
    tells('whether the statement is in force', { status: { 'statement:slab': setBit('revocation') } }),
    tells('whether that can be known', { status: { 'statement:slab': noLists } }, 'UNDETERMINED'),
    tells('who verified it', one(set('/credentials/claim:slab/issuer', 'did:web:verify-eu.example'))),
    tells('which values were checked', one(set(statement('/checkedValues/0/value'), '9'))),
    tells('when', one(set(statement('/statementDate'), '2026-02-25'))),
    tells('how it concludes', one(set(statement('/conclusion'), 'adverse'))),
    tells(
      'what was left uncorrected',
      one(
        set(statement('/uncorrected'), [{ kind: 'misstatement', material: true, description: 'x' }]),
        set(statement('/uncorrectedCount'), '1'),
      ),
    ),
    tells('how sure it is', one(set(statement('/levelOfAssurance'), 'limited'))),
    tells('who reviewed it', one(set(statement('/independentReview'), false))),
    tells(
      'whom the accreditation is about',
      one(set('/credentials/statement:slab/issuer', 'did:web:verify-kr.example')),
    ),
    tells('its date against the accreditation', one(set(statement('/statementDate'), '2026-01-10'))),
    tells('its engagement', one(set(statement('/engagement'), 'validation'))),
    tells('the group of its goods', one(set(claim('/goods/0/aggregatedGoodsCategory'), 'unwrought-aluminium'))),
    tells(
      'the term of the accreditation',
      one(
        set('/credentials/accreditation:eu/validUntil', '2033-01-01T00:00:00Z'),
        set(subject('accreditation:eu', '/expiryDate'), '2033-01-01'),
      ),
    ),
    tells('the basis of the accreditation', one(set(subject('accreditation:eu', '/legalBasis'), 'national'))),
    tells('its programme', one(set(statement('/programme'), 'iso14067-pcf'))),
    tells('its opinion', one(set(statement('/opinionCode'), 'not-satisfactory'))),
    tells('an anchor that trusts nobody below', { policy: [set('/anchors/0/did', 'did:web:other.example')] }),
    tells('the length of the path', { policy: [set('/regimes/0/maximumPathLength', 2)] }, 'ACCEPT'),
    tells('that it is here', { hide: ['statement:slab'] }),
    tells(
      'that it could be judged',
      {
        refuse: { 'statement:slab': [undetermined('proof', 'DID_RESOLUTION_ERROR', '')] },
      },
      'UNDETERMINED',
    ),
  ]);
});

describe('of a statement on a precursor does not count', () => {
  itTells('upstream', [
    tells('the visit to its site', one(drop(statement('/siteVisit'))), 'ACCEPT'),
    tells('the form of its coordinates', one(set(claim('/installation/latitude'), '36')), 'ACCEPT'),
    tells('the language of its report', one(set(statement('/reportLanguage'), 'ko')), 'ACCEPT'),
    tells('how many figures its totals have', one(set(claim('/totalDirectEmissions/value'), '1.5')), 'ACCEPT'),
  ]);
});

describe('of a statement that a footprint relies on counts', () => {
  const relies = (title: string, bend: Bend, result: string, story = CELL): StoryRow => [
    ...([title, story, 'reliance A5 A6', result, bend] as const),
  ];
  const cam = (path: string): string => subject('statement:cam', path);
  itTells('upstream', [
    relies('its conclusion', one(set(cam('/conclusion'), 'adverse')), 'REVIEW'),
    relies('its arrangement', one(set(subject('arrangement:kr-mra', '/levels/L2'), 'validation')), 'REJECT'),
    relies('its status', { status: { 'statement:cam': noLists } }, 'REVIEW'),
    relies('its claim', { hide: ['claim:cam'] }, 'ACCEPT'),
    relies(
      'nothing where a decision recognises what relies on it',
      {
        ...one(set(cam('/conclusion'), 'adverse')),
        show: ['claim:cam', 'statement:cam'],
      },
      'ACCEPT',
      SCHEME,
    ),
  ]);
});
