/**
 * Queries of the Digital Credentials Query Language (OpenID4VP 1.0, section 6), read strictly. Members that nobody knows are left out, as the
 * specification wants; what is known has its one form, and all that is named elsewhere in the query is there.
 */
import { z } from 'zod';
import { type Finding, failed, type Read, readFailed, readOk } from '../../base/finding.ts';
import { type JsonValue, pointerOf } from '../../base/json.ts';

/** Caps (docs/threats.md, section 6). */
export const MAX_QUERIES = 32;
export const MAX_CLAIMS = 100;
export const MAX_PATH = 16;
/** Alternatives in one place of a query: of types, of sets of claims or credentials, of values. */
export const MAX_ALTERNATIVES = 64;

/** Formats whose `meta` says `type_values` (OpenID4VP 1.0, appendix B.1.1). */
const W3C_FORMATS = new Set(['ldp_vc', 'jwt_vc_json']);

const Id = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/)
  .max(100);
const Text = z.string().min(1).max(2048);
const alternatives = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(MAX_ALTERNATIVES);

const Claim = z.object({
  id: Id.optional(),
  path: z
    .array(z.union([z.string().max(300), z.null(), z.int().min(0)]))
    .min(1)
    .max(MAX_PATH),
  values: alternatives(z.union([z.string().max(2048), z.int(), z.boolean()])).optional(),
});

const CredentialQuery = z.object({
  id: Id,
  format: z.string().min(1).max(100),
  multiple: z.boolean().optional(),
  meta: z.object({
    type_values: alternatives(alternatives(Text)).optional(),
    vct_values: alternatives(Text).optional(),
  }),
  trusted_authorities: z
    .array(z.object({ type: Text, values: alternatives(Text) }))
    .min(1)
    .max(MAX_ALTERNATIVES)
    .optional(),
  require_cryptographic_holder_binding: z.boolean().optional(),
  claims: z.array(Claim).min(1).max(MAX_CLAIMS).optional(),
  claim_sets: alternatives(z.array(Id).min(1).max(MAX_CLAIMS)).optional(),
});

const Query = z.object({
  credentials: z.array(CredentialQuery).min(1).max(MAX_QUERIES),
  credential_sets: z
    .array(
      z.object({
        options: alternatives(z.array(Id).min(1).max(MAX_QUERIES)),
        required: z.boolean().optional(),
      }),
    )
    .min(1)
    .max(MAX_ALTERNATIVES)
    .optional(),
});

/** A query as it was read: exactly the members that are known, under their names in the specification. */
export type DcqlQuery = z.infer<typeof Query>;
export type CredentialQuery = z.infer<typeof CredentialQuery>;
export type ClaimsQuery = z.infer<typeof Claim>;

/** Errors (as findings, check `query.form`): MALFORMED_VALUE_ERROR, LIMIT_EXCEEDED, with pointers into the query. */
export function readDcqlQuery(value: JsonValue | undefined): Read<DcqlQuery> {
  const parsed = Query.safeParse(value);
  if (!parsed.success) {
    const findings = parsed.error.issues.slice(0, 20).map((issue) => {
      const path = issue.path.map((token) => (typeof token === 'number' ? token : String(token)));
      const code = issue.code === 'too_big' ? 'LIMIT_EXCEEDED' : 'MALFORMED_VALUE_ERROR';
      return failed('query.form', code, issue.message, { pointer: pointerOf(...path) });
    });
    return readFailed(...findings);
  }
  const faults = [...checkIds(parsed.data), ...parsed.data.credentials.flatMap(checkCredentialQuery)];
  return faults.length > 0 ? readFailed(...faults) : readOk(parsed.data);
}

function checkIds({ credentials, credential_sets: sets = [] }: DcqlQuery): Finding[] {
  const known = new Set(credentials.map(({ id }) => id));
  const twice = credentials.length === known.size ? [] : [malformed('an id stands twice', 'credentials')];
  const unknown = sets.flatMap(({ options }, place) =>
    options.flat().every((id) => known.has(id))
      ? []
      : [malformed('names a credential that is not asked for', 'credential_sets', place, 'options')],
  );
  return [...twice, ...unknown];
}

function checkCredentialQuery(query: CredentialQuery, place: number): Finding[] {
  const { format, meta, claims, claim_sets: sets } = query;
  const faults: Finding[] = [];
  const at = (detail: string, ...path: readonly (string | number)[]): void => {
    faults.push(malformed(detail, 'credentials', place, ...path));
  };
  if (W3C_FORMATS.has(format) && meta.type_values === undefined) at('type_values are required', 'meta');
  if (format === 'dc+sd-jwt' && meta.vct_values === undefined) at('vct_values are required', 'meta');
  const named = (claims ?? []).flatMap(({ id }) => (id === undefined ? [] : [id]));
  if (new Set(named).size !== named.length) at('an id stands twice', 'claims');
  const paths = (claims ?? []).map(({ path }) => JSON.stringify(path));
  if (new Set(paths).size !== paths.length) at('a claim is asked for twice', 'claims');
  if (sets === undefined) return faults;
  if (claims === undefined) at('no claims are named', 'claim_sets');
  else if (named.length !== claims.length) at('every claim needs an id where sets of claims are named', 'claims');
  else if (!sets.flat().every((id) => named.includes(id))) at('names a claim that is not asked for', 'claim_sets');
  return faults;
}

function malformed(detail: string, ...path: readonly (string | number)[]): Finding {
  return failed('query.form', 'MALFORMED_VALUE_ERROR', detail, { pointer: pointerOf(...path) });
}
