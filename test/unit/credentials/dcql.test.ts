import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { loadContexts } from '../../../src/credentials/contexts.ts';
import { checkAgainstQuery, claimsAt, isSatisfied, selectClaims } from '../../../src/credentials/dcql/match.ts';
import { type CredentialQuery, type DcqlQuery, readDcqlQuery } from '../../../src/credentials/dcql/query.ts';
import { typeIrisOf } from '../../../src/credentials/dcql/type-iris.ts';

const contexts = loadContexts();
const VC = 'https://www.w3.org/2018/credentials#VerifiableCredential';
const STATEMENT = 'https://w3id.org/proofprint/vocab#VerificationStatement';
const query = (more: object = {}): CredentialQuery => ({
  id: 'q',
  format: 'ldp_vc',
  meta: { type_values: [[VC, STATEMENT]] },
  ...more,
});
const credential: JsonObject = {
  '@context': ['https://www.w3.org/ns/credentials/v2', 'https://w3id.org/proofprint/contexts/v1'],
  type: ['VerifiableCredential', 'VerificationStatement'],
  credentialSubject: {
    conclusion: 'reasonable',
    checkedValues: [{ value: '2.10' }, { value: '3' }, { unit: 'kg' }],
    verified: true,
    degrees: [{ type: 'Bachelor' }],
  },
};
const read = (more: object) => readDcqlQuery({ credentials: [query(more) as unknown as JsonValue] });
const codeOf = (value: unknown) => {
  const outcome = readDcqlQuery(value as JsonValue);
  return outcome.ok ? undefined : [outcome.findings[0]?.code, outcome.findings[0]?.pointer];
};

describe('a DCQL query', () => {
  it('is read without the members that nobody knows', () => {
    const outcome = readDcqlQuery({ credentials: [{ ...query(), unheard: 1 }], unheard: 2 } as unknown as JsonValue);
    expect(outcome).toEqual({ ok: true, value: { credentials: [query()] } });
  });

  const malformed = (pointer: string) => ['MALFORMED_VALUE_ERROR', pointer];
  it.each([
    ['no queries', { credentials: [] }, malformed('/credentials')],
    ['an id with a space', { credentials: [query({ id: 'a b' })] }, malformed('/credentials/0/id')],
    ['one id twice', { credentials: [query(), query()] }, malformed('/credentials')],
    ['no types', { credentials: [query({ meta: {} })] }, malformed('/credentials/0/meta')],
    [
      'a set of nothing known',
      { credentials: [query()], credential_sets: [{ options: [['x']] }] },
      malformed('/credential_sets/0/options'),
    ],
    ['an empty path', { credentials: [query({ claims: [{ path: [] }] })] }, malformed('/credentials/0/claims/0/path')],
    [
      'a negative index',
      { credentials: [query({ claims: [{ path: [-1] }] })] },
      malformed('/credentials/0/claims/0/path/0'),
    ],
    [
      'a fraction as value',
      { credentials: [query({ claims: [{ path: ['a'], values: [1.5] }] })] },
      malformed('/credentials/0/claims/0/values/0'),
    ],
    [
      'sets without ids',
      { credentials: [query({ claims: [{ path: ['a'] }], claim_sets: [['a']] })] },
      malformed('/credentials/0/claims'),
    ],
    ['sets without claims', { credentials: [query({ claim_sets: [['a']] })] }, malformed('/credentials/0/claim_sets')],
    [
      'one claim twice',
      { credentials: [query({ claims: [{ path: ['a'] }, { path: ['a'] }] })] },
      malformed('/credentials/0/claims'),
    ],
  ])('with %s is refused', (_what, value, expected) => {
    expect(codeOf(value)).toEqual(expected);
  });

  it('is taken up to its caps, and not beyond', () => {
    const many = (count: number) => Array.from({ length: count }, (_, place) => query({ id: `q${place}` }));
    const claims = (count: number) => Array.from({ length: count }, (_, place) => ({ path: [`c${place}`] }));
    const path = (length: number) => [{ path: Array.from({ length }, () => 'a') }];
    expect(codeOf({ credentials: many(32) })).toBeUndefined();
    expect(codeOf({ credentials: many(33) })).toEqual(['LIMIT_EXCEEDED', '/credentials']);
    expect([read({ claims: claims(100) }).ok, read({ claims: path(16) }).ok]).toEqual([true, true]);
    expect(codeOf({ credentials: [query({ claims: claims(101) })] })?.[0]).toBe('LIMIT_EXCEEDED');
    expect(codeOf({ credentials: [query({ claims: path(17) })] })?.[0]).toBe('LIMIT_EXCEEDED');
  });
});

describe('a path', () => {
  it.each<[(string | number | null)[], unknown]>([
    [['credentialSubject', 'conclusion'], ['reasonable']],
    [
      ['credentialSubject', 'checkedValues', null, 'value'],
      ['2.10', '3'],
    ],
    [['credentialSubject', 'checkedValues', 0, 'value'], ['2.10']],
    [['credentialSubject', 'checkedValues', 7], undefined],
    [['credentialSubject', 'degrees', 'type'], undefined],
    [['credentialSubject', 'conclusion', null], undefined],
    [['credentialSubject', 'absent'], undefined],
    [['constructor'], undefined],
  ])('%j selects %j', (path, expected) => {
    expect(claimsAt(credential, path)).toEqual(expected);
  });

  it('finds every member of any document, and nothing that is not there', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (document, name) => {
        const own = Object.hasOwn(document, name) ? [document[name]] : undefined;
        expect(claimsAt(document as JsonObject, [name])).toEqual(own);
      }),
    );
  });
});

describe('a credential', () => {
  const outcome = (more: object) => checkAgainstQuery(credential, query(more), contexts).outcome;
  it('is compared by the types that its contexts give it, or as they are written', () => {
    expect([...typeIrisOf(credential, contexts)]).toEqual([VC, STATEMENT]);
    expect(outcome({})).toBe('passed');
    expect(outcome({ meta: { type_values: [['Another'], ['VerificationStatement']] } })).toBe('passed');
    expect(outcome({ meta: { type_values: [[VC, 'Another']] } })).toBe('failed');
    expect(checkAgainstQuery(credential, query({ meta: { type_values: [['Another']] } }), contexts)).toMatchObject({
      code: 'QUERY_NOT_MET',
    });
  });

  it('is compared by value and type of the value', () => {
    const claim = (values: unknown[], path = ['credentialSubject', 'verified']) => ({ claims: [{ path, values }] });
    expect(outcome(claim([true]))).toBe('passed');
    expect(outcome(claim(['true']))).toBe('failed');
    expect(outcome(claim(['2.1'], ['credentialSubject', 'checkedValues']))).toBe('failed');
  });

  it('meets no query for authorities that are not spoken here', () => {
    expect(outcome({ trusted_authorities: [{ type: 'aki', values: ['x'] }] })).toBe('failed');
  });

  it('shows the first set of claims that it can', () => {
    const claims = [
      { id: 'absent', path: ['credentialSubject', 'absent'] },
      { id: 'conclusion', path: ['credentialSubject', 'conclusion'] },
    ];
    expect(selectClaims(credential, { claims, claim_sets: [['absent'], ['conclusion']] })).toEqual([claims[1]]);
    expect(selectClaims(credential, { claims, claim_sets: [['absent']] })).toBeUndefined();
    expect(selectClaims(credential, { claims })).toBeUndefined();
  });
});

describe('what is presented', () => {
  const asked = (sets?: DcqlQuery['credential_sets']): DcqlQuery => ({
    credentials: [query({ id: 'a' }), query({ id: 'b' }), query({ id: 'c' })],
    ...(sets === undefined ? {} : { credential_sets: sets }),
  });
  it('is all of it without sets, and one option of every required set with them', () => {
    expect(isSatisfied(asked(), new Set(['a', 'b']))).toBe(false);
    expect(isSatisfied(asked(), new Set(['a', 'b', 'c']))).toBe(true);
    const sets = [{ options: [['a', 'b'], ['c']] }, { options: [['b']], required: false }];
    expect(isSatisfied(asked(sets), new Set(['c']))).toBe(true);
    expect(isSatisfied(asked(sets), new Set(['a']))).toBe(false);
    expect(isSatisfied(asked(sets), new Set(['a', 'b']))).toBe(true);
  });
});
