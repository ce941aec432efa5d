import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { checkCredentialForm } from '../../../src/credentials/credential.ts';
import { linkDigest } from '../../../src/credentials/link.ts';
import { lintCredential } from '../../../src/credentials/lint.ts';
import { digestOfJson } from '../../../src/formats/digest.ts';
import { allocationOf, priceOf } from '../../support/composite-credentials.ts';
import { contexts, refusals, schemas } from '../../support/credential-dependencies.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';
import { applyPatch } from '../../support/json-patch.ts';

const steel = exampleCredentials('steel-coil');
const statement = steel.get('statement:coil') ?? {};
const claim = steel.get('claim:coil') ?? {};
const S = '/credentialSubject';

const allocation = allocationOf(statement, { number: 2, mass: '120.5', sequence: '2', runningTotal: '620.5' });
const price = priceOf(claim, { rebates: '1250000' });

const form = (document: JsonObject) =>
  refusals(checkCredentialForm(document, { contexts, schemas, signing: true })).map((text) =>
    text.replace('MALFORMED_VALUE_ERROR ', ''),
  );
const put = (document: JsonObject, path: string, value: JsonValue) =>
  applyPatch(document, [{ op: 'add', path: S + path, value }]);
const drop = (document: JsonObject, path: string) => applyPatch(document, [{ op: 'remove', path: S + path }]);
const lint = (document: JsonObject) =>
  lintCredential(document).map(({ check, code, pointer }) => {
    expect(code).toBe('LINT_FAILED');
    return `${check} ${pointer?.slice(S.length)}`;
  });

describe('a shipment allocation', () => {
  test('has its form, with the buyer by number or by hash', () => {
    expect(form(allocation)).toEqual([]);
    expect(form(put(allocation, '/buyer', { saltedHash: digestOfJson({ eori: 'DE1', salt: '00' }) }))).toEqual([]);
    expect(form(drop(drop(allocation, '/runningTotal'), '/sequence'))).toEqual([]);
    expect(form(put(allocation, '/period', '2026-04-01/2026-07-01'))).toEqual([]);
  });
  test.each<[string, JsonObject, string]>([
    ['no buyer', drop(allocation, '/buyer'), `${S}/buyer`],
    ['a buyer by both', put(allocation, '/buyer/saltedHash', digestOfJson('x')), `${S}/buyer`],
    ['a buyer by neither', drop(allocation, '/buyer/eori'), `${S}/buyer`],
    ['a number that is no EORI', put(allocation, '/buyer/eori', 'de 123'), `${S}/buyer/eori`],
    ['a hash that is no digest', put(allocation, '/buyer', { saltedHash: 'abc' }), `${S}/buyer/saltedHash`],
    ['another unit', put(allocation, '/netMass/unit', 'kg'), `${S}/netMass/unit`],
    ['an exponent', put(allocation, '/netMass/value', '1e3'), `${S}/netMass/value`],
    ['a number', put(allocation, '/netMass/value', 120.5), `${S}/netMass/value`],
    ['a mass of 41 digits', put(allocation, '/netMass/value', '1'.repeat(41)), `${S}/netMass/value`],
    [
      'a link to something else',
      put(allocation, '/statement/targetType', 'IdentityAnchor'),
      `${S}/statement/targetType`,
    ],
    ['a running total without its place', drop(allocation, '/sequence'), `${S}/sequence`],
    ['a place that is no count', put(allocation, '/sequence', '1.5'), `${S}/sequence`],
    ['another member', put(allocation, '/price', '1'), `${S}/price`],
  ])('is refused with %s', (_what, document, pointer) => {
    expect(form(document)).toEqual([pointer]);
  });
  test('may be signed, unless its figures contradict each other', () => {
    expect(lint(allocation)).toEqual([]);
    expect(lint(put(allocation, '/netMass/value', '0'))).toEqual(['S3 /netMass/value']);
    expect(lint(put(allocation, '/netMass/value', '-3'))).toEqual(['S3 /netMass/value']);
    expect(lint(put(allocation, '/sequence', '0'))).toEqual(['B12 /sequence']);
    expect(lint(put(allocation, '/runningTotal', '120.4'))).toEqual(['B12 /runningTotal']);
    expect(lint(put(allocation, '/sequence', '1'))).toEqual(['B12 /runningTotal']);
    expect(lint(put(put(allocation, '/sequence', '1'), '/runningTotal', '120.50'))).toEqual([]);
    expect(lint(put(allocation, '/period', '2026-07-01/2026-04-01'))).toEqual(['S2 /period']);
  });
  test('is all core: every member enters the digest of a link', () => {
    expect(linkDigest(put(allocation, '/netMass/value', '120.6'))).not.toBe(linkDigest(allocation));
  });
});

describe('a carbon price paid', () => {
  test('has its form', () => {
    expect(form(price)).toEqual([]);
    expect(form(drop(price, '/rebates'))).toEqual([]);
  });
  test.each<[string, JsonObject, string]>([
    ['no certifier', drop(price, '/certifier'), `${S}/certifier`],
    [
      'a certifier who does not say why it is independent',
      drop(price, '/certifier/independence'),
      `${S}/certifier/independence`,
    ],
    ['no evidence', drop(price, '/evidenceDigest'), `${S}/evidenceDigest`],
    ['a currency that is none', put(price, '/amount/currency', 'won'), `${S}/amount/currency`],
    ['a footprint claim', put(price, '/claim/targetType', 'CarbonFootprintClaim'), `${S}/claim/targetType`],
    ['another unit', put(price, '/emissionsCovered/unit', 'kgCO2e'), `${S}/emissionsCovered/unit`],
    ['a currency of its own for rebates', put(price, '/rebates/currency', 'EUR'), `${S}/rebates/currency`],
  ])('is refused with %s', (_what, document, pointer) => {
    expect(form(document)).toEqual([pointer]);
  });
  test('may be signed, unless less than nothing was paid', () => {
    expect(lint(price)).toEqual([]);
    expect(lint(put(price, '/rebates/value', '41250000'))).toEqual([]);
    expect(lint(put(price, '/rebates/value', '41250000.01'))).toEqual(['S3 /rebates/value']);
    expect(lint(put(price, '/rebates/value', '-1'))).toEqual(['S3 /rebates/value']);
    expect(lint(drop(put(price, '/amount/value', '-1'), '/rebates'))).toEqual(['S3 /amount/value']);
    expect(lint(put(price, '/emissionsCovered/value', '0'))).toEqual(['S3 /emissionsCovered/value']);
  });
});
