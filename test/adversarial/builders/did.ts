/** Layer `did`: where keys come from (docs/threats.md, sections 5.7 and 5.8). */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import type { Party } from '../../support/data-integrity.ts';
import { createParty, didDocumentOf } from '../../support/data-integrity.ts';
import { bareCredential, secured } from '../bases.ts';
import { generate } from '../operations.ts';
import { at, createKeyParty, DAY, evil, keyOf, NOW, signerNamed } from '../parties.ts';
import { sign } from '../signing.ts';
import { specimen, verifyCredential } from '../surfaces.ts';
import { type Builder, checked, credentialTrials, type Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { nameOf } from './generic.ts';
import { underOthers } from './under-mechanisms.ts';

/** The value as issuer and in front of the key's name, signed with any key. */
export const strangeIssuers: Builder = async (world, given) => {
  const trials: Trial[] = [];
  for (const value of given.build.values ?? []) {
    const did = generate(value, {}) as string;
    const signer = signerNamed(evil.signer, `${did}#key-1`);
    const signed = await sign(bareCredential({ issuer: did }).unsecured, signer, { created: at(NOW - DAY) });
    trials.push(
      ...credentialTrials(world, specimen(nameOf(value), signed)),
      ...(await underOthers(world, nameOf(value), () => ({ ...evil, did, signer }))),
    );
  }
  return trials;
};

/** A credential by a did:web of its own, whose document the form describes; for each mechanism one around a key of its kind. */
async function withDocument(
  world: World,
  host: string,
  form: string,
  document: (party: Party) => JsonValue,
): Promise<Trial[]> {
  const party = createParty(`did:web:${host}`);
  world.hosts.put(`https://${host}/.well-known/did.json`, document(party));
  const others = await underOthers(world, form, ({ keyType }) => {
    const place = `${keyType.toLowerCase()}.${host}`;
    const other = createParty(`did:web:${place}`);
    const didDocument = didDocumentOf(other.did, keyOf(other, keyType));
    world.hosts.put(`https://${place}/.well-known/did.json`, document({ ...other, didDocument }));
    return other;
  });
  return [...credentialTrials(world, specimen(form, await secured(bareCredential({}, party)))), ...others];
}

const largeDocuments: Builder = async (world) => {
  const methods = (party: Party, count: number): JsonObject => {
    const { did, signer } = party;
    const list = Array.from({ length: count }, (_, index) => ({
      id: `${did}#other-${index}`,
      type: 'Multikey',
      controller: did,
      publicKeyMultibase: signer.publicKeyMultibase,
    }));
    const document = didDocumentOf(did, signer);
    return { ...document, verificationMethod: [...(document['verificationMethod'] as JsonObject[]), ...list] };
  };
  const nested = (levels: number): JsonValue =>
    Array.from({ length: levels }).reduce<JsonValue>((inner) => ({ p: inner }), 'bottom');
  return [
    ...(await withDocument(world, 'methods-10000.example', '10 000 verification methods', (party) =>
      methods(party, 10_000),
    )),
    ...(await withDocument(world, 'methods-65.example', '65 verification methods', (party) => methods(party, 64))),
    ...(await withDocument(world, 'deep.example', 'nested 100 deep', (party) => ({
      ...party.didDocument,
      service: nested(100),
    }))),
  ];
};

const JWK: JsonObject = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };

/** The private part of the same key, RFC 8037, appendix A.1. */
const PRIVATE = 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A';

const changeMethod = (party: Party, change: (method: JsonObject) => JsonObject): JsonObject => {
  const [method] = party.didDocument['verificationMethod'] as [JsonObject];
  return { ...party.didDocument, verificationMethod: [change(method)] };
};

const twoKeys: Builder = async (world) => [
  ...(await withDocument(world, 'two-keys.example', 'a Multikey with a JWK beside it', (party) =>
    changeMethod(party, (method) => ({ ...method, publicKeyJwk: JWK })),
  )),
  ...(await withDocument(world, 'two-keys-2.example', 'a JsonWebKey with a Multikey beside it', (party) =>
    changeMethod(party, (method) => ({ ...method, type: 'JsonWebKey', publicKeyJwk: JWK })),
  )),
];

const privateKeys: Builder = async (world) => {
  const forms: readonly [string, (method: JsonObject) => JsonObject][] = [
    [
      'publicKeyJwk with d',
      ({ publicKeyMultibase: _, ...rest }) => ({ ...rest, type: 'JsonWebKey', publicKeyJwk: { ...JWK, d: PRIVATE } }),
    ],
    ['secretKeyMultibase', (method) => ({ ...method, secretKeyMultibase: `z${PRIVATE}` })],
    ['privateKeyJwk', (method) => ({ ...method, privateKeyJwk: { ...JWK, d: PRIVATE } })],
  ];
  const trials: Trial[] = [];
  for (const [index, [form, change]] of forms.entries()) {
    const documentOf = (party: Party): JsonObject => changeMethod(party, change);
    trials.push(...(await withDocument(world, `private-${index}.example`, form, documentOf)));
  }
  trials.push(
    checked('the key is written nowhere', 'data directory', async () => {
      const found = await filesWith(world.node.directory, PRIVATE);
      return found.map((file) => `a private key stands in ${file}`);
    }),
  );
  return trials;
};

/** Files below a directory that hold a text. */
export async function filesWith(directory: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const held = await Promise.all(files.map(async (file) => (await readFile(file)).includes(text)));
  return files.filter((_, index) => held[index]);
}

/** After the key was rotated out, and the time that a document may be kept has passed. */
const rotatedOut: Builder = async (world) => {
  const host = 'rotated.example';
  const party = createParty(`did:web:${host}`);
  const address = `https://${host}/.well-known/did.json`;
  world.hosts.put(address, party.didDocument);
  const text = JSON.stringify(await secured(bareCredential({}, party)));
  const before: Trial = {
    form: 'before the rotation',
    surface: 'verify',
    run: () => verifyCredential(world, text),
    expected: { verdict: 'accept' },
  };
  const after: Trial = {
    form: 'after the rotation and the life of the cache',
    surface: 'verify',
    run: async () => {
      world.hosts.put(address, { ...party.didDocument, assertionMethod: [`${party.did}#key-2`] });
      world.node.clock.set(NOW + 301_000);
      try {
        return await verifyCredential(world, text);
      } finally {
        world.node.clock.set(NOW);
      }
    },
  };
  const elsewhere = credentialTrials(world, specimen('after the rotation', JSON.parse(text)), {
    surfaces: ['cli verify', 'cli present'],
  });
  return [before, after, ...elsewhere];
};

const foreignFragment: Builder = async (world) => {
  const [one, two] = [createKeyParty('one key'), createKeyParty('two keys')];
  const forms = [two.signer.publicKeyMultibase, 'key-1', 'z'];
  const trials: Trial[] = [];
  for (const fragment of forms) {
    for (const [who, signer] of [
      ['the first key', one.signer],
      ['the second key', two.signer],
    ] as const) {
      const named = signerNamed(signer, `${one.did}#${fragment}`);
      const signed = await sign(bareCredential({ issuer: one.did }).unsecured, named, { created: at(NOW - DAY) });
      trials.push(...credentialTrials(world, specimen(`#${fragment} signed by ${who}`, signed)));
    }
  }
  return trials;
};

export const DID_BUILDERS: Readonly<Record<string, Builder>> = {
  ...Object.fromEntries(['001', '002', '003', '004', '005', '013'].map((number) => [`DID-${number}`, strangeIssuers])),
  'DID-009': largeDocuments,
  'DID-010': twoKeys,
  'DID-011': privateKeys,
  'DID-012': rotatedOut,
  'DID-014': foreignFragment,
};
