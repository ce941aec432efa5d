/** The honest things that cases start from, written with the project's own types (cases: `meta.bases`). */
import type { JsonObject } from '../../src/base/json.ts';
import { V2_CONTEXT } from '../../src/credentials/contexts.ts';
import { profileOfType } from '../../src/credentials/profiles/profile-table.ts';
import type { Signer } from '../../src/crypto/signer.ts';
import { Bitstring } from '../../src/formats/bitstring.ts';
import { createStatusListCredential } from '../../src/status/status-list.ts';
import type { Party } from '../support/data-integrity.ts';
import { exampleCredentials } from '../support/example-credentials.ts';
import type { PointerMap } from './operations.ts';
import { at, DAY, good, holder, NOW, urn } from './parties.ts';
import { sign } from './signing.ts';

/** An unsigned document with whoever has to sign it. */
export interface Base {
  readonly unsecured: JsonObject;
  readonly signer: Signer;
  /** Where the stand-in members of the cases are in the real type. */
  readonly pointers: PointerMap;
}

export const LIST_URL = 'https://good.example/status-lists/1';
/** The list on which the bit of `REVOKED_INDEX` is set. */
export const REVOKED_LIST_URL = 'https://good.example/status-lists/2';
export const INDEX = '7';
export const REVOKED_INDEX = '4711';

/** `VC_EDDSA`: the bare type, whose subject has `id` and `name`. */
export function bareCredential(more: JsonObject = {}, party: Party = good): Base {
  return {
    unsecured: {
      '@context': [V2_CONTEXT],
      id: urn('bare credential'),
      type: ['VerifiableCredential'],
      issuer: party.did,
      validFrom: at(NOW - 30 * DAY),
      validUntil: at(NOW + 300 * DAY),
      credentialSubject: { id: holder.did, name: 'A product' },
      ...more,
    },
    signer: party.signer,
    pointers: {},
  };
}

export const expiredCredential = (): Base =>
  bareCredential({ validFrom: '2019-01-01T00:00:00Z', validUntil: '2020-01-01T00:00:00Z' });

export const revokedCredential = (): Base =>
  bareCredential({ credentialStatus: statusEntry({ url: REVOKED_LIST_URL, index: REVOKED_INDEX }) });

export function statusEntry(more: { url?: string; index?: string; purpose?: string } = {}): JsonObject {
  return {
    type: 'BitstringStatusListEntry',
    statusPurpose: more.purpose ?? 'revocation',
    statusListIndex: more.index ?? INDEX,
    statusListCredential: more.url ?? LIST_URL,
  };
}

/** Stand-ins of the cases in the type below: any two figures, any free text, any array of objects with a member that tells them apart. */
const CLAIM_POINTERS: PointerMap = {
  '/credentialSubject/pcfFossil': '/credentialSubject/goods/0/specificDirect',
  '/credentialSubject/pcfBiogenic': '/credentialSubject/goods/0/attributedEmissions',
  '/credentialSubject/name': '/credentialSubject/operator/name',
  '/credentialSubject/stagesOrdered/0/position': '/credentialSubject/processes/0/processId',
  '/credentialSubject/stagesOrdered/1/position': '/credentialSubject/processes/1/processId',
};

/** `VC_PCF` and `VC_PCF_STAGES`: an EmbeddedEmissionsClaim, whose figures are members of their own rather than parts of a literal. */
export function emissionsClaim(changes: JsonObject = {}, party: Party = good): Base {
  const subject: JsonObject = {
    id: 'urn:example:installation-2-2026',
    regime: 'eu-cbam',
    language: 'en',
    reportingPeriod: '2026',
    operator: {
      id: party.did,
      name: 'Good Steel (fictional)',
      registrationNumber: 'KR-000-00-000010',
      address: '12 Example-ro, Gwangyang, Republic of Korea',
      country: 'KR',
    },
    installation: {
      name: 'Steelworks No. 2',
      cbamRegistryId: 'INST-KR-0002',
      unLocode: 'KRKAN',
      address: '12 Example-ro, Gwangyang, Republic of Korea',
      latitude: '34.900000',
      longitude: '127.700000',
    },
    processes: [
      { processId: '1', aggregatedGoodsCategory: 'crude-steel', route: 'basic-oxygen-steelmaking', joint: true },
      { processId: '2', aggregatedGoodsCategory: 'pig-iron', route: 'blast-furnace', joint: true },
    ],
    totalDirectEmissions: { value: '9000', unit: 'tCO2e' },
    goods: [
      {
        cnCode: '72071210',
        aggregatedGoodsCategory: 'crude-steel',
        productionRoute: 'basic-oxygen-steelmaking',
        functionalUnit: 't',
        quantity: '100',
        attributedEmissions: '1.0',
        specificDirect: '90.0',
        defaultSharePercent: '0',
      },
    ],
    precursorCount: '0',
    blinding: 'j33PuisBNs7ZGcaTbA60Mg',
    ...changes,
  };
  return { ...ownType('EmbeddedEmissionsClaim', subject, party), pointers: CLAIM_POINTERS };
}

/** `VC_JSON_LITERAL`: a CarbonFootprintClaim with its PACT document, one member of which is a number. */
export function footprintClaim(party: Party = good): Base {
  const example = exampleCredentials('steel-coil').get('claim:coil-pcf');
  if (example === undefined) throw new Error('the example has no footprint claim');
  const subject = example['credentialSubject'] as JsonObject;
  const footprint = {
    ...(subject['footprint'] as JsonObject),
    extensions: [
      {
        specVersion: '1.0.0',
        dataSchema: 'https://good.example/extension.json',
        data: { small: 1, large: 1_234_567_890_123_456_800 },
      },
    ],
  };
  return ownType('CarbonFootprintClaim', { ...subject, footprint }, party);
}

/** The envelope of one of the project's own types around a subject. */
export function ownType(type: string, subject: JsonObject, party: Party = good): Base {
  const profile = profileOfType(type);
  if (profile === undefined) throw new Error(`no profile ${type}`);
  return {
    unsecured: {
      '@context': profile.contexts,
      id: urn(type),
      type: ['VerifiableCredential', type],
      issuer: party.did,
      validFrom: at(NOW - 30 * DAY),
      validUntil: at(NOW + 300 * DAY),
      credentialStatus: statusEntry({ url: `https://${party.did.slice('did:web:'.length)}/status-lists/1` }),
      credentialSchema: { id: profile.schemaUrl, type: 'JsonSchema', digestMultibase: profile.schemaDigest },
      credentialSubject: subject,
    },
    signer: party.signer,
    pointers: {},
  };
}

export interface ListOptions {
  readonly url?: string;
  readonly set?: readonly number[];
  readonly purposes?: readonly string[];
  readonly length?: number;
  readonly validFrom?: number;
  readonly validUntil?: number;
}

export function unsignedList(options: ListOptions = {}, party: Party = good): JsonObject {
  const [first = 'revocation', ...more] = options.purposes ?? [];
  const bits = new Bitstring(options.length ?? 131_072);
  for (const index of options.set ?? []) bits.set(index, true);
  return createStatusListCredential({
    url: options.url ?? LIST_URL,
    issuer: party.did,
    purposes: [first, ...more],
    bits,
    notices: [],
    validFrom: options.validFrom ?? NOW - 60 * DAY,
    validUntil: options.validUntil ?? NOW + 7 * DAY,
  });
}

/** A good list of 131 072 entries unless said otherwise. */
export const signedList = (options: ListOptions = {}, party: Party = good): Promise<JsonObject> =>
  sign(unsignedList(options, party), party.signer, { created: at(options.validFrom ?? NOW - 60 * DAY) });

export const secured = (base: Base): Promise<JsonObject> =>
  sign(base.unsecured, base.signer, { created: at(NOW - 30 * DAY) });
