import { ServiceError } from '../base/error.ts';
import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { nameOf, readSource, type Source, sha256OfJson } from './package-files.ts';

/** Hashes of the publisher's own bytes, lower-case hexadecimal. Never computed from our copy, which may be formatted otherwise. */
export interface PublisherHashes {
  readonly sha256: string;
  readonly sha384: string;
  readonly sha512: string;
}

/** One line of contexts/index.json: a document that can be loaded, and the only form of it that may be. */
export interface IndexEntry {
  readonly url: string;
  readonly source: Source;
  /** SHA-256 of the RFC 8785 form, lower-case hexadecimal. */
  readonly sha256: string;
  /** Where the publisher states one: what a `digestSRI` is compared with. */
  readonly publisher?: PublisherHashes;
}

export interface ContextIndex {
  readonly contexts: readonly IndexEntry[];
  /** Contexts of conformance instances alone. */
  readonly conformance: readonly IndexEntry[];
  readonly schemas: readonly IndexEntry[];
}

export const INDEX_FILE = 'contexts/index.json';

/** Errors: CONTEXT_INTEGRITY when contexts/index.json is missing or not understood. */
export function readContextIndex(): ContextIndex {
  const index = readSource({ path: INDEX_FILE });
  const { contexts, conformance, schemas } = index;
  return { contexts: readEntries(contexts), conformance: readEntries(conformance), schemas: readEntries(schemas) };
}

/** Read an entry's document and compare it with its digest. Errors: CONTEXT_INTEGRITY, naming the file. */
export function loadEntry(entry: IndexEntry): JsonObject {
  const document = readSource(entry.source);
  if (sha256OfJson(document) === entry.sha256) return document;
  throw new ServiceError('CONTEXT_INTEGRITY', `${nameOf(entry.source)} is not the file that ${INDEX_FILE} names`);
}

function readEntries(value: JsonValue | undefined): readonly IndexEntry[] {
  if (!Array.isArray(value)) throw malformed();
  return (value as readonly JsonValue[]).map(readEntry);
}

function readEntry(value: JsonValue): IndexEntry {
  if (!isObject(value)) throw malformed();
  const { url, path, package: from, sha256, publisher } = value;
  if (typeof url !== 'string' || typeof path !== 'string' || typeof sha256 !== 'string') throw malformed();
  return {
    url,
    source: typeof from === 'string' ? { package: from, path } : { path },
    sha256,
    ...(publisher === undefined ? {} : { publisher: readHashes(publisher) }),
  };
}

function readHashes(value: JsonValue): PublisherHashes {
  const { sha256, sha384, sha512 } = isObject(value) ? value : {};
  if (typeof sha256 === 'string' && typeof sha384 === 'string' && typeof sha512 === 'string')
    return { sha256, sha384, sha512 };
  throw malformed();
}

const malformed = () => new ServiceError('CONTEXT_INTEGRITY', `${INDEX_FILE} is not understood`);
