import { isObject, type JsonObject, type JsonValue, pointerOf } from '../../base/json.ts';
import type { ClaimsQuery } from './query.ts';

/** JSON pointers to everything that these claims select in a credential: what has to be shown of it, and no more. */
export function pointersOf(credential: JsonObject, claims: readonly Pick<ClaimsQuery, 'path'>[]): readonly string[] {
  return [...new Set(claims.flatMap(({ path }) => below(credential, path, [])))];
}

function below(value: JsonValue, path: ClaimsQuery['path'], at: readonly (string | number)[]): readonly string[] {
  const [step, ...rest] = path;
  if (step === undefined) return [pointerOf(...at)];
  if (typeof step === 'string') {
    const member = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    return member === undefined ? [] : below(member, rest, [...at, step]);
  }
  const list: readonly JsonValue[] = Array.isArray(value) ? value : [];
  return list.flatMap((element, index) =>
    step === null || step === index ? below(element, rest, [...at, index]) : [],
  );
}
