/** Layers `did` and `proof`, logs of did:webvh (docs/threats.md, section 5.8) and the keys of other times (section 5.4). */
import type { JsonObject } from '../../../src/base/json.ts';
import type { Signer } from '../../../src/crypto/signer.ts';
import { proveEntry } from '../../../src/dids/methods/webvh/entry-proof.ts';
import { multihashOf } from '../../../src/dids/methods/webvh/webvh-did.ts';
import { signerFromSeed } from '../../support/data-integrity.ts';
import { bytesOf, type EntryPlan, type MadeLog, makeLogAt, makeUpdateKey } from '../../support/webvh.ts';
import { bareCredential } from '../bases.ts';
import { type CorpusKeyType, ecdsaSigner } from '../ecdsa-keys.ts';
import { OTHER_MECHANISMS } from '../mechanisms.ts';
import { at, DAY, NOW, signerNamed } from '../parties.ts';
import { sign } from '../signing.ts';
import { type CredentialSurface, handIn, specimen } from '../surfaces.ts';
import { type Builder, credentialTrials, type Trial, type TrialExpectation } from '../trial.ts';
import type { World } from '../world.ts';

const writer = makeUpdateKey();
const successor = makeUpdateKey();

/** A key as a log lists it, the same in every run. */
function keyOf(name: string, keyType: CorpusKeyType = 'Ed25519'): Signer {
  if (keyType !== 'Ed25519') return ecdsaSigner(keyType, `webvh ${name}`, () => name);
  const seed = new Uint8Array(32);
  seed.set(new TextEncoder().encode(`webvh ${name}`));
  return signerFromSeed(seed, () => name);
}

type Keys = Readonly<Record<string, Signer>>;

function stateOf(did: string, keys: Keys): JsonObject {
  const ids = Object.keys(keys).map((name) => `${did}#${name}`);
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: Object.entries(keys).map(([name, { publicKeyMultibase }]) => ({
      id: `${did}#${name}`,
      type: 'Multikey',
      controller: did,
      publicKeyMultibase,
    })),
    ...(ids.length === 0 ? {} : { assertionMethod: ids, authentication: ids }),
  };
}

interface Version extends Partial<EntryPlan> {
  readonly from: number;
  readonly keys: Keys;
}

/** A log at a host of its own; the keys under the same names as in `keys`. */
async function logAt(host: string, versions: readonly [Version, ...Version[]]): Promise<MadeLog> {
  const template = `did:webvh:{SCID}:${host}`;
  const [{ from, keys, ...more }, ...rest] = versions;
  const first = { signer: writer, versionTime: at(from), state: stateOf(template, keys), ...more };
  const { did } = await makeLogAt(template, first);
  const later = rest.map(({ from: when, keys: listed, ...changes }) => ({
    signer: writer,
    versionTime: at(when),
    state: stateOf(did, listed),
    ...changes,
  }));
  return makeLogAt(template, first, ...later);
}

const logUrl = (host: string): string => `https://${host}/.well-known/did.jsonl`;
const serve = (world: World, host: string, bytes: Uint8Array): void =>
  world.hosts.answer(logUrl(host), { status: 'ok', url: logUrl(host), bytes, mediaType: 'text/jsonl' });

const bareBy = (did: string): JsonObject => bareCredential({ issuer: did }).unsecured;
const signedBy = (did: string, name: string, signer: Signer, created: number): Promise<JsonObject> =>
  sign(bareBy(did), signerNamed(signer, `${did}#${name}`), { created: at(created) });

const BEGUN = NOW - 400 * DAY;
const one = keyOf('one');

/** A log, honest but for what the form says, and a credential by the key that it lists. */
async function withLog(
  world: World,
  form: string,
  make: (host: string) => Promise<{ readonly did: string; readonly bytes: Uint8Array }>,
  expected?: TrialExpectation,
): Promise<Trial[]> {
  const host = `log-${world.serial()}.example`;
  const { did, bytes } = await make(host);
  serve(world, host, bytes);
  const given = specimen(form, await signedBy(did, 'one', one, NOW - DAY));
  return credentialTrials(world, given, expected === undefined ? {} : { expected });
}

const ACCEPT = { verdict: 'accept' } as const;
const keys = { one };
const [v1, v2, v3] = [BEGUN, BEGUN + 10 * DAY, BEGUN + 20 * DAY];

/** Three versions, the second or third of which is what the form makes of it. */
const broken =
  (second: Partial<Version>, third: Partial<Version> = {}) =>
  (host: string): Promise<MadeLog> =>
    logAt(host, [
      { from: v1, keys },
      { from: v2, keys, ...second },
      { from: v3, keys, ...third },
    ]);

const withEntries =
  (change: (entries: readonly JsonObject[], did: string) => readonly JsonObject[] | Uint8Array) =>
  async (host: string): Promise<Pick<MadeLog, 'did' | 'bytes'>> => {
    const { did, entries } = await broken({})(host);
    const changed = change(entries, did);
    return { did, bytes: changed instanceof Uint8Array ? changed : bytesOf(changed) };
  };

const numbered =
  (number: number) =>
  (entry: JsonObject): JsonObject => ({
    ...entry,
    versionId: String(entry['versionId']).replace(/^\d+/, String(number)),
  });
const changedState = (entry: JsonObject): JsonObject => ({
  ...entry,
  state: { ...(entry['state'] as JsonObject), alsoKnownAs: ['did:web:evil.example'] },
});
const withProof =
  (change: (proof: JsonObject) => JsonObject) =>
  (entry: JsonObject): JsonObject => {
    const [proof = {}] = [entry['proof']].flat() as readonly JsonObject[];
    return { ...entry, proof: [change(proof)] };
  };

const logs: Builder = async (world) => {
  const other = await logAt('other-log.example', [{ from: v1, keys }]);
  const forms: readonly [string, (host: string) => Promise<Pick<MadeLog, 'did' | 'bytes'>>][] = [
    ['the log of another DID', async (host) => ({ ...(await broken({})(host)), bytes: other.bytes })],
    [
      'the SCID of another DID',
      async (host) => ({ did: `did:webvh:${other.scid}:${host}`, bytes: (await broken({})(host)).bytes }),
    ],
    [
      'a first entry changed after its SCID was made',
      withEntries(([first = {}, ...rest]) => [changedState(first), ...rest]),
    ],
    ['a later entry changed after its hash was made', broken({ tamper: changedState })],
    [
      'the hash of another entry',
      withEntries(([a = {}, b = {}, c = {}]) => [a, { ...b, versionId: `2-${String(c['versionId']).slice(2)}` }, c]),
    ],
    ['a version left out', withEntries(([a = {}, , c = {}]) => [a, c])],
    ['a number left out', broken({ tamper: numbered(3) })],
    ['a number twice', broken({ tamper: numbered(1) })],
    ['two entries at one time', broken({ from: v1 })],
    ['an entry before the one before', broken({ from: v1 - DAY })],
    ['a last entry of next week', broken({}, { from: NOW + 7 * DAY })],
    ['an entry by a key that may not write', broken({ signer: successor })],
    [
      'an entry by the keys it names itself',
      broken({ signer: successor, parameters: { updateKeys: [successor.publicKeyMultibase] } }),
    ],
    [
      'a key that the entry before did not commit to',
      (host) =>
        logAt(host, [
          { from: v1, keys, parameters: { nextKeyHashes: [multihashOf(successor.publicKeyMultibase)] } },
          { from: v2, keys, parameters: { updateKeys: [writer.publicKeyMultibase], nextKeyHashes: [] } },
        ]),
    ],
    ['no proof', broken({ tamper: ({ proof: _, ...entry }) => entry })],
    [
      'a proof by another suite',
      broken({ tamper: withProof((proof) => ({ ...proof, cryptosuite: 'eddsa-rdfc-2022' })) }),
    ],
    [
      'a proof for another purpose',
      broken({ tamper: withProof((proof) => ({ ...proof, proofPurpose: 'authentication' })) }),
    ],
    ['the document of another DID', broken({ state: stateOf(`did:webvh:${other.scid}:other-log.example`, keys) })],
    ['an entry after the DID was given up', broken({ parameters: { deactivated: true } })],
    ['a parameter that nobody knows', broken({ parameters: { trustMe: true } })],
    ['a move of a DID that may not move', broken({ state: { id: 'did:webvh:elsewhere' } })],
    ['no entry', withEntries(() => [])],
    ['a line that is no entry', withEntries((entries) => [...entries, { hello: 'world' }])],
    ['an empty line in between', withEntries((entries) => joinedBy('\n\n', entries))],
    ['a page', withEntries(() => new TextEncoder().encode('<!doctype html><p>hello</p>'))],
  ];
  const trials = await Promise.all(forms.map(([form, make]) => withLog(world, form, make)));
  const honest = await withLog(world, 'nothing of all that', broken({}), ACCEPT);
  return [...trials.flat(), ...honest];
};

const joinedBy = (between: string, entries: readonly JsonObject[]): Uint8Array =>
  new TextEncoder().encode(entries.map((entry) => JSON.stringify(entry)).join(between));

/** Only the node remembers what it saw; the command keeps nothing. */
const REMEMBERING: readonly CredentialSurface[] = ['verify', 'present', 'import'];

const splitViews: Builder = async (world) => {
  const forms: readonly [string, readonly Version[]][] = [
    [
      'another third entry from the same second',
      [
        { from: v2, keys },
        { from: v3 + DAY, keys },
      ],
    ],
    ['the third entry taken back', [{ from: v2, keys }]],
    ['everything after the first taken back', []],
    [
      'another second entry, and more of them',
      [
        { from: v2 + DAY, keys },
        { from: v3, keys },
        { from: v3 + DAY, keys },
      ],
    ],
  ];
  const trials: Trial[] = [];
  for (const [form, later] of forms) {
    for (const surface of REMEMBERING) {
      const host = `split-${world.serial()}.example`;
      const seen = await broken({})(host);
      const shown = await logAt(host, [{ from: v1, keys }, ...later]);
      const given = specimen(form, await signedBy(seen.did, 'one', one, NOW - DAY));
      trials.push({
        form,
        surface,
        run: async () => {
          serve(world, host, seen.bytes);
          const before = await handIn(world, surface, given);
          serve(world, host, shown.bytes);
          const now = world.node.clock.now();
          world.node.clock.set(now + 3_601_000);
          try {
            const answer = await handIn(world, surface, given);
            const honest = before.outcome === 'accepted' ? [] : ['the first view was refused'];
            return { ...answer, breaches: [...answer.breaches, ...honest] };
          } finally {
            world.node.clock.set(now);
          }
        },
      });
    }
  }
  return trials;
};

const WITNESSES = ['first', 'second', 'third'].map(() => makeUpdateKey());
const [w1, w2, w3] = WITNESSES as [Signer, Signer, Signer];

const witnesses: Builder = async (world) => {
  const stranger = makeUpdateKey();
  const parameters = {
    witness: {
      threshold: 2,
      witnesses: WITNESSES.map(({ publicKeyMultibase }) => ({ id: `did:key:${publicKeyMultibase}` })),
    },
  };
  type Approve = (versionIds: readonly [string, string, string]) => readonly (readonly [string, readonly Signer[]])[];
  const forms: readonly [string, Approve | 'missing' | 'broken', TrialExpectation?][] = [
    ['two of three for the newest entry', ([, , c]) => [[c, [w1, w2]]], ACCEPT],
    ['no file', 'missing'],
    ['a file that is none', 'broken'],
    ['an empty one', () => []],
    ['one proof too few', ([, , c]) => [[c, [w1]]]],
    ['one witness twice', ([, , c]) => [[c, [w1, w1]]]],
    ['one witness and a stranger', ([, , c]) => [[c, [w1, stranger]]]],
    [
      'two for an entry that is not published',
      ([, , c]) => [
        [c, [w3]],
        [`4-${c.slice(2)}`, [w1, w2]],
      ],
    ],
    [
      'two for the entry before',
      ([, b, c]) => [
        [b, [w1, w2]],
        [c, [w3]],
      ],
    ],
    [
      'proofs of another entry under its name',
      ([, b, c]) => [
        [c, [w1]],
        [`${c} ${b}`, [w2]],
      ],
    ],
  ];
  const trials: Trial[] = [];
  for (const [form, approve, expected] of forms) {
    const make = async (host: string): Promise<MadeLog> => {
      const log = await logAt(host, [
        { from: v1, keys, parameters },
        { from: v2, keys },
        { from: v3, keys },
      ]);
      const url = `https://${host}/.well-known/did-witness.json`;
      if (approve === 'missing') world.hosts.answer(url, { status: 'not-found', gone: false });
      else if (approve === 'broken') world.hosts.put(url, 'no list');
      else {
        const [a = '', b = '', c = ''] = log.entries.map(({ versionId }) => String(versionId));
        const lines = approve([a, b, c]).map(async ([name, signers]) => {
          // A name with a space: what was signed under the second part, shown under the first.
          const [versionId = '', signed = versionId] = name.split(' ');
          const proofs = await Promise.all(signers.map((signer) => proveEntry({ versionId: signed }, signer, at(v3))));
          return { versionId, proof: proofs.flatMap(({ proof }) => proof as JsonObject) };
        });
        world.hosts.put(url, await Promise.all(lines));
      }
      return log;
    };
    trials.push(...(await withLog(world, form, make, expected)));
  }
  return trials;
};

/** Listed from March to September of the year before, as every kind of key. */
const KINDS = ['Ed25519', 'P-256', 'P-384'] as const;
const [FROM, UNTIL] = [Date.UTC(2026, 2, 1), Date.UTC(2026, 8, 1)];
const namesOf = (prefix: string): Keys =>
  Object.fromEntries(KINDS.map((kind) => [`${prefix}-${kind.toLowerCase()}`, keyOf(`${prefix} ${kind}`, kind)]));

/** Three sets of keys one after the other, each gone when the next one came. */
async function rotatedTwice(world: World): Promise<string> {
  const host = `history-${world.serial()}.example`;
  const { did, bytes } = await logAt(host, [
    { from: Date.UTC(2025, 0, 1), keys: namesOf('early') },
    { from: FROM, keys: namesOf('middle') },
    { from: UNTIL, keys: namesOf('late') },
  ]);
  serve(world, host, bytes);
  return did;
}

/** Under every mechanism that signs a credential whole, by the key of that set and kind. */
async function dated(
  world: World,
  form: string,
  { did, set, created }: { readonly did: string; readonly set: string; readonly created: number | undefined },
  expected?: TrialExpectation,
): Promise<Trial[]> {
  const keyFor = (kind: CorpusKeyType): Signer =>
    signerNamed(keyOf(`${set} ${kind}`, kind), `${did}#${set}-${kind.toLowerCase()}`);
  const unsecured = {
    ...bareBy(did),
    validFrom: at(created ?? FROM),
  };
  const members = created === undefined ? {} : { created: at(created) };
  const made: [string, JsonObject][] = [['eddsa-rdfc-2022', await sign(unsecured, keyFor('Ed25519'), members)]];
  for (const mechanism of OTHER_MECHANISMS) {
    made.push([mechanism.name, await mechanism.secure(unsecured, keyFor(mechanism.keyType), members)]);
  }
  return made.flatMap(([name, document], index) =>
    credentialTrials(world, specimen(`${form}, ${name}`, document), {
      ...(expected === undefined ? {} : { expected }),
      ...(index === 0 ? {} : { surfaces: ['verify'] as const }),
    }),
  );
}

const otherTimes: Builder = async (world) => {
  const did = await rotatedTwice(world);
  const forms: readonly [string, number | undefined][] = [
    ['before the DID', Date.UTC(2024, 5, 1)],
    ['before the key', FROM - DAY],
    ['ten minutes before the key', FROM - 600_000],
    ['ten minutes after it', UNTIL + 600_000],
    ['after the key', UNTIL + 60 * DAY],
  ];
  const trials = await Promise.all(forms.map(([form, created]) => dated(world, form, { did, set: 'middle', created })));
  const undated = await dated(
    world,
    'undated',
    { did, set: 'middle', created: undefined },
    {
      verdict: 'refuse',
      types: [
        'https://w3id.org/security#INVALID_CONTROLLED_IDENTIFIER_DOCUMENT',
        'https://w3id.org/security#INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD',
      ],
    },
  );
  return [...trials.flat(), ...undated];
};

const oldKeys: Builder = async (world) => {
  const did = await rotatedTwice(world);
  return [
    ...(await dated(world, 'by the first key, in its time', { did, set: 'early', created: Date.UTC(2026, 0, 1) })),
    ...(await dated(world, 'by the second key, in its time', { did, set: 'middle', created: FROM + DAY })),
    ...(await dated(world, 'by the third key', { did, set: 'late', created: NOW - DAY })),
    ...(await dated(world, 'four minutes before the key, by the clock', {
      did,
      set: 'late',
      created: UNTIL - 240_000,
    })),
    ...(await dated(world, 'undated, by the key of now', { did, set: 'late', created: undefined })),
  ];
};

export const WEBVH_BUILDERS: Readonly<Record<string, Builder>> = {
  'DID-015': logs,
  'DID-016': splitViews,
  'DID-017': witnesses,
  'OK-014': oldKeys,
  'PRF-004': otherTimes,
};
