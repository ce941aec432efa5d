/** Layer `selective-disclosure`: what stands in a proof value, edited or made up (docs/threats.md, section 5.6). */
import type { JsonObject } from '../../../src/base/json.ts';
import { decodeMultibase } from '../../../src/formats/multibase.ts';
import { bareCredential, signedList, statusEntry } from '../bases.ts';
import { ecdsaSigner } from '../ecdsa-keys.ts';
import { at, DAY, good, NOW } from '../parties.ts';
import { derivedValue, rawDerivedValue, readDerived, withProofValue } from '../selective-signing.ts';
import { specimen } from '../surfaces.ts';
import { type Builder, credentialTrials, type Trial } from '../trial.ts';
import { everywhere, type Secure } from './everywhere.ts';
import { bare, base, derivation, derivedFrom, edited, shown } from './selective-forms.ts';

const BAD_PROOF = 'https://w3id.org/security#PROOF_VERIFICATION_ERROR';

const indexes: Builder = async (world) => {
  const changes: readonly [string, (mandatory: readonly unknown[]) => readonly unknown[]][] = [
    ['none', () => []],
    ['the first left out', ([, ...rest]) => rest],
    ['one far out', (mandatory) => [...mandatory.slice(1), 1e9]],
    ['one far out added', (mandatory) => [...mandatory, 1e9]],
    ['one below nothing', (mandatory) => [-1, ...mandatory.slice(1)]],
    ['one below nothing added', (mandatory) => [...mandatory, -1]],
    ['one twice', (mandatory) => [...mandatory, mandatory[0]]],
    ['all twice', (mandatory) => [...mandatory, ...mandatory]],
    ['a fraction', (mandatory) => [...mandatory.slice(1), 0.5]],
    ['a fraction added', (mandatory) => [...mandatory, 1.5]],
    ['a text', (mandatory) => ['0', ...mandatory.slice(1)]],
    ['nothing at all', (mandatory) => [null, ...mandatory.slice(1)]],
    ['more than there are statements', (mandatory) => [...mandatory, mandatory.length]],
    ['20 000 of them', () => Array.from({ length: 20_000 }, (_, index) => index)],
  ];
  const trials: Trial[] = [];
  for (const [form, change] of changes) {
    const secure = edited((parts) => ({ ...parts, mandatory: change(parts.mandatory) }));
    trials.push(...(await shown(world, form, secure)));
  }
  return trials;
};

const bytes = (...list: readonly number[]): Uint8Array => Uint8Array.from(list);

/** Bytes that say they are more than they are, in the place of the five parts. */
const BOMBS: readonly (readonly [string, Uint8Array])[] = [
  ['an array of 2^32 entries', bytes(0x9a, 0xff, 0xff, 0xff, 0xff)],
  ['an array of 2^53 entries', bytes(0x9b, 0, 0x20, 0, 0, 0, 0, 0, 0)],
  ['a byte string of 2^53', bytes(0x85, 0x5b, 0, 0x20, 0, 0, 0, 0, 0, 0)],
  ['a map of 2^32 entries', bytes(0x85, 0xba, 0xff, 0xff, 0xff, 0xff)],
  ['nested arrays, as many as there is room for', new Uint8Array(97_000).fill(0x81)],
  ['nested maps', new Uint8Array(97_000).fill(0xa1)],
  ['nested tags', new Uint8Array(97_000).fill(0xc1)],
  ['an array of indefinite length', bytes(0x9f, 0x40, 0x40, 0x80, 0xa0, 0x80, 0xff)],
  ['a byte string of indefinite length', bytes(0x85, 0x5f, 0x41, 0, 0xff, 0x40, 0x80, 0xa0, 0x80)],
  ['an unknown tag', bytes(0xd9, 0xff, 0xff, 0x85, 0x40, 0x40, 0x80, 0xa0, 0x80)],
  ['a tagged date', bytes(0x85, 0xc0, 0x60, 0x40, 0x80, 0xa0, 0x80)],
  ['a break alone', bytes(0xff)],
  ['nothing', bytes()],
  ['a text', bytes(0x64, 0x6e, 0x6f, 0x6e, 0x65)],
  ['five empty parts', bytes(0x85, 0x40, 0x40, 0x80, 0xa0, 0x80)],
  ['bytes after the end', bytes(0x85, 0x40, 0x40, 0x80, 0xa0, 0x80, 0x80)],
  ['four parts', bytes(0x84, 0x40, 0x40, 0x80, 0xa0)],
];

const bombs: Builder = async (world) => {
  const derived = await derivedFrom(bare(), good);
  const signed = await base(bare(), good);
  const within = 1000;
  const trials: Trial[] = [];
  for (const [form, content] of BOMBS) {
    const document = withProofValue(derived, rawDerivedValue(content));
    trials.push(
      ...credentialTrials(world, specimen(form, document), {
        expected: { verdict: 'refuse', types: [BAD_PROOF], within },
      }),
    );
    const asBase = withProofValue(signed, `u${Buffer.from([0xd9, 0x5d, 0x00, ...content]).toString('base64url')}`);
    trials.push(
      ...credentialTrials(world, specimen(`${form}, in a base proof`, asBase), { surfaces: ['import', 'verify'] }),
    );
    trials.push(derivation(world, `${form}, in a base proof`, asBase, { verdict: 'refuse', within }));
  }
  const large = withProofValue(derived, rawDerivedValue(new Uint8Array(700_000).fill(0x81)));
  trials.push(...credentialTrials(world, specimen('a megabyte of nested arrays', large)));
  return trials;
};

const internals: Builder = async (world) => {
  const labelled = (change: (labels: [unknown, unknown][]) => readonly (readonly [unknown, unknown])[]) =>
    edited((parts) => ({ ...parts, labels: new Map(change([...parts.labels])) }));
  const oneTime = (multikey: Uint8Array) => edited((parts) => ({ ...parts, publicKey: multikey }));
  const forms: readonly [string, Secure][] = [
    ['a signature more', edited((parts) => ({ ...parts, signatures: [...parts.signatures, parts.baseSignature] }))],
    ['no signatures', edited((parts) => ({ ...parts, signatures: [], mandatory: parts.mandatory.slice(1) }))],
    ['a signature that is no bytes', edited((parts) => ({ ...parts, signatures: ['x'] as unknown as Uint8Array[] }))],
    ['labels exchanged', labelled((labels) => labels.map(([name], index) => [name, labels.at(-1 - index)?.[1]]))],
    ['labels removed', labelled(() => [])],
    ['one label for all', labelled((labels) => labels.map(([name]) => [name, labels[0]?.[1]]))],
    ['labels that are longer', labelled((labels) => labels.map(([name]) => [name, new Uint8Array(4096)]))],
    ['labels by texts', labelled((labels) => labels.map(([name, label]) => [`c14n${String(name)}`, label]))],
    ['a label for nobody', labelled((labels) => [...labels, [9999, new Uint8Array(32)]])],
    ['another one-time key', oneTime(OTHER_KEY)],
    ['a one-time key of another curve', oneTime(Uint8Array.from([0x81, 0x24, 2, ...new Array<number>(48).fill(1)]))],
    ['no one-time key', oneTime(new Uint8Array())],
    ['zeros as the base signature', edited((parts) => ({ ...parts, baseSignature: new Uint8Array(64) }))],
    [
      'parts of two credentials',
      async (unsecured, party) => {
        const [mine, theirs] = await Promise.all([
          derivedFrom(unsecured, party),
          derivedFrom({ ...unsecured, validFrom: at(NOW - 40 * DAY) }, party),
        ]);
        const { baseSignature } = readDerived(theirs);
        return withProofValue(mine, derivedValue({ ...readDerived(mine), baseSignature }));
      },
    ],
    ['a base proof called derived', async (unsecured, party) => renamed(await base(unsecured, party), 0x01)],
    [
      'a derived proof under an unknown header',
      async (unsecured, party) => renamed(await derivedFrom(unsecured, party), 0x07),
    ],
    [
      'a figure changed after it was derived',
      async (unsecured, party) => ({ ...(await derivedFrom(unsecured, party)), validFrom: at(NOW - 40 * DAY) }),
    ],
    [
      'the proof of a derived credential in base58',
      async (unsecured, party) => {
        const derived = await derivedFrom(unsecured, party);
        const { proofValue } = derived['proof'] as JsonObject;
        return withProofValue(
          derived,
          `z${String(proofValue)
            .replaceAll(/[^1-9A-HJ-NP-Za-km-z]/g, '')
            .slice(0, 600)}`,
        );
      },
    ],
  ];
  const trials: Trial[] = [];
  // Two nodes without a name, so that there are labels to exchange.
  const url = 'https://good.example/lists/suspension';
  world.hosts.put(url, await signedList({ url, purposes: ['suspension'] }));
  const entries = [statusEntry(), statusEntry({ url, purpose: 'suspension' })];
  const two = bareCredential({ credentialStatus: entries }).unsecured;
  for (const [form, secure] of forms) trials.push(...(await everywhere(world, form, secure, { bare: two })));
  const asBase = renamed(await derivedFrom(bare(), good), 0x00);
  const derived = await derivedFrom(bare(), good);
  return [
    ...trials,
    ...credentialTrials(world, specimen('a derived proof called a base proof', asBase)),
    derivation(world, 'a derived proof called a base proof', asBase, { verdict: 'refuse' }),
    derivation(world, 'a derived proof, derived again', derived, { verdict: 'refuse' }),
  ];
};

const OTHER_KEY =
  decodeMultibase(
    ecdsaSigner('P-256', 'another key for one credential', (multikey) => multikey).publicKeyMultibase,
    100,
  ) ?? new Uint8Array();

function renamed(document: JsonObject, stage: number): JsonObject {
  const { proofValue } = document['proof'] as JsonObject;
  const content = Buffer.from(String(proofValue).slice(1), 'base64url');
  content[2] = stage;
  return withProofValue(document, `u${content.toString('base64url')}`);
}

export const SELECTIVE_PROOF_BUILDERS: Readonly<Record<string, Builder>> = {
  'SD-004': indexes,
  'SD-005': bombs,
  'SD-009': internals,
};
