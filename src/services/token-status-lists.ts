import { ServiceError } from '../base/error.ts';
import type { JsonObject } from '../base/json.ts';
import type { StatusListReference } from '../credentials/opened-envelope.ts';
import type { Signer } from '../crypto/signer.ts';
import type { DataIntegrity } from '../proofs/data-integrity.ts';
import { DC_SD_JWT } from '../proofs/mechanisms.ts';
import { readStatusList, type StatusList } from '../status/status-list.ts';
import { STATUS_TOKEN_TYPE, statusListClaims } from '../status/token-status-list.ts';
import type { InstanceRecord, StatusEntry, Store } from '../store/store.ts';

interface TokenStatusListsDeps {
  readonly store: Pick<Store, 'findInstance' | 'findStatusList' | 'listIssuances'>;
  readonly proofs: DataIntegrity;
  readonly publicUrl: () => string;
  readonly signerOf: (instance: InstanceRecord) => Promise<{ signer: Signer; did: string; cryptosuite: string }>;
  /** The Bitstring list as it is, or as it was, and its address. */
  readonly publish: (listId: string, at?: number) => Promise<JsonObject>;
  readonly urlOf: (listId: string) => string;
}

/** A list of revocations, and where there may be suspensions the list of those. */
interface Pair {
  readonly revocation: string;
  readonly suspension: string | undefined;
}

interface Read {
  readonly list: StatusList;
  readonly issuer: string;
  readonly allotted: number;
}

/** The media type of what is published. */
export const LIST_TOKEN_TYPE = STATUS_TOKEN_TYPE;

const LIST_ID = '[A-Za-z0-9_-]{1,64}';
const NAME = new RegExp(`^(${LIST_ID})(?:\\.(${LIST_ID}))?$`);
/** Signed tokens, and pairings of two lists, that are kept in memory. */
const MOST_KEPT = 64;
const PAGE = 200;

/**
 * Our status lists once more as Token Status Lists (draft-ietf-oauth-status-list-20), for readers of SD-JWT VCs: made from the Bitstring lists as they
 * are or were, under the indices of the revocation list, signed when somebody asks, so that there is one truth and nothing more to keep.
 */
export class TokenStatusLists {
  readonly #deps: TokenStatusListsDeps;
  readonly #tokens = new Map<string, Promise<string>>();
  readonly #pairings = new Map<string, Promise<ReadonlyMap<number, number>>>();

  constructor(deps: TokenStatusListsDeps) {
    this.#deps = deps;
  }

  /** Where the status of a credential with these entries stands; nothing for one that cannot be revoked. */
  referenceOf(entries: readonly StatusEntry[]): StatusListReference | undefined {
    const revocation = entries.find(({ purpose }) => purpose === 'revocation');
    const suspension = entries.find(({ purpose }) => purpose === 'suspension');
    if (revocation === undefined) return undefined;
    return {
      uri: this.#urlOf({ revocation: revocation.listId, suspension: suspension?.listId }),
      idx: revocation.index,
    };
  }

  /** The name in one of our own addresses. */
  findName(url: string): string | undefined {
    const base = `${this.#deps.publicUrl()}/token-status-lists/`;
    const name = url.startsWith(base) ? url.slice(base.length) : '';
    return NAME.test(name) ? name : undefined;
  }

  /**
   * The Status List Token as it is now, or as it was at an instant (section 8.4), milliseconds.
   * Errors: NOT_FOUND for what is no list of an issuer with this mechanism, and for an instant that no list covers; KEY_STORE.
   */
  async publish(name: string, at?: number): Promise<string> {
    const [, revocation = '', suspension] = NAME.exec(name) ?? [];
    const revoked = await this.#read(revocation, 'revocation', at);
    const suspended = suspension === undefined ? undefined : await this.#read(suspension, 'suspension', at);
    if (suspended !== undefined && suspended.issuer !== revoked.issuer) throw noSuchList();
    const instance = await this.#deps.store.findInstance('issuer', revoked.issuer);
    if (instance === undefined) throw noSuchList();
    const { signer, did, cryptosuite } = await this.#deps.signerOf(instance);
    if (cryptosuite !== DC_SD_JWT) throw noSuchList();
    const pair = { revocation, suspension };
    const places = suspended === undefined ? [] : await this.#suspendedPlaces(pair, revoked, suspended);
    const claims = {
      url: this.#urlOf(pair),
      issuer: did,
      ...periodOf([revoked, ...(suspended === undefined ? [] : [suspended])]),
    };
    const key = [signer.id, revoked.list.digest, suspended?.list.digest ?? ''].join(' ');
    return keep(this.#tokens, key, () => {
      const bits = revoked.list.bits;
      return this.#deps.proofs.signStatusList(
        statusListClaims({ ...claims, revoked: bits, suspended: places }),
        signer,
      );
    });
  }

  #urlOf({ revocation, suspension }: Pair): string {
    const name = suspension === undefined ? revocation : `${revocation}.${suspension}`;
    return `${this.#deps.publicUrl()}/token-status-lists/${name}`;
  }

  async #read(listId: string, purpose: string, at: number | undefined): Promise<Read> {
    const state = await this.#deps.store.findStatusList(listId);
    if (state === undefined || state.list.purpose !== purpose) throw noSuchList();
    const document = await this.#deps.publish(listId, at);
    const issuers = typeof document['issuer'] === 'string' ? [document['issuer']] : [];
    const read = readStatusList(document, { url: this.#deps.urlOf(listId), issuers, purpose });
    if (!read.ok) throw noSuchList();
    return { list: read.value, issuer: state.list.issuer, allotted: state.list.allotted };
  }

  /** Places in the list of revocations of what is set in the list of suspensions. */
  async #suspendedPlaces(pair: Pair, revoked: Read, suspended: Read): Promise<readonly number[]> {
    const { bits } = suspended.list;
    const set: number[] = [];
    for (let place = 0; place < bits.length; place += 1) if (bits.get(place, 'suspension') === true) set.push(place);
    if (set.length === 0) return [];
    const key = `${pair.revocation} ${pair.suspension} ${revoked.allotted} ${suspended.allotted}`;
    const pairing = await keep(this.#pairings, key, () => this.#pair(pair, revoked.issuer));
    // A place that was given back with an intent that came to nothing is nobody's.
    return set.map((place) => pairing.get(place)).filter((place) => place !== undefined);
  }

  /** By its place in the list of suspensions, the place of each credential in the list of revocations. */
  async #pair({ revocation, suspension }: Pair, issuer: string): Promise<ReadonlyMap<number, number>> {
    const pairing = new Map<number, number>();
    let cursor: string | undefined;
    do {
      const page = await this.#deps.store.listIssuances(issuer, {
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const { statusEntries } of page.items) {
        const of = (listId: string | undefined) => statusEntries.find((entry) => entry.listId === listId)?.index;
        const [place, revocable] = [of(suspension), of(revocation)];
        if (place !== undefined && revocable !== undefined) pairing.set(place, revocable);
      }
      cursor = page.next;
    } while (cursor !== undefined);
    return pairing;
  }
}

/** Of two lists what both cover. */
function periodOf(reads: readonly Read[]): { readonly validFrom: number; readonly validUntil: number } {
  const validFrom = Math.max(...reads.map(({ list }) => list.validFrom));
  const validUntil = Math.min(...reads.map(({ list }) => list.validUntil ?? Number.POSITIVE_INFINITY));
  if (!(validUntil > validFrom)) throw noSuchList();
  return { validFrom, validUntil };
}

/** Made once, and again after it went wrong; the oldest goes. */
function keep<Value>(kept: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>): Promise<Value> {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make();
  kept.set(key, made);
  made.catch(() => kept.delete(key));
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return made;
}

const noSuchList = (): ServiceError =>
  new ServiceError('NOT_FOUND', 'no such status list, or none that covers the instant');
