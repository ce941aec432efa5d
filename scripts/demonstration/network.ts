/** The nodes of a demonstration and the parties that live on them. Everything goes over HTTP, as anybody's software would do it. */
import type { JsonObject } from '../../src/base/json.ts';
import { EXAMPLE_NAMES, type ExampleName } from '../../test/support/example-credentials.ts';
import type { Client } from './client.ts';
import { DESKS, type Name, type Organisation, type Story, withDids } from './story.ts';

/** One node and the token of whoever runs it. */
export interface Site {
  readonly name: string;
  readonly client: Client;
  readonly adminToken: string;
}

export interface Party {
  readonly key: string;
  readonly did: string;
  readonly name: Name;
  readonly role: string;
  /** What this party's own software sends as its bearer token. */
  readonly token: string;
  readonly site: Site;
}

export interface Network {
  readonly sites: readonly Site[];
  readonly parties: ReadonlyMap<string, Party>;
  /** The story with the DIDs that the nodes gave. */
  readonly story: Story;
}

/** Give every organisation of the story a home, then put its DID into the story. */
export async function settle(story: Story, siteOf: (key: string) => Site): Promise<Network> {
  const parties = new Map<string, Party>();
  const dids = new Map<string, string>();
  for (const organisation of story.organisations.values()) {
    const party = await enrol(organisation, siteOf(organisation.key));
    parties.set(party.key, party);
    dids.set(organisation.did, party.did);
  }
  const sites = [...new Set([...parties.values()].map(({ site }) => site))];
  return { sites, parties, story: withDids(story, dids) };
}

async function enrol({ key, name, role }: Organisation, site: Site): Promise<Party> {
  const { body } = await site.client.post('/admin/organizations', { slug: key, name, role }, site.adminToken);
  return { key, name, role, site, did: String(body['did']), token: String(body['token']) };
}

/** The relying party's own desk for one example: a verifier instance with its own policy. */
export function deskOf(example: ExampleName): string {
  return `${DESKS[example]}-desk`;
}

export async function openDesks({ parties, story }: Network): Promise<void> {
  for (const example of EXAMPLE_NAMES) {
    const { site, key } = partyOf(parties, DESKS[example]);
    const body = { id: deskOf(example), policy: story.policies[example] };
    await site.client.post(`/admin/organizations/${key}/verifiers`, body, site.adminToken);
  }
}

/** Time is told to every node by hand; none is ever set back. */
export async function setClock({ sites }: Pick<Network, 'sites'>, now: string): Promise<void> {
  await Promise.all(sites.map(({ client, adminToken }) => client.post('/admin/clock', { now }, adminToken)));
}

export function partyOf(parties: Network['parties'], key: string): Party {
  const party = parties.get(key);
  if (party === undefined) throw new Error(`no party ${key} in the story`);
  return party;
}

export function partyOfDid({ parties }: Network, did: string): Party | undefined {
  return [...parties.values()].find((party) => party.did === did);
}

/** Hand a credential to a party; its own node checks form and proofs before it keeps it. Returns the id it is kept under. */
export async function handOver(credential: JsonObject, to: Party): Promise<string> {
  const path = `/holders/${to.key}/credentials`;
  const { body } = await to.site.client.post(path, { verifiableCredential: credential }, to.token);
  return String(body['id']);
}
