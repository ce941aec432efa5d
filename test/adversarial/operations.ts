/**
 * The changes that cases describe for a machine: RFC 6902, four operations of the corpus's own, generated values and placeholders.
 * Nothing here changes its arguments.
 */
import { isObject, type JsonObject, type JsonValue } from '../../src/base/json.ts';
import { applyPatch, type PatchOperation, pointerTokens, valueAtPointer } from '../support/json-patch.ts';

export interface Operation {
  readonly op: string;
  readonly path?: string;
  readonly from?: string;
  readonly value?: JsonValue;
  /** `move-value`: the members beside `@value`. */
  readonly wrap?: JsonObject;
  /** `wrap`: the member to put the value under. */
  readonly member?: string;
  readonly array?: boolean;
}

/** Whole strings `<<NAME>>` by their value. */
export type Placeholders = Readonly<Record<string, JsonValue>>;
/** Stand-in pointers of the cases by the pointers of the real type. */
export type PointerMap = Readonly<Record<string, string>>;

const DELETED: unique symbol = Symbol('deleted');

/** All operations together, on a copy. Errors: Error for an operation that does not apply. */
export function applyOperations(
  document: JsonObject,
  operations: readonly Operation[],
  placeholders: Placeholders,
  pointers: PointerMap = {},
): JsonObject {
  return operations.reduce((changed, operation) => {
    const { path, from } = operation;
    const mapped = {
      ...operation,
      ...(path === undefined ? {} : { path: mapPointer(path, pointers) }),
      ...(from === undefined ? {} : { from: mapPointer(from, pointers) }),
    };
    return apply(changed, mapped, placeholders);
  }, document);
}

function apply(document: JsonObject, operation: Operation, placeholders: Placeholders): JsonObject {
  const { op, path = '', from = '', wrap = {}, member = '', array = false } = operation;
  switch (op) {
    case 'move-value': {
      const value = { ...wrap, '@value': required(document, from) };
      return patch(document, { op: 'remove', path: from }, { op: 'add', path, value });
    }
    case 'wrap': {
      const inner = required(document, path);
      return patch(document, { op: 'replace', path, value: { [member]: array ? [inner] : inner } });
    }
    case 'appendProof':
    case 'prependProof': {
      const proof = document['proof'];
      const proofs = Array.isArray(proof) ? (proof as readonly JsonValue[]) : [proof ?? null];
      const added = copyOf(document, generate(operation.value ?? null, placeholders));
      return { ...document, proof: op === 'appendProof' ? [...proofs, added] : [added, ...proofs] };
    }
    default: {
      if (operation.value === undefined) return patch(document, { op, path, from });
      const value = generate(operation.value, placeholders);
      return value === DELETED ? removed(document, path) : patch(document, { op, path, value });
    }
  }
}

/** What a value of a case stands for: `$repeat`, `$repeatArray`, `$delete`, placeholders at any depth. */
export function generate(value: JsonValue, placeholders: Placeholders): JsonValue | typeof DELETED {
  if (isObject(value) && value['$delete'] === true) return DELETED;
  return expand(value, placeholders);
}

function expand(value: JsonValue, placeholders: Placeholders): JsonValue {
  if (typeof value === 'string') {
    const name = /^<<(.+)>>$/.exec(value)?.[1];
    if (name === undefined) return value;
    const found = placeholders[name];
    if (found === undefined) throw new Error(`no placeholder ${name}`);
    return found;
  }
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((entry) => expand(entry, placeholders));
  if (!isObject(value)) return value;
  if (typeof value['$repeat'] === 'string') {
    return String(value['prefix'] ?? '') + value['$repeat'].repeat(Number(value['times']));
  }
  if (value['$repeatArray'] !== undefined) {
    return Array.from({ length: Number(value['times']) }, () => expand(value['$repeatArray'] ?? null, placeholders));
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, expand(inner, placeholders)]));
}

/** The longest stand-in that the pointer starts with gives way to the real one. */
function mapPointer(pointer: string, pointers: PointerMap): string {
  const found = Object.keys(pointers)
    .filter((stand) => pointer === stand || pointer.startsWith(`${stand}/`))
    .sort((a, b) => b.length - a.length)[0];
  return found === undefined ? pointer : `${pointers[found]}${pointer.slice(found.length)}`;
}

function copyOf(document: JsonObject, value: JsonValue | typeof DELETED): JsonValue {
  if (value === DELETED || !isObject(value) || typeof value['$copyOf'] !== 'string') return value as JsonValue;
  const { $copyOf: pointer, ...changes } = value;
  return { ...(required(document, String(pointer)) as JsonObject), ...changes };
}

function required(document: JsonObject, pointer: string): JsonValue {
  const found = valueAtPointer(document, pointer);
  if (found === undefined) throw new Error(`nothing at ${pointer}`);
  return found;
}

function removed(document: JsonObject, pointer: string): JsonObject {
  if (pointerTokens(pointer).length === 0) throw new Error('the root cannot be removed');
  return patch(document, { op: 'remove', path: pointer });
}

function patch(document: JsonObject, ...operations: readonly PatchOperation[]): JsonObject {
  return applyPatch(document, operations);
}
