/** Layer `status`: lists that lie or are old, entries that point elsewhere (docs/threats.md, section 5.11). */
import type { JsonObject } from '../../../src/base/json.ts';
import { bareCredential, type ListOptions, secured, statusEntry, unsignedList } from '../bases.ts';
import { jsonOutcome } from '../hosts.ts';
import { at, DAY, good, keyOf, NOW } from '../parties.ts';
import { sign } from '../signing.ts';
import { JUDGING_SURFACES, specimen, verifyCredential } from '../surfaces.ts';
import { envelopeOf, headerFor, signToken, tokenOf } from '../tokens.ts';
import { type Builder, checked, credentialTrials, type Trial, type TrialExpectation } from '../trial.ts';
import type { World } from '../world.ts';
import { nameOf, signChanged } from './generic.ts';

const nextUrl = (world: World): string => `https://good.example/lists/${world.serial()}`;

/** A credential with an entry in a list that is served as the form describes. */
export async function withList(
  world: World,
  form: string,
  make: (url: string) => Promise<JsonObject> | JsonObject,
  more: { purpose?: string; expected?: TrialExpectation } = {},
): Promise<Trial[]> {
  const url = nextUrl(world);
  world.hosts.put(url, await make(url));
  const entry = statusEntry({ url, ...(more.purpose === undefined ? {} : { purpose: more.purpose }) });
  const credential = await secured(bareCredential({ credentialStatus: entry }));
  const options = more.expected === undefined ? {} : { expected: more.expected };
  return credentialTrials(world, specimen(form, credential), { surfaces: JUDGING_SURFACES, ...options });
}

const signList = (unsigned: JsonObject): Promise<JsonObject> =>
  sign(unsigned, good.signer, { created: at(NOW - 2 * DAY) });

export const listWith = (url: string, options: ListOptions = {}): Promise<JsonObject> =>
  signList(unsignedList({ url, ...options }));

export const listWithSubject = (url: string, change: (subject: JsonObject) => JsonObject): Promise<JsonObject> => {
  const unsigned = unsignedList({ url });
  return signList({ ...unsigned, credentialSubject: change(unsigned['credentialSubject'] as JsonObject) });
};

const bitIsSet: Builder = async (world) => {
  const foreign = await withList(world, 'on the list of another publisher', (url) => listWith(url, { set: [7] }));
  const suspended = await withList(world, 'suspended', (url) => listWith(url, { set: [7], purposes: ['suspension'] }), {
    purpose: 'suspension',
    expected: { verdict: 'refuse', types: ['LOCAL:suspended'] },
  });
  const neighbours = await withList(world, 'only its neighbours are set', (url) => listWith(url, { set: [6, 8] }), {
    expected: { verdict: 'accept' },
  });
  return [...(await revokedHere(world)), ...foreign, ...suspended, ...neighbours];
};

/** The first test of the project: issued here, revoked here, refused everywhere. */
async function revokedHere(world: World): Promise<Trial[]> {
  const { node, maker } = world;
  const request = bareCredential({ issuer: maker.did }).unsecured;
  const { id: _, ...credential } = request;
  const issued = await node.post('/issuers/maker/credentials/issue', { credential }, maker.token);
  const document = issued.body.verifiableCredential as JsonObject;
  const before = credentialTrials(world, specimen('issued here, not revoked', document), {
    surfaces: JUDGING_SURFACES,
    expected: { verdict: 'accept' },
  });
  const revoke: Trial = checked('it is revoked', 'issuer', async () => {
    const change = { credentialId: String(document['id']), statusPurpose: 'revocation', status: true };
    const { status } = await node.post('/issuers/maker/credentials/status', change, maker.token);
    return status === 200 ? [] : [`revocation answered ${status}`];
  });
  // The command line is asked by a new verifier each time, the node answers for its own lists: nobody keeps the old one.
  const after = credentialTrials(world, specimen('issued and revoked here', document), { surfaces: JUDGING_SURFACES });
  return [...before, revoke, ...after];
}

/** Forms that the schema refuses, and one that only the list itself can. */
const indexForms: Builder = async (world, given) => {
  const trials: Trial[] = [];
  for (const value of given.build.values ?? []) {
    const operations = [{ op: 'add', path: '/credentialStatus/statusListIndex', value }];
    const signed = await signChanged(bareCredential({ credentialStatus: statusEntry() }), operations);
    const surfaces = value === '9007199254740993' ? { surfaces: JUDGING_SURFACES } : {};
    trials.push(...credentialTrials(world, specimen(nameOf(value), signed), surfaces));
  }
  const edges: readonly [string, TrialExpectation][] = [
    ['131071', { verdict: 'accept' }],
    ['131072', { verdict: 'refuse', types: ['https://www.w3.org/TR/vc-data-model#RANGE_ERROR'] }],
    ['07', { verdict: 'refuse', types: ['https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR'] }],
  ];
  for (const [index, expected] of edges) {
    const credential = await secured(bareCredential({ credentialStatus: statusEntry({ index }) }));
    trials.push(
      ...credentialTrials(world, specimen(`"${index}"`, credential), { surfaces: JUDGING_SURFACES, expected }),
    );
  }
  return trials;
};

const purposeMismatch: Builder = async (world) => [
  ...(await withList(world, 'entry suspension, list revocation', (url) => listWith(url), { purpose: 'suspension' })),
  ...(await withList(world, 'entry revocation, list suspension', (url) => listWith(url, { purposes: ['suspension'] }))),
];

const purposeArray: Builder = async (world) => {
  const both = (url: string) => listWith(url, { purposes: ['revocation', 'suspension'] });
  const reversed = (url: string) => listWith(url, { purposes: ['suspension', 'revocation'] });
  return [
    ...(await withList(world, 'the purpose comes first', both)),
    ...(await withList(world, 'the purpose comes last', reversed)),
  ];
};

const oldLists: Builder = async (world) => {
  const expired = await withList(world, 'validUntil yesterday', (url) =>
    listWith(url, { validFrom: NOW - 8 * DAY, validUntil: NOW - DAY }),
  );
  const future = await withList(world, 'validFrom tomorrow', (url) =>
    listWith(url, { validFrom: NOW + DAY, validUntil: NOW + 8 * DAY }),
  );
  return [...expired, ...future, ...(await staleCopy(world)), ...(await rolledBack(world))];
};

/** Once read, then out of reach: the copy that was kept must not be good for ever. */
async function staleCopy(world: World): Promise<Trial[]> {
  const url = nextUrl(world);
  world.hosts.put(url, await listWith(url));
  const text = JSON.stringify(await secured(bareCredential({ credentialStatus: statusEntry({ url }) })));
  return [
    {
      form: 'while the list is fresh',
      surface: 'verify',
      run: () => verifyCredential(world, text),
      expected: { verdict: 'accept' },
    },
    {
      form: 'a copy older than a reader may keep it, and the host gone',
      surface: 'verify',
      run: async () => {
        world.hosts.answer(url, { status: 'unreachable', reason: 'connect' });
        world.node.clock.set(NOW + 61_000);
        try {
          return await verifyCredential(world, text);
        } finally {
          world.node.clock.set(NOW);
        }
      },
    },
  ];
}

/** An older list than one that was seen before, offered as the current one. */
async function rolledBack(world: World): Promise<Trial[]> {
  const url = nextUrl(world);
  const [older, newer] = [
    await listWith(url, { validFrom: NOW - 5 * DAY }),
    await listWith(url, { validFrom: NOW - DAY, set: [7] }),
  ];
  const text = JSON.stringify(await secured(bareCredential({ credentialStatus: statusEntry({ url }) })));
  const serve = (list: JsonObject, later: number) => async () => {
    world.hosts.put(url, list);
    world.node.clock.set(NOW + later);
    try {
      return await verifyCredential(world, text);
    } finally {
      world.node.clock.set(NOW);
    }
  };
  return [
    {
      form: 'revoked on the newest list',
      surface: 'verify',
      run: serve(newer, 0),
      expected: { verdict: 'refuse', types: ['LOCAL:revoked'] },
    },
    {
      form: 'then an older list without the bit',
      surface: 'verify',
      run: serve(older, 61_000),
      expected: { verdict: 'refuse', types: ['LOCAL:status-rollback'] },
    },
  ];
}

const listWithStatus: Builder = async (world) => {
  const other = nextUrl(world);
  world.hosts.put(other, await listWith(other));
  const make = (index: string) => (url: string) =>
    signList({ ...unsignedList({ url }), credentialStatus: statusEntry({ url: index === 'itself' ? url : other }) });
  return [
    ...(await withList(world, 'an entry in another list', make('other'))),
    ...(await withList(world, 'an entry in itself', make('itself'))),
  ];
};

/** A list in a token: none is read, whatever its signature, as a token alone or in an envelope. */
const listToken: Builder = async (world, given) => {
  const signer = keyOf(good, 'P-256');
  const tokens: readonly [string, (list: JsonObject) => Promise<string>][] = [
    ['alg none', (list) => tokenOf(headerFor(signer, { alg: 'none' }), list, { sign: async () => new Uint8Array(64) })],
    ['signed by its publisher', (list) => signToken(list, signer)],
  ];
  const trials: Trial[] = [];
  for (const [form, make] of tokens) {
    const name = `${given.title}, ${form}`;
    trials.push(
      ...(await withList(world, `${name}, in an envelope`, async (url) =>
        envelopeOf(await make(unsignedList({ url }))),
      )),
    );
    for (const mediaType of ['application/vc+jwt', 'application/json']) {
      const url = nextUrl(world);
      const token = await make(unsignedList({ url }));
      const isJson = mediaType === 'application/json';
      world.hosts.answer(url, isJson ? jsonOutcome(url, token) : { status: 'unreachable', reason: 'media-type' });
      const credential = await secured(bareCredential({ credentialStatus: statusEntry({ url }) }));
      const input = specimen(`as ${mediaType}, ${name}`, credential);
      trials.push(...credentialTrials(world, input, { surfaces: JUDGING_SURFACES }));
    }
  }
  return trials;
};

export const STATUS_BUILDERS: Readonly<Record<string, Builder>> = {
  'ST-001': bitIsSet,
  'ST-002': indexForms,
  'ST-003': listToken,
  'ST-004': purposeMismatch,
  'ST-005': purposeArray,
  'ST-010': oldLists,
  'ST-012': listWithStatus,
};
