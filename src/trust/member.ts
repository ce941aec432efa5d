/**
 * Reading members of a document whose closed schema has been checked. Every reader answers *absent* for a value of another kind, so
 * that a rule can never be made to throw by a document, whatever let it in.
 */
import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';

export function valueAt(from: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  return follow(from, path);
}

function follow(from: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let value = from;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

export function textAt(from: JsonValue | undefined, ...path: readonly string[]): string | undefined {
  const value = follow(from, path);
  return typeof value === 'string' ? value : undefined;
}

/** The text there, or the empty one: for what is only compared with words that are never empty, or shown. */
export function wordAt(from: JsonValue | undefined, ...path: readonly string[]): string {
  return textAt(from, ...path) ?? '';
}

export function flagAt(from: JsonValue | undefined, ...path: readonly string[]): boolean | undefined {
  const value = follow(from, path);
  return typeof value === 'boolean' ? value : undefined;
}

export function objectAt(from: JsonValue | undefined, ...path: readonly string[]): JsonObject | undefined {
  const value = follow(from, path);
  return isObject(value) ? value : undefined;
}

/** The objects of an array; a single object counts as an array of one, anything else as none. */
export function objectsAt(from: JsonValue | undefined, ...path: readonly string[]): readonly JsonObject[] {
  const value = follow(from, path);
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).filter(isObject);
}

/** The strings of an array; a single string counts as an array of one. */
export function textsAt(from: JsonValue | undefined, ...path: readonly string[]): readonly string[] {
  const value = follow(from, path);
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).filter((entry): entry is string => typeof entry === 'string');
}
