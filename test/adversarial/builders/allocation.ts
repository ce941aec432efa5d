/** Status entries as our own issuer allots, sets and publishes them (docs/threats.md, section 5.11, rules 7 and 8). */
import { gunzipSync } from 'node:zlib';
import type { JsonObject } from '../../../src/base/json.ts';
import { Bitstring } from '../../../src/formats/bitstring.ts';
import { createStatusListCredential } from '../../../src/status/status-list.ts';
import { bareCredential, emissionsClaim, secured } from '../bases.ts';
import { DAY, good, NOW } from '../parties.ts';
import { specimen } from '../surfaces.ts';
import { type Builder, checked, credentialTrials } from '../trial.ts';
import type { World } from '../world.ts';

const ISSUED = 24;
const AT_ONCE = 200;
const RANDOM_INDEXES = 1000;

/** Nothing of ours: multibase u, gzip, index 0 is the left-most bit (Bitstring Status List 1.0, bitstring encoding). */
function bitAt(encodedList: string, index: number): boolean {
  const bytes = gunzipSync(Buffer.from(encodedList.slice(1), 'base64url'));
  return ((bytes[Math.floor(index / 8)] ?? 0) & (0x80 >> (index % 8))) !== 0;
}

const entryOf = (credential: JsonObject): { list: string; index: number } => {
  const { statusListCredential, statusListIndex } = credential['credentialStatus'] as JsonObject;
  return { list: String(statusListCredential), index: Number(statusListIndex) };
};

async function issueBare(world: World): Promise<JsonObject> {
  const { id: _, ...credential } = bareCredential({ issuer: world.maker.did }).unsecured;
  const { body } = await world.node.post('/issuers/maker/credentials/issue', { credential }, world.maker.token);
  return body.verifiableCredential as JsonObject;
}

const bitOrder: Builder = async (world) => [
  checked(`${ISSUED} issued, every second one revoked`, 'issuer', async () => {
    const credentials = await Promise.all(Array.from({ length: ISSUED }, () => issueBare(world)));
    for (const credential of credentials.filter((_, index) => index % 2 === 0)) {
      const change = { credentialId: String(credential['id']), statusPurpose: 'revocation', status: true };
      await world.node.post('/issuers/maker/credentials/status', change, world.maker.token);
    }
    const wrong: string[] = [];
    for (const [position, credential] of credentials.entries()) {
      const { list, index } = entryOf(credential);
      const { body } = await world.node.get(new URL(list).pathname);
      if (bitAt(body.credentialSubject.encodedList, index) !== (position % 2 === 0))
        wrong.push(`index ${index} is read the other way`);
    }
    return wrong;
  }),
  checked(`${RANDOM_INDEXES} random indexes`, 'library', async () => {
    const bits = new Bitstring(131_072);
    const chosen = new Set<number>();
    // A linear congruence with a full period: the same indexes in every run, all over the list.
    for (let value = 1; chosen.size < RANDOM_INDEXES; value = (value * 32_717 + 12_345) % 131_072) chosen.add(value);
    for (const index of chosen) bits.set(index, true);
    const list = createStatusListCredential({
      url: 'https://good.example/lists/order',
      issuer: good.did,
      purposes: ['revocation'],
      bits,
      notices: [],
      validFrom: NOW - DAY,
      validUntil: NOW + DAY,
    });
    const { encodedList } = list['credentialSubject'] as { readonly encodedList: string };
    const bytes = gunzipSync(Buffer.from(encodedList.slice(1), 'base64url'));
    const read = new Set<number>();
    for (let index = 0; index < 131_072; index += 1) {
      if (((bytes[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0) read.add(index);
    }
    const missing = [...chosen].filter((index) => !read.has(index));
    return missing.length === 0 && read.size === chosen.size ? [] : ['an independent decoder reads other bits'];
  }),
];

/** The thousand of the case are in test/process/load.test.ts, against a process of its own. */
const concurrentIssues: Builder = async (world) => [
  checked(`${AT_ONCE} at once on one list`, 'issue', async () => {
    const credentials = await Promise.all(Array.from({ length: AT_ONCE }, () => issueBare(world)));
    const places = new Set(credentials.map((credential) => JSON.stringify(entryOf(credential))));
    return places.size === AT_ONCE ? [] : [`${places.size} different entries for ${AT_ONCE} credentials`];
  }),
];

/** A type that has to carry a status, without one. */
const absentStatus: Builder = async (world) => {
  const base = emissionsClaim();
  const { credentialStatus: _, ...unsecured } = base.unsecured;
  const signed = await secured({ ...base, unsecured });
  return credentialTrials(world, specimen('an emissions claim without credentialStatus', signed));
};

export const ALLOCATION_BUILDERS: Readonly<Record<string, Builder>> = {
  'ST-008': bitOrder,
  'ST-011': absentStatus,
  'ST-013': concurrentIssues,
};
