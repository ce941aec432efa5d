import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import type { Contexts } from './contexts.ts';

const references = new WeakMap<Contexts, Map<string, ReadonlySet<string>>>();

/** The terms of one bundled context whose strings are identifiers of nodes (`@type: @id`), those of scoped contexts included. */
export function referenceTerms(contexts: Contexts, url: string): ReadonlySet<string> {
  const known = references.get(contexts) ?? new Map<string, ReadonlySet<string>>();
  references.set(contexts, known);
  const found = known.get(url) ?? collect(contexts.document(url)?.['@context'], new Set());
  known.set(url, found);
  return found;
}

function collect(context: JsonValue | undefined, into: Set<string>): Set<string> {
  for (const definition of Array.isArray(context) ? (context as readonly JsonValue[]) : [context]) {
    if (!isObject(definition)) continue;
    for (const [term, meaning] of Object.entries(definition)) collectTerm(term, meaning, into);
  }
  return into;
}

function collectTerm(term: string, meaning: JsonValue, into: Set<string>): void {
  if (!isObject(meaning) || term.startsWith('@')) return;
  if ((meaning as JsonObject)['@type'] === '@id') into.add(term);
  collect(meaning['@context'], into);
}
