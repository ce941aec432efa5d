/** Layer `jose`, headers and keys (docs/threats.md, section 5.9). What a header says is signed, so every token here is signed anew. */
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';
import type { JsonObject } from '../../../src/base/json.ts';
import { decodeMultibase, encodeBase58btc } from '../../../src/formats/multibase.ts';
import { createParty, didDocumentOf, type Party } from '../../support/data-integrity.ts';
import { bareCredential } from '../bases.ts';
import { generate } from '../operations.ts';
import { evil, keyOf } from '../parties.ts';
import { specimen } from '../surfaces.ts';
import { envelopeOf, type HeaderChanges, headerFor, signToken, tokenOf } from '../tokens.ts';
import { type Builder, checked, credentialTrials, type Trial } from '../trial.ts';
import type { World } from '../world.ts';
import type { Secure } from './everywhere.ts';
import { nameOf } from './generic.ts';
import { ATTACKER, forms, keyOfIssuer, withHeader } from './jose-forms.ts';

/** The texts under which a public key goes about, each as the secret of an HMAC. */
const symmetric: Builder = (world) => {
  const publicKeyOf = (party: Party): KeyObject => {
    const point = Buffer.from(decodedPoint(keyOfIssuer(party).publicKeyMultibase));
    const prefix = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');
    return createPublicKey({ key: Buffer.concat([prefix, point]), format: 'der', type: 'spki' });
  };
  const secrets: readonly [string, (party: Party) => string | Buffer][] = [
    ['the Multikey', (party) => keyOfIssuer(party).publicKeyMultibase],
    ['the JWK', (party) => JSON.stringify(publicKeyOf(party).export({ format: 'jwk' }))],
    ['the PEM', (party) => String(publicKeyOf(party).export({ format: 'pem', type: 'spki' }))],
    ['the DER', (party) => publicKeyOf(party).export({ format: 'der', type: 'spki' })],
    ['the bytes of the point', (party) => Buffer.from(decodedPoint(keyOfIssuer(party).publicKeyMultibase))],
  ];
  return forms(
    world,
    secrets.map(([form, secretOf]) => [
      form,
      async (unsecured, party) => {
        const mac = { sign: async ({ data }: { data: Uint8Array }) => hmac(secretOf(party), data) };
        return envelopeOf(await tokenOf(headerFor(keyOfIssuer(party), { alg: 'HS256' }), unsecured, mac));
      },
    ]),
  );
};

const hmac = (secret: string | Buffer, data: Uint8Array): Uint8Array =>
  new Uint8Array(createHmac('sha256', secret).update(data).digest());

/** Without its multicodec header. */
const decodedPoint = (multikey: string): Uint8Array =>
  (decodeMultibase(multikey, multikey.length) ?? new Uint8Array()).subarray(2);

/** A key that comes along, or an address of one: signed by whoever has it, and by the issuer, who should know better. */
const ownKey: Builder = async (world) => {
  const jwk = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' };
  const members: readonly [string, JsonObject][] = [
    ['jku', { jku: `https://${ATTACKER}/keys` }],
    ['x5u', { x5u: `https://${ATTACKER}/certificate` }],
    ['x5c', { x5c: ['MIIBszCCAVmgAwIBAgIU'] }],
    ['x5t', { x5t: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['jwk', { jwk }],
  ];
  const trials = await forms(
    world,
    members.flatMap(([form, member]): (readonly [string, Secure])[] => [
      [`${form}, signed by the attacker`, (unsecured, party) => byEvil(unsecured, keyOfIssuer(party).id, member)],
      [`${form}, signed by the issuer`, withHeader(member)],
    ]),
  );
  const nobodyAsked = checked('nobody looks the attacker up', 'network', async () =>
    world.hosts.lookedUp.includes(ATTACKER) ? ['the host of the header was looked up'] : [],
  );
  return [...trials, nobodyAsked];
};

const byEvil = async (unsecured: JsonObject, kid: string, more: HeaderChanges = {}): Promise<JsonObject> =>
  envelopeOf(await signToken(unsecured, keyOfIssuer(evil), { kid, ...more }));

const keyOfAnother: Builder = (world) =>
  forms(world, [
    ['kid of another DID', (unsecured) => byEvil(unsecured, keyOfIssuer(evil).id)],
    [
      'kid of another DID, iss as the credential says',
      (unsecured) => byEvil({ ...unsecured, iss: unsecured['issuer'] ?? '' }, keyOfIssuer(evil).id),
    ],
    ['kid of the issuer, signed by another', (unsecured, party) => byEvil(unsecured, keyOfIssuer(party).id)],
  ]);

const critical: Builder = (world) =>
  forms(world, [
    ['a member that nobody knows', withHeader({ crit: ['x'], x: 1 })],
    ['none at all', withHeader({ crit: [] })],
    ['a payload as it is', withHeader({ crit: ['b64'], b64: false })],
    ['a payload as it is, not marked', withHeader({ b64: false })],
  ]);

const types: Builder = (world, given) =>
  forms(
    world,
    (given.build.values ?? []).map((value) => {
      const typ = generate(value, {});
      return [nameOf(value), withHeader({ typ: typeof typ === 'string' ? typ : undefined })];
    }),
  );

/** Keys that are not what the header says, in the document of a party of its own. */
const otherCurves: Builder = async (world) => {
  const honest = await forms(world, [
    ['ES256 with a P-384 key', async (unsecured, party) => byKey(unsecured, party, 'P-384', 'ES256')],
    ['ES384 with a P-256 key', async (unsecured, party) => byKey(unsecured, party, 'P-256', 'ES384')],
    ['EdDSA with a P-256 key', async (unsecured, party) => byKey(unsecured, party, 'P-256', 'EdDSA')],
    ['ES256 with an Ed25519 key', async (unsecured, party) => byKey(unsecured, party, 'Ed25519', 'ES256')],
    ['ES256K with a P-256 key', async (unsecured, party) => byKey(unsecured, party, 'P-256', 'ES256K')],
    ['ESP256 with a P-256 key', async (unsecured, party) => byKey(unsecured, party, 'P-256', 'ESP256')],
    ['Ed448 with an Ed25519 key', async (unsecured, party) => byKey(unsecured, party, 'Ed25519', 'Ed448')],
  ]);
  return [...honest, ...(await foreignCurves(world))];
};

const byKey = async (unsecured: JsonObject, party: Party, keyType: 'P-256' | 'P-384' | 'Ed25519', alg: string) =>
  envelopeOf(await signToken(unsecured, keyOf(party, keyType), { alg }));

async function foreignCurves(world: World): Promise<Trial[]> {
  const k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const ed448 = generateKeyPairSync('ed448');
  const curves: readonly [string, string, KeyObject, JsonObject, string][] = [
    ['ES256 with a secp256k1 key', 'k1-jwk.example', k1.privateKey, jwkMethod(k1.publicKey), 'ES256'],
    [
      'ES256 with a secp256k1 key called P-256',
      'k1-as.example',
      k1.privateKey,
      jwkMethod(k1.publicKey, 'P-256'),
      'ES256',
    ],
    ['ES256 with a secp256k1 Multikey', 'k1.example', k1.privateKey, k1Multikey(k1.publicKey), 'ES256'],
    ['EdDSA with an Ed448 key', 'ed448.example', ed448.privateKey, jwkMethod(ed448.publicKey), 'EdDSA'],
    [
      'EdDSA with an Ed448 key called Ed25519',
      'ed448-as.example',
      ed448.privateKey,
      jwkMethod(ed448.publicKey, 'Ed25519'),
      'EdDSA',
    ],
  ];
  const trials: Trial[] = [];
  for (const [form, host, key, material, alg] of curves) {
    const did = `did:web:${host}`;
    const base = didDocumentOf(did, createParty(did).signer);
    const [method = {}] = base['verificationMethod'] as readonly JsonObject[];
    const { publicKeyMultibase: _, ...rest } = method;
    world.hosts.put(`https://${host}/.well-known/did.json`, {
      ...base,
      verificationMethod: [{ ...rest, ...material }],
    });
    const signer = {
      sign: async ({ data }: { data: Uint8Array }) =>
        new Uint8Array(signBytes(alg === 'EdDSA' ? null : 'sha256', data, { key, dsaEncoding: 'ieee-p1363' })),
    };
    const header = { alg, kid: `${did}#key-1`, typ: 'vc+jwt' };
    const token = await tokenOf(header, bareCredential({ issuer: did }).unsecured, signer);
    trials.push(...credentialTrials(world, specimen(form, envelopeOf(token))));
  }
  return trials;
}

const jwkMethod = (key: KeyObject, crv?: string): JsonObject => ({
  type: 'JsonWebKey',
  publicKeyJwk: { ...(key.export({ format: 'jwk' }) as JsonObject), ...(crv === undefined ? {} : { crv }) },
});

function k1Multikey(key: KeyObject): JsonObject {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const odd = (Buffer.from(y, 'base64url').at(-1) ?? 0) & 1;
  const point = [2 + odd, ...Buffer.from(x, 'base64url')];
  return { type: 'Multikey', publicKeyMultibase: encodeBase58btc(Uint8Array.from([0xe7, 0x01, ...point])) };
}

const unsigned: Builder = (world) =>
  forms(world, [
    ['alg none, no signature', async (unsecured, party) => none(unsecured, party, 'none')],
    ['alg None, no signature', async (unsecured, party) => none(unsecured, party, 'None')],
    ['alg none, a good signature', withHeader({ alg: 'none' })],
    ['no alg', withHeader({ alg: undefined })],
    ['alg a list', withHeader({ alg: ['ES256'] })],
    ['no kid', withHeader({ kid: undefined })],
    ['kid a number', withHeader({ kid: 1 })],
  ]);

/** A signature of zeros, since an empty one is no token at all. */
async function none(unsecured: JsonObject, party: Party, alg: string): Promise<JsonObject> {
  const zeros = { sign: async () => new Uint8Array(64) };
  return envelopeOf(await tokenOf(headerFor(keyOfIssuer(party), { alg }), unsecured, zeros));
}

export const JOSE_BUILDERS: Readonly<Record<string, Builder>> = {
  'JOSE-001': symmetric,
  'JOSE-002': ownKey,
  'JOSE-003': keyOfAnother,
  'JOSE-004': critical,
  'JOSE-005': types,
  'JOSE-010': otherCurves,
  'JOSE-013': unsigned,
};
