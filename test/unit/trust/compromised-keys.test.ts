import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { CheckedCredential } from '../../../src/credentials/checked-credential.ts';
import { readDateTime } from '../../../src/formats/date-time.ts';
import type { AuthorityQuestion } from '../../../src/trust/authority-question.ts';
import { answerAuthority } from '../../../src/trust/authorization.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { EvaluationInput, RegimeResult } from '../../../src/trust/evaluation.ts';
import { readPolicy } from '../../../src/trust/policy.ts';
import { readExample } from '../../support/example-credentials.ts';
import { CBAM, CELL, CUSTOMER, requestFor, SCHEME, type Story, setBit } from '../../support/trust-cases.ts';
import { createBase, REGIME, requestIn, world } from '../../support/trust-worlds.ts';
import { admitted, clearHistory, keyOf, policyOfExample, requirePolicyOf } from '../../support/worked-examples.ts';

const FROM = '2026-12-01T00:00:00Z';
const source = { document: 'letter of the body, fictional', date: '2027-04-01' };
const entryFor = (issuer: string, more: JsonObject = {}): JsonObject => ({
  verificationMethod: keyOf(issuer).method,
  from: FROM,
  source,
  ...more,
});
const policyWith = (story: Story, ...compromisedKeys: readonly JsonObject[]) =>
  requirePolicyOf({ ...policyOfExample(readExample(story.example)), compromisedKeys });
const resultWith = (request: EvaluationInput, story: Story, ...entries: readonly JsonObject[]): RegimeResult => {
  const result = evaluate({ ...request, policy: policyWith(story, ...entries) }).results[story.regime];
  if (result === undefined) throw new Error('no result');
  return result;
};
const failuresOf = (result: RegimeResult) =>
  result.rules.filter(({ outcome }) => outcome === 'failed').map(({ id, message, subject }) => [id, message, subject]);
const oneOf = (request: EvaluationInput, type: string) => {
  const found = request.admitted.findLast((credential) => credential.type === type);
  if (found === undefined) throw new Error(type);
  return found;
};
/** Everything by this issuer: its credentials, and the lists that were read for them. */
const onFile = (request: EvaluationInput, issuer: string): readonly string[] =>
  request.admitted
    .filter((credential) => credential.issuer === issuer)
    .flatMap(({ digest, status }) => [
      digest,
      ...status.flatMap(({ observations }) => observations.map(({ list }) => list.digest)),
    ]);

describe('a key that the policy holds for compromised', () => {
  it.each([
    [CBAM, 'VerifierAccreditation'],
    [CBAM, 'VerificationStatement'],
    [CUSTOMER, 'CarbonFootprintClaim'],
    [CUSTOMER, 'RecognitionArrangement'],
    [SCHEME, 'RecognitionDecision'],
  ])('refuses in %o what it signed: %s', async (story, type) => {
    const request = await requestFor(story);
    const { issuer } = oneOf(request, type);
    const result = resultWith(request, story, entryFor(issuer));
    expect(result.result).toBe('REJECT');
    expect(failuresOf(result)).toContainEqual(['S1', 'S1.compromised', expect.any(String)]);
    expect(result.rules).toContainEqual(expect.objectContaining({ id: 'S1', code: 'KEY_COMPROMISED' }));
    expect(resultWith(request, story).result).toMatch(/^ACCEPT/);
  });

  it('is found by the key alone, under whatever name it signed', async () => {
    const request = await requestFor(CBAM);
    const { issuer } = oneOf(request, 'VerifierAccreditation');
    const { publicKeyMultibase } = keyOf(issuer);
    expect(resultWith(request, CBAM, { publicKeyMultibase, from: FROM, source }).result).toBe('REJECT');
  });

  it('leaves what was on file before it was lost, lists included', async () => {
    const request = await requestFor(CBAM);
    const { issuer, digest } = oneOf(request, 'VerifierAccreditation');
    const seenBefore = [...onFile(request, issuer)];
    expect(resultWith(request, CBAM, entryFor(issuer, { seenBefore })).result).toBe('ACCEPT');
    // Without the lists, nobody knows whether it was revoked.
    const doubt = resultWith(request, CBAM, entryFor(issuer, { seenBefore: [digest] }));
    expect(doubt.result).toBe('UNDETERMINED');
    expect(doubt.rules).toContainEqual(
      expect.objectContaining({ outcome: 'undetermined', message: 'status.compromised', code: 'KEY_COMPROMISED' }),
    );
  });

  it('does not leave what dates itself later than the loss', async () => {
    const request = await requestFor(CBAM);
    const { issuer, document } = oneOf(request, 'VerifierAccreditation');
    const seenBefore = [...onFile(request, issuer)];
    const dated = (created: string): EvaluationInput => {
      const keys: CheckedCredential['keys'] = [{ ...keyOf(issuer), created: readDateTime(created) }];
      const again = admitted(document, { keys });
      return { ...request, admitted: request.admitted.map((one) => (one.id === again.id ? again : one)) };
    };
    const entry = entryFor(issuer, { seenBefore });
    expect(resultWith(dated('2026-11-30T23:59:59Z'), CBAM, entry).result).toBe('ACCEPT');
    expect(resultWith(dated(FROM), CBAM, entry).result).toBe('REJECT');
  });

  it('refuses a precursor that rests on it', async () => {
    const request = await requestFor(CBAM);
    const slab = request.admitted.find(({ type, id }) => type === 'EmbeddedEmissionsClaim' && id !== request.claim);
    const result = resultWith(request, CBAM, entryFor(slab?.issuer ?? ''));
    expect(failuresOf(result)).toContainEqual(['B7', 'B7.inadmissible', expect.any(String)]);
    const causes = result.rules.flatMap((rule) => rule.causes ?? []).map(({ message }) => message);
    expect(causes).toContain('S1.compromised');
  });

  it('refuses a supplier figure in a worksheet', async () => {
    const request = await requestFor(CELL);
    const supplier = request.admitted.find(({ type, id }) => type === 'CarbonFootprintClaim' && id !== request.claim);
    const result = resultWith(request, CELL, entryFor(supplier?.issuer ?? ''));
    expect(failuresOf(result)).toContainEqual(['A5', 'S1.compromised', supplier?.id]);
  });

  it('may still revoke: what its lists say against a credential is believed', async () => {
    const revoke = setBit('revocation', { reason: 'annulled', effectiveDate: '2027-01-01' });
    const request = await requestFor(CBAM, { status: { 'accreditation:eu': revoke } });
    const { issuer } = oneOf(request, 'VerifierAccreditation');
    const entry = entryFor(issuer, { seenBefore: [oneOf(request, 'VerifierAccreditation').digest] });
    expect(failuresOf(resultWith(request, CBAM, entry))).toContainEqual(['C2', 'status.revoked', expect.any(String)]);
  });

  it('is no proof of anybody else: an unrelated key changes nothing but the digest of the policy', async () => {
    const request = await requestFor(CBAM);
    const before = evaluate({ ...request, policy: policyWith(CBAM) });
    const after = evaluate({ ...request, policy: policyWith(CBAM, entryFor('did:web:stranger.example')) });
    expect(after.results).toEqual(before.results);
    expect({ ...after.report, policy: '' }).toEqual({ ...before.report, policy: '' });
  });

  it('is named with its method and the date, in both languages', async () => {
    const request = await requestFor(CBAM);
    const { issuer } = oneOf(request, 'VerifierAccreditation');
    const [found] = resultWith(request, CBAM, entryFor(issuer)).rules.filter(({ code }) => code === 'KEY_COMPROMISED');
    expect(found?.params).toEqual({ method: keyOf(issuer).method, from: FROM });
  });
});

describe('a question to the trust registry', () => {
  it('gets no yes that rests on such a key', async () => {
    const { admitted: credentials, refused } = await requestFor(CUSTOMER);
    const at = Date.UTC(2027, 2, 10);
    const question: AuthorityQuestion = {
      ...{ kind: 'authorization', entity: 'did:web:verify-kr.example', authority: 'did:web:global-mra.example' },
      ...{ activity: 'verification', regime: 'iso14067-pcf', demand: {}, at, now: at },
    };
    const ask = (...entries: readonly JsonObject[]) =>
      answerAuthority({ admitted: credentials, refused, policy: policyWith(CUSTOMER, ...entries), question });
    expect(ask().outcome).toBe('passed');
    expect(ask(entryFor('did:web:ab-korea.example'))).toMatchObject({ outcome: 'failed', message: 'S1.compromised' });
  });
});

describe('a list that a newer key signed', () => {
  it('is enough beside one that proves nothing any more', async () => {
    const request = await requestFor(CBAM);
    const { issuer, document, digest } = oneOf(request, 'VerifierAccreditation');
    const fresh = clearHistory(document).map((entry) => ({
      ...entry,
      observations: entry.observations.flatMap((old) => {
        const keys = [{ ...keyOf(issuer), method: `${issuer}#key-2`, publicKeyMultibase: 'z6MkNewKeyOfThisBody' }];
        return [
          { ...old, newest: false },
          { ...old, list: { ...old.list, digest: 'uEiNewer', keys } },
        ];
      }),
    }));
    const again = admitted(document, { status: fresh });
    const renewed = { ...request, admitted: request.admitted.map((one) => (one.id === again.id ? again : one)) };
    expect(resultWith(renewed, CBAM, entryFor(issuer, { seenBefore: [digest] })).result).toBe('ACCEPT');
  });
});

describe('naming compromised keys', () => {
  const RANK = ['REJECT', 'UNDETERMINED', 'REVIEW', 'ACCEPT_WITH_CONDITIONS', 'ACCEPT'];
  it('never turns an answer for the better', async () => {
    const base = await createBase();
    const digests = base.request.admitted.map(({ digest }) => digest);
    const issuers = [...new Set(base.request.admitted.map(({ issuer }) => issuer)), 'did:web:evil.example'];
    const entry = fc.record({
      verificationMethod: fc.constantFrom(...issuers).map((issuer) => keyOf(issuer).method),
      from: fc.constantFrom('2020-01-01T00:00:00Z', FROM, '2030-01-01T00:00:00Z'),
      seenBefore: fc.subarray(digests),
      source: fc.constant(source),
    });
    fc.assert(
      fc.property(world, fc.array(entry, { minLength: 1, maxLength: 3 }), (given, entries) => {
        const request = requestIn(base, given);
        const read = readPolicy({ ...policyOfExample(readExample('steel-coil')), compromisedKeys: entries });
        if (!read.ok) throw new Error(JSON.stringify(read.findings));
        const { compromisedKeys } = read.value;
        const before = evaluate(request).results[REGIME]?.result ?? '';
        const after =
          evaluate({ ...request, policy: { ...request.policy, compromisedKeys } }).results[REGIME]?.result ?? '';
        return RANK.indexOf(after) <= RANK.indexOf(before);
      }),
      { numRuns: 300 },
    );
  });
});

describe('compromisedKeys of a policy', () => {
  const policy = policyOfExample(readExample('steel-coil'));
  it.each<[string, JsonObject]>([
    ['no key', { from: FROM, source }],
    ['a method without fragment', { verificationMethod: 'did:web:ab.example', from: FROM, source }],
    ['a day instead of an instant', { verificationMethod: 'did:web:ab.example#k', from: '2026-12-01', source }],
    ['no source', { verificationMethod: 'did:web:ab.example#k', from: FROM }],
    [
      'something that is no digest',
      { verificationMethod: 'did:web:ab.example#k', from: FROM, source, seenBefore: ['x'] },
    ],
    ['an unknown member', { verificationMethod: 'did:web:ab.example#k', from: FROM, source, until: FROM }],
  ])('refuses %s', (_name, entry) => {
    const read = readPolicy({ ...policy, compromisedKeys: [entry] });
    expect(read.ok ? [] : read.findings.map(({ code, pointer }) => [code, pointer?.split('/')[1]])).toEqual([
      ['CONFIG_REFUSED', 'compromisedKeys'],
    ]);
  });
  it('takes a whole entry', () => {
    expect(
      readPolicy({ ...policy, compromisedKeys: [entryFor('did:web:ab.example', { comment: 'fictional' })] }).ok,
    ).toBe(true);
  });
});
