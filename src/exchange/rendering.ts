/**
 * A credential in somebody else's words (docs/exchange.md). A rendering is never signed and proves nothing: it names the signed
 * originals it was made from, by their digests, and lists what the other form cannot say.
 */

import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { BASE_URL } from '../base/problem.ts';
import { typeOf } from '../credentials/credential.ts';
import { createLinkRef } from '../credentials/link.ts';
import type { LossKey } from './losses.ts';

export const RENDERING_FORMS = ['recognized-entity', 'untp-dia', 'untp-dcc', 'identity-anchor'] as const;
export type RenderingForm = (typeof RENDERING_FORMS)[number];

/** Something of the original that the form cannot say. */
export interface Loss {
  readonly key: LossKey;
  /** JSON Pointers into the original. */
  readonly members: readonly string[];
  /** Whether the rendering carries it under terms of our own, which readers of the form may pass over. */
  readonly carried: boolean;
}

export interface Rendering {
  readonly document: JsonObject;
  readonly losses: readonly Loss[];
}

const VOCABULARY = `${BASE_URL}vocab#`;

/** The IRI of a term of ours. */
export const ownTerm = (name: string): string => VOCABULARY + name;

/** A value with every member named by the IRI of our term, so that it says the same under any context. */
export function inOwnTerms(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(inOwnTerms);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name === 'id' ? name : ownTerm(name), inOwnTerms(inner)]),
  );
}

/** Members of a subject that go along under our own terms; those that are absent are left out. */
export function carry(subject: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = subject[name];
      return value === undefined ? [] : [[ownTerm(name), inOwnTerms(value)]];
    }),
  );
}

/** A loss for those of the members that are there, or none. */
export function lossOf(key: LossKey, subject: JsonObject, names: readonly string[], carried: boolean): readonly Loss[] {
  const members = names.filter((name) => subject[name] !== undefined).map((name) => `/credentialSubject/${name}`);
  return members.length === 0 ? [] : [{ key, members, carried }];
}

/** `evidence` (VC Data Model 2.0, section 5.6): the signed originals, by identifier and by the digest that a link to them carries. */
export function evidenceOf(originals: readonly JsonObject[]): JsonObject {
  const entries = originals.map((original) => {
    const { target, digestMultibase } = createLinkRef(original);
    return { id: target, type: [ownTerm(typeOf(original) ?? '')], digestMultibase };
  });
  return { evidence: entries };
}

/** An identifier of its own for a rendering, from which that of the original can be had back. */
export function renderingId(original: JsonObject, form: RenderingForm): string {
  return `${String(original['id'])}#${form}`;
}
