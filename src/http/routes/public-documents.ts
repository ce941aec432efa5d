import { ServiceError } from '../../base/error.ts';
import { BASE_URL } from '../../base/problem.ts';
import type { Contexts } from '../../credentials/contexts.ts';
import type { Schemas } from '../../credentials/schemas.ts';
import { typeMetadataOf } from '../../credentials/type-metadata.ts';
import { readDateTime } from '../../formats/date-time.ts';
import { type CredentialStatus, LIST_TTL_MS } from '../../services/credential-status.ts';
import type { PublishedDids } from '../../services/identity/published-dids.ts';
import { LIST_TOKEN_TYPE, type TokenStatusLists } from '../../services/token-status-lists.ts';
import type { Answer, Route } from '../route.ts';

const FOREVER = { 'cache-control': 'public, max-age=31536000, immutable', 'access-control-allow-origin': '*' };

interface PublicDocumentDeps {
  readonly published: PublishedDids;
  readonly credentialStatus: CredentialStatus;
  readonly tokenStatusLists: TokenStatusLists;
  readonly contexts: Contexts;
  readonly schemas: Schemas;
}

/** What anybody may read: DID documents, signed status lists, and mirrors of our contexts and schemas. */
export function publicDocumentRoutes({
  published,
  credentialStatus,
  tokenStatusLists,
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
      path: '/token-status-lists/{name}',
      access: 'public',
      tag,
      summary: 'The same as a Status List Token, for issuers of SD-JWT VCs',
      query: { time: 'seconds since 1970; the list as it was then (Token Status List, section 8.4)' },
      answers: { 200: 'the token', 404: 'no such list, or none that covers the instant' },
      handle: async (call) => {
        const time = call.query.get('time');
        if (time !== null && !/^(?:0|[1-9]\d{0,11})$/.test(time))
          throw new ServiceError('BAD_REQUEST', 'time is a number of seconds such as 1790000000');
        return {
          status: 200,
          body: await tokenStatusLists.publish(
            call.params['name'] ?? '',
            time === null ? undefined : Number(time) * 1000,
          ),
          mediaType: LIST_TOKEN_TYPE,
          headers: { 'cache-control': `public, max-age=${LIST_TTL_MS / 1000}`, 'access-control-allow-origin': '*' },
        };
      },
    },
    {
      method: 'GET',
      path: '/vct/{version}/{type}',
      access: 'public',
      tag,
      summary: 'Mirror of the type metadata of one of our types, for wallets that read SD-JWT VCs',
      answers: { 200: 'the type metadata, byte for byte as vct#integrity has it', 404: 'no such type' },
      handle: async (call) => {
        const url = `${BASE_URL}vct/${call.params['version']}/${call.params['type']}`;
        const text = typeMetadataOf(url);
        if (text === undefined) throw new ServiceError('NOT_FOUND', `not a document of ${BASE_URL}`);
        const headers = { ...FOREVER, link: `<${url}>; rel="canonical"` };
        return { status: 200, body: text, mediaType: 'application/json', headers };
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
