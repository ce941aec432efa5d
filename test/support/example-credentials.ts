/**
 * The worked examples of test/examples as complete, unsecured credentials: envelope added, symbolic values resolved
 * (test/examples: `$link`, `$statusSnapshot`, `$merkleRoot`).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asArray, isObject, type JsonObject, type JsonValue } from '../../src/base/json.ts';
import { createLinkRef, createStatusSnapshot } from '../../src/credentials/link.ts';
import { PACKAGE_ROOT } from '../../src/credentials/package-files.ts';
import { profileOfType } from '../../src/credentials/profiles/profile-table.ts';
import { merkleRoot } from '../../src/formats/merkle.ts';

export type ExampleName = 'steel-coil' | 'battery-cell';
export const EXAMPLE_NAMES: readonly ExampleName[] = ['steel-coil', 'battery-cell'];

export function readExample(name: ExampleName): JsonObject {
  return JSON.parse(readFileSync(join(PACKAGE_ROOT, 'test', 'examples', `${name}.json`), 'utf8')) as JsonObject;
}

/** Every credential of an example by its symbolic key, in the order in which they can be issued. */
export function exampleCredentials(name: ExampleName, example = readExample(name)): ReadonlyMap<string, JsonObject> {
  const done = new Map<string, JsonObject>();
  const all = Object.entries(example['credentials'] as Record<string, JsonObject>);
  all.sort(([, a], [, b]) => (String(a['validFrom']) < String(b['validFrom']) ? -1 : 1));
  for (const [key, short] of all) done.set(key, complete(short, resolver(example, done)));
  return done;
}

/** The list credential, without proof, that holds an example's entry. */
export function exampleStatusList(issuer: string, purpose: string): JsonObject {
  return {
    '@context': ['https://www.w3.org/ns/credentials/v2', 'https://w3id.org/proofprint/contexts/v1'],
    id: listUrl(issuer, purpose),
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer,
    validFrom: '2024-11-01T00:00:00Z',
    validUntil: '2032-01-31T00:00:00Z',
    credentialSubject: {
      type: 'BitstringStatusList',
      statusPurpose: purpose,
      encodedList: 'uH4sIAAAAAAAA',
      ttl: 60000,
    },
  };
}

function complete(short: JsonObject, resolve: (value: JsonValue) => JsonValue): JsonObject {
  const type = String(short['type']);
  const issuer = String(short['issuer']);
  const profile = profileOfType(type);
  if (profile === undefined) throw new Error(`no profile ${type}`);
  const entries = asArray(short['statusPurposes'] as JsonValue).map((purpose) => ({
    type: 'BitstringStatusListEntry',
    statusPurpose: purpose,
    statusListIndex: '94567',
    statusListCredential: listUrl(issuer, String(purpose)),
  }));
  return {
    '@context': profile.contexts,
    id: String(short['id']),
    type: ['VerifiableCredential', type],
    issuer,
    validFrom: String(short['validFrom']),
    validUntil: String(short['validUntil']),
    credentialStatus: entries.length === 1 ? (entries[0] as JsonObject) : entries,
    credentialSchema: { id: profile.schemaUrl, type: 'JsonSchema', digestMultibase: profile.schemaDigest },
    credentialSubject: resolve(short['credentialSubject'] as JsonValue),
  };
}

function resolver(example: JsonObject, done: ReadonlyMap<string, JsonObject>): (value: JsonValue) => JsonValue {
  const credential = (key: JsonValue | undefined): JsonObject => {
    const found = done.get(String(key));
    if (found === undefined) throw new Error(`not issued yet: ${String(key)}`);
    return found;
  };
  const resolve = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map(resolve);
    if (!isObject(value)) return value;
    if ('$link' in value) return createLinkRef(credential(value['$link']));
    if ('$statusSnapshot' in value) {
      const issuer = String(credential(value['$statusSnapshot'])['issuer']);
      return createStatusSnapshot(exampleStatusList(issuer, String(value['statusPurpose'])), String(value['at']));
    }
    if ('$merkleRoot' in value) {
      const sheet = example[String(value['$merkleRoot'])] as JsonObject;
      const leaves = resolve(sheet['leaves'] as JsonValue) as readonly JsonObject[];
      return merkleRoot(leaves);
    }
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolve(inner)]));
  };
  return resolve;
}

const listUrl = (issuer: string, purpose: string): string =>
  `https://${issuer.slice('did:web:'.length)}/status-lists/${purpose}`;
