/** What surrounds every subject: VCDM 2.0 as docs/domain.md, section 2, narrows it, and the form of proofs and status entries. */
import {
  BASE,
  closed,
  dateTime,
  did,
  digest,
  line,
  type Members,
  matching,
  type Schema,
  setOf,
  text,
  uri,
  uuidUrn,
  word,
} from './parts.ts';

export const V2 = 'https://www.w3.org/ns/credentials/v2';
const V1 = 'https://www.w3.org/2018/credentials/v1';
const DATA_INTEGRITY = 'https://w3id.org/security/data-integrity/v2';
export const OURS = 'https://w3id.org/proofprint/contexts/v1';

/** A closed object, or a set of them. */
const oneOrMore = (one: Schema): Schema => ({ ...one, type: ['object', 'array'], items: one, minItems: 1 });

const statusEntry = closed(
  {
    type: { const: 'BitstringStatusListEntry' },
    statusPurpose: word,
    statusListIndex: matching('^(0|[1-9]\\d{0,15})$'),
    statusListCredential: uri,
  },
  { id: uri },
);

const PROOF_MEMBERS = [
  '@context',
  'id',
  'type',
  'cryptosuite',
  'created',
  'expires',
  'verificationMethod',
  'proofPurpose',
  'proofValue',
  'domain',
  'challenge',
  'nonce',
  'previousProof',
];
/** Which members a proof may have. What is in them is judged with the proof, under the codes of Data Integrity. */
export const proof: Schema = oneOrMore(
  closed({}, Object.fromEntries(PROOF_MEMBERS.map((name) => [name, true as unknown as Schema]))),
);

export const exactly = (...urls: readonly string[]): Schema => ({ const: urls });

/** Start of every schema document. */
export function head(name: string, title: string): Schema {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: `${BASE}${name}.json`, title };
}

/**
 * One credential type of ours. `credentialStatus` is required too, but not by the schema: its absence has a code of its own.
 */
export function credentialSchema(name: string, type: string, title: string, subject: Schema): Schema {
  return {
    ...head(name, title),
    ...closed(
      {
        '@context': exactly(V2, OURS),
        id: uuidUrn,
        type: exactly('VerifiableCredential', type),
        issuer: did,
        validFrom: dateTime,
        validUntil: dateTime,
        credentialSchema: closed({
          id: { const: `${BASE}${name}.json` },
          type: { const: 'JsonSchema' },
          digestMultibase: digest,
        }),
        credentialSubject: subject,
      },
      { credentialStatus: oneOrMore(statusEntry), proof },
    ),
  };
}

const languageValue = closed({ '@value': text }, { '@language': line, '@direction': { enum: ['ltr', 'rtl'] } });
/** Text, or the same text in several languages. */
const textInLanguages: Schema = {
  ...languageValue,
  type: ['string', 'object', 'array'],
  minLength: 1,
  items: languageValue,
  minItems: 1,
};

/** The bare `VerifiableCredential`, for trying things out. */
export const bareCredential: Schema = {
  ...head('verifiable-credential', 'A bare verifiable credential'),
  ...closed(
    {
      '@context': exactly(V2),
      type: exactly('VerifiableCredential'),
      issuer: did,
      validFrom: dateTime,
      validUntil: dateTime,
      credentialSubject: closed({}, { id: uri, type: word, name: textInLanguages, description: textInLanguages }),
    },
    { id: uri, credentialStatus: oneOrMore(statusEntry), proof },
  ),
};

/** The same by VCDM 1.1, whose context knows neither names nor our kind of status. */
export const bareCredential11: Schema = {
  ...head('verifiable-credential-1.1', 'A bare verifiable credential by the data model 1.1'),
  ...closed(
    {
      '@context': { enum: [[V1, DATA_INTEGRITY], [V1]] },
      type: exactly('VerifiableCredential'),
      issuer: did,
      issuanceDate: dateTime,
      expirationDate: dateTime,
      credentialSubject: closed({ id: uri }),
    },
    { id: uri, proof },
  ),
};

const listSubject = (more: Members): Schema =>
  closed(
    {
      type: { const: 'BitstringStatusList' },
      statusPurpose: { type: ['string', 'array'], pattern: '^\\S+$', items: word, minItems: 1 },
      encodedList: { type: 'string', minLength: 1 },
    },
    { id: uri, ttl: { type: 'integer', minimum: 0 }, ...more },
  );

const notice = closed({
  index: matching('^(0|[1-9]\\d{0,15})$'),
  statusPurpose: word,
  reason: line,
  effectiveDate: matching('^\\d{4}-\\d{2}-\\d{2}$', { format: 'date' }),
});

/** A status list as we publish it, with the notices of its changes. */
export const statusList: Schema = {
  ...head('bitstring-status-list-credential', 'A status list with notices'),
  ...closed(
    {
      '@context': exactly(V2, OURS),
      id: uri,
      type: exactly('VerifiableCredential', 'BitstringStatusListCredential'),
      issuer: did,
      validFrom: dateTime,
      validUntil: dateTime,
      credentialSubject: listSubject({ notices: setOf(notice) }),
    },
    { proof },
  ),
};

const anyDateTime: Schema = { type: 'string', format: 'date-time' };

/** A status list of somebody else: Bitstring Status List 1.0 as it stands, as far as we rely on it. */
export const foreignStatusList: Schema = {
  ...head('foreign-status-list-credential', 'A status list of another publisher'),
  ...closed(
    {
      '@context': exactly(V2),
      id: uri,
      type: {
        type: 'array',
        items: { enum: ['VerifiableCredential', 'BitstringStatusListCredential'] },
        minItems: 2,
        maxItems: 2,
        uniqueItems: true,
      },
      issuer: { ...closed({ id: did }), type: ['string', 'object'], pattern: '^did:' },
      credentialSubject: listSubject({}),
    },
    { validFrom: anyDateTime, validUntil: anyDateTime, name: textInLanguages, description: textInLanguages, proof },
  ),
};

/** What surrounds presented credentials. Wallets write it, so both spellings of VCDM 2.0 are taken; what is inside is judged apart. */
export const presentation: Schema = {
  ...head('verifiable-presentation', 'A presentation'),
  ...closed(
    {
      '@context': { type: 'array' },
      type: {
        type: ['string', 'array'],
        pattern: '^VerifiablePresentation$',
        items: { const: 'VerifiablePresentation' },
        minItems: 1,
        maxItems: 1,
      },
    },
    {
      id: uri,
      holder: { ...closed({ id: did }), type: ['string', 'object'], pattern: '^did:' },
      verifiableCredential: { type: ['object', 'array'], items: { type: 'object' } },
      proof,
    },
  ),
};
