import { ServiceError } from '../../base/error.ts';
import { BASE_URL } from '../../base/problem.ts';
import type { Contexts } from '../../credentials/contexts.ts';
import type { Schemas } from '../../credentials/schemas.ts';
import { readDateTime } from '../../formats/date-time.ts';
import { type CredentialStatus, LIST_TTL_MS } from '../../services/credential-status.ts';
import type { PublishedDids } from '../../services/identity/published-dids.ts';
import type { Answer, Route } from '../route.ts';

const FOREVER = { 'cache-control': 'public, max-age=31536000, immutable', 'access-control-allow-origin': '*' };

interface PublicDocumentDeps {
  readonly published: PublishedDids;
  readonly credentialStatus: CredentialStatus;
  readonly contexts: Contexts;
  readonly schemas: Schemas;
}

/** What anybody may read: DID documents, signed status lists, and mirrors of our contexts and schemas. */
export function publicDocumentRoutes({
  published,
  credentialStatus,
  contexts,
  schemas,
}: PublicDocumentDeps): readonly Route[] {
  const tag = 'Public documents';
  const mirror = (url: string, document: object | undefined, mediaType: string): Answer => {
    if (document === undefined) throw new ServiceError('NOT_FOUND', `not a document of ${BASE_URL}`);
    return { status: 200, body: document, mediaType, headers: { ...FOREVER, link: `<${url}>; rel="canonical"` } };
  };
  return [
    {
      method: 'GET',
      path: '/.well-known/did.json',
      access: 'public',
      tag,
      summary: 'The DID document of the organisation whose DID is this host itself',
      answers: { 200: 'the DID document', 404: 'no organisation has this DID' },
      handle: async () => didDocument(await published.findRootDocument()),
    },
    {
      method: 'GET',
      path: '/{slug}/did.json',
      access: 'public',
      tag,
      summary: 'The DID document of a did:web organisation of this node, or the did:web form of a did:webvh',
      answers: { 200: 'the DID document', 404: 'no such DID' },
      handle: async (call) => didDocument(await published.findDocumentBySlug(call.params['slug'] ?? '')),
    },
    {
      method: 'GET',
      path: '/.well-known/did.jsonl',
      access: 'public',
      tag,
      summary: 'The log of the organisation whose did:webvh is this host itself',
      answers: { 200: 'the log, an entry a line', 404: 'no organisation has this DID' },
      handle: async () => didLog(await published.findRootLog()),
    },
    {
      method: 'GET',
      path: '/{slug}/did.jsonl',
      access: 'public',
      tag,
      summary: 'The log of a did:webvh organisation of this node',
      answers: { 200: 'the log, an entry a line', 404: 'no such DID' },
      handle: async (call) => didLog(await published.findLogBySlug(call.params['slug'] ?? '')),
    },
    {
      method: 'GET',
      path: '/status-lists/{id}',
      access: 'public',
      tag,
      summary: 'A signed status list credential, as it is or as it was',
      query: { timestamp: 'an instant; the list as it was then (Bitstring Status List 1.0)' },
      answers: { 200: 'the status list credential', 404: 'no such list, or none that covers the instant' },
      handle: async (call) => {
        const timestamp = call.query.get('timestamp');
        const at = timestamp === null ? undefined : readDateTime(timestamp);
        if (timestamp !== null && at === undefined)
          throw new ServiceError('BAD_REQUEST', 'timestamp is an instant such as 2027-04-15T00:00:00Z');
        return {
          status: 200,
          body: await credentialStatus.publish(call.params['id'] ?? '', at),
          mediaType: credentialType(call.accept),
          headers: {
            'cache-control': `public, max-age=${LIST_TTL_MS / 1000}`,
            'access-control-allow-origin': '*',
            vary: 'accept',
          },
        };
      },
    },
    {
      method: 'GET',
      path: '/contexts/{version}',
      access: 'public',
      tag,
      summary: 'Mirror of our JSON-LD context',
      answers: { 200: 'the context', 404: 'no such context' },
      handle: async (call) => {
        const url = `${BASE_URL}contexts/${call.params['version']}`;
        return mirror(url, contexts.document(url), 'application/ld+json');
      },
    },
    {
      method: 'GET',
      path: '/schemas/{version}/{name}',
      access: 'public',
      tag,
      summary: 'Mirror of a JSON Schema of ours',
      answers: { 200: 'the schema', 404: 'no such schema' },
      handle: async (call) => {
        const url = `${BASE_URL}schemas/${call.params['version']}/${call.params['name']}`;
        return mirror(url, schemas.document(url), 'application/schema+json');
      },
    },
  ];
}

/** Of the names that a credential goes by, the first that the reader takes; many readers know it only as JSON. */
function credentialType(accept: string | undefined): string {
  const taken = (accept ?? '*/*')
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';', 1).join('').trim());
  const named = ['application/vc', 'application/ld+json', 'application/json'];
  const any = taken.some((range) => range === '*/*' || range === 'application/*');
  return named.find((name) => (any && name === 'application/vc') || taken.includes(name)) ?? 'application/vc';
}

function didDocument(document: object | undefined): Answer {
  if (document === undefined) throw new ServiceError('NOT_FOUND', 'no such DID');
  return {
    status: 200,
    body: document,
    mediaType: 'application/did+json',
    headers: { 'cache-control': 'public, max-age=60', 'access-control-allow-origin': '*' },
  };
}

function didLog(log: string | undefined): Answer {
  if (log === undefined) throw new ServiceError('NOT_FOUND', 'no such DID');
  return {
    status: 200,
    body: log,
    mediaType: 'text/jsonl',
    headers: { 'cache-control': 'public, max-age=60', 'access-control-allow-origin': '*' },
  };
}
