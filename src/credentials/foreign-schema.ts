/**
 * A JSON Schema that a stranger wrote, applied to one document (VC JSON Schema, sections 3 and 4). Whatever in it could take more than
 * bounded time, or refers to something outside it, is not followed: the outcome is then *undetermined* and never a pass. No clock is
 * needed for that; what it may cost is counted on the schema before it is compiled.
 */
import { Ajv, type Options } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { excerpt, type Finding, failed, passed, undetermined } from '../base/finding.ts';
import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { findAt } from '../base/json-lookup.ts';
import { jcs } from '../formats/jcs.ts';
import { isAbsoluteUrl } from '../formats/url.ts';

const CHECK = 'credential-schema';
/** Subschemas, each counted as often as references lead to it. */
export const MOST_SUBSCHEMAS = 1000;
/** Values of any kind in them (the entries of an `enum`, of a `required`), counted likewise. */
export const MOST_VALUES = 5000;
const LONGEST_PATTERN = 200;
/** Text that a pattern with one choice is tried on; with two choices, a quarter of it. What matching may take then is still little. */
const LONGEST_TEXT = 1000;
/** What all patterns together may cost on one document, in characters looked at; a tenth of a second or so. */
const MOST_STEPS = 100_000_000;
/** Members that change what a reference means, or find their target only while it is applied. */
const UNFOLLOWED = [
  '$id',
  'id',
  '$anchor',
  '$dynamicRef',
  '$dynamicAnchor',
  '$recursiveRef',
  '$recursiveAnchor',
  '$vocabulary',
];
/** A choice of how far, or which way, to match; one that stands behind a group, and references back, can make it explode. */
const CHOICES = /[*+?|]|\{\d*,/g;
const EXPLOSIVE = /\)[*+?{]|\\[1-9k]|\(\?<?[=!]/;
const REPEATS = /\{(\d+)/g;

const OPTIONS: Options = {
  allErrors: false,
  strict: false,
  logger: false,
  addUsedSchema: false,
  validateFormats: false,
};

/** The versions of JSON Schema that are applied, by `$schema` without its scheme and empty fragment. 2020-12 is the one to be had. */
const VERSIONS: ReadonlyMap<string, (options: Options) => Ajv> = new Map<string, (options: Options) => Ajv>([
  ['json-schema.org/draft/2020-12/schema', (options) => new Ajv2020(options)],
  ['json-schema.org/draft/2019-09/schema', (options) => new Ajv2019(options)],
  ['json-schema.org/draft-07/schema', (options) => new Ajv(options)],
]);
/** Of each version the one that judges schemas themselves: it compiles no schema of a stranger, and is kept. */
const JUDGES = new Map<string, Ajv>();

/** Why a schema is not followed. */
class Unfollowed extends Error {}

/**
 * Apply a schema to a document, which is the credential as a whole.
 * Codes: MALFORMED_VALUE_ERROR for a document that does not fit and for what is no schema; *undetermined* SCHEMA_UNSUPPORTED for another
 * version of JSON Schema and for a schema that is not followed. Never throws for a bad schema.
 */
export function checkByForeignSchema(document: JsonObject, schema: JsonObject, pointer: string): Finding {
  const { $schema, $id, ...rest } = schema;
  if (typeof $schema !== 'string') return bad('the schema does not say its version', pointer);
  if (!isAbsoluteUrl($id)) return bad('the schema has no $id that is a URL', pointer);
  const version = $schema.replace(/^https?:\/\//, '').replace(/#$/, '');
  const create = VERSIONS.get(version);
  if (create === undefined) return unsupported(`not a version that is applied: ${excerpt($schema)}`, pointer);
  try {
    assertFollowable(rest);
    const judge = JUDGES.get(version) ?? create(OPTIONS);
    JUDGES.set(version, judge);
    if (judge.validateSchema(rest) !== true) return bad('not a valid schema', pointer);
    const validate = applierOf(create).compile(structuredClone(rest));
    const fits: unknown = validate(document);
    if (fits === true) return passed(CHECK, { pointer });
    const [error] = validate.errors ?? [];
    const detail = excerpt(`${error?.instancePath ?? ''} ${error?.message ?? 'does not fit the schema'}`.trim(), 160);
    return bad(detail, pointer);
  } catch (error) {
    if (error instanceof Unfollowed) return unsupported(error.message, pointer);
    return bad('not a valid schema', pointer);
  }
}

const bad = (detail: string, pointer: string): Finding => failed(CHECK, 'MALFORMED_VALUE_ERROR', detail, { pointer });
const unsupported = (detail: string, pointer: string): Finding =>
  undetermined(CHECK, 'SCHEMA_UNSUPPORTED', detail, { pointer });

/** For one schema and one document: what they may cost together is counted. */
function applierOf(create: (options: Options) => Ajv): Ajv {
  const steps = { left: MOST_STEPS };
  const regExp = (pattern: string, flags: string): GuardedPattern => guardedPattern(pattern, flags, steps);
  const code = { regExp: Object.assign(regExp, { code: 'guardedPattern' }) };
  const applier = create({ ...OPTIONS, validateSchema: false, meta: false, code });
  // The validator's own compares each entry with each other, as often as a schema says so.
  const judged = new WeakMap<readonly JsonValue[], boolean>();
  applier.removeKeyword('uniqueItems').addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (wanted: boolean, list: readonly JsonValue[]) => {
      if (!wanted) return true;
      const unique = judged.get(list) ?? new Set(list.map(jcs)).size === list.length;
      judged.set(list, unique);
      return unique;
    },
  });
  return applier;
}

/** Counts every subschema as often as references lead to it, and refuses what leads outside, round in a circle, or nowhere countable. */
function assertFollowable(root: JsonObject): void {
  // Of the validator's own making: what it then answers is a promise and says nothing.
  if (Object.hasOwn(root, '$async')) throw new Unfollowed('uses $async');
  let left = MOST_SUBSCHEMAS;
  let values = MOST_VALUES;
  const visit = (value: JsonValue, through: readonly string[]): void => {
    values -= 1;
    if (values < 0) throw new Unfollowed(`more than ${MOST_VALUES} values`);
    if (Array.isArray(value)) {
      for (const entry of value as readonly JsonValue[]) visit(entry, through);
      return;
    }
    if (!isObject(value)) return;
    left -= 1;
    if (left < 0) throw new Unfollowed(`more than ${MOST_SUBSCHEMAS} subschemas`);
    for (const [name, inner] of Object.entries(value)) {
      // A member of that name may also be a property that is described: then its value is an object.
      if (UNFOLLOWED.includes(name) && typeof inner !== 'object') throw new Unfollowed(`uses ${name}`);
      if (name === '$ref' && typeof inner === 'string') visit(targetOf(root, inner, through), [...through, inner]);
      // Counted where they are referred to. Anywhere else a member of that name may be a property that is described.
      else if (value === root && (name === '$defs' || name === 'definitions')) continue;
      else visit(inner, through);
    }
  };
  visit(root, []);
}

function targetOf(root: JsonObject, reference: string, through: readonly string[]): JsonValue {
  if (!/^#\/[\x21-\x7e]*$/.test(reference) || reference.includes('%')) throw new Unfollowed('refers to another schema');
  if (through.includes(reference)) throw new Unfollowed('refers to itself');
  const target = findAt(root, reference.slice(1));
  if (target === undefined) throw new Unfollowed('refers to nothing');
  return target as JsonValue;
}

interface GuardedPattern {
  test(text: string): boolean;
  toString(): string;
}

/** What the validator uses for `pattern`: a text that could keep it busy is not tried. */
function guardedPattern(pattern: string, flags: string, steps: { left: number }): GuardedPattern {
  if (pattern.length > LONGEST_PATTERN || EXPLOSIVE.test(pattern)) throw new Unfollowed('a pattern that is not tried');
  const choices = pattern.match(CHOICES)?.length ?? 0;
  if (choices > 2) throw new Unfollowed('a pattern that is not tried');
  const repeats = [...pattern.matchAll(REPEATS)].map(([, times]) => Number(times));
  const longest = repeats.reduce((sum, times) => sum + times, pattern.length);
  const compiled = new RegExp(pattern, flags);
  return {
    // The validator keeps patterns apart by this.
    toString: () => String(compiled),
    test: (text) => {
      if (choices > 0 && text.length > LONGEST_TEXT / choices ** 2)
        throw new Unfollowed('a text too long for its pattern');
      // From each place on, for each choice, as far as the pattern can reach.
      steps.left -= text.length ** (choices + 1) * Math.min(text.length, longest);
      if (steps.left < 0) throw new Unfollowed('patterns that cost too much on this document');
      return compiled.test(text);
    },
  };
}
