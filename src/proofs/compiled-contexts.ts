/**
 * The bundled contexts, processed once. jsonld 9 copies every term definition whenever it enters or leaves a typed node, and finds
 * its own cache by object identity, which each copy changes: most of the time of a verification goes there. It takes a
 * `contextResolver` as an option, and this is one: what it hands out is copied one level deep and recognised again.
 * Active contexts are never changed once made (a change is made on a copy), so sharing their term definitions is safe; a test
 * compares every result with that of the library left alone.
 */
import { isObject } from '../base/json.ts';
import type { Contexts } from '../credentials/contexts.ts';

/** Processed contexts kept. The bundled ones need about a hundred; combinations of types, which a stranger can choose, go on for ever. */
const MOST_PROCESSED = 500;

/** A URL that is not bundled was met where a context belongs. */
export class UnknownContext extends Error {}

/** What jsonld calls an active context; only what is touched here. */
interface ActiveContext {
  mappings: Map<string, unknown>;
  protected: Record<string, boolean>;
  inverse: null;
  getInverse: unknown;
  clone(this: ActiveContext): ActiveContext;
  previousContext?: ActiveContext;
  revertToPreviousContext(this: ActiveContext): ActiveContext;
  '@base'?: unknown;
  '@language'?: unknown;
  '@vocab'?: unknown;
}

interface Processed {
  readonly context?: ActiveContext;
}

/** One context as a resolver answers it: the definitions, and the cache of what came of them. */
interface ResolvedContext {
  readonly document: unknown;
  getProcessed(active: ActiveContext): Processed | undefined;
  setProcessed(active: ActiveContext, processed: Processed): void;
}

export interface ContextResolver {
  resolve(request: { readonly context: unknown }): Promise<readonly ResolvedContext[]>;
}

/** A resolver for the option of that name. Errors of `resolve`: UnknownContext. */
export function createContextResolver(contexts: Contexts): ContextResolver {
  const cache = new ProcessedCache();
  const byUrl = new Map<string, readonly ResolvedContext[]>();
  // Scoped contexts are looked up by identity: term definitions are shared, so theirs stays the same.
  const byDefinitions = new WeakMap<object, ResolvedContext>();

  const resolve = (context: unknown, within: readonly string[]): readonly ResolvedContext[] => {
    const inner = isObject(context) && '@context' in context ? context['@context'] : context;
    return (Array.isArray(inner) ? (inner as readonly unknown[]) : [inner]).flatMap((entry) => {
      if (typeof entry === 'string') return resolveUrl(entry, within);
      const definitions = entry as object | null;
      const known = definitions === null ? undefined : byDefinitions.get(definitions);
      const resolved = known ?? cache.resolved(definitions);
      if (definitions !== null && typeof definitions === 'object') byDefinitions.set(definitions, resolved);
      return [resolved];
    });
  };
  const resolveUrl = (url: string, within: readonly string[]): readonly ResolvedContext[] => {
    const known = byUrl.get(url);
    if (known !== undefined) return known;
    const document = contexts.document(url);
    if (document === undefined || within.includes(url)) throw new UnknownContext(url);
    // A copy, because an `@import` is written into what is handed out.
    const resolved = resolve(structuredClone(document['@context'] ?? {}), [...within, url]);
    byUrl.set(url, resolved);
    return resolved;
  };
  return { resolve: async ({ context }) => resolve(context, []) };
}

interface Shelf {
  /** By the active context that the definitions were processed under. */
  readonly direct: WeakMap<ActiveContext, Processed>;
  /** By the one whose fresh copy it was: on entering a typed node the library makes a copy and notes the way back. */
  readonly entering: WeakMap<ActiveContext, Processed>;
}

class ProcessedCache {
  #shelves = new WeakMap<ResolvedContext, Shelf>();
  #count = 0;

  resolved(document: unknown): ResolvedContext {
    const resolved: ResolvedContext = {
      document,
      getProcessed: (active) => this.#find(resolved, active),
      setProcessed: (active, processed) => this.#keep(resolved, active, processed),
    };
    return resolved;
  }

  #find(resolved: ResolvedContext, active: ActiveContext): Processed | undefined {
    const shelf = this.#shelves.get(resolved);
    const entered = enteredFrom(active);
    return entered === undefined ? shelf?.direct.get(active) : shelf?.entering.get(entered);
  }

  #keep(resolved: ResolvedContext, active: ActiveContext, processed: Processed): void {
    // An imported context is kept by the library in another form, under the same call.
    if (processed.context === undefined) return;
    settle(processed.context);
    this.#count += 1;
    if (this.#count > MOST_PROCESSED) {
      this.#shelves = new WeakMap();
      this.#count = 1;
    }
    const shelf = this.#shelves.get(resolved) ?? { direct: new WeakMap(), entering: new WeakMap() };
    this.#shelves.set(resolved, shelf);
    const entered = enteredFrom(active);
    if (entered === undefined) shelf.direct.set(active, processed);
    else shelf.entering.set(entered, processed);
  }
}

const origins = new WeakMap<ActiveContext, ActiveContext>();
const reversions = new WeakMap<ActiveContext, ActiveContext>();
/** Contexts that are finished, so that a copy may be put off until somebody looks at it. */
const settled = new WeakSet<ActiveContext>();

function settle(context: ActiveContext): void {
  context.clone = cloneShallow;
  context.revertToPreviousContext = revert;
  settled.add(context);
}

/** The context of which this one is an untouched copy with a way back to it. */
function enteredFrom(active: ActiveContext): ActiveContext | undefined {
  const origin = origins.get(active);
  return origin !== undefined && active.previousContext === origin ? origin : undefined;
}

/** What the library's own copy copies, one level deep. */
function cloneShallow(this: ActiveContext): ActiveContext {
  const copy = Object.assign(settled.has(this) ? new LazyTerms(this) : copyTerms(this), {
    clone: this.clone,
    inverse: null,
    getInverse: this.getInverse,
    revertToPreviousContext: this.revertToPreviousContext,
  }) as ActiveContext;
  if (this.previousContext !== undefined) copy.previousContext = copyOf(this.previousContext);
  for (const key of ['@base', '@language', '@vocab'] as const) {
    if (key in this) copy[key] = this[key];
  }
  origins.set(copy, this);
  return copy;
}

type Terms = Pick<ActiveContext, 'mappings' | 'protected'>;

const copyTerms = (source: Terms): Terms => ({
  mappings: new Map(source.mappings),
  protected: { ...source.protected },
});

/** The copy made on entering a typed node is mostly thrown away unread, and would be a few hundred terms each time. */
class LazyTerms implements Terms {
  readonly #source: Terms;
  #copy: Terms | undefined;

  constructor(source: Terms) {
    this.#source = source;
  }

  get mappings(): Terms['mappings'] {
    this.#copy ??= copyTerms(this.#source);
    return this.#copy.mappings;
  }

  get protected(): Terms['protected'] {
    this.#copy ??= copyTerms(this.#source);
    return this.#copy.protected;
  }
}

function revert(this: ActiveContext): ActiveContext {
  return this.previousContext === undefined ? this : copyOf(this.previousContext);
}

/** A copy like any other, but the same one each time, and never changed. */
function copyOf(context: ActiveContext): ActiveContext {
  const known = reversions.get(context);
  if (known !== undefined) return known;
  const copy = context.clone();
  settled.add(copy);
  reversions.set(context, copy);
  return copy;
}
