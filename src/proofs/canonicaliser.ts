/**
 * From a JSON-LD document to canonical N-Quads, in a closed world: the bundled contexts are all there is, and nothing is ever fetched
 * (docs/threats.md, sections 5.2 and 5.3).
 */
import jsonld from 'jsonld';
import { excerpt } from '../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import type { Contexts } from '../credentials/contexts.ts';
import { createContextResolver, UnknownContext } from './compiled-contexts.ts';

/**
 * How often RDFC-1.0 may compare blank nodes in depth, per blank node that is not unique. 1 is enough for any number of equal
 * siblings and refuses cliques and rings within a third of a second; 2 would let a poison graph take minutes.
 */
const MAX_WORK_FACTOR = 1;

export type TransformationCode =
  | 'DATA_LOSS_DETECTION_ERROR'
  | 'PROOF_TRANSFORMATION_ERROR'
  | 'CONTEXT_NOT_ALLOWED'
  | 'LIMIT_EXCEEDED'
  | 'MANDATORY_CLAIM_MISSING'
  | 'INVALID_CHALLENGE_ERROR';

/** Why a document cannot be canonicalised. Thrown inside this room; at its border it is a finding or a refusal. */
export class TransformationRefusal extends Error {
  readonly code: TransformationCode;
  constructor(code: TransformationCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'TransformationRefusal';
    this.code = code;
  }
}

export interface Canonicaliser {
  readonly contexts: Contexts;
  /** Canonical N-Quads (RDFC-1.0) of a document. Errors: TransformationRefusal, and nothing else. */
  canonicalise(document: JsonObject): Promise<string>;
}

export function createCanonicaliser({ contexts }: { readonly contexts: Contexts }): Canonicaliser {
  const contextResolver = createContextResolver(contexts);
  return {
    contexts,
    canonicalise: async (document) => {
      assertBundled(document['@context'], contexts);
      try {
        return await jsonld.canonize(document, {
          documentLoader: loadNothing,
          contextResolver,
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

/**
 * Different bundled URLs and nothing else. The wire shape says so too (docs/threats.md, W3); here it keeps this room safe on its own: one
 * allowed URL twenty thousand times, or as many inline contexts, would cost seconds.
 */
function assertBundled(value: JsonValue | undefined, contexts: Contexts): void {
  // Definitions of a document's own were counted by the wire shape, and only a conformance instance lets them come this far.
  const urls = contexts.intake === 'conformance' ? asArray(value).filter((entry) => !isObject(entry)) : asArray(value);
  const bundled = urls.every((url) => typeof url === 'string' && contexts.document(url) !== undefined);
  if (!bundled || new Set(urls).size !== urls.length) throw contextRefusal();
}

function contextRefusal(cause?: unknown): TransformationRefusal {
  return new TransformationRefusal('CONTEXT_NOT_ALLOWED', 'a context that is not bundled is used, or one twice', cause);
}

/** Contexts come from the resolver; there is nothing else to load. */
const loadNothing = async (url: string): Promise<never> => {
  throw new UnknownContext(url);
};

function refusalOf(error: unknown): TransformationRefusal {
  const { name, details } =
    error instanceof Error ? (error as Error & { details?: unknown }) : { name: '', details: {} };
  if (error instanceof UnknownContext) return contextRefusal(error);
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
