/**
 * Which parts of a credential are always shown, as JSON pointers into this very document: what an issuer marks as mandatory for
 * selective disclosure, and what a verifier demands to have been marked (docs/domain.md, section 2).
 */
import { isObject, type JsonObject, type JsonValue, pointerOf } from '../base/json.ts';
import { withoutProof } from './credential-members.ts';
import type { Profile } from './profiles/profile-table.ts';

type Tokens = readonly (string | number)[];

/**
 * Pointers that together select the core and no selectively disclosable member: as few as will do, in the order of the document.
 * `type` and `@context` come along with any selection and need none.
 */
export function corePointersOf(credential: JsonObject, { sdMembers }: Pick<Profile, 'sdMembers'>): readonly string[] {
  const paths = sdMembers.map((pointer) => pointer.slice(1).split('/'));
  const { '@context': _, type: __, ...members } = withoutProof(credential);
  return Object.entries(members).flatMap(([name, value]) => pointersTo(value, [name], stepInto(paths, name)));
}

/** Whether `pointer` selects something that one of `pointers` selects too. */
export function isCoveredBy(pointer: string, pointers: readonly string[]): boolean {
  return pointers.some((wider) => pointer === wider || pointer.startsWith(`${wider}/`));
}

function pointersTo(value: JsonValue, place: Tokens, paths: readonly (readonly string[])[]): readonly string[] {
  if (paths.some((path) => path.length === 0)) return [];
  if (paths.length === 0) return [pointerOf(...place)];
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).flatMap((entry, index) =>
      pointersTo(entry, [...place, index], stepInto(paths, '*')),
    );
  }
  // An object that is nothing but its identifier is a reference, written out or not.
  if (!isObject(value) || isReference(value)) return [pointerOf(...place)];
  return Object.entries(value).flatMap(([name, inner]) =>
    // Types are selected with any part of their object.
    name === 'type' ? [] : pointersTo(inner, [...place, name], stepInto(paths, name)),
  );
}

function isReference(value: JsonObject): boolean {
  return Object.keys(value).every((name) => name === 'id');
}

function stepInto(paths: readonly (readonly string[])[], token: string): readonly (readonly string[])[] {
  return paths.filter(([first]) => first === token).map((path) => path.slice(1));
}
