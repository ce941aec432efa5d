import { z } from 'zod';
import { ServiceError } from '../../base/error.ts';
import { isObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { SCOPES, type Scope } from '../../base/scope.ts';

const Mapping = z.strictObject({
  /** Name of a claim of the ID token, or a path to it: `groups`, `realm_access.roles`. */
  claim: z.string().min(1).max(200),
  rules: z
    .array(
      z.strictObject({
        /** The claim is this text, or a list that holds it. */
        value: z.string().min(1).max(500),
        /** Slug. */
        organisation: z.string().min(1).max(63),
        scopes: z.array(z.enum(SCOPES)).min(1),
      }),
    )
    .min(1)
    .max(1000),
  /** Further hosts of the provider (`https://keys.idp.example`), where its endpoints are not below its issuer's. */
  origins: z.array(z.string().max(300)).max(8).optional(),
});

/** Which claim of a person opens which organisation, and for what. */
export type Mapping = z.infer<typeof Mapping>;

/** Errors: CONFIG_REFUSED, with the pointer. */
export function readMapping(value: unknown): Mapping {
  const read = Mapping.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new ServiceError(
    'CONFIG_REFUSED',
    `OIDC_MAPPING_FILE: /${issue?.path.join('/') ?? ''} ${issue?.message ?? ''}`,
  );
}

/** The values of a claim that the mapping knows; what nobody asked about is not kept. */
export function knownValues({ claim, rules }: Mapping, claims: JsonObject): readonly string[] {
  const found: JsonValue | undefined = Object.hasOwn(claims, claim) ? claims[claim] : walk(claims, claim.split('.'));
  const texts = Array.isArray(found) ? found : [found];
  return [...new Set(rules.map(({ value }) => value))].filter((value) => texts.includes(value));
}

function walk(from: JsonValue | undefined, [name, ...rest]: readonly string[]): JsonValue | undefined {
  if (name === undefined) return from;
  return isObject(from) && Object.hasOwn(from, name) ? walk(from[name], rest) : undefined;
}

/** What the holder of these values may do, by organisation. */
export function accessOf({ rules }: Mapping, values: readonly string[]): ReadonlyMap<string, readonly Scope[]> {
  const access = new Map<string, readonly Scope[]>();
  for (const { value, organisation, scopes } of rules) {
    if (!values.includes(value)) continue;
    const all = new Set([...(access.get(organisation) ?? []), ...scopes]);
    access.set(
      organisation,
      SCOPES.filter((scope) => all.has(scope)),
    );
  }
  return access;
}
