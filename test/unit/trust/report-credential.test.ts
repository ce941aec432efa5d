import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { baseDigest, checkLinkRef } from '../../../src/credentials/link.ts';
import { verificationReport } from '../../../src/credentials/profiles/verification-report.ts';
import { digestOfJson } from '../../../src/formats/digest.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import { createReportCredential, type ReportedEvaluation } from '../../../src/trust/report-credential.ts';
import { schemas } from '../../support/credential-dependencies.ts';
import { applyPatch } from '../../support/json-patch.ts';
import { CBAM, requestFor } from '../../support/trust-cases.ts';
import { admitted } from '../../support/worked-examples.ts';

const ID = 'urn:uuid:00000000-0000-4000-8000-00000000feed';
const envelope = {
  id: ID,
  evaluatedAt: '2027-04-15T00:00:01Z',
  issuer: 'did:web:buyer.example',
  validFrom: '2027-04-15T00:00:02Z',
  validUntil: '2028-04-15T00:00:02Z',
};

async function evaluated(): Promise<ReportedEvaluation> {
  const request = await requestFor(CBAM);
  return {
    ...envelope,
    report: evaluate(request).report,
    credentials: request.admitted.map(({ document }) => document),
  };
}

const subjectOf = (credential: JsonObject | undefined) => credential?.['credentialSubject'] as JsonObject;
const resultsOf = (credential: JsonObject | undefined) => subjectOf(credential)['results'] as JsonObject[];

/** As an issuer completes it, judged by the closed schema. */
function faultsOf(credential: JsonObject | undefined): readonly string[] {
  const complete = {
    id: 'urn:uuid:00000000-0000-4000-8000-00000000beef',
    credentialSchema: {
      id: verificationReport.schemaUrl,
      type: 'JsonSchema',
      digestMultibase: verificationReport.schemaDigest,
    },
    ...credential,
  };
  return schemas.validate(verificationReport.schemaUrl, complete).flatMap((finding) => finding.pointer ?? []);
}

/** The same evaluation, with other results in its report. */
function withResults(one: ReportedEvaluation, results: JsonObject): ReportedEvaluation {
  return { ...one, report: { ...one.report, results } };
}

describe('a report credential', () => {
  test('names the claim and the statement by digest, and carries the digest of the report', async () => {
    const one = await evaluated();
    const credential = createReportCredential(one);
    expect(faultsOf(credential)).toEqual([]);
    const subject = subjectOf(credential);
    expect(subject).toMatchObject({
      id: ID,
      evaluatedAt: envelope.evaluatedAt,
      reportDigest: digestOfJson(one.report),
    });
    const [claim] = one.credentials.filter(({ id }) => id === (subject['claim'] as JsonObject)['target']);
    expect(checkLinkRef(subject['claim'], claim ?? {}).outcome).toBe('passed');
    const cbam = resultsOf(credential).find(({ regime }) => regime === 'eu-cbam') ?? {};
    const statement = one.credentials.find(({ id }) => id === (cbam['statement'] as JsonObject)['target']);
    expect(checkLinkRef(cbam['statement'], statement ?? {}).outcome).toBe('passed');
    expect(cbam).toMatchObject({ result: 'ACCEPT', wording: 'meets the checks for eu-cbam' });
    expect(cbam).not.toHaveProperty('failedRules');
  });

  test('is about the form of the claim that shows most, whatever the order', async () => {
    const request = await requestFor(CBAM);
    const whole = request.admitted.find(({ id }) => id === request.claim)?.document ?? {};
    const part = applyPatch(whole, [{ op: 'remove', path: '/credentialSubject/blinding' }]);
    const { report } = evaluate({ ...request, admitted: [...request.admitted, admitted(part)] });
    for (const credentials of [
      [whole, part],
      [part, whole],
    ]) {
      const link = subjectOf(createReportCredential({ ...envelope, report, credentials }))['claim'] as JsonObject;
      expect(link['baseDigestMultibase']).toBe(baseDigest(whole));
    }
    const shownInPart = createReportCredential({ ...envelope, report, credentials: [part] });
    expect(subjectOf(shownInPart)['claim']).not.toHaveProperty('baseDigestMultibase');
  });

  const rule = (id: string, outcome: string, severity = 'E') => ({ id, outcome, severity });

  test.each([
    ['ACCEPT', 'meets the checks for eu-cbam'],
    ['ACCEPT_WITH_CONDITIONS', 'meets the checks, with open conditions, for eu-cbam'],
    ['REVIEW', 'needs a person to look before it meets the checks for eu-cbam'],
    ['REJECT', 'does not meet the checks for eu-cbam'],
    ['UNDETERMINED', 'could not be shown to meet the checks for eu-cbam'],
  ])('%s reads "%s", and the schema takes no other wording', async (result, wording) => {
    const one = await evaluated();
    const claim = String((subjectOf(createReportCredential(one))['claim'] as JsonObject)['target']);
    const credential = createReportCredential(withResults(one, { 'eu-cbam': { result, claim, rules: [] } }));
    expect(resultsOf(credential)).toEqual([{ regime: 'eu-cbam', result, wording }]);
    expect(faultsOf(credential)).toEqual([]);
    const others = ['ACCEPT', 'REJECT', 'REVIEW', 'UNDETERMINED', 'ACCEPT_WITH_CONDITIONS'].filter(
      (it) => it !== result,
    );
    for (const other of others) {
      const results = [{ regime: 'eu-cbam', result: other, wording }];
      expect(faultsOf({ ...credential, credentialSubject: { ...subjectOf(credential), results } })).toEqual([
        '/credentialSubject/results/0/wording',
      ]);
    }
  });

  test('sorts rules by what came of them: each id once, notes left out', async () => {
    const one = await evaluated();
    const claim = String((subjectOf(createReportCredential(one))['claim'] as JsonObject)['target']);
    const rules = [
      rule('C4', 'failed'),
      rule('B7', 'failed'),
      rule('B7', 'failed'),
      rule('A2', 'failed', 'W'),
      rule('time.claim', 'undetermined'),
      rule('B4', 'skipped'),
      rule('R5', 'passed'),
      rule('L5', 'failed', 'N'),
      rule('L4', 'undetermined', 'N'),
    ];
    const credential = createReportCredential(withResults(one, { 'eu-cbam': { result: 'REJECT', claim, rules } }));
    expect(resultsOf(credential)).toEqual([
      {
        regime: 'eu-cbam',
        result: 'REJECT',
        wording: 'does not meet the checks for eu-cbam',
        failedRules: ['B7', 'C4'],
        warnedRules: ['A2'],
        undeterminedRules: ['time.claim'],
        uncheckedRules: ['B4'],
      },
    ]);
    expect(faultsOf(credential)).toEqual([]);
  });

  test('links to what it supersedes', async () => {
    const one = await evaluated();
    const before = { ...createReportCredential(one), id: 'urn:uuid:00000000-0000-4000-8000-00000000cafe' };
    const credential = createReportCredential({ ...one, supersedes: before });
    expect(checkLinkRef(subjectOf(credential)['supersedes'], before).outcome).toBe('passed');
    expect(faultsOf(credential)).toEqual([]);
  });

  test('is not made where no claim was judged, or where the claim was not what was looked at', async () => {
    const one = await evaluated();
    expect(createReportCredential(withResults(one, { 'eu-cbam': { result: 'REJECT', rules: [] } }))).toBeUndefined();
    expect(createReportCredential({ ...one, credentials: [] })).toBeUndefined();
    const altered = one.credentials.map((credential) => ({ ...credential, validUntil: '2040-01-01T00:00:00Z' }));
    expect(createReportCredential({ ...one, credentials: altered })).toBeUndefined();
  });
});
