import { refuse, ServiceError } from '../base/error.ts';
import { asArray, isObject, type JsonLimits, type JsonObject, REQUEST_LIMITS, readJsonObject } from '../base/json.ts';
import { isEnvelopedPresentation, readablePresentation } from '../credentials/enveloped-presentation.ts';
import { credentialsOf } from '../credentials/presentation.ts';
import { readPolicyText } from '../services/verifier/policy-source.ts';
import type { Terminal } from './command.ts';

/** Files may hold a bundle of many credentials and lists; each of them is still judged by its own caps. */
const FILE_LIMITS: JsonLimits = {
  ...REQUEST_LIMITS,
  maxBytes: 64 * 1024 * 1024,
  maxNodes: 1_000_000,
  // The bundle, or an answer with a presentation, and the list around each credential.
  maxDepth: REQUEST_LIMITS.maxDepth + 3,
};

export const BUNDLE_FORMAT = 'proofprint-evidence-bundle/1';

/** What was found in the files of one command. */
export interface Documents {
  readonly credentials: readonly JsonObject[];
  readonly presentations: readonly JsonObject[];
  readonly worksheets: readonly JsonObject[];
  readonly didDocuments: readonly JsonObject[];
  readonly statusLists: readonly JsonObject[];
  /** The instant a bundle was made for. */
  readonly at: string | undefined;
  readonly import: JsonObject | undefined;
}

/** `-` is standard input. Errors: PARSING_ERROR, LIMIT_EXCEEDED, MALFORMED_VALUE_ERROR, BAD_REQUEST when a file cannot be read. */
export async function readDocument(path: string, terminal: Terminal): Promise<JsonObject> {
  const read = readJsonObject(await readBytes(path, terminal), FILE_LIMITS);
  return read.ok ? read.value : refuse(read.findings);
}

/** The relying party's policy. Errors: CONFIG_REFUSED, BAD_REQUEST when the file cannot be read. */
export async function readPolicyFile(path: string, terminal: Terminal): Promise<JsonObject> {
  return readPolicyText(await readBytes(path, terminal));
}

function readBytes(path: string, terminal: Terminal): Promise<Uint8Array> {
  return terminal.readFile(path).catch((cause: unknown) => {
    throw new ServiceError('BAD_REQUEST', `${path} cannot be read`, { cause });
  });
}

/** Sort the documents of several files by what they are: credentials, presentations, worksheets, evidence bundles. */
export async function readDocuments(paths: readonly string[], terminal: Terminal): Promise<Documents> {
  const found = {
    credentials: [] as JsonObject[],
    presentations: [] as JsonObject[],
    worksheets: [] as JsonObject[],
    didDocuments: [] as JsonObject[],
    statusLists: [] as JsonObject[],
  };
  let at: string | undefined;
  let imported: JsonObject | undefined;
  for (const path of paths) {
    const document = await readDocument(path, terminal);
    if (isOfKind(document, document['format'] === BUNDLE_FORMAT)) {
      found.credentials.push(...objectsOf(document['credentials']));
      found.didDocuments.push(...objectsOf(document['didDocuments']));
      found.statusLists.push(...objectsOf(document['statusLists']));
      found.worksheets.push(...objectsOf(document['worksheets']));
      if (typeof document['at'] === 'string') at = document['at'];
      if (isObject(document['import'])) imported = document['import'];
    } else if (isOfKind(document, Array.isArray(document['leaves']))) found.worksheets.push(document);
    else if (isPresentation(document)) found.presentations.push(document);
    else found.credentials.push(unwrapped(document));
  }
  return { ...found, at, import: imported };
}

/** The credentials in presentations; those of an envelope that does not open are none. */
export function presentedIn({ presentations }: Pick<Documents, 'presentations'>): readonly JsonObject[] {
  return presentations.flatMap((one) => credentialsOf(readablePresentation(one)));
}

function isPresentation(document: JsonObject): boolean {
  return isEnvelopedPresentation(document) || asArray(document['type']).includes('VerifiablePresentation');
}

/** What calls itself a credential is judged as one, whatever else stands in it: a forgery must not pass for a file of another kind. */
function isOfKind(document: JsonObject, marked: boolean): boolean {
  return marked && !['@context', 'type', 'proof', 'credentialSubject'].some((member) => member in document);
}

/** An issue or holder answer may be given as it was saved: the credential is inside. */
function unwrapped(document: JsonObject): JsonObject {
  const inner = document['verifiableCredential'];
  return document['type'] === undefined && isObject(inner) ? inner : document;
}

function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
