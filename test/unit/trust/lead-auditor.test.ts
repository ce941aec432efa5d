/** B13: five years running, then three years' pause, as far as the reports in hand tell. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { createLinkRef } from '../../../src/credentials/link.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { EvaluationInput } from '../../../src/trust/evaluation.ts';
import { readExample } from '../../support/example-credentials.ts';
import { CBAM, requestFor, set, setBit, subject } from '../../support/trust-cases.ts';
import { admitted, clearHistory, keyOf, policyOfExample, requirePolicyOf } from '../../support/worked-examples.ts';

const AUDITOR = 'auditor-7f3a';
const BODY = 'did:web:verify-eu.example';
const OTHER_KEY = {
  ...keyOf(BODY),
  method: `${BODY}#key-2`,
  publicKeyMultibase: `${keyOf(BODY).publicKeyMultibase}2`,
};

interface Report {
  readonly year: number;
  readonly auditor?: string | undefined;
  readonly issuer?: string;
  readonly installation?: string;
  readonly programme?: string;
  readonly revoked?: boolean;
  readonly otherKey?: boolean;
}

const led = (...years: readonly number[]): Report[] => years.map((year) => ({ year, auditor: AUDITOR }));
const others = (...years: readonly number[]): Report[] => years.map((year) => ({ year, auditor: 'auditor-0c11' }));

let years: ReadonlyMap<number, EvaluationInput>;
beforeAll(async () => {
  const build = async (year: number) => {
    const patch = [set(subject('claim:coil', '/reportingPeriod'), String(year))];
    return [year, await requestFor(CBAM, { patch })] as const;
  };
  years = new Map(await Promise.all([2026, 2030, 2031, 2032, 2034, 2035].map(build)));
});

/** What B13 says of the report on `year`, with these earlier ones in hand. */
function said(year: number, earlier: readonly Report[], named = true, policy?: JsonObject): string {
  const request = years.get(year);
  if (request === undefined) throw new Error(String(year));
  const shown = request.admitted.map((credential) => {
    if (!credential.id.endsWith('013') || named) return credential;
    const { leadAuditor: _, ...rest } = credential.subject;
    return admitted({ ...credential.document, credentialSubject: rest });
  });
  const more = earlier.flatMap((report, index) => credentialsOf(request, report, index));
  const { rules = [] } =
    evaluate({
      ...request,
      admitted: [...shown, ...more],
      ...(policy === undefined ? {} : { policy: requirePolicyOf(policy) }),
    }).results['eu-cbam'] ?? {};
  return rules
    .filter(({ id }) => id === 'B13')
    .map(({ message, outcome }) => `${message} ${outcome}`)
    .join();
}

function credentialsOf(request: EvaluationInput, report: Report, index: number) {
  const [claim, statement] = ['012', '013'].map((tail) => request.admitted.find(({ id }) => id.endsWith(tail)));
  if (claim === undefined || statement === undefined) throw new Error('not there');
  const { year, issuer = BODY, auditor, installation, programme = 'eu-cbam', revoked, otherKey } = report;
  const place = claim.subject['installation'] as JsonObject;
  const number = String(index).padStart(12, '0');
  const own: JsonObject = {
    ...claim.document,
    id: `urn:uuid:55555555-0000-4000-8000-${number}`,
    credentialSubject: {
      ...claim.subject,
      reportingPeriod: String(year),
      installation: installation === undefined ? place : { ...place, cbamRegistryId: installation },
    },
  };
  const { leadAuditor: _, ...rest } = statement.subject;
  const body = {
    ...rest,
    ...(auditor === undefined ? {} : { leadAuditor: auditor }),
    programme,
    claim: createLinkRef(own),
  };
  const document: JsonObject = {
    ...statement.document,
    id: `urn:uuid:55555555-0000-4000-8001-${number}`,
    issuer,
    credentialSubject: body,
  };
  const status = revoked === true ? { status: setBit('revocation')(clearHistory(document)) } : {};
  return [admitted(own), admitted(document, { ...status, ...(otherKey === true ? { keys: [OTHER_KEY] } : {}) })];
}

const PASSED = 'B13 passed';
const TOO_LONG = 'B13.too-long failed';
const PAUSE = 'B13.pause failed';
const OPEN = 'B13.earlier skipped';

describe('the first five years', () => {
  it('need no earlier report: before 2026 there was nothing to verify', () => {
    expect(said(2026, [])).toBe(PASSED);
    expect(said(2030, [])).toBe(PASSED);
    expect(said(2030, led(2026, 2027, 2028, 2029))).toBe(PASSED);
    expect(said(2030, [], false)).toBe(PASSED);
  });
  it('are not lengthened by a report on a year before them', () => {
    expect(said(2030, led(2024))).toBe(PASSED);
    expect(said(2031, led(2024))).toBe(OPEN);
  });
  it('over, nothing is known without them', () => {
    expect(said(2031, [])).toBe(OPEN);
    expect(said(2031, led(2030, 2029, 2028, 2027))).toBe(OPEN);
    expect(said(2031, others(2028), false)).toBe(OPEN);
  });
});

describe('after five years running', () => {
  it('a sixth needs a person', () => {
    expect(said(2031, led(2026, 2027, 2028, 2029, 2030))).toBe(TOO_LONG);
  });
  it('so does one before three free years', () => {
    const five = led(2026, 2027, 2028, 2029, 2030);
    expect(said(2032, [...five, ...others(2031)])).toBe(PAUSE);
    expect(said(2032, five)).toBe(PAUSE);
    expect(said(2032, [...five, ...led(2031)])).toBe(TOO_LONG);
    expect(said(2034, [...five, ...others(2031, 2032), ...led(2033)])).toBe(PAUSE);
    expect(said(2034, [...five, ...others(2031, 2032)])).toBe(OPEN);
    expect(said(2034, [...five, ...others(2031, 2032, 2033)])).toBe(PASSED);
    expect(said(2035, [...five, ...others(2032, 2033, 2034)])).toBe(PASSED);
    expect(said(2035, [...five, ...others(2031, 2033, 2034)])).toBe(OPEN);
  });
  it('a year of somebody else’s in between begins the count anew', () => {
    expect(said(2031, [...led(2026, 2027, 2029, 2030), ...others(2028)])).toBe(PASSED);
    expect(said(2031, others(2030))).toBe(PASSED);
    expect(said(2032, others(2029))).toBe(PASSED);
  });
});

describe('what counts as somebody else’s year', () => {
  const only = (report: Partial<Report>) => said(2031, [{ year: 2030, auditor: 'auditor-0c11', ...report }]);
  it('is a report in force, by this body or a known one, that names who led', () => {
    expect(only({})).toBe(PASSED);
    expect(only({ issuer: 'did:web:verify-kr.example' })).toBe(PASSED);
    expect(only({ issuer: 'did:web:evil.example' })).toBe(OPEN);
    expect(only({ auditor: undefined })).toBe(OPEN);
    expect(only({ revoked: true })).toBe(OPEN);
    expect(only({ installation: 'INST-KR-9999' })).toBe(OPEN);
    expect(only({ programme: 'iso14067-pcf' })).toBe(OPEN);
  });
  it('is none by a report that a compromised key signed', () => {
    const signedByOther = (policy?: JsonObject) =>
      said(2031, [{ year: 2030, auditor: 'auditor-0c11', otherKey: true }], true, policy);
    const entry = {
      verificationMethod: OTHER_KEY.method,
      from: '2026-12-01T00:00:00Z',
      source: { document: 'letter of the body, fictional', date: '2027-04-01' },
    };
    const policy = policyOfExample(readExample('steel-coil'));
    expect(signedByOther(policy)).toBe(PASSED);
    expect(signedByOther({ ...policy, compromisedKeys: [entry] })).toBe(OPEN);
  });
  it('is none by a pseudonym of another body, and a revoked report was still led', () => {
    const five = led(2026, 2027, 2028, 2029, 2030);
    expect(
      said(
        2031,
        five.map((report) => ({ ...report, issuer: 'did:web:verify-kr.example' })),
      ),
    ).toBe(PASSED);
    expect(
      said(
        2031,
        five.map((report) => ({ ...report, revoked: true })),
      ),
    ).toBe(TOO_LONG);
    expect(
      said(
        2031,
        five.map((report) => ({ ...report, installation: 'INST-KR-9999' })),
      ),
    ).toBe(OPEN);
  });
  it('is nobody’s where neither report names who led', () => {
    const unnamed = [2026, 2027, 2028, 2029, 2030].map((year) => ({ year, auditor: undefined }));
    expect(said(2031, unnamed, false)).toBe(OPEN);
  });
  it('is none where this auditor led as well', () => {
    expect(said(2031, [...others(2030), ...led(2026, 2027, 2028, 2029, 2030)])).toBe(TOO_LONG);
  });
});
