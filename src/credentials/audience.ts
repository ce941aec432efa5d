/** What a holder shows to whom, unless told otherwise: the confidentiality rules of docs/domain.md, section 9.1, default deny. */
import { isObject, type JsonObject, type JsonValue, pointerOf } from '../base/json.ts';
import type { Profile } from './profiles/profile-table.ts';

export const AUDIENCES = ['public', 'buyer', 'declarant', 'verifier'] as const;
export type Audience = (typeof AUDIENCES)[number];

const BLINDING = '/credentialSubject/blinding';

/** Beside the core. Everything else is for the verifier alone: quantities and yields give away volumes and cost. */
const SHOWN: Readonly<Record<Exclude<Audience, 'verifier'>, readonly string[]>> = {
  public: [],
  buyer: [],
  // The declarant has to name the verified precursors of a CBAM good, and nobody's quantities.
  declarant: ['/credentialSubject/upstreamReliance'],
};

/**
 * Pointers to the selectively disclosable members of this document that such an audience is shown beside the core. `blinding` only
 * where nothing is withheld (docs/domain.md, section 2).
 */
export function pointersFor(
  audience: Audience,
  document: JsonObject,
  { sdMembers }: Pick<Profile, 'sdMembers'>,
): readonly string[] {
  const present = sdMembers.map((pattern) => [pattern, placesOf(document, pattern.slice(1).split('/'))] as const);
  const shown = present.filter(([pattern]) => audience === 'verifier' || SHOWN[audience].includes(pattern));
  return shown.flatMap(([, places]) => places);
}

/**
 * Pointers to what this document shows although such an audience is not shown it by default. `blinding` tells nothing by itself; whether it
 * stands beside something withheld cannot be told from a document that is shown.
 */
export function shownBeyond(
  audience: Audience,
  document: JsonObject,
  profile: Pick<Profile, 'sdMembers'>,
): readonly string[] {
  const owed = pointersFor(audience, document, profile);
  return pointersFor('verifier', document, profile).filter((place) => !owed.includes(place) && place !== BLINDING);
}

function placesOf(value: JsonValue, path: readonly string[], place: readonly (string | number)[] = []): string[] {
  const [token, ...rest] = path;
  if (token === undefined) return [pointerOf(...place)];
  if (token === '*') {
    const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
    return list.flatMap((entry, index) => placesOf(entry, rest, [...place, index]));
  }
  if (!isObject(value) || !Object.hasOwn(value, token)) return [];
  return placesOf(value[token] ?? null, rest, [...place, token]);
}
