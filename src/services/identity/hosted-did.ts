import type { JsonObject } from '../../base/json.ts';
import { type DidDocument, readDidDocument } from '../../dids/did-document.ts';
import { didWebUrl } from '../../dids/methods/web.ts';
import { readWebvhDid } from '../../dids/methods/webvh/webvh-did.ts';
import { writeLog } from '../../dids/methods/webvh/write-log.ts';
import type { OrganisationRecord } from '../../store/store.ts';
import { documentOf } from './organisation-keys.ts';

/** The methods that organisations can be created with. */
export type DidMethod = 'key' | 'web' | 'webvh' | 'jwk';

/** The method of one of our own DIDs; also of one whose SCID is still open, which is no DID yet. */
export function methodOf(did: string | undefined): DidMethod {
  return (did?.split(':', 2)[1] ?? 'key') as DidMethod;
}

/** Whether the DID is a place where a document is published, instead of being its key. */
export function isHosted(method: DidMethod): boolean {
  return method === 'web' || method === 'webvh';
}

/** The log of a did:webvh as it is served. */
export function logOf(organisation: OrganisationRecord | undefined): string | undefined {
  return organisation?.webvh === undefined ? undefined : writeLog(organisation.webvh.log);
}

/** What is served as `did.json`: the document of a did:web, or the did:web form of a did:webvh. */
export function webDocumentOf(organisation: OrganisationRecord): DidDocument | undefined {
  const document = documentOf(organisation);
  const webvh = readWebvhDid(organisation.did);
  if (webvh === undefined) return document;
  const url = didWebUrl(webvh.web) ?? '';
  const folder = url.slice(0, -'did.json'.length).replace('.well-known/', '');
  const renamed = JSON.parse(JSON.stringify(document).replaceAll(webvh.did, webvh.web)) as JsonObject;
  const read = readDidDocument(
    { ...renamed, alsoKnownAs: [webvh.did], service: servicesOf(webvh.web, folder) },
    webvh.web,
  );
  return read.ok ? read.value : undefined;
}

/** A did:webvh has these without saying so; its did:web has to say them (did:webvh 1.0, "Publishing a Parallel did:web DID"). */
function servicesOf(did: string, folder: string): readonly JsonObject[] {
  return [
    { id: `${did}#files`, type: 'relativeRef', serviceEndpoint: folder },
    {
      '@context': 'https://identity.foundation/linked-vp/contexts/v1',
      id: `${did}#whois`,
      type: 'LinkedVerifiablePresentation',
      serviceEndpoint: `${folder}whois.vp`,
    },
  ];
}
