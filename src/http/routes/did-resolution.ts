/** The HTTP binding of DID Resolution (W3C, editor's draft of July 2026, "HTTP(S) Binding"), and the older form beside it. */
import type { JsonObject } from '../../base/json.ts';
import { PROBLEMS, type ProblemCode } from '../../base/problem.ts';
import { decodeMultibase } from '../../formats/multibase.ts';
import type { DidError, DidQuestion, DidResolution } from '../../services/did-resolution.ts';
import type { Answer, Call, Route } from '../route.ts';

const RESULT = 'application/did-resolution';
const DEREFERENCED = 'application/did-url-dereferencing';
const LEGACY = 'application/ld+json;profile="https://w3id.org/did-resolution"';
/** Names under which the document itself is asked for; it is the same JSON under each. */
const DOCUMENTS = ['application/did', 'application/did+json', 'application/did+ld+json', 'application/json'] as const;
/** Where several are equally welcome, the first. */
const OFFERED = [RESULT, DEREFERENCED, ...DOCUMENTS, LEGACY] as const;
type Offered = (typeof OFFERED)[number];

const PREFIX = '/1.0/identifiers/';

/** Our findings as errors of DID Resolution; a code that is not here keeps its own type. */
const ERRORS: Partial<Record<ProblemCode, ProblemCode>> = {
  INVALID_VERIFICATION_METHOD: 'INVALID_DID',
  HOST_BLOCKED: 'INVALID_DID',
  LIMIT_EXCEEDED: 'INVALID_DID_DOCUMENT',
  INVALID_CONTROLLED_IDENTIFIER_DOCUMENT: 'INVALID_DID_DOCUMENT',
  INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID: 'INVALID_DID_DOCUMENT',
};
/** The table of the binding; any other error is 500, also one that is not our fault. */
const STATUSES: Partial<Record<ProblemCode, number>> = {
  INVALID_DID: 400,
  INVALID_DID_URL: 400,
  INVALID_OPTIONS: 400,
  NOT_FOUND_DID: 404,
  REPRESENTATION_NOT_SUPPORTED: 406,
  METHOD_NOT_SUPPORTED: 501,
  FEATURE_NOT_SUPPORTED: 501,
};
/** The error words of the first editions (DID Core 1.0, section 7.1.2; did:key). */
const OLD_WORDS: Partial<Record<ProblemCode, string>> = {
  INVALID_DID: 'invalidDid',
  INVALID_DID_URL: 'invalidDidUrl',
  INVALID_OPTIONS: 'invalidOptions',
  NOT_FOUND_DID: 'notFound',
  METHOD_NOT_SUPPORTED: 'methodNotSupported',
  FEATURE_NOT_SUPPORTED: 'featureNotSupported',
  INVALID_DID_DOCUMENT: 'invalidDidDocument',
};

export function didResolutionRoutes({ resolution }: { readonly resolution: DidResolution }): readonly Route[] {
  return [
    {
      method: 'GET',
      path: `${PREFIX}{did}`,
      access: 'public',
      tellsOrganisations: 'read',
      opaquePath: true,
      tag: 'DID resolution',
      summary:
        'Resolve a DID, or dereference a DID URL, as DID Resolution has it; DIDs of other hosts with an organisation token only',
      query: {
        versionId: 'a version of a did:webvh',
        versionTime: 'the version of a did:webvh at an instant',
        versionNumber: 'a version of a did:webvh by its number',
        publicKeyFormat: 'older form only; the one format is Multikey',
        enableExperimentalPublicKeyTypes: 'older form only; there are none',
      },
      answers: {
        200: 'a resolution result, a dereferencing result, or the bare document, as Accept asks',
        400: 'not a DID, or options that are not understood',
        404: 'no such DID, version or fragment',
        406: 'none of the media types offered here is accepted',
        410: 'the DID is deactivated',
        500: 'somebody else’s document, log or host cannot be used now',
        501: 'a method or feature that is not offered, DIDs of other hosts for strangers included',
      },
      handle: (call) => answer(resolution, call),
    },
  ];
}

async function answer(resolution: DidResolution, call: Call): Promise<Answer> {
  const form = choose(call.accept);
  const text = readIdentifier(call.path);
  const question: DidQuestion = { text, options: versionOptionsOf(call), organisation: call.organisation };
  if (form === undefined) {
    const error = { code: 'REPRESENTATION_NOT_SUPPORTED', detail: `offered are ${OFFERED.join(', ')}` } as const;
    return resultOf({ document: undefined, metadata: {}, error });
  }
  if (form === LEGACY) return answerOldForm(resolution, question, call);
  if (form === DEREFERENCED) return dereferencedOf(await resolution.dereference(question));
  if (form === RESULT) return resultOf(await resolution.resolve(question));
  const { content, metadata, error } = await resolution.dereference(question);
  // What went wrong has no place in a bare document.
  if (content === undefined)
    return resultOf({ document: undefined, metadata, ...(error === undefined ? {} : { error }) });
  return { status: statusOf(error, metadata), body: content, mediaType: form, headers: HEADERS };
}

/** Anybody's page may ask; answers differ by Accept and by caller. */
const HEADERS = { 'access-control-allow-origin': '*', vary: 'Accept, Authorization' };

function resultOf({ document, metadata, error }: Awaited<ReturnType<DidResolution['resolve']>>): Answer {
  const body = {
    didDocument: document ?? null,
    didDocumentMetadata: metadata,
    didResolutionMetadata: { contentType: RESULT, ...errorOf(error) },
  };
  return { status: statusOf(error, metadata), body, mediaType: RESULT, headers: HEADERS };
}

function dereferencedOf({ content, metadata, error }: Awaited<ReturnType<DidResolution['dereference']>>): Answer {
  const body = {
    dereferencingMetadata: { contentType: DEREFERENCED, ...errorOf(error) },
    contentStream: content ?? null,
    contentMetadata: metadata,
  };
  return { status: statusOf(error, metadata), body, mediaType: DEREFERENCED, headers: HEADERS };
}

function errorOf(error: DidError | undefined): object {
  if (error === undefined) return {};
  const { type, title } = PROBLEMS[ERRORS[error.code] ?? error.code];
  return { error: { type, title: title.en, detail: error.detail } };
}

function statusOf(error: DidError | undefined, metadata: JsonObject): number {
  if (error !== undefined) return STATUSES[ERRORS[error.code] ?? error.code] ?? 500;
  return metadata['deactivated'] === true ? 410 : 200;
}

/** The first editions: a word for an error, an `@context`, and a document in any case. */
async function answerOldForm(resolution: DidResolution, question: DidQuestion, call: Call): Promise<Answer> {
  const { text } = question;
  const isUrl = /[/?#]/.test(text);
  const format = call.query.get('publicKeyFormat');
  const { content, metadata, error } = await resolution.dereference(question);
  const word =
    format !== null && format !== 'Multikey'
      ? wordOfFormat(format)
      : error === undefined
        ? undefined
        : wordOf(error, text);
  const body = {
    '@context': 'https://w3id.org/did-resolution/v1',
    didDocument: (word === undefined ? content : undefined) ?? {},
    didDocumentMetadata: metadata,
    [isUrl ? 'didDereferencingMetadata' : 'didResolutionMetadata']:
      word === undefined ? { contentType: 'application/did+ld+json' } : { error: word },
  };
  const status = error === undefined && word !== undefined ? 400 : statusOf(error, metadata);
  return { status, body, mediaType: LEGACY, headers: HEADERS };
}

function wordOfFormat(format: string): string {
  return /^(?:JsonWebKey|(?:Ed25519Verification|X25519KeyAgreement)Key)20\d\d$/.test(format)
    ? 'invalidPublicKeyType'
    : 'unsupportedPublicKeyType';
}

function wordOf({ code }: DidError, text: string): string {
  if (code === 'INVALID_VERIFICATION_METHOD' && text.startsWith('did:key:')) {
    // Header and key of the three kinds we read.
    const length = decodeMultibase(text.slice('did:key:'.length), 128)?.length ?? 0;
    return [34, 35, 51].includes(length) ? 'invalidPublicKey' : 'invalidPublicKeyLength';
  }
  return OLD_WORDS[ERRORS[code] ?? code] ?? 'internalError';
}

/**
 * The identifier as it was meant. Sent as it is, its escapes are its own (`did:web:host%3A8443`), but for the marks of a DID URL, which
 * cannot stand in a path as themselves; sent encoded as a whole, which shows in its first colon, one layer comes off.
 */
function readIdentifier(path: string): string {
  const sent = path.slice(PREFIX.length);
  return sent.startsWith('did:') ? sent.replace(/%(?:23|2f|3f)/gi, decodeURIComponent) : decodeURIComponent(sent);
}

function versionOptionsOf({ query }: Call): Readonly<Record<string, string>> {
  return Object.fromEntries([...query.entries()].filter(([name]) => name.startsWith('version')));
}

/** The form that is asked for; without a wish it is the resolution result. */
function choose(accept: string | undefined): Offered | undefined {
  const wishes = (accept ?? '*/*').slice(0, 1000).split(',').map(readWish);
  const [best] = wishes
    .filter((wish) => wish.form !== undefined && wish.weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return best?.form;
}

function readWish(text: string): { readonly form: Offered | undefined; readonly weight: number } {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim());
  const weight = Number(parameters.find((part) => part.startsWith('q='))?.slice(2) ?? 1);
  const profile = parameters.find((part) => part.startsWith('profile='))?.replaceAll('"', '');
  const name = range.toLowerCase();
  if (name === '*/*' || name === 'application/*') return { form: RESULT, weight };
  if (name === 'application/ld+json') {
    return { form: profile === 'profile=https://w3id.org/did-resolution' ? LEGACY : undefined, weight };
  }
  return { form: OFFERED.find((offered) => offered === name), weight };
}
