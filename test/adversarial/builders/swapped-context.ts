import { isObject, type JsonObject } from '../../../src/base/json.ts';
import { loadContexts, PROOFPRINT_CONTEXT } from '../../../src/credentials/contexts.ts';

/** Our own context written into the document, with the meaning of two terms exchanged. */
export function swappedContext(one: string, other: string): JsonObject {
  const document = loadContexts().document(PROOFPRINT_CONTEXT);
  const terms = document?.['@context'];
  if (!isObject(terms)) throw new Error('our context is not an object');
  return { ...terms, [one]: terms[other] ?? null, [other]: terms[one] ?? null };
}
