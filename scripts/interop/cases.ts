/**
 * What is issued for the comparison: one credential of each of our types, a status list and a bare credential, made from the worked
 * examples of test/examples with every organisation under a did:key from a fixed seed. The same input always gives the same bytes.
 */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isObject, type JsonObject, type JsonValue } from '../../src/base/json.ts';
import { V2_CONTEXT } from '../../src/credentials/contexts.ts';
import { createLinkRef, createStatusSnapshot } from '../../src/credentials/link.ts';
import { profileOfType } from '../../src/credentials/profiles/profile-table.ts';
import { publicKeyOf, sign } from '../../src/crypto/ed25519.ts';
import { encodeMultikey } from '../../src/crypto/multikey.ts';
import type { Signer } from '../../src/crypto/signer.ts';
import { Bitstring } from '../../src/formats/bitstring.ts';
import { formatDateTime } from '../../src/formats/date-time.ts';
import { sha256 } from '../../src/formats/digest.ts';
import { createStatusListCredential, MIN_LENGTH } from '../../src/status/status-list.ts';

export interface Case {
  /** Name of its file, without `.json`. */
  readonly name: string;
  readonly unsigned: JsonObject;
  /** The organisation that issues it, as the worked examples call it. */
  readonly issuer: string;
  /** When the proof is made: the first instant of validity. */
  readonly created: string;
}

/** PrivateKeyInfo of an Ed25519 key up to the seed, RFC 8410. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The 32-byte seed of an organisation's key. `owner` keeps the keys of implementations apart. */
export function seedOf(owner: string, organisation: string): Uint8Array {
  return sha256(new TextEncoder().encode(`proofprint kept credential, ${owner}, ${organisation}`));
}

/** A signer whose key is its seed and whose verification method is that of its did:key. */
export function signerOf(seed: Uint8Array): Signer {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const publicKeyMultibase = encodeMultikey('Ed25519', publicKeyOf(key));
  return {
    id: `did:key:${publicKeyMultibase}#${publicKeyMultibase}`,
    keyType: 'Ed25519',
    publicKeyMultibase,
    sign: async ({ data }) => sign(key, data),
  };
}

/** Example, key there, name here. A later one may link to an earlier one. */
const CHOSEN: readonly (readonly [string, string, string])[] = [
  ['battery-cell', 'accreditation:kr', 'verifier-accreditation'],
  ['battery-cell', 'arrangement:scheme', 'recognition-arrangement'],
  ['battery-cell', 'claim:cam', 'carbon-footprint-claim'],
  ['steel-coil', 'claim:slab', 'embedded-emissions-claim'],
  ['battery-cell', 'statement:cam', 'verification-statement'],
  ['battery-cell', 'decision:cell', 'recognition-decision'],
];

/** The decision of the example is about a statement that is not among ours; here it is about the one that is. */
const STANDS_FOR: Readonly<Record<string, string>> = { 'statement:cell': 'statement:cam' };

const LIST_FROM = Date.UTC(2024, 10, 1);
const LIST_UNTIL = Date.UTC(2032, 0, 31);
/** Index of an accreditation that none of the cases is about. */
const WITHDRAWN = 77;
const LIST_ISSUER = 'did:web:ab-korea.example';

function readExample(name: string): Readonly<Record<string, JsonObject>> {
  const file = new URL(`../../test/examples/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).credentials;
}

const bare = (issuer: string): JsonObject => ({
  '@context': [V2_CONTEXT],
  id: 'urn:uuid:00000000-0000-4000-8000-0000000000b0',
  type: ['VerifiableCredential'],
  issuer,
  validFrom: '2026-11-01T00:00:00Z',
  validUntil: '2036-11-01T00:00:00Z',
  credentialSubject: {
    id: 'urn:uuid:50000000-0000-4000-8000-0000000000b0',
    name: 'Något att pröva: 시험용 증명서',
    description: 'A "bare" credential.\nTwo lines and a backslash: \\.',
  },
});

const identityAnchor = {
  type: 'IdentityAnchor',
  id: 'urn:uuid:00000000-0000-4000-8000-0000000000a1',
  issuer: 'did:web:register-kr.example',
  validFrom: '2026-10-01T00:00:00Z',
  validUntil: '2031-09-30T00:00:00Z',
  credentialSubject: {
    id: 'did:web:saebit-cathode.example',
    registeredName: '새빛양극재 (가상)',
    registeredId: '000-00-00020',
    registeredDate: '2011-03-02',
    idScheme: { id: 'https://register-kr.example/schemes/business', name: 'Example Business Register (fictional)' },
    registerType: 'business',
  },
};

/** Builds the unsigned documents; links and snapshots are digests over documents without proof, so none needs a signature. */
class Builder {
  readonly #release: string;
  readonly #built = new Map<string, JsonObject>();

  constructor(release: string) {
    this.#release = release;
  }

  /** The did:key of an organisation of the examples. */
  did(organisation: string): string {
    return `did:key:${signerOf(seedOf(this.#release, organisation)).publicKeyMultibase}`;
  }

  statusList(statusPurpose: string): JsonObject {
    const bits = new Bitstring(MIN_LENGTH);
    bits.set(WITHDRAWN, true);
    return createStatusListCredential({
      url: `https://ab-korea.example/status-lists/${statusPurpose}`,
      issuer: this.did(LIST_ISSUER),
      purposes: [statusPurpose],
      bits,
      notices: [{ index: String(WITHDRAWN), statusPurpose, reason: 'withdrawn', effectiveDate: '2026-05-04' }],
      validFrom: LIST_FROM,
      validUntil: LIST_UNTIL,
    });
  }

  credential(key: string, { type, issuer, statusPurposes, ...entry }: JsonObject, index: number): JsonObject {
    const profile = profileOfType(String(type));
    if (profile === undefined) throw new Error(`no profile for ${String(type)}`);
    const lists = `https://${String(issuer).slice('did:web:'.length)}/status-lists/`;
    const purposes = (statusPurposes ?? ['revocation']) as readonly string[];
    const unsigned = {
      '@context': profile.contexts,
      id: entry['id'] as string,
      type: ['VerifiableCredential', profile.type],
      issuer: this.did(String(issuer)),
      validFrom: entry['validFrom'] as string,
      validUntil: entry['validUntil'] as string,
      credentialStatus: purposes.map((statusPurpose) => ({
        id: `${lists}${statusPurpose}#${index}`,
        type: 'BitstringStatusListEntry',
        statusPurpose,
        statusListIndex: String(index),
        statusListCredential: `${lists}${statusPurpose}`,
      })),
      credentialSchema: { id: profile.schemaUrl, type: 'JsonSchema', digestMultibase: profile.schemaDigest },
      credentialSubject: this.#resolve(entry['credentialSubject'] as JsonValue),
    };
    this.#built.set(key, unsigned);
    return unsigned;
  }

  /** The value with its symbols ($link, $statusSnapshot) and its organisations replaced. */
  #resolve(value: JsonValue): JsonValue {
    if (typeof value === 'string') return value.startsWith('did:web:') ? this.did(value) : value;
    if (Array.isArray(value)) return value.map((entry) => this.#resolve(entry));
    if (!isObject(value)) return value;
    const { $link: link, $statusSnapshot: snapshot } = value;
    if (typeof link === 'string') return this.#link(link);
    if (typeof snapshot === 'string') {
      return createStatusSnapshot(this.statusList(String(value['statusPurpose'])), String(value['at']));
    }
    return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, this.#resolve(inner)]));
  }

  #link(key: string): JsonObject {
    const target = this.#built.get(STANDS_FOR[key] ?? key);
    if (target === undefined) throw new Error(`${key} is linked to before it is built`);
    return createLinkRef(target);
  }
}

/** Every case, in an order in which links point backwards. `release` is part of every key. */
export function createCases(release: string): Case[] {
  const builder = new Builder(release);
  const entries: [string, JsonObject, string][] = [
    ['identity-anchor', identityAnchor, 'identity-anchor'],
    ...CHOSEN.map(([example, key, name]): [string, JsonObject, string] => {
      const entry = readExample(example)[key];
      if (entry === undefined) throw new Error(`${example} has no ${key}`);
      return [key, entry, name];
    }),
  ];
  return [
    {
      name: 'bare',
      unsigned: bare(builder.did('did:web:buyer.example')),
      issuer: 'did:web:buyer.example',
      created: '2026-11-01T00:00:00Z',
    },
    ...entries.map(([key, entry, name], at) => ({
      name,
      unsigned: builder.credential(key, entry, 1000 + at),
      issuer: String(entry['issuer']),
      created: String(entry['validFrom']),
    })),
    {
      name: 'status-list',
      unsigned: builder.statusList('revocation'),
      issuer: LIST_ISSUER,
      created: formatDateTime(LIST_FROM),
    },
  ];
}
