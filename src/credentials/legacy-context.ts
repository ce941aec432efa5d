import { asArray, isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { ED25519_2020_CONTEXT } from './contexts.ts';

/** The one type of proof besides Data Integrity that is verified; it needs a context of its own in the document. */
export const LEGACY_PROOF_TYPE = 'Ed25519Signature2020';

/**
 * The document as its type writes it: without the context that a legacy proof had to add at the end of the list. For form alone; what is
 * signed is the document as it is.
 */
export function withoutLegacyContext(document: JsonObject): JsonObject {
  const list = document['@context'];
  if (!Array.isArray(list) || list.at(-1) !== ED25519_2020_CONTEXT) return document;
  const proofs = asArray(document['proof'] as JsonValue);
  const isLegacy = proofs.some((proof) => isObject(proof) && proof['type'] === LEGACY_PROOF_TYPE);
  return isLegacy ? { ...document, '@context': list.slice(0, -1) } : document;
}
