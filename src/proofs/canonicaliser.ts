/**
 * From a JSON-LD document to canonical N-Quads, in a closed world: the bundled contexts are all there is, and nothing is ever fetched
 * (docs/threats.md, sections 5.2 and 5.3).
 */
import jsonld from 'jsonld';
import ContextResolver from 'jsonld/lib/ContextResolver.js';
import { excerpt } from '../base/finding.ts';
import { isObject, type JsonObject } from '../base/json.ts';
import type { Contexts } from '../credentials/contexts.ts';

/**
 * How often RDFC-1.0 may compare blank nodes in depth, per blank node that is not unique. 1 is enough for any number of equal
 * siblings and refuses cliques and rings within a third of a second; 2 would let a poison graph take minutes.
 */
const MAX_WORK_FACTOR = 1;
/** Compiled contexts kept: the bundled ones and the scoped contexts inside them, well below this. */
const MOST_COMPILED_CONTEXTS = 1000;

export type TransformationCode = 'DATA_LOSS_DETECTION_ERROR' | 'PROOF_TRANSFORMATION_ERROR' | 'CONTEXT_NOT_ALLOWED';

/** Why a document cannot be canonicalised. Thrown inside this room; at its border it is a finding or a refusal. */
export class TransformationRefusal extends Error {
  readonly code: TransformationCode;
  constructor(code: TransformationCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'TransformationRefusal';
    this.code = code;
  }
}

class UnknownUrl extends Error {}

export interface Canonicaliser {
  /** Canonical N-Quads (RDFC-1.0) of a document. Errors: TransformationRefusal, and nothing else. */
  canonicalise(document: JsonObject): Promise<string>;
}

export function createCanonicaliser({ contexts }: { readonly contexts: Contexts }): Canonicaliser {
  // Of our own: the library's cache is one per process and keyed by URL, so one set of contexts would answer for another.
  const sharedCache = createBoundedCache();
  const documentLoader = async (url: string) => {
    const document = contexts.document(url);
    if (document === undefined) throw new UnknownUrl(url);
    // A copy, because the library writes resolved URLs into what it is given.
    return { contextUrl: null, documentUrl: url, document: structuredClone(document), tag: 'static' };
  };
  return {
    canonicalise: async (document) => {
      try {
        return await jsonld.canonize(document, {
          documentLoader,
          contextResolver: new ContextResolver({ sharedCache }),
          base: null,
          safe: true,
          rdfDirection: 'i18n-datatype',
          canonizeOptions: { algorithm: 'RDFC-1.0', maxWorkFactor: MAX_WORK_FACTOR },
        });
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

/** Only `static` documents come here, so it never fills up unless inline contexts were let in: then it stops keeping. */
function createBoundedCache() {
  const kept = new Map<string, unknown>();
  return {
    get: (key: string) => kept.get(key),
    set: (key: string, value: unknown) => {
      if (kept.size < MOST_COMPILED_CONTEXTS) kept.set(key, value);
    },
  };
}

function refusalOf(error: unknown): TransformationRefusal {
  const { name, details } =
    error instanceof Error ? (error as Error & { details?: unknown }) : { name: '', details: {} };
  if (isObject(details) && (details['cause'] as unknown) instanceof UnknownUrl) {
    return new TransformationRefusal('CONTEXT_NOT_ALLOWED', 'a context that is not bundled is used', error);
  }
  // Safe mode (JSON-LD 1.1 API leaves these as warnings): a term without definition, a relative id or type, and the like.
  if (name === 'jsonld.ValidationError') {
    return new TransformationRefusal('DATA_LOSS_DETECTION_ERROR', dataLossDetail(details), error);
  }
  return new TransformationRefusal('PROOF_TRANSFORMATION_ERROR', 'the document cannot be canonicalised', error);
}

function dataLossDetail(details: unknown): string {
  const event = isObject(details) && isObject(details['event']) ? details['event'] : {};
  const inner = isObject(event['details']) ? event['details'] : {};
  const what = typeof event['code'] === 'string' ? event['code'] : 'data would be lost';
  const where = inner['property'] ?? inner['expandedProperty'] ?? inner['type'] ?? inner['id'];
  return typeof where === 'string' ? `${what}: ${excerpt(where)}` : what;
}
