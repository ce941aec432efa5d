/** RFC 6902 as far as the worked examples and the attack corpus use it. Never changes its argument. */
import { isObject, type JsonValue } from '../../src/base/json.ts';

export interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: JsonValue;
}

type Tree = { [member: string]: JsonValue } | JsonValue[];

/** The reference tokens of a JSON Pointer (RFC 6901). Errors: Error for text that is not one. */
export function pointerTokens(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new Error(`not a JSON Pointer: ${pointer}`);
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value a pointer names, or nothing. */
export function valueAtPointer(document: JsonValue, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const token of pointerTokens(pointer)) {
    if (Array.isArray(value)) value = value[Number(token)];
    else value = isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
  }
  return value;
}

/** Errors: Error for an operation that does not apply, as RFC 6902 asks. */
export function applyPatch<Document extends JsonValue>(document: Document, patch: readonly PatchOperation[]): Document {
  const holder: { root: JsonValue } = { root: structuredClone(document) as JsonValue };
  for (const operation of patch) apply(holder, operation);
  return holder.root as Document;
}

function apply(holder: { root: JsonValue }, { op, path, from, value }: PatchOperation): void {
  const copyOf = (source: JsonValue | undefined): JsonValue => {
    if (source === undefined) throw new Error(`no value for ${path}`);
    return structuredClone(source) as JsonValue;
  };
  if (op === 'add') put(holder, path, copyOf(value), true);
  else if (op === 'replace') {
    if (valueAtPointer(holder.root, path) === undefined) throw new Error(`nothing to replace at ${path}`);
    put(holder, path, copyOf(value), false);
  } else if (op === 'remove') take(holder, path);
  else if (op === 'move') put(holder, path, take(holder, from ?? ''), true);
  else if (op === 'copy') put(holder, path, copyOf(valueAtPointer(holder.root, from ?? '')), true);
  else throw new Error(`unknown operation ${op}`);
}

function put(holder: { root: JsonValue }, path: string, value: JsonValue, insert: boolean): void {
  const { parent, last } = placeOf(holder, path);
  if (parent === undefined) {
    holder.root = value;
  } else if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : Number(last);
    if (!Number.isInteger(index) || index < 0 || index > parent.length) throw new Error(`no place at ${path}`);
    parent.splice(index, insert ? 0 : 1, value);
  } else {
    parent[last] = value;
  }
}

function take(holder: { root: JsonValue }, path: string): JsonValue {
  const taken = valueAtPointer(holder.root, path);
  const { parent, last } = placeOf(holder, path);
  if (taken === undefined || parent === undefined) throw new Error(`nothing to remove at ${path}`);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return taken;
}

function placeOf(holder: { root: JsonValue }, path: string): { parent: Tree | undefined; last: string } {
  const tokens = pointerTokens(path);
  const last = tokens.pop();
  if (last === undefined) return { parent: undefined, last: '' };
  const above = tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  const parent = valueAtPointer(holder.root, above);
  if (typeof parent !== 'object' || parent === null) throw new Error(`nothing holds ${path}`);
  return { parent: parent as Tree, last };
}
