/** Signatures on the NIST curves: what is good by nature, and what must never be (docs/threats.md, section 5.4). */
import type { JsonObject } from '../../../src/base/json.ts';
import type { Signer } from '../../../src/crypto/signer.ts';
import { decodeMultibase, encodeBase58btc } from '../../../src/formats/multibase.ts';
import { bareCredential } from '../bases.ts';
import { CURVES, type EcdsaKeyType, ecdsaSigner } from '../ecdsa-keys.ts';
import { ECDSA_MECHANISMS, type Mechanism, OTHER_MECHANISMS } from '../mechanisms.ts';
import { at, DAY, good, keyOf, NOW, VERIFIER_DOMAIN } from '../parties.ts';
import { sign } from '../signing.ts';
import { specimen, unsigned, verifyPresentation } from '../surfaces.ts';
import { type Builder, checked, credentialTrials, type Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { company, everywhere, exampleClaim, inEvaluation, type Secure } from './everywhere.ts';
import { freshChallenge } from './presentation.ts';

const created = at(NOW - DAY);

/** r and s as numbers, and back. */
type Halves = readonly [r: bigint, s: bigint];

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);

function changed(signature: Uint8Array, change: (halves: Halves) => Halves): Uint8Array {
  const size = signature.length / 2;
  const halves = change([numberOf(signature.subarray(0, size)), numberOf(signature.subarray(size))]);
  const text = halves.map((half) => half.toString(16).padStart(2 * size, '0')).join('');
  return new Uint8Array(Buffer.from(text, 'hex'));
}

function der(signature: Uint8Array): Uint8Array {
  const half = (bytes: Uint8Array): number[] => {
    const short = [...bytes.subarray(bytes.findIndex((byte) => byte !== 0))];
    const positive = (short[0] ?? 0) > 0x7f ? [0, ...short] : short;
    return [0x02, positive.length, ...positive];
  };
  const size = signature.length / 2;
  const body = [...half(signature.subarray(0, size)), ...half(signature.subarray(size))];
  return Uint8Array.from([0x30, body.length, ...body]);
}

/** The signer's own signature, made into something else before it is written down. */
const bent = (signer: Signer, change: (signature: Uint8Array) => Uint8Array): Signer => ({
  ...signer,
  sign: async (input) => change(await signer.sign(input)),
});

const orderOf = (keyType: Signer['keyType']): bigint => CURVES[keyType as EcdsaKeyType].order;

type Bend = (signature: Uint8Array, order: bigint) => Uint8Array;

const BENT: readonly (readonly [string, Bend])[] = [
  ['r = s = 0', (signature) => changed(signature, () => [0n, 0n])],
  ['r = 0', (signature) => changed(signature, ([, s]) => [0n, s])],
  ['s = 0', (signature) => changed(signature, ([r]) => [r, 0n])],
  ['r = s = n', (signature, order) => changed(signature, () => [order, order])],
  ['r = s = 1', (signature) => changed(signature, () => [1n, 1n])],
  ['r and s exchanged', (signature) => changed(signature, ([r, s]) => [s, r])],
  ['DER in the place of raw bytes', der],
  ['a zero in front', (signature) => Uint8Array.from([0, ...signature])],
  ['a byte more', (signature) => Uint8Array.from([...signature, 0])],
  ['half of it', (signature) => signature.subarray(0, signature.length / 2)],
];

const mirrored: Bend = (signature, order) => changed(signature, ([r, s]) => [r, order - s]);

const secureBent =
  ({ secure, keyType }: Mechanism, bend: Bend): Secure =>
  (unsecured, party) => {
    const signer = keyOf(party, keyType);
    return secure(
      unsecured,
      bent(signer, (signature) => bend(signature, orderOf(signer.keyType))),
      { created },
    );
  };

const signatures: Builder = async (world) => {
  const mechanisms = [...ECDSA_MECHANISMS, ...OTHER_MECHANISMS.filter(isEnvelopeOnCurve)];
  const trials: Trial[] = [];
  for (const [index, mechanism] of mechanisms.entries()) {
    for (const [form, bend] of BENT) {
      const name = `${form}, ${mechanism.name}`;
      // Each curve once on every surface; the same arithmetic under another transformation on one.
      if (index < 2) trials.push(...(await everywhere(world, name, secureBent(mechanism, bend))));
      else trials.push(...(await atTheNode(world, name, secureBent(mechanism, bend))));
    }
    const twin = `(r, n-s), ${mechanism.name}`;
    trials.push(
      ...(await everywhere(world, twin, secureBent(mechanism, mirrored), { expected: { verdict: 'accept' } })),
    );
  }
  return [...trials, ...(await nothingByItsSignature(world))];
};

const isEnvelopeOnCurve = ({ cryptosuite, keyType }: Mechanism): boolean =>
  cryptosuite === undefined && keyType !== 'Ed25519';

async function atTheNode(world: World, form: string, secure: Secure): Promise<Trial[]> {
  const document = await secure(bareCredential().unsecured, good);
  return credentialTrials(world, specimen(form, document), { surfaces: ['verify'] });
}

/** Whoever can write a second signature over the same statements gets no second use, and no second count, out of it. */
async function nothingByItsSignature(world: World): Promise<Trial[]> {
  const [mechanism] = ECDSA_MECHANISMS;
  if (mechanism === undefined) throw new Error('no mechanism on a curve');
  const twin = await secureBent(mechanism, mirrored)(await exampleClaim(world), company);
  const both = await inEvaluation(
    world,
    'a claim beside itself with (r, n-s)',
    secureBent(mechanism, (signature) => signature),
    { verdict: 'accept' },
    [twin],
  );
  const presenter = ecdsaSigner('P-256', 'a holder on a curve', (key) => `did:key:${key}#${key}`);
  const did = presenter.id.split('#')[0] ?? '';
  const replay = checked('a presentation with (r, n-s) after it was used', 'present', async () => {
    const challenge = await freshChallenge(world);
    const subject = { id: did, name: 'A product' };
    const credential = await sign(bareCredential({ credentialSubject: subject }).unsecured, good.signer, { created });
    const document = unsigned({ did, signer: presenter, didDocument: {} }, [credential]);
    const members = {
      cryptosuite: 'ecdsa-rdfc-2019',
      proofPurpose: 'authentication',
      domain: VERIFIER_DOMAIN,
      challenge,
      created,
    };
    const signed = await sign(document, presenter, members);
    const again = await sign(
      document,
      bent(presenter, () => mirroredOf(signed)),
      members,
    );
    const [first, second] = [
      await verifyPresentation(world, JSON.stringify(signed), challenge),
      await verifyPresentation(world, JSON.stringify(again), challenge),
    ];
    return [
      ...(first.outcome === 'accepted'
        ? []
        : [`the first was ${first.outcome}: ${first.types.join(' ')} ${first.detail}`]),
      ...(second.types[0]?.endsWith('#INVALID_CHALLENGE_ERROR') ? [] : [`the second was ${second.outcome}`]),
    ];
  });
  return [...both, replay];
}

function mirroredOf(signed: JsonObject): Uint8Array {
  const { proofValue } = signed['proof'] as JsonObject;
  const bytes = decodeMultibase(proofValue, 200) ?? new Uint8Array();
  return mirrored(bytes, CURVES['P-256'].order);
}

/** Characters; what is longer is not decoded. */
const LONGEST_DID_KEY = 152;
const TOO_LONG = { verdict: 'refuse', types: ['https://www.w3.org/ns/did#INVALID_DID'] } as const;

/** Points that are none, each as a did:key: whoever could sign for one could sign for all. */
export async function badPoints(world: World): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const keyType of ['P-256', 'P-384'] as const) {
    const { header, size } = CURVES[keyType];
    const points: readonly (readonly [string, readonly number[]])[] = [
      ['the point at infinity', [0]],
      ['zeros', new Array<number>(size + 1).fill(0)],
      ['x = 0 under a sign that is none', [4, ...new Array<number>(size).fill(0)]],
      ['an x beyond the field', [2, ...new Array<number>(size).fill(0xff)]],
      ['an x that has no y', [2, ...new Array<number>(size - 1).fill(0), 1]],
      ['a point that is not compressed', [4, ...new Array<number>(2 * size).fill(1)]],
    ];
    for (const [form, point] of points) {
      const multibase = encodeBase58btc(Uint8Array.from([...header, ...point]));
      const did = `did:key:${multibase}`;
      const signer: Signer = {
        id: `${did}#${multibase}`,
        keyType,
        publicKeyMultibase: multibase,
        sign: async () => new Uint8Array(2 * size).fill(1),
      };
      const cryptosuite = 'ecdsa-rdfc-2019';
      const signed = await sign(bareCredential({ issuer: did }).unsecured, signer, { created, cryptosuite });
      trials.push(
        ...credentialTrials(world, specimen(`${form}, ${keyType}`, signed), {
          surfaces: ['verify', 'cli verify'],
          ...(did.length > LONGEST_DID_KEY ? { expected: TOO_LONG } : {}),
        }),
      );
    }
  }
  return trials;
}

export const ECDSA_BUILDERS: Readonly<Record<string, Builder>> = { 'PRF-012': signatures };
