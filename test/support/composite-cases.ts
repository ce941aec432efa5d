/** The steel example with what rests on it: the importer's allocation, another buyer's, and a certificate of a carbon price. */
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { allocationOf, CERTIFIER, priceOf } from './composite-credentials.ts';
import { exampleCredentials, readExample } from './example-credentials.ts';
import { applyPatch, type PatchOperation } from './json-patch.ts';
import type { ExampleCase, ExpectedRow } from './worked-examples.ts';

const steel = exampleCredentials('steel-coil');

/** As an example writes a credential: short, with a symbolic link. */
function short(document: JsonObject, link: 'statement' | 'claim', to: string): JsonValue {
  const { id, issuer, validFrom, validUntil, type, credentialSubject } = document;
  return {
    ...{ id: id ?? '', issuer: issuer ?? '', validFrom: validFrom ?? '', validUntil: validUntil ?? '' },
    type: (type as string[])[1] ?? '',
    statusPurposes: ['revocation'],
    credentialSubject: { ...(credentialSubject as JsonObject), [link]: { $link: to } },
  };
}

function patchOf(second: string): PatchOperation[] {
  const statement = steel.get('statement:coil') ?? {};
  const name = { en: 'Price Certifier (fictional)', ko: '가격 확인자 (가상)' };
  const first = { number: 1, mass: '2000', sequence: '1', runningTotal: '2000' };
  const rest = { number: 2, mass: second, sequence: '2', runningTotal: String(2000n + BigInt(second)) };
  const allocation = (spec: typeof first) => short(allocationOf(statement, spec), 'statement', 'statement:coil');
  const price = short(priceOf(steel.get('claim:coil') ?? {}, { rebates: '1250000' }), 'claim', 'claim:coil');
  const add = (path: string, value: JsonValue): PatchOperation => ({ op: 'add', path, value });
  return [
    add('/organisations/price-certifier', { did: CERTIFIER, name, role: 'company', country: 'KR' }),
    add('/policy/trustedOrganisations/-', {
      did: CERTIFIER,
      name,
      source: { document: 'fictional', date: '2026-09-20' },
    }),
    add('/credentials/allocation:1', allocation(first)),
    add('/credentials/allocation:2', allocation(rest)),
    add('/credentials/price:coil', price),
    ...['allocation:1', 'allocation:2', 'price:coil'].map((key) => add('/presentations/declarant/credentials/-', key)),
  ];
}

export function compositeCases(): readonly ExampleCase[] {
  const values = {
    specificDirect: '2.07764',
    carbonPricePaidNet: '40000000',
    carbonPricePaidCurrency: 'KRW',
    carbonPricePaidEmissionsCovered: '28222',
  };
  const row = (result: string, rules: readonly string[]): ExpectedRow => ({
    ...{ presentation: 'declarant', regime: 'eu-cbam', match: 'exact' },
    ...{ result, rules, values },
  });
  return [
    { name: 'steel-coil / allocated / eu-cbam', second: '410000', row: row('ACCEPT', []) },
    { name: 'steel-coil / allocated twice over / eu-cbam', second: '410001', row: row('REVIEW', ['B12']) },
  ].map(({ second, ...rest }) => {
    const example = applyPatch(readExample('steel-coil'), patchOf(second));
    return { ...rest, example, asIssued: example };
  });
}
