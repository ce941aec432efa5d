/**
 * Whether a credential answers a query (OpenID4VP 1.0, sections 6.4 and 7). The same code tells a holder what can be shown and holds a
 * presenter to what was asked for: what somebody else's matcher found is never taken as found.
 */
import { type Finding, failed, passed } from '../../base/finding.ts';
import { isObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import type { Contexts } from '../contexts.ts';
import { typesOf } from '../credential-members.ts';
import type { ClaimsQuery, CredentialQuery, DcqlQuery } from './query.ts';
import { typeIrisOf } from './type-iris.ts';

const CHECK = 'query.credential';

/**
 * Whether the content of a credential (not its envelope) is of the types that are asked for and shows the claims. Who issued it is not looked
 * at: `trusted_authorities` name frameworks that are not spoken here, so a query with them is met by nothing. Code: QUERY_NOT_MET.
 */
export function checkAgainstQuery(credential: JsonObject, query: CredentialQuery, contexts: Contexts): Finding {
  const unmet = (detail: string): Finding => failed(CHECK, 'QUERY_NOT_MET', detail);
  if (query.trusted_authorities !== undefined) return unmet('trusted authorities cannot be compared here');
  if (!hasType(credential, query, contexts)) return unmet('not of a type that is asked for');
  return selectClaims(credential, query) === undefined ? unmet('does not show what is asked for') : passed(CHECK);
}

/** As its contexts expand its types, or as they are written: terms mean one thing only where contexts are bundled. */
function hasType(credential: JsonObject, { meta }: CredentialQuery, contexts: Contexts): boolean {
  const types = new Set([...typeIrisOf(credential, contexts), ...typesOf(credential)]);
  return (meta.type_values ?? []).some((wanted) => wanted.every((type) => types.has(type)));
}

/** The claims that a query wants of this credential, by the first of its sets that can be had; nothing where none can. */
export function selectClaims(
  credential: JsonObject,
  { claims, claim_sets: sets }: Pick<CredentialQuery, 'claims' | 'claim_sets'>,
): readonly ClaimsQuery[] | undefined {
  if (claims === undefined) return [];
  const had = new Set(claims.filter((claim) => isShown(credential, claim)));
  if (sets === undefined) return had.size === claims.length ? claims : undefined;
  const wanted = sets.map((ids) => claims.filter(({ id }) => id !== undefined && ids.includes(id)));
  return wanted.find((set) => set.every((claim) => had.has(claim)));
}

function isShown(credential: JsonObject, { path, values }: ClaimsQuery): boolean {
  const found = claimsAt(credential, path);
  if (found === undefined) return false;
  // One of the values at one of the places: what several places show is one claim of several values.
  return values === undefined || found.some((value) => values.some((wanted) => wanted === value));
}

/** What a claims path pointer selects (section 7.1.1), or nothing where it selects nothing or goes wrong. */
export function claimsAt(credential: JsonObject, path: ClaimsQuery['path']): readonly JsonValue[] | undefined {
  let selected: readonly JsonValue[] = [credential];
  for (const step of path) {
    const next = selectStep(selected, step);
    if (next === undefined || next.length === 0) return undefined;
    selected = next;
  }
  return selected;
}

function selectStep(selected: readonly JsonValue[], step: string | number | null): readonly JsonValue[] | undefined {
  if (typeof step === 'string') {
    if (!selected.every(isObject)) return undefined;
    return selected.filter(isObject).flatMap((value) => {
      // An own member only: what every object inherits is nobody's claim.
      const member = Object.hasOwn(value, step) ? value[step] : undefined;
      return member === undefined ? [] : [member];
    });
  }
  if (!selected.every((value) => Array.isArray(value))) return undefined;
  const lists = selected as readonly (readonly JsonValue[])[];
  if (step === null) return lists.flat();
  return lists.flatMap((list) => {
    const element = list[step];
    return element === undefined ? [] : [element];
  });
}

/**
 * Whether credentials for these queries are all that has to be returned (section 6.4.2): one option of every required set, or, without sets,
 * every query.
 */
export function isSatisfied(query: DcqlQuery, answered: ReadonlySet<string>): boolean {
  const sets = query.credential_sets;
  if (sets === undefined) return query.credentials.every(({ id }) => answered.has(id));
  return sets
    .filter(({ required }) => required !== false)
    .every(({ options }) => options.some((option) => option.every((id) => answered.has(id))));
}
