import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { referenceTerms } from './context-terms.ts';
import { type Contexts, V1_CONTEXT, V2_CONTEXT } from './contexts.ts';
import type { ShapeReport } from './shape-report.ts';

export const MAX_CONTEXTS = 8;
/** Values in all the contexts that one document brings along, where that is allowed: each costs a processor time. */
export const MAX_OWN_DEFINITIONS = 500;
const MAX_OWN_DEPTH = 8;

export interface ContextListOptions {
  readonly contexts: Contexts;
}

/**
 * Rule W3: an array of at most eight different URLs of bundled contexts, first that of the data model. The list is capped before it
 * is looked at, since a processor pays for every entry, the allowed ones too. Where the contexts are those of a conformance instance, a
 * document may bring definitions of its own, within caps.
 * Result: for each context of the list that is bundled, the terms whose strings are identifiers.
 */
export function checkContextList(
  root: JsonObject,
  { contexts }: ContextListOptions,
  report: ShapeReport,
): readonly ReadonlySet<string>[] {
  const references: ReadonlySet<string>[] = [];
  const own = contexts.intake === 'conformance' ? { left: MAX_OWN_DEFINITIONS } : undefined;
  report.inside('@context', () => {
    const list = root['@context'];
    if (!Array.isArray(list)) return report.malformed('must be an array of context URLs');
    if (list.length > MAX_CONTEXTS) throw report.limit(`more than ${MAX_CONTEXTS} contexts`);
    const urls = list as readonly JsonValue[];
    for (const [index, url] of urls.entries()) {
      report.inside(index, () => {
        if (own !== undefined && isObject(url)) return checkOwnContext(url, own, 1, report);
        if (typeof url !== 'string' || contexts.document(url) === undefined) {
          return report.fail('CONTEXT_NOT_ALLOWED', 'not a context of the bundled list');
        }
        if (urls.indexOf(url) < index) return report.malformed('a context stands twice');
        references.push(referenceTerms(contexts, url));
      });
    }
    const ofDataModel = urls[0] === V2_CONTEXT || urls[0] === V1_CONTEXT;
    if (!ofDataModel) report.inside(0, () => report.malformed('the first context must be that of the data model'));
  });
  return references;
}

/** Only its size is judged here; what it defines is for the processor, which loads nothing that is not bundled. */
function checkOwnContext(value: JsonValue, budget: { left: number }, depth: number, report: ShapeReport): void {
  budget.left -= 1;
  if (budget.left < 0) throw report.limit(`more than ${MAX_OWN_DEFINITIONS} definitions of its own`);
  if (depth > MAX_OWN_DEPTH) throw report.limit(`contexts nested deeper than ${MAX_OWN_DEPTH}`);
  if (typeof value === 'string') report.text(value);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value) as [string, JsonValue][]) {
    report.inside(name, () => {
      report.text(name);
      checkOwnContext(inner, budget, depth + 1, report);
    });
  }
}
