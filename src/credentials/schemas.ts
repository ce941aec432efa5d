/**
 * The closed JSON Schemas (2020-12) of every type that is taken, by ajv. Schemas come from
 * contexts/index.json alone, each checked against its digest; a schema that a credential names is never fetched for them.
 */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { excerpt, type Finding, failed, passed } from '../base/finding.ts';
import { deepFreeze, type JsonObject, type JsonValue, pointerOf } from '../base/json.ts';
import { readDate, readDateTime } from '../formats/date-time.ts';
import { digestOfJson } from '../formats/digest.ts';
import { isAbsoluteUrl } from '../formats/url.ts';
import { loadEntry, readContextIndex } from './context-index.ts';
import { MAX_FINDINGS } from './shape-report.ts';

/** What is said of a member that the schema requires. */
export const MISSING = 'must be there';

export interface Schemas {
  readonly urls: readonly string[];
  /**
   * Judge a value by a schema. Result: only failures (MALFORMED_VALUE_ERROR, with the pointer of the place, 20 at most), or one
   * passed finding `schema`. Errors: RangeError for a schema that is not bundled.
   */
  validate(schemaUrl: string, value: JsonValue): Finding[];
  /** The schema document, frozen. */
  document(schemaUrl: string): JsonObject | undefined;
  /** Digest (multibase) over the RFC 8785 form: what `credentialSchema.digestMultibase` says. */
  digest(schemaUrl: string): string | undefined;
}

/** Read and check every bundled schema. Errors: CONTEXT_INTEGRITY, naming the file that is missing or was altered. */
export function loadSchemas(): Schemas {
  const entries = readContextIndex().schemas;
  const documents = new Map(entries.map((entry) => [entry.url, deepFreeze(loadEntry(entry))]));
  const digests = new Map([...documents].map(([url, document]) => [url, digestOfJson(document)]));
  const compiled = new Map<string, ValidateFunction>();
  const ajv = createAjv();
  const compile = (url: string): ValidateFunction => {
    const document = documents.get(url);
    if (document === undefined) throw new RangeError('not a bundled schema');
    const validator = ajv.compile(structuredClone(document));
    compiled.set(url, validator);
    return validator;
  };
  return {
    urls: [...documents.keys()],
    validate: (url, value) => judge(compiled.get(url) ?? compile(url), value),
    document: (url) => documents.get(url),
    digest: (url) => digests.get(url),
  };
}

function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    logger: false,
  });
  ajv.addFormat('date', (text: string) => readDate(text) !== undefined);
  ajv.addFormat('date-time', (text: string) => readDateTime(text) !== undefined);
  ajv.addFormat('uri', isAbsoluteUrl);
  return ajv;
}

function judge(validator: ValidateFunction, value: JsonValue): Finding[] {
  if (validator(value)) return [passed('schema')];
  // `if` only reports that its `then` failed, which is reported itself.
  const errors = (validator.errors ?? []).filter((error) => error.keyword !== 'if');
  return errors.slice(0, MAX_FINDINGS).map(findingOf);
}

function findingOf(error: ErrorObject): Finding {
  const member = memberOf(error);
  const pointer = member === undefined ? error.instancePath : error.instancePath + pointerOf(member.slice(0, 80));
  return failed('schema', 'MALFORMED_VALUE_ERROR', detailOf(error), { pointer });
}

/** The member that is missing or too much stands in the parameters of the error, not in its path. */
function memberOf(error: ErrorObject): string | undefined {
  const member = error.params['missingProperty'] ?? error.params['additionalProperty'];
  return typeof member === 'string' ? member : undefined;
}

function detailOf({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return MISSING;
    case 'additionalProperties':
      return 'is not a member of this type';
    case 'const':
      return `must be ${excerpt(JSON.stringify(params['allowedValue']), 160)}`;
    case 'enum':
      return `must be one of ${excerpt((params['allowedValues'] as unknown[]).join(', '), 160)}`;
    default:
      return excerpt(message ?? 'has the wrong form', 160);
  }
}
