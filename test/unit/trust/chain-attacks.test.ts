/** The chain cases of the attack corpus (test/adversarial, layer `chain`) where they can be judged without bytes, keys or a network. */
import { describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { admit } from '../../../src/trust/admitted.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { RegimeResult } from '../../../src/trust/evaluation.ts';
import { readPolicy } from '../../../src/trust/policy.ts';
import { C4 } from '../../../src/trust/rules/accreditation.ts';
import { only } from '../../../src/trust/scope.ts';
import { readExample } from '../../support/example-credentials.ts';
import type { PatchOperation } from '../../support/json-patch.ts';
import {
  type Bend,
  CBAM,
  CUSTOMER,
  drop,
  requestFor,
  resultOf,
  set,
  setBit,
  subject,
} from '../../support/trust-cases.ts';
import { admitted, checkedAs } from '../../support/worked-examples.ts';

const KR = '/credentials/accreditation:kr';
const MRA = '/credentials/arrangement:kr-mra';
const VERIFIER = 'did:web:verify-kr.example';
const EVIL = 'did:web:evil.example';
const ID = 'urn:uuid:99999999-0000-4000-8000-000000000099';

const codesOf = (result: RegimeResult): readonly (string | undefined)[] =>
  result.rules.filter((rule) => rule.outcome === 'failed').map((rule) => rule.code);

async function expectRefused(bend: Bend, code: string, story = CUSTOMER): Promise<RegimeResult> {
  const result = await resultOf(story, bend);
  expect(result.result).toBe('REJECT');
  expect(codesOf(result)).toContain(code);
  // A refusal for want of a path has to say which link is missing.
  expect(result.nearestMiss).toMatchObject({ link: { to: expect.stringMatching(/^(did|urn):/) } });
  return result;
}

/** An arrangement of the example under another id, issuer and subject. */
function arrangement(id: number, issuer: string, about: string): PatchOperation {
  const base = (readExample('steel-coil')['credentials'] as Record<string, JsonObject>)['arrangement:kr-mra'];
  const body = { ...(base?.['credentialSubject'] as JsonObject), id: about };
  const urn = `urn:uuid:99999999-0000-4000-8000-${String(id).padStart(12, '0')}`;
  return set(`/credentials/extra:${id}`, { ...base, id: urn, issuer, credentialSubject: body });
}
const extras = (count: number): string[] => Array.from({ length: count }, (_, index) => `extra:${index}`);

describe('a chain that nobody trusted began', () => {
  it('CH-001: the verification body accredits itself', async () => {
    await expectRefused({ patch: [set(`${KR}/issuer`, VERIFIER)] }, 'POLICY_UNTRUSTED_ANCHOR');
  });

  it.each([
    'Example Global Accreditation MRA (fictional)',
    'Ехample Global Accreditation MRA',
    '\u202eExample Global MRA',
  ])('CH-002: under the name of a famous body (%j)', async (name) => {
    const patch = [set(`${MRA}/issuer`, EVIL), set(subject('arrangement:kr-mra', '/arrangement/name'), name)];
    const result = await expectRefused({ patch }, 'POLICY_UNTRUSTED_ANCHOR');
    // The name that is shown comes from the policy, and the policy does not know this party.
    expect(result.path.find((party) => party.did === EVIL)).toEqual({ did: EVIL, role: 'arrangement-owner' });
  });

  it('CH-002: an issuer written as an object is not admitted at all', () => {
    const document = {
      id: ID,
      type: ['VerifiableCredential', 'X'],
      issuer: { id: EVIL, name: 'x' },
      credentialSubject: {},
    };
    expect(admit(checkedAs(document))).toBeUndefined();
  });

  it.each(['did:web:GLOBAL-MRA.example', 'did:web:global-mra.example.', 'did:web:global-mra.example%3A443'])(
    'CH-012: %s is not the anchor',
    async (issuer) => {
      await expectRefused({ patch: [set(`${MRA}/issuer`, issuer)] }, 'POLICY_UNTRUSTED_ANCHOR');
    },
  );

  it.each([[{}], [{ anchors: [] }], [{ anchors: [], regimes: [] }], ['not a policy'], [null]])(
    'CH-013: the policy %j is refused',
    (policy) => {
      const read = readPolicy(policy);
      expect(read.ok).toBe(false);
      if (!read.ok) expect(read.findings.every((finding) => finding.code === 'CONFIG_REFUSED')).toBe(true);
    },
  );
});

describe('links that do not join', () => {
  it('CH-003: an accreditation that names its subject but has no id for it', async () => {
    await expectRefused({ patch: [drop(subject('accreditation:kr', '/id'))] }, 'CHAIN_BROKEN');
    await expectRefused({ patch: [drop(subject('accreditation:kr', '/id'))] }, 'NO_TRUST_PATH');
  });

  it('CH-004: a statement about another product or another period', async () => {
    await expectRefused({ patch: [set(subject('statement:coil-pcf', '/period'), '2025')] }, 'CHAIN_BROKEN');
    await expectRefused(
      { patch: [set(subject('statement:coil', '/checkedValues/0/cnCode'), '72083900')] },
      'CHAIN_BROKEN',
      CBAM,
    );
  });

  it('CH-005: a link without digest, with SHA-1, and with digests of two documents', async () => {
    const claim = '/credentialSubject/claim';
    const alter = (key: string, ...patch: PatchOperation[]): Bend => ({ alter: { [key]: patch } });
    await expectRefused(alter('statement:coil-pcf', drop(`${claim}/digestMultibase`)), 'CHAIN_DIGEST_MISMATCH');
    const sha1 = set(`${claim}/digestMultibase`, 'uERQ2QmZlY2FmZmVlY2FmZmVlY2Fm');
    await expectRefused(alter('statement:coil-pcf', sha1), 'CHAIN_DIGEST_MISMATCH');
    const request = await requestFor(CBAM);
    const slab = request.admitted.find(({ id }) => id.endsWith('000000000011'))?.subject['claim'] as JsonObject;
    const mixed = set(`${claim}/baseDigestMultibase`, slab['baseDigestMultibase'] ?? null);
    await expectRefused(alter('statement:coil', mixed), 'CHAIN_DIGEST_MISMATCH', CBAM);
  });

  it('CH-014: a statement named by the address of a private host is not fetched, and nothing stands in for it', async () => {
    const alter = { 'claim:coil': [set('/credentialSubject/precursors/0/statement', 'https://10.0.0.1/statement')] };
    await expectRefused({ alter }, 'CHAIN_DIGEST_MISMATCH', CBAM);
  });
});

describe('shapes of the graph', () => {
  it('CH-006: two bodies that accredit each other', async () => {
    const back = set('/credentials/extra:0', {
      ...(readExample('steel-coil')['credentials'] as Record<string, JsonObject>)['accreditation:kr'],
      id: ID,
      issuer: VERIFIER,
    });
    const about = set('/credentials/extra:0/credentialSubject/id', 'did:web:ab-korea.example');
    await expectRefused({ patch: [back, about], show: ['extra:0'], hide: ['arrangement:kr-mra'] }, 'CHAIN_CYCLE');
  });

  it('CH-007: more credentials than the limit', async () => {
    const patch = extras(61).map((_, index) => arrangement(index, EVIL, 'did:web:ab-korea.example'));
    const { admitted: many, ...request } = await requestFor(CUSTOMER, { patch, show: extras(61) });
    expect(many).toHaveLength(65);
    const evaluation = evaluate({ ...request, admitted: many });
    expect(evaluation.results['iso14067-pcf']?.result).toBe('UNDETERMINED');
    expect(evaluation.findings).toContainEqual(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    const atTheLimit = evaluate({ ...request, admitted: many.slice(0, 64) });
    expect(atTheLimit.results['iso14067-pcf']?.result).toBe('ACCEPT');
  });

  it('CH-007: few credentials that fan out into many paths', async () => {
    // Four levels of fifteen parallel links each: 50,625 paths from 60 credentials.
    const level = (depth: number): string =>
      depth === 0 ? 'did:web:ab-korea.example' : `did:web:level-${depth}.example`;
    const patch = extras(60).map((_, index) => arrangement(index, level((index % 4) + 1), level(index % 4)));
    const request = await requestFor(CUSTOMER, { patch, show: extras(60), hide: ['arrangement:kr-mra'] });
    const started = performance.now();
    const evaluation = evaluate(request);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(evaluation.results['iso14067-pcf']?.result).toBe('UNDETERMINED');
    expect(evaluation.findings).toContainEqual(
      expect.objectContaining({ check: 'limits.links', code: 'LIMIT_EXCEEDED' }),
    );
    // Nobody knows what came nearest when not everything was looked at.
    expect(evaluation.results['iso14067-pcf']?.nearestMiss).toBeUndefined();
  });
});

describe('times and status of a link', () => {
  const status = (key: string, reason: string, effectiveDate: string, purpose = 'revocation'): Bend => ({
    status: { [key]: setBit(purpose, { reason, effectiveDate }) },
  });

  it('CH-008: an accreditation that had expired when the statement was made', async () => {
    const patch = [
      set(`${KR}/validUntil`, '2027-03-01T00:00:00Z'),
      set(subject('accreditation:kr', '/expiryDate'), '2027-03-01'),
    ];
    await expectRefused({ patch }, 'POLICY_NOT_VALID_THEN');
  });

  it('CH-009: one that has expired since: the policy says which counts', async () => {
    const patch = [
      set(`${KR}/validUntil`, '2027-04-01T00:00:00Z'),
      set(subject('accreditation:kr', '/expiryDate'), '2027-04-01'),
    ];
    const then = await resultOf(CUSTOMER, { patch });
    expect(then.result).toBe('ACCEPT');
    expect(then.rules).toContainEqual(
      expect.objectContaining({ id: 'C2', severity: 'N', message: 'time.expired-later' }),
    );
    const policy = [set('/regimes/1/accreditationInForce', 'statement-and-now')];
    await expectRefused({ patch, policy }, 'POLICY_NOT_VALID_THEN');
  });

  it('CH-010: suspended on the day of the statement', async () => {
    await expectRefused(status('accreditation:kr', 'suspended', '2027-03-10', 'suspension'), 'SUSPENDED');
    await expectRefused(status('arrangement:kr-mra', 'suspended', '2027-03-01', 'suspension'), 'SUSPENDED');
    expect((await resultOf(CUSTOMER, status('accreditation:kr', 'suspended', '2027-03-11', 'suspension'))).result).toBe(
      'ACCEPT',
    );
  });

  it('CH-011: revoked before and after, forward and back to the start', async () => {
    await expectRefused(status('accreditation:kr', 'withdrawn', '2027-03-10'), 'REVOKED');
    await expectRefused(status('accreditation:kr', 'annulled', '2027-04-10'), 'REVOKED');
    await expectRefused(status('accreditation:kr', 'key compromised', '2027-04-10'), 'REVOKED');
    await expectRefused({ status: { 'accreditation:kr': setBit('revocation') } }, 'REVOKED');
    const after = await resultOf(CUSTOMER, status('accreditation:kr', 'withdrawn', '2027-03-11'));
    expect(after.result).toBe('ACCEPT');
    expect(after.rules).toContainEqual(expect.objectContaining({ id: 'C2', severity: 'N', message: 'status.later' }));
  });
});

describe('what a statement may claim', () => {
  it('CH-015: less assurance than is asked', async () => {
    await expectRefused({ policy: [set('/regimes/1/minimumAssurance', 'reasonable')] }, 'POLICY_ASSURANCE');
  });

  it('the scope of two records does not add up to one that neither grants', async () => {
    const scopes = [
      { activity: 'verification', programme: 'other', normative: ['ISO 14064-3:2019'] },
      { activity: 'validation', programme: 'iso14067-pcf', normative: ['ISO 14064-3:2019'] },
    ];
    await expectRefused({ patch: [set(subject('accreditation:kr', '/scopes'), scopes)] }, 'OUT_OF_SCOPE');
  });
});

describe('honest chains beside them', () => {
  it('OK-016: four links, an arrangement above the accreditation body included', async () => {
    const { result, path } = await resultOf(CUSTOMER);
    expect(result).toBe('ACCEPT');
    expect(path.map((party) => party.role)).toEqual(['arrangement-owner', 'accreditation-body', 'verification-body']);
  });

  it('the best path wins: a good one beside a revoked one', async () => {
    const patch = [arrangement(0, EVIL, 'did:web:ab-korea.example')];
    const accepted = await resultOf(CUSTOMER, { patch, show: ['extra:0'] });
    expect(accepted.result).toBe('ACCEPT');
    expect(accepted.path[0]?.did).toBe('did:web:global-mra.example');
  });

  it('an anchor that is itself recognised for more is not the end of the search', async () => {
    const anchor = {
      ...(await anchorOfMra()),
      did: 'did:web:ab-korea.example',
      role: 'accreditation-body',
      programmes: ['other'],
    };
    const accepted = await resultOf(CUSTOMER, { policy: [set('/anchors/-', anchor)] });
    expect(accepted.result).toBe('ACCEPT');
    expect(accepted.path).toHaveLength(3);
  });

  it('the same credential twice counts once', async () => {
    const request = await requestFor(CUSTOMER);
    const [first] = request.admitted;
    const twice = first === undefined ? [] : [admitted(first.document), ...request.admitted];
    expect(evaluate({ ...request, admitted: twice }).results['iso14067-pcf']).toEqual(
      evaluate(request).results['iso14067-pcf'],
    );
  });
});

async function anchorOfMra(): Promise<JsonObject> {
  const { anchors } = readExample('steel-coil')['policy'] as { anchors: readonly JsonObject[] };
  return anchors[1] ?? {};
}

describe('a claim of many goods', () => {
  it('is held against a scope once for each group, not once for each good', async () => {
    const request = await requestFor(CBAM);
    const judged = vi.spyOn(C4, 'onPath');
    evaluate(request);
    const [given] = judged.mock.calls[0] ?? [];
    judged.mockRestore();
    if (given === undefined) throw new Error('not judged');
    const [good] = given.claim.subject['goods'] as JsonObject[];
    const looksFor = (count: number): number => {
      let looks = 0;
      const record = {
        get cbamActivityGroup() {
          looks += 1;
          return only('I');
        },
      };
      const goods = Array.from({ length: count }, (_, index) => ({ ...good, cnCode: String(72_080_000 + index) }));
      const claim = { ...given.claim, subject: { ...given.claim.subject, goods } };
      const found = C4.onPath?.({ ...given, claim, scope: [record] }) ?? [];
      expect(found.map(({ outcome }) => outcome)).toEqual(goods.map(() => 'failed'));
      expect(new Set(found.map(({ subject: about }) => about)).size).toBe(count);
      return looks;
    };
    expect(looksFor(50)).toBe(looksFor(1));
  });
});
