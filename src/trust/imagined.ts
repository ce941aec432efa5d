/**
 * The statement that a body would make, and the accreditation that another would grant: candidates for the chain rules, so that a
 * question about a right is answered by the code that judges its use. Never evidence: nothing here was admitted, and no answer
 * rests on it.
 */
import type { JsonObject } from '../base/json.ts';
import type { AuthorityQuestion } from './authority-question.ts';
import type { Candidate } from './candidate.ts';
import type { Regime } from './regimes/regime.ts';

/** An identifier that no credential and no party can have: DIDs and URNs never begin like this. */
const NOBODY = 'imagined:verification-body';

export function imaginedStatement({ kind, entity, activity, at }: AuthorityQuestion, programme: string): Candidate {
  const issuer = kind === 'recognition' ? NOBODY : entity;
  return imagine('VerificationStatement', issuer, { engagement: activity, programme }, at);
}

export function imaginedClaim(regime: Regime): Candidate {
  return imagine(regime.claimType, NOBODY, {}, 0);
}

/** What the entity would grant to a body that can do all that is asked, on a basis that the regime admits. */
export function imaginedAccreditation(
  { entity, activity, demand, at }: AuthorityQuestion,
  programme: string,
  regime: Regime,
): Candidate {
  const { standard, cbamActivityGroup: group, sector, territory } = demand;
  const scope = {
    ...{ activity, programme },
    ...(standard === undefined ? {} : { normative: [standard] }),
    ...(group === undefined ? {} : { cbamActivityGroups: [group] }),
    ...(sector === undefined ? {} : { sectors: [sector] }),
    ...(territory === undefined ? {} : { locations: [territory] }),
  };
  const legalBasis = regime.legalBases[0] ?? '';
  return imagine('VerifierAccreditation', entity, { id: NOBODY, legalBasis, scopes: [scope] }, at);
}

function imagine(type: string, issuer: string, subject: JsonObject, at: number): Candidate {
  const id = `imagined:${type}`;
  return {
    document: { id, type: ['VerifiableCredential', type], issuer, credentialSubject: subject },
    ...{ id, type, issuer, subject },
    ...{ validFrom: at, validUntil: at + 1, digest: '', keys: [], didDocuments: [], status: [] },
  };
}
