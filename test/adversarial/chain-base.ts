/**
 * `CHAIN`: the worked example of the steel coil, signed by its parties and evaluated under a policy. `patch` changes the example before
 * anything is signed, so that every link is made by whoever the change says; `lists` says what the status lists hold.
 */
import { asArray, isObject, type JsonObject } from '../../src/base/json.ts';
import { createStatusSnapshot } from '../../src/credentials/link.ts';
import { profileOfType } from '../../src/credentials/profiles/profile-table.ts';
import type { StatusNotice } from '../../src/credentials/status-history.ts';
import { Bitstring } from '../../src/formats/bitstring.ts';
import { createStatusListCredential } from '../../src/status/status-list.ts';
import { createParty } from '../support/data-integrity.ts';
import { readExample } from '../support/example-credentials.ts';
import { applyPatch, type PatchOperation } from '../support/json-patch.ts';
import { type IssuedExample, issueExample, policyOfExample } from '../support/worked-examples.ts';
import { at, DAY, documentWithAllKeys } from './parties.ts';
import { sign } from './signing.ts';
import type { World } from './world.ts';

/** What the list of an issuer for a purpose says; everything is clear unless given. */
export interface ListContent {
  readonly set?: boolean;
  readonly notices?: readonly Omit<StatusNotice, 'index' | 'statusPurpose'>[];
  readonly validFrom?: string;
  readonly validUntil?: string;
}
export type Lists = (issuer: string, purpose: string) => ListContent;

export interface ChainOptions {
  readonly patch?: readonly PatchOperation[];
  /** The credentials of the example that are issued, by their symbolic keys; all unless given. */
  readonly keys?: readonly string[];
  readonly lists?: Lists;
  /** Where an issuer's lists are said to be, instead of a place where they are served; nothing where they are. */
  readonly listUrl?: (issuer: string, purpose: string) => string | undefined;
}

export interface Chain {
  readonly issued: IssuedExample;
  readonly example: JsonObject;
  readonly policy: JsonObject;
}

const INDEX = 94_567;

export async function buildChain(world: World, options: ChainOptions = {}): Promise<Chain> {
  const run = world.serial();
  const example = applyPatch(reducedTo(options.keys), [...(options.patch ?? [])]);
  const lists = new Map<string, Promise<JsonObject>>();
  const urlOf = (issuer: string, purpose: string): string =>
    options.listUrl?.(issuer, purpose) ?? `https://${hostOf(issuer)}/lists/${run}/${purpose}`;
  const listOf = (issuer: string, purpose: string): Promise<JsonObject> => {
    const url = urlOf(issuer, purpose);
    const known = lists.get(url) ?? signList(url, issuer, purpose, options.lists?.(issuer, purpose) ?? {});
    lists.set(url, known);
    return known;
  };
  const publish = async (issuer: string, purpose: string): Promise<void> => {
    if (options.listUrl?.(issuer, purpose) !== undefined) return;
    world.hosts.put(urlOf(issuer, purpose), await listOf(issuer, purpose));
  };
  const issued = await issueExample(
    example,
    async (_key, unsecured) => {
      const issuer = String(unsecured['issuer']);
      publishDid(world, issuer);
      const entries = await Promise.all(
        purposesOf(unsecured).map(async (purpose) => {
          await publish(issuer, purpose);
          return entryIn(urlOf(issuer, purpose), purpose);
        }),
      );
      return sign(completed(unsecured, entries), signerOf(issuer), { created: String(unsecured['validFrom']) });
    },
    async (credential, purpose, instant) =>
      createStatusSnapshot(await listOf(String(credential['issuer']), purpose), instant),
  );
  return { issued, example, policy: policyOfExample(example) };
}

function reducedTo(keys: readonly string[] | undefined): JsonObject {
  const example = readExample('steel-coil');
  if (keys === undefined) return example;
  const credentials = Object.entries(example['credentials'] as JsonObject).filter(([key]) => keys.includes(key));
  return { ...example, credentials: Object.fromEntries(credentials) };
}

const hostOf = (did: string): string => did.slice('did:web:'.length).toLowerCase();
/** One key for each DID, whatever the letter case it is written in. */
const signerOf = (did: string) => ({ ...createParty(did, did.toLowerCase()).signer });

function publishDid(world: World, did: string): void {
  if (!did.startsWith('did:web:')) return;
  const document = documentWithAllKeys(createParty(did, did.toLowerCase()));
  world.hosts.put(`https://${hostOf(did)}/.well-known/did.json`, document);
}

function purposesOf(unsecured: JsonObject): readonly string[] {
  return profileOfType(typeOf(unsecured))?.statusPurposes ?? [];
}

function typeOf(unsecured: JsonObject): string {
  return String(asArray(unsecured['type'] as readonly string[])[1]);
}

function entryIn(url: string, purpose: string): JsonObject {
  return {
    type: 'BitstringStatusListEntry',
    statusPurpose: purpose,
    statusListIndex: String(INDEX),
    statusListCredential: url,
  };
}

function completed(unsecured: JsonObject, entries: readonly JsonObject[]): JsonObject {
  const profile = profileOfType(typeOf(unsecured));
  const { credentialSubject, ...envelope } = unsecured;
  return {
    ...envelope,
    credentialStatus: entries.length === 1 ? (entries[0] as JsonObject) : entries,
    credentialSchema: {
      id: profile?.schemaUrl ?? '',
      type: 'JsonSchema',
      digestMultibase: profile?.schemaDigest ?? '',
    },
    credentialSubject: credentialSubject ?? {},
  };
}

function signList(url: string, issuer: string, purpose: string, content: ListContent): Promise<JsonObject> {
  const bits = new Bitstring(131_072);
  bits.set(INDEX, content.set ?? false);
  const unsigned = createStatusListCredential({
    url,
    issuer,
    purposes: [purpose],
    bits,
    notices: (content.notices ?? []).map((notice) => ({ index: String(INDEX), statusPurpose: purpose, ...notice })),
    validFrom: Date.parse(content.validFrom ?? '2024-11-01T00:00:00Z'),
    validUntil: Date.parse(content.validUntil ?? '2032-01-31T00:00:00Z'),
  });
  return sign(unsigned, signerOf(issuer), { created: content.validFrom ?? '2024-11-01T00:00:00Z' });
}

/** Lists on which nothing is set, for links that the example does not have. */
const clearLists = new Map<string, Promise<JsonObject>>();

/** Sign one more credential of the same world: for links that the example does not have. */
export async function signExtra(world: World, unsecured: JsonObject): Promise<JsonObject> {
  const issuer = String(unsecured['issuer']);
  publishDid(world, issuer);
  const entries: JsonObject[] = [];
  for (const purpose of purposesOf(unsecured)) {
    const url = `https://${hostOf(issuer)}/lists/clear/${purpose}`;
    const list = clearLists.get(url) ?? signList(url, issuer, purpose, {});
    clearLists.set(url, list);
    world.hosts.put(url, await list);
    entries.push(entryIn(url, purpose));
  }
  return sign(completed(unsecured, entries), signerOf(issuer), { created: String(unsecured['validFrom']) });
}

/** An unsecured credential of one of the own types; the envelope is that of a link that has long been in force. */
export function linkCredential(type: string, issuer: string, id: string, subject: JsonObject): JsonObject {
  const profile = profileOfType(type);
  return {
    '@context': profile?.contexts ?? [],
    id,
    type: ['VerifiableCredential', type],
    issuer,
    validFrom: '2025-01-01T00:00:00Z',
    validUntil: '2030-01-01T00:00:00Z',
    credentialSubject: subject,
  };
}

/** The instant that the example asks about. */
export function instantOf(example: JsonObject): string {
  return String(example['instant'] ?? at(DAY));
}

export function credential(chain: Chain, key: string): JsonObject {
  const found = chain.issued.credentials.get(key);
  if (found === undefined) throw new Error(`no credential ${key}`);
  return found;
}

export function subjectOf(document: JsonObject): JsonObject {
  const subject = document['credentialSubject'];
  if (!isObject(subject)) throw new Error('no subject');
  return subject;
}
