/** Layer `chain`: when a link counted (docs/trust.md, section 4). */
import type { JsonObject } from '../../../src/base/json.ts';
import { buildChain, type ListContent } from '../chain-base.ts';
import { evaluationTrials } from '../evaluating.ts';
import type { Builder, Trial, TrialExpectation } from '../trial.ts';
import { AB, ACCREDITATION, HONEST, honest, replace, SHORT, shortRequest, shortTrials } from './chain.ts';

/** The accreditation with other dates, on its certificate too. */
const dated = (from: string, until: string) => [
  replace(`${ACCREDITATION}/validFrom`, `${from}T00:00:00Z`),
  replace(`${ACCREDITATION}/validUntil`, `${until}T00:00:00Z`),
  replace(`${ACCREDITATION}/credentialSubject/effectiveDate`, from),
  replace(`${ACCREDITATION}/credentialSubject/expiryDate`, until),
  replace(`${ACCREDITATION}/credentialSubject/firstGranted`, from),
];

const expiredThen: Builder = async (world) => [
  ...(await shortTrials(world, 'it ended before the statement', { patch: dated('2023-01-01', '2026-12-31') })),
  ...(await shortTrials(world, 'it began after the statement', { patch: dated('2027-03-01', '2031-09-14') })),
  ...(await shortTrials(world, 'it ended on the day of the statement', { patch: dated('2026-09-15', '2027-02-25') })),
  ...(await shortTrials(world, 'it ended the day after', { patch: dated('2026-09-15', '2027-02-26') }, HONEST)),
];

/** Both settings of the policy for an accreditation that was good then and is not now. */
const expiredNow: Builder = async (world) => {
  const chain = await buildChain(world, { keys: SHORT, patch: dated('2026-09-15', '2027-03-15') });
  const regimes = (chain.policy['regimes'] as readonly JsonObject[]).map((regime) => ({
    ...regime,
    accreditationInForce: 'statement-and-now',
  }));
  const strict: JsonObject = { ...chain.policy, regimes };
  const noted = (result: JsonObject): readonly string[] => {
    const rules = result['rules'] as readonly JsonObject[];
    return rules.some(({ message }) => message === 'time.expired-later') ? [] : ['no note that it has expired since'];
  };
  const refused: TrialExpectation = { verdict: 'refuse', types: ['LOCAL:policy-not-valid-then'] };
  return [
    ...evaluationTrials(world, 'judged at the date of the statement', shortRequest(chain), HONEST, noted),
    ...evaluationTrials(world, 'in force now demanded too', shortRequest(chain, { policy: strict }), refused),
  ];
};

const onAccreditation =
  (purpose: string, content: ListContent) =>
  (issuer: string, asked: string): ListContent =>
    issuer === AB && asked === purpose ? content : {};

const suspended: Builder = async (world) => [
  ...(await honest(world)),
  ...(await shortTrials(world, 'suspended since before the statement', {
    lists: onAccreditation('suspension', {
      set: true,
      notices: [{ reason: 'suspended', effectiveDate: '2027-01-10' }],
    }),
  })),
  ...(await shortTrials(world, 'suspended at the date of the statement, reinstated since', {
    lists: onAccreditation('suspension', {
      set: false,
      notices: [
        { reason: 'suspended', effectiveDate: '2027-01-10' },
        { reason: 'reinstated', effectiveDate: '2027-03-10' },
      ],
    }),
  })),
  ...(await shortTrials(world, 'suspended without a notice', { lists: onAccreditation('suspension', { set: true }) })),
  ...(await shortTrials(
    world,
    'suspended only after the statement',
    {
      lists: onAccreditation('suspension', {
        set: true,
        notices: [{ reason: 'suspended', effectiveDate: '2027-03-10' }],
      }),
    },
    HONEST,
  )),
];

const revoked: Builder = async (world) => {
  const withReason = (reason: string, effectiveDate: string) =>
    onAccreditation('revocation', { set: true, notices: [{ reason, effectiveDate }] });
  // The statement is of 25 February 2027.
  const forms: readonly [string, string, string, boolean][] = [
    ['withdrawn before the statement', 'withdrawn', '2027-02-01', false],
    ['withdrawn after the statement', 'withdrawn', '2027-03-10', true],
    ['annulled before the statement', 'annulled', '2027-02-01', false],
    ['annulled after the statement', 'annulled', '2027-03-10', false],
    ['another reason, after the statement', 'key compromised', '2027-03-10', false],
  ];
  const trials: Trial[] = [];
  for (const [form, reason, date, passes] of forms) {
    trials.push(...(await shortTrials(world, form, { lists: withReason(reason, date) }, passes ? HONEST : undefined)));
  }
  const unexplained = { lists: onAccreditation('revocation', { set: true }) };
  return [...trials, ...(await shortTrials(world, 'without a notice', unexplained))];
};

export const CHAIN_TIME_BUILDERS: Readonly<Record<string, Builder>> = {
  'CH-008': expiredThen,
  'CH-009': expiredNow,
  'CH-010': suspended,
  'CH-011': revoked,
};
