import type { JsonValue } from './json.ts';

/** What a JSON Pointer (RFC 6901) selects, or nothing when it selects nothing or is no pointer. */
export function findAt(value: JsonValue, pointer: string): JsonValue | undefined {
  if (pointer === '') return value;
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  const tokens = pointer.slice(1).split('/');
  return tokens.reduce<JsonValue | undefined>((inner, token) => {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(inner)) return /^(0|[1-9]\d*)$/.test(name) ? (inner[Number(name)] as JsonValue) : undefined;
    return typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name)
      ? (inner as { readonly [member: string]: JsonValue })[name]
      : undefined;
  }, value);
}
