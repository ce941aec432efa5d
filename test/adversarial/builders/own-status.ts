/** Our own cases about status lists, and about what is looked at first (own-cases.json). */
import { gzipSync } from 'node:zlib';
import type { JsonObject } from '../../../src/base/json.ts';
import { V2_CONTEXT } from '../../../src/credentials/contexts.ts';
import { createParty } from '../../support/data-integrity.ts';
import { bareCredential, INDEX, secured, unsignedList } from '../bases.ts';
import { at, DAY, evil, good, holder, NOW, signerNamed, thief } from '../parties.ts';
import { type ProofMembers, sign } from '../signing.ts';
import { present } from '../surfaces.ts';
import type { Builder, Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { presentationTrials } from './proof.ts';
import { withList } from './status.ts';

const created = at(NOW - 2 * DAY);

const otherLists: Builder = async (world) => {
  const otherId = (url: string) => sign(unsignedList({ url: `${url}-other` }), good.signer, { created });
  const otherIssuer = (url: string) => sign(unsignedList({ url }, evil), evil.signer, { created });
  const holdersOwn = (url: string) => sign(unsignedList({ url }, { ...holder }), holder.signer, { created });
  const noList = async (url: string) => secured(bareCredential({ id: url }));
  return [
    ...(await withList(world, 'another list of the same issuer', otherId)),
    ...(await withList(world, 'a list of another issuer', otherIssuer)),
    ...(await withList(world, 'a list of the holder', holdersOwn)),
    ...(await withList(world, 'a credential that is no list', noList)),
  ];
};

const changedLists: Builder = async (world) => {
  const cleared = async (url: string): Promise<JsonObject> => {
    const signed = await sign(unsignedList({ url, set: [Number(INDEX)] }), good.signer, { created });
    return { ...signed, credentialSubject: unsignedList({ url })['credentialSubject'] ?? {} };
  };
  const unsigned = (url: string): JsonObject => unsignedList({ url });
  const forged = (url: string) => sign(unsignedList({ url }), signerNamed(evil.signer, good.signer.id), { created });
  return [
    ...(await withList(world, 'the bit cleared after signing', cleared)),
    ...(await withList(world, 'without a proof', unsigned)),
    ...(await withList(world, 'signed by the attacker', forged)),
  ];
};

const encoded = (bytes: number): string => `u${gzipSync(Buffer.alloc(bytes), { level: 9 }).toString('base64url')}`;

function listOf(bytes: number): (url: string) => Promise<JsonObject> {
  const encodedList = encoded(bytes);
  return (url) => {
    const list = unsignedList({ url });
    const subject = { ...(list['credentialSubject'] as JsonObject), encodedList };
    return sign({ ...list, credentialSubject: subject }, good.signer, { created });
  };
}

const SHORTEST_BYTES = 131_072 / 8;
const LONGEST_BYTES = 8_388_608 / 8;
const TOO_SHORT = {
  verdict: 'refuse',
  types: ['https://www.w3.org/ns/credentials/status-list#STATUS_LIST_LENGTH_ERROR'],
} as const;
const TOO_LONG = { verdict: 'refuse', types: ['LOCAL:limit-exceeded'] } as const;

const listSizes: Builder = async (world) => [
  ...(await withList(world, '8 bits', listOf(1), { expected: TOO_SHORT })),
  ...(await withList(world, '131 064 bits', listOf(SHORTEST_BYTES - 1), { expected: TOO_SHORT })),
  ...(await withList(world, '256 MiB in gzip', listOf(256 * 1024 * 1024), { expected: TOO_LONG })),
  ...(await withList(world, 'one byte more than is taken', listOf(LONGEST_BYTES + 1), { expected: TOO_LONG })),
];

/** Bitstring Status List 1.0 without anything of ours. */
const plainList = (url: string): Promise<JsonObject> => {
  const list = unsignedList({ url });
  const { ttl: _, ...subject } = list['credentialSubject'] as JsonObject;
  return sign({ ...list, '@context': [V2_CONTEXT], credentialSubject: subject }, good.signer, { created });
};

const honestLists: Builder = async (world) => [
  ...(await withList(world, '131 072 bits', listOf(SHORTEST_BYTES))),
  ...(await withList(world, '8 388 608 bits', listOf(LONGEST_BYTES))),
  ...(await withList(world, 'the context of the standard alone, no ttl', plainList)),
];

/** Presentations that fall by themselves, each around a credential of an issuer of its own. */
const outerFirst: Builder = async (world) => {
  const forms: readonly [string, (credential: JsonObject, challenge: string) => Promise<JsonObject>][] = [
    [
      'the signature is bad',
      async (credential, challenge) => ({
        ...(await present(holder, [credential], { challenge })),
        id: 'urn:example:changed',
      }),
    ],
    ['no proof', async (credential, challenge) => withoutProof(await present(holder, [credential], { challenge }))],
    ['another challenge', (credential) => present(holder, [credential], { challenge: 'of another time' })],
    ['signed by a stranger', async (credential, challenge) => presentAs(credential, { challenge })],
  ];
  const trials: Trial[] = [];
  for (const [form, make] of forms) {
    const host = `inner-${world.serial()}.example`;
    const credential = await secured(bareCredential({}, createParty(`did:web:${host}`)));
    const before = presentationTrials(world, form, async (challenge) =>
      JSON.stringify(await make(credential, challenge)),
    );
    trials.push(...before.map((trial) => withoutLookup(world, host, trial)));
  }
  return trials;
};

const withoutProof = ({ proof: _, ...rest }: JsonObject): JsonObject => rest;

/** The holder is named, somebody else signs. */
async function presentAs(credential: JsonObject, members: ProofMembers): Promise<JsonObject> {
  const { proof: _, ...presentation } = await present(thief, [credential], members);
  return sign({ ...presentation, holder: holder.did }, thief.signer, {
    proofPurpose: 'authentication',
    domain: 'https://verifier.example',
    ...members,
  });
}

/** The host of the issuer inside is asked by name when its document is wanted. */
function withoutLookup(world: World, host: string, trial: Trial): Trial {
  return {
    ...trial,
    run: async () => {
      const answer = await trial.run();
      const asked = world.hosts.lookedUp.includes(host);
      return asked ? { ...answer, breaches: [...answer.breaches, 'the issuer inside was asked about'] } : answer;
    },
  };
}

export const OWN_STATUS_BUILDERS: Readonly<Record<string, Builder>> = {
  'ST-014': otherLists,
  'ST-015': changedLists,
  'ST-016': listSizes,
  'VP-013': outerFirst,
  'OK-020': honestLists,
};
