import type { JsonObject, JsonValue } from '../base/json.ts';
import { referenceTerms } from './context-terms.ts';
import { type Contexts, V1_CONTEXT, V2_CONTEXT } from './contexts.ts';
import type { ShapeReport } from './shape-report.ts';

export const MAX_CONTEXTS = 8;

export interface ContextListOptions {
  readonly contexts: Contexts;
  /** Whether VCDM 1.1 documents are taken too. */
  readonly vcdm11?: boolean;
}

/**
 * Rule W3: an array of at most eight different URLs of bundled contexts, first that of the data model. The list is capped before it
 * is looked at, since a processor pays for every entry, the allowed ones too.
 * Result: for each context of the list that is bundled, the terms whose strings are identifiers.
 */
export function checkContextList(
  root: JsonObject,
  { contexts, vcdm11 = false }: ContextListOptions,
  report: ShapeReport,
): readonly ReadonlySet<string>[] {
  const references: ReadonlySet<string>[] = [];
  report.inside('@context', () => {
    const list = root['@context'];
    if (!Array.isArray(list)) return report.malformed('must be an array of context URLs');
    if (list.length > MAX_CONTEXTS) throw report.limit(`more than ${MAX_CONTEXTS} contexts`);
    const urls = list as readonly JsonValue[];
    for (const [index, url] of urls.entries()) {
      report.inside(index, () => {
        if (typeof url !== 'string' || contexts.document(url) === undefined) {
          return report.fail('CONTEXT_NOT_ALLOWED', 'not a context of the bundled list');
        }
        if (urls.indexOf(url) < index) return report.malformed('a context stands twice');
        references.push(referenceTerms(contexts, url));
      });
    }
    const ofDataModel = urls[0] === V2_CONTEXT || (vcdm11 && urls[0] === V1_CONTEXT);
    if (!ofDataModel) report.inside(0, () => report.malformed('the first context must be that of the data model'));
  });
  return references;
}
