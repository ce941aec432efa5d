/** What a relying party signs about an evaluation of its own: docs/domain.md, section 3.9. */

import { credentialSchema } from './envelope.ts';
import { closed, dateTime, digest, line, linkTo, matching, oneOf, type Schema, setOf, urn } from './parts.ts';

/** What each result is called. Nothing here is ever called recognised: the authority, the scheme or the buyer decides. */
const WORDINGS = {
  ACCEPT: 'meets the checks for',
  ACCEPT_WITH_CONDITIONS: 'meets the checks, with open conditions, for',
  REVIEW: 'needs a person to look before it meets the checks for',
  REJECT: 'does not meet the checks for',
  UNDETERMINED: 'could not be shown to meet the checks for',
} as const;

const RESULTS = Object.keys(WORDINGS) as (keyof typeof WORDINGS)[];

const saysWhatItIs = (result: keyof typeof WORDINGS): Schema => ({
  if: { properties: { result: { const: result } }, required: ['result'] },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
  then: { properties: { wording: matching(`^${WORDINGS[result]} [^\\t\\n\\r]+$`) } },
});

const rules = setOf(matching('^[A-Za-z0-9.-]{1,60}$'));

export const verificationReport = credentialSchema(
  'verification-report',
  'VerificationReport',
  'A relying party says what its evaluation of one claim found, under each regime, at an instant',
  closed(
    {
      id: urn,
      claim: linkTo('CarbonFootprintClaim', 'EmbeddedEmissionsClaim'),
      at: dateTime,
      evaluatedAt: dateTime,
      policyDigest: digest,
      reportDigest: digest,
      results: setOf(
        closed(
          { regime: line, result: oneOf(...RESULTS), wording: line },
          {
            statement: linkTo('VerificationStatement'),
            failedRules: rules,
            warnedRules: rules,
            undeterminedRules: rules,
            uncheckedRules: rules,
          },
          { allOf: RESULTS.map(saysWhatItIs) },
        ),
      ),
    },
    { supersedes: linkTo('VerificationReport') },
  ),
);
