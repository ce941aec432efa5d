/** Who may vouch for whom: docs/domain.md, sections 3.1, 3.2, 3.3 and 3.7. */

import { credentialSchema } from './envelope.ts';
import {
  activityGroup,
  closed,
  country,
  date,
  did,
  digest,
  line,
  linkTo,
  oneOf,
  setOf,
  text,
  uri,
  urn,
  whenIs,
  word,
} from './parts.ts';

export const identityAnchor = credentialSchema(
  'identity-anchor',
  'IdentityAnchor',
  'A register says which organisation a DID is',
  closed(
    {
      id: did,
      registeredName: line,
      registeredId: line,
      idScheme: closed({ id: uri, name: line }),
      registerType: oneOf('business', 'facility', 'accreditation'),
    },
    {
      registeredDate: date,
      registrationScope: setOf(uri),
      registrar: closed({ id: did, name: line }),
      publicInformation: uri,
      supersedes: linkTo('IdentityAnchor'),
    },
    whenIs('registerType', 'accreditation', 'registrationScope'),
  ),
);

export const verifierAccreditation = credentialSchema(
  'verifier-accreditation',
  'VerifierAccreditation',
  'An accreditation body says what a verification body is competent for',
  closed(
    {
      id: did,
      accreditationId: line,
      accreditationBodyCountry: country,
      verifierCountry: country,
      legalBasis: oneOf('national', 'Reg-765/2008', 'Reg-765/2008+DR-2025/2551'),
      standards: setOf(line),
      scopes: setOf(
        closed(
          { activity: oneOf('verification', 'validation'), programme: word, normative: setOf(line) },
          { cbamActivityGroups: setOf(activityGroup), sectors: setOf(line), locations: setOf(country) },
          whenIs('programme', 'eu-cbam', 'cbamActivityGroups'),
        ),
      ),
      effectiveDate: date,
      expiryDate: date,
    },
    { firstGranted: date, supersedes: linkTo('VerifierAccreditation') },
  ),
);

const levels = closed({ L1: line, L2: line, L3: line }, { L4: setOf(line), L5: setOf(line) });

export const recognitionArrangement = credentialSchema(
  'recognition-arrangement',
  'RecognitionArrangement',
  'Verifications that come from a body or a scheme are accepted, on these conditions',
  closed(
    {
      id: did,
      kind: oneOf('mla-signatory', 'scheme-mra', 'regulatory-listing', 'bilateral'),
      arrangement: closed({ id: uri, name: line }, { predecessor: uri }),
      direction: oneOf('mutual', 'unilateral'),
    },
    {
      levels,
      programmes: setOf(word),
      conditions: setOf(oneOf('none', 'application', 'fee', 'additional-review')),
      territory: setOf(country),
      instrument: closed({ url: uri, digest }),
      supersedes: linkTo('RecognitionArrangement'),
    },
    {
      ...whenIs('kind', 'mla-signatory', 'levels'),
      else: { required: ['programmes'] },
    },
  ),
);

export const recognitionDecision = credentialSchema(
  'recognition-decision',
  'RecognitionDecision',
  'A scheme, an authority or a verification body accepts one statement',
  closed(
    {
      id: urn,
      statement: linkTo('VerificationStatement'),
      basis: linkTo('RecognitionArrangement'),
      decision: oneOf('accepted', 'accepted-with-conditions', 'refused'),
    },
    {
      conditions: setOf(text),
      grantedMark: closed({ markId: line, name: line }),
      supersedes: linkTo('RecognitionDecision'),
    },
  ),
);
