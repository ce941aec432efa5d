/** Issuing the credentials of the story, each on its issuer's node at its own date, and handing them on to whoever shows them later. */
import { isObject, type JsonObject } from '../../src/base/json.ts';
import { createStatusSnapshot } from '../../src/credentials/link.ts';
import { type IssueOne, issueExample, type SnapshotOf } from '../../test/support/worked-examples.ts';
import { handOver, type Network, type Party, partyOfDid, setClock } from './network.ts';
import { asExample, type Draft, findDraft, type Showing } from './story.ts';

export interface Issued {
  readonly draft: Draft;
  readonly credential: JsonObject;
  readonly issuer: Party;
  /** Who got it, in the order in which it was handed on. */
  readonly holders: readonly Party[];
}

/** What has been issued so far, by key, and where each party keeps what it holds. */
export class Archive {
  readonly #issued = new Map<string, Issued>();
  readonly #held = new Map<string, string>();
  /** The lines of the private sheet as they were issued. */
  leaves: readonly JsonObject[] = [];

  add(issued: Issued): void {
    this.#issued.set(issued.draft.key, issued);
  }

  require(key: string): Issued {
    const found = this.#issued.get(key);
    if (found === undefined) throw new Error(`not issued yet: ${key}`);
    return found;
  }

  keep(party: Party, key: string, heldId: string): void {
    this.#held.set(`${party.key} ${key}`, heldId);
  }

  heldId(party: Party, key: string): string {
    const id = this.#held.get(`${party.key} ${key}`);
    if (id === undefined) throw new Error(`${party.key} does not hold ${key}`);
    return id;
  }

  all(): readonly Issued[] {
    return [...this.#issued.values()];
  }
}

/**
 * Issue everything, each credential at its own date, though never before `opening`, when the nodes came to be; `told` hears of each as it
 * happens.
 */
export async function issueAll(
  network: Network,
  archive: Archive,
  told: (issued: Issued) => void,
  opening = network.story.beginning,
): Promise<void> {
  const { story } = network;
  const issue: IssueOne = async (key, unsecured) => {
    const draft = findDraft(story, key);
    const issuer = partyOfDid(network, draft.issuer);
    if (issuer === undefined) throw new Error(`nobody issues ${key}`);
    const [, now = opening] = [opening, draft.validFrom].sort();
    await setClock(network, now);
    const path = `/issuers/${issuer.key}/credentials/issue`;
    const { body } = await issuer.site.client.post(path, { credential: unsecured }, issuer.token);
    const credential = body['verifiableCredential'] as JsonObject;
    const holders = holdersOf(network, archive, draft, issuer);
    for (const holder of holders) archive.keep(holder, key, await handOver(credential, holder));
    const issued = { draft, credential, issuer, holders };
    archive.add(issued);
    told(issued);
    return credential;
  };
  const { worksheets } = await issueExample(asExample(story), issue, snapshotFrom(network));
  archive.leaves = worksheets.get('worksheet') ?? [];
}

/** The verification body asks the accreditation body's node for the list as it was at that instant, and pins it. */
function snapshotFrom(network: Network): SnapshotOf {
  return async (credential, purpose, at) => {
    const issuer = partyOfDid(network, String(credential['issuer']));
    const entries = [credential['credentialStatus']].flat().filter(isObject);
    const entry = entries.find(({ statusPurpose }) => statusPurpose === purpose);
    if (issuer === undefined || entry === undefined) throw new Error('nobody keeps this status');
    // The statement is made at this instant; nobody can pin a list of tomorrow.
    await setClock(network, at);
    const { pathname } = new URL(String(entry['statusListCredential']));
    const { body } = await issuer.site.client.get(`${pathname}?timestamp=${encodeURIComponent(at)}`);
    return createStatusSnapshot(body, at);
  };
}

/** First whom it is about or meant for, then whoever shows it to a relying party one day. */
function holdersOf(network: Network, archive: Archive, draft: Draft, issuer: Party): readonly Party[] {
  const { story } = network;
  const { id, claimHolder, statement } = draft.subject;
  const first = [id, claimHolder].map((did) => partyOfDid(network, String(did))).find((party) => party !== undefined);
  const decided = isObject(statement)
    ? archive.require(String(statement['$link'])).draft.subject['claimHolder']
    : undefined;
  const presenters = story.showings
    .filter((showing) => showing.credentials.includes(draft.key))
    .map((showing) => presenterOf(network, showing));
  const all = [first ?? partyOfDid(network, String(decided)), ...presenters];
  return [...new Set(all)].filter(
    (party): party is Party => party !== undefined && (party !== issuer || presenters.includes(party)),
  );
}

/** Whoever made the claim shows it. */
export function presenterOf(network: Network, { claim }: Showing): Party {
  const party = partyOfDid(network, findDraft(network.story, claim).issuer);
  if (party === undefined) throw new Error(`nobody shows ${claim}`);
  return party;
}
