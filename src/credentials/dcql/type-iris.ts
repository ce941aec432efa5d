import { asArray, isObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import type { Contexts } from '../contexts.ts';
import { typesOf } from '../credential-members.ts';

const known = new WeakMap<Contexts, Map<string, ReadonlyMap<string, string>>>();

/**
 * The types of a credential as DCQL compares them: each as its contexts expand it (OpenID4VP 1.0, appendix B.1.1). A type that no context
 * defines stays as it is written. Only bundled contexts get this far, so nothing is loaded and no term means two things.
 */
export function typeIrisOf(credential: JsonObject, contexts: Contexts): ReadonlySet<string> {
  const urls = asArray(credential['@context'] as JsonValue).filter((url) => typeof url === 'string');
  return new Set(typesOf(credential).map((type) => iriOfType(type, urls, contexts)));
}

/** One type under a list of contexts, of which the last that defines it decides. */
export function iriOfType(type: string, urls: readonly string[], contexts: Contexts): string {
  const found = urls.map((url) => termsOf(contexts, url).get(type)).filter((iri) => iri !== undefined);
  return found.at(-1) ?? type;
}

function termsOf(contexts: Contexts, url: string): ReadonlyMap<string, string> {
  const ofThese = known.get(contexts) ?? new Map<string, ReadonlyMap<string, string>>();
  known.set(contexts, ofThese);
  const before = ofThese.get(url);
  if (before !== undefined) return before;
  const raw = new Map<string, string>();
  for (const definition of asArray(contexts.document(url)?.['@context'] as JsonValue)) {
    if (!isObject(definition)) continue;
    for (const [term, meaning] of Object.entries(definition)) {
      const id = isObject(meaning) ? meaning['@id'] : meaning;
      if (typeof id === 'string' && !term.startsWith('@')) raw.set(term, id);
    }
  }
  const terms = new Map([...raw].map(([term, id]) => [term, withPrefix(id, raw)]));
  ofThese.set(url, terms);
  return terms;
}

/** `cred:Thing` where the same context says what `cred` is. */
function withPrefix(id: string, terms: ReadonlyMap<string, string>): string {
  const at = id.indexOf(':');
  const prefix = at < 0 || id.startsWith('//', at + 1) ? undefined : terms.get(id.slice(0, at));
  return prefix === undefined ? id : prefix + id.slice(at + 1);
}
