/** The values that our schemas are made of (docs/domain.md, sections 2 and 3). Every object is closed, every array a set with entries. */
import type { JsonObject } from '../../src/base/json.ts';

export type Schema = JsonObject;
export type Members = Readonly<Record<string, Schema>>;

export const BASE = 'https://w3id.org/proofprint/schemas/v1/';

/** Members named in `required` must be there; a name ending with `?` in neither list does not exist: what is not listed is refused. */
export function closed(required: Members, optional: Members = {}, more: Schema = {}): Schema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
    ...more,
  };
}

export const setOf = (items: Schema): Schema => ({ type: 'array', items, minItems: 1 });
export const oneOf = (...values: readonly string[]): Schema => ({ enum: values });
export const matching = (pattern: string, more: Schema = {}): Schema => ({ type: 'string', pattern, ...more });

/** When a member has this value, others must be there too. */
export const whenIs = (member: string, value: string, ...others: readonly string[]): Schema => ({
  if: { properties: { [member]: { const: value } }, required: [member] },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
  then: { required: others },
});

/** Text on one line. Control characters are refused by the wire shape; these three it leaves to us. */
export const line = matching('^[^\\t\\n\\r]+$');
/** Text that may have lines and paragraphs. */
export const text: Schema = { type: 'string', minLength: 1 };
/** A word of ours or of somebody's list: no white space. */
export const word = matching('^\\S+$');
export const flag: Schema = { type: 'boolean' };

/** Rule W11. What the number may be is not a matter of form. */
export const decimal = matching('^-?(0|[1-9]\\d*)(\\.\\d+)?$', { maxLength: 40 });
export const count = matching('^(0|[1-9]\\d*)$', { maxLength: 40 });

export const date = matching('^\\d{4}-\\d{2}-\\d{2}$', { format: 'date' });
/** Our own spelling: whole seconds and `Z`. */
export const dateTime = matching('^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$', { format: 'date-time' });
export const year = matching('^20\\d\\d$');
/** A calendar year, or `start/end` with the end exclusive. */
export const period = matching('^(20\\d\\d|\\d{4}-\\d{2}-\\d{2}/\\d{4}-\\d{2}-\\d{2})$');

export const uri: Schema = { type: 'string', format: 'uri', maxLength: 2048 };
export const urn = matching('^urn:', { format: 'uri', maxLength: 2048 });
export const uuidUrn = matching('^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$');
/** The grammar of DID Core is checked apart, with a code of its own; here only that it is one at all. */
export const did = matching('^did:');
export const country = matching('^[A-Z]{2}$');
export const cnCode = matching('^\\d{8}$');
/** Multihash SHA-256 in multibase base64url. */
export const digest = matching('^uEi[A-D][A-Za-z0-9_-]{42}[AQgw]$');
/** 128 bits in base64url. */
export const blinding = matching('^[A-Za-z0-9_-]{21}[AQgw]$');

export const linkTo = (...types: readonly string[]): Schema =>
  closed(
    {
      target: uri,
      targetType: types.length === 1 ? { const: types[0] ?? '' } : { enum: types },
      digestMultibase: digest,
    },
    { baseDigestMultibase: digest },
  );

export const statusSnapshot = closed({ statusListCredential: uri, at: dateTime, digestMultibase: digest });

/** Groups of goods, DR (EU) 2025/2551, Annex I. */
export const activityGroup = oneOf('I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'L', 'LI', 'LII');
/** Aggregated goods categories, IR (EU) 2025/2547, Annex I, Table 1; the identifiers are ours (docs/domain.md, section 5.2). */
export const goodsCategory = oneOf(
  'calcined-clay',
  'cement-clinker',
  'cement',
  'aluminous-cement',
  'hydrogen',
  'ammonia',
  'nitric-acid',
  'urea',
  'mixed-fertilisers',
  'sintered-ore',
  'pig-iron',
  'dri',
  'crude-steel',
  'femn',
  'fecr',
  'feni',
  'iron-or-steel-products',
  'unwrought-aluminium',
  'aluminium-products',
  'electricity',
);
