/** What a credential says of its schemas, and the schema in what is found there (VC JSON Schema, section 2). */
import { excerpt, type Finding, failed, passed, type Read, readFailed, readOk, skipped } from '../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue, pointerOf } from '../base/json.ts';
import { typesOf } from './credential-members.ts';

/** Each costs a request. */
export const MOST_SCHEMAS = 4;

const CHECK = 'credential-schema';

interface SchemaEntry {
  readonly kind: 'JsonSchema' | 'JsonSchemaCredential';
  readonly id: string;
  readonly pointer: string;
  /** The whole entry: it may state digests. */
  readonly stated: JsonObject;
}

/** Where a JsonSchemaCredential says that it is one: as the current draft has it, and as it was when the public suite was written. */
const OF_SCHEMA_CREDENTIALS = new Set([
  'https://www.w3.org/ns/credentials/json-schema/v2.json',
  'https://www.w3.org/2022/credentials/v2/json-schema-credential-schema.json',
]);

/**
 * The schemas that a credential names, in their order.
 * Codes: SCHEMA_UNSUPPORTED for a type that is not known here, MALFORMED_VALUE_ERROR, LIMIT_EXCEEDED.
 */
export function readSchemaEntries(credential: JsonObject): Read<readonly SchemaEntry[]> {
  const value = credential['credentialSchema'];
  const list = asArray(value as JsonValue);
  if (list.length > MOST_SCHEMAS) {
    return readFailed(
      failed(CHECK, 'LIMIT_EXCEEDED', `more than ${MOST_SCHEMAS} schemas`, { pointer: '/credentialSchema' }),
    );
  }
  const faults: Finding[] = [];
  const entries = list.flatMap((stated, index): SchemaEntry[] => {
    const pointer = Array.isArray(value) ? pointerOf('credentialSchema', index) : '/credentialSchema';
    if (!isObject(stated) || typeof stated['id'] !== 'string') {
      faults.push(malformed('must have a type and an id', pointer));
      return [];
    }
    const [type, ...others] = typesOf(stated);
    if ((type === 'JsonSchema' || type === 'JsonSchemaCredential') && others.length === 0)
      return [{ kind: type, id: stated['id'], pointer, stated }];
    const params = { type: excerpt(typesOf(stated).join(' ')) };
    const detail = 'not a type of schema that is known here';
    faults.push(failed(CHECK, 'SCHEMA_UNSUPPORTED', detail, { pointer: `${pointer}/type`, params }));
    return [];
  });
  return faults.length > 0 ? readFailed(...faults) : readOk(entries);
}

/** The schema in what was found at the address of an entry. Codes: MALFORMED_VALUE_ERROR. */
export function schemaOf(entry: Pick<SchemaEntry, 'kind' | 'id' | 'pointer'>, found: JsonObject): Read<JsonObject> {
  const { kind, id, pointer } = entry;
  const fault = (detail: string): Read<never> => readFailed(malformed(detail, pointer));
  if (kind === 'JsonSchema') {
    return found['$id'] === id ? readOk(found) : fault('the schema that was found has another $id');
  }
  if (found['id'] !== id) return fault('the credential that was found has another id');
  if (!typesOf(found).includes('JsonSchemaCredential')) return fault('not a JsonSchemaCredential');
  const { credentialSubject: subject, credentialSchema: own } = found;
  if (!isObject(own) || own['type'] !== 'JsonSchema' || !OF_SCHEMA_CREDENTIALS.has(String(own['id'])))
    return fault('the schema of a JsonSchemaCredential is another one');
  if (!isObject(subject) || !typesOf(subject).includes('JsonSchema')) return fault('its subject is not a JsonSchema');
  const schema = subject['jsonSchema'];
  return isObject(schema) ? readOk(schema) : fault('its subject has no jsonSchema');
}

/** Of a credential that names no schema. */
export const noSchema: Finding = skipped(CHECK, 'the credential names no schema');

export const schemaFound = (pointer: string): Finding => passed(`${CHECK}.found`, { pointer });

function malformed(detail: string, pointer: string): Finding {
  return failed(CHECK, 'MALFORMED_VALUE_ERROR', detail, { pointer });
}
