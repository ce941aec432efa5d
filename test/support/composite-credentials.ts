/** What rests on the steel example: shares of the coil's quantity for buyers, and a certificate of a carbon price paid. */
import type { JsonObject } from '../../src/base/json.ts';
import { createLinkRef } from '../../src/credentials/link.ts';
import { profileOfType } from '../../src/credentials/profiles/profile-table.ts';
import { digestOfJson } from '../../src/formats/digest.ts';
import { exampleStatusList } from './example-credentials.ts';

export const OPERATOR = 'did:web:hanbit-rolling.example';
export const CERTIFIER = 'did:web:price-certifier.example';

interface Envelope {
  readonly id: string;
  readonly type: string;
  readonly issuer: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly credentialSubject: JsonObject;
}

/** A complete, unsecured credential of one of our types, valid from after the coil's statement. */
export function complete({ id, type, issuer, credentialSubject, ...period }: Envelope): JsonObject {
  const profile = profileOfType(type);
  if (profile === undefined) throw new Error(`no profile ${type}`);
  return {
    '@context': profile.contexts,
    id,
    type: ['VerifiableCredential', type],
    issuer,
    validFrom: period.validFrom ?? '2027-03-25T00:00:00Z',
    validUntil: period.validUntil ?? '2031-12-31T00:00:00Z',
    credentialStatus: {
      type: 'BitstringStatusListEntry',
      statusPurpose: 'revocation',
      statusListIndex: '94567',
      statusListCredential: String(exampleStatusList(issuer, 'revocation')['id']),
    },
    credentialSchema: { id: profile.schemaUrl, type: 'JsonSchema', digestMultibase: profile.schemaDigest },
    credentialSubject,
  };
}

export interface AllocationSpec {
  readonly number: number;
  readonly mass: string;
  readonly sequence?: string;
  readonly runningTotal?: string;
  readonly buyer?: JsonObject;
  readonly cnCode?: string;
  readonly issuer?: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly supersedes?: JsonObject;
}

export const BUYER: JsonObject = { eori: 'DE1234567' };

export function allocationOf(statement: JsonObject, spec: AllocationSpec): JsonObject {
  const { number, mass, buyer = BUYER, cnCode = '72083700', issuer = OPERATOR, supersedes, ...rest } = spec;
  const { sequence, runningTotal, ...period } = rest;
  const tail = String(number).padStart(12, '0');
  return complete({
    id: `urn:uuid:77777777-0000-4000-8000-${tail}`,
    type: 'ShipmentAllocation',
    issuer,
    ...period,
    credentialSubject: {
      id: `urn:uuid:77777777-0000-4000-8001-${tail}`,
      statement: createLinkRef(statement),
      cnCode,
      netMass: { value: mass, unit: 't' },
      buyer,
      period: '2026',
      ...(sequence === undefined ? {} : { sequence }),
      ...(runningTotal === undefined ? {} : { runningTotal }),
      ...(supersedes === undefined ? {} : { supersedes: createLinkRef(supersedes) }),
    },
  });
}

export interface PriceSpec {
  readonly number?: number;
  readonly amount?: string;
  readonly rebates?: string;
  readonly issuer?: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly supersedes?: JsonObject;
}

export function priceOf(claim: JsonObject, spec: PriceSpec = {}): JsonObject {
  const { number = 1, amount = '41250000', rebates, issuer = CERTIFIER, supersedes, ...period } = spec;
  const tail = String(number).padStart(12, '0');
  return complete({
    id: `urn:uuid:66666666-0000-4000-8000-${tail}`,
    type: 'CarbonPricePaid',
    issuer,
    ...period,
    credentialSubject: {
      id: `urn:uuid:66666666-0000-4000-8001-${tail}`,
      claim: createLinkRef(claim),
      instrument: { name: 'Emissions trading scheme (fictional)', country: 'KR' },
      amount: { value: amount, currency: 'KRW' },
      emissionsCovered: { value: '28222', unit: 'tCO2e' },
      certifier: {
        name: 'Price Certifier (fictional)',
        contact: 'office@price-certifier.example',
        independence: 'No share in, no consultancy for, and no office under the declarant, the operator or the state.',
      },
      evidenceDigest: digestOfJson('receipts'),
      ...(rebates === undefined ? {} : { rebates: { value: rebates } }),
      ...(supersedes === undefined ? {} : { supersedes: createLinkRef(supersedes) }),
    },
  });
}
