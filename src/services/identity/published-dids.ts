/** What this node publishes of the DIDs below its own address: documents, logs, and the logs of DIDs that were given up. */
import { ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import type { DidDocument } from '../../dids/did-document.ts';
import { createDidWeb, didWebUrl } from '../../dids/methods/web.ts';
import { readWebvhDid } from '../../dids/methods/webvh/webvh-did.ts';
import { writeLog } from '../../dids/methods/webvh/write-log.ts';
import { isHostName } from '../../net/request-url.ts';
import type { OrganisationRecord, Store } from '../../store/store.ts';
import { type DidMethod, isHosted, logOf, methodOf, webDocumentOf } from './hosted-did.ts';

/** What stays of a did:webvh whose organisation was deleted; its last entry gives the DID up. */
interface FormerLog {
  readonly did: string;
  readonly log: readonly JsonObject[];
}

const formerLogAt = (place: string): string => `formerDidLog ${place}`;

/** The setting that keeps the last log of a did:webvh, by the place at which it goes on being served. */
export function keptLog(did: string, log: readonly JsonObject[]): { setting: string; value: JsonObject } {
  return { setting: formerLogAt(readWebvhDid(did)?.web ?? ''), value: { did, log } };
}

/** The did:web of a host by itself. Every other did:web here ends with a slug, which the store gives to nobody twice. */
const HOST_ITSELF = /^did:web:[^:]+$/;
const formerHostAt = (did: string): string => `formerHostDid ${did}`;

/** The setting by which the did:web of a host stays taken when its organisation is deleted; nothing for any other DID. */
export function keptHost(did: string): { setting: string; value: JsonObject } | undefined {
  return HOST_ITSELF.test(did) ? { setting: formerHostAt(did), value: { did } } : undefined;
}

interface PublishedDidsDeps {
  readonly store: Store;
  readonly publicUrl: () => string;
}

export class PublishedDids {
  readonly #deps: PublishedDidsDeps;

  constructor(deps: PublishedDidsDeps) {
    this.#deps = deps;
  }

  /** The DID document that this node publishes for a did:web below its own address. */
  async findDocument(did: string): Promise<DidDocument | undefined> {
    const organisation = await this.#findByPlace(did);
    return organisation === undefined ? undefined : webDocumentOf(organisation);
  }

  /** The log that this node publishes for a did:webvh below its own address. JSON Lines. */
  async findLog(did: string): Promise<string | undefined> {
    const web = readWebvhDid(did)?.web;
    const organisation = web === undefined ? undefined : await this.#findByPlace(web);
    if (organisation !== undefined) return organisation.did === did ? logOf(organisation) : undefined;
    const former = await this.#findFormerLog(web);
    return former?.did === did ? writeLog(former.log) : undefined;
  }

  async findRootDocument(): Promise<DidDocument | undefined> {
    const organisation = await this.#findRoot();
    return organisation === undefined ? undefined : webDocumentOf(organisation);
  }

  async findDocumentBySlug(slug: string): Promise<DidDocument | undefined> {
    const organisation = await this.#findByPath(slug);
    return organisation === undefined ? undefined : webDocumentOf(organisation);
  }

  async findRootLog(): Promise<string | undefined> {
    return logOf(await this.#findRoot()) ?? this.#formerLogText(this.hostDid());
  }

  async findLogBySlug(slug: string): Promise<string | undefined> {
    const host = this.hostDid();
    return logOf(await this.#findByPath(slug)) ?? this.#formerLogText(host === undefined ? host : `${host}:${slug}`);
  }

  /** The log of a did:webvh that was at this place (a did:web) until its organisation was deleted. */
  async #findFormerLog(place: string | undefined): Promise<FormerLog | undefined> {
    const left = place === undefined ? undefined : await this.#deps.store.readSetting(formerLogAt(place));
    return left as unknown as FormerLog | undefined;
  }

  async #formerLogText(place: string | undefined): Promise<string | undefined> {
    const former = await this.#findFormerLog(place);
    return former === undefined ? undefined : writeLog(former.log);
  }

  /**
   * Where a did:web or did:webvh is published: here; at this node's address, which has no such DID; or elsewhere. Nothing for any other
   * method, and for what is not one of the two.
   */
  async locate(did: string): Promise<'here' | 'missing' | 'elsewhere' | undefined> {
    const place = readWebvhDid(did)?.web ?? did;
    if (didWebUrl(place) === undefined) return undefined;
    const base = this.hostDid();
    if (base === undefined || (place !== base && !place.startsWith(`${base}:`))) return 'elsewhere';
    const found = place === did ? await this.findDocument(did) : await this.findLog(did);
    return found === undefined ? 'missing' : 'here';
  }

  async #findByPlace(web: string): Promise<OrganisationRecord | undefined> {
    const base = this.hostDid();
    if (base === undefined) return undefined;
    if (web === base) return this.#findRoot();
    return web.startsWith(`${base}:`) ? this.#findByPath(web.slice(base.length + 1)) : undefined;
  }

  async #findRoot(): Promise<OrganisationRecord | undefined> {
    const base = this.hostDid();
    return (await this.#deps.store.listOrganisations()).find(({ did }) => (readWebvhDid(did)?.web ?? did) === base);
  }

  async #findByPath(slug: string): Promise<OrganisationRecord | undefined> {
    const organisation = await this.#deps.store.findOrganisation(slug);
    const isPublished = isHosted(methodOf(organisation?.did)) && organisation?.did.endsWith(`:${slug}`) === true;
    return isPublished ? organisation : undefined;
  }

  /** The did:web of this host; a node without https, or known by an IP address alone, has none. */
  hostDid(): string | undefined {
    const url = this.#deps.publicUrl();
    return url.startsWith('https:') && isHostName(new URL(url).hostname) ? createDidWeb(url) : undefined;
  }

  /** Errors: BAD_REQUEST where this node has no address that such a DID can be at, CONFLICT when the host itself is taken. */
  async assertPlaceFor(method: DidMethod, isRoot: boolean): Promise<void> {
    const host = this.hostDid();
    // A did:webvh needs a name of at least two labels.
    if (host === undefined || (method === 'webvh' && !host.includes('.'))) {
      throw new ServiceError('BAD_REQUEST', `did:${method} needs a PUBLIC_URL with https and a host name`, {
        pointer: '/did/method',
      });
    }
    if (isRoot && (await this.#isHostTaken(host))) {
      throw new ServiceError('CONFLICT', 'another organisation has the DID of this host', { pointer: '/did/root' });
    }
  }

  /** Now, or before: whoever got the DID again would be believed for what its former owner was. */
  async #isHostTaken(host: string): Promise<boolean> {
    if ((await this.findRootDocument()) !== undefined || (await this.#findFormerLog(host)) !== undefined) return true;
    return (await this.#deps.store.readSetting(formerHostAt(host))) !== undefined;
  }
}
