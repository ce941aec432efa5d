/** SD-JWTs (RFC 9901) for attackers: any member in a disclosure, any digest in any place. */
import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import type { Signer } from '../../src/crypto/signer.ts';
import { envelopeOf, type HeaderChanges, headerFor, tokenOf } from './tokens.ts';

export const SD_ADDRESS = 'data:application/vc+sd-jwt,';

/** What is signed, and what is sent with it. */
export interface SdParts {
  readonly payload: JsonObject;
  readonly disclosures: readonly string[];
  readonly header?: HeaderChanges;
  /** What stands behind the last separator. */
  readonly tail?: string;
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

export const disclosureOf = (...content: readonly JsonValue[]): string => base64url(JSON.stringify(content));
/** A disclosure of any text. */
export const disclosureText = base64url;
export const digestOf = (disclosure: string): string => createHash('sha256').update(disclosure).digest('base64url');

type Open = { [member: string]: JsonValue };

/** A copy with the values at these places in disclosures, outermost first; what is not there is left alone. */
export function hide(document: JsonObject, places: readonly string[]): SdParts {
  const payload = structuredClone(document) as Open;
  const disclosures: string[] = [];
  const salt = (): string => `a salt of place ${disclosures.length}`;
  for (const place of places) {
    const path = place.slice(1).split('/');
    const name = path.pop() ?? '';
    const parent = path.reduce<JsonValue | undefined>((value, token) => (value as Open | undefined)?.[token], payload);
    const value = (parent as Open | undefined)?.[name];
    if (parent === undefined || value === undefined) continue;
    if (Array.isArray(parent)) {
      disclosures.push(disclosureOf(salt(), value));
      (parent as JsonValue[])[Number(name)] = { '...': digestOf(String(disclosures.at(-1))) };
      continue;
    }
    const open = parent as Open;
    disclosures.push(disclosureOf(salt(), name, value));
    delete open[name];
    open['_sd'] = [...((open['_sd'] as readonly string[] | undefined) ?? []), digestOf(String(disclosures.at(-1)))];
  }
  return { payload, disclosures };
}

/** A copy with one more digest in the object at a place. */
export function withDigest(payload: JsonObject, place: string, digest: JsonValue): JsonObject {
  const copy = structuredClone(payload) as Open;
  const target = place
    .split('/')
    .slice(1)
    .reduce<Open>((value, token) => value[token] as Open, copy);
  target['_sd'] = [...((target['_sd'] as readonly JsonValue[] | undefined) ?? []), digest];
  return copy;
}

export async function sdEnvelope(
  { payload, disclosures, header = {}, tail = '' }: SdParts,
  signer: Signer,
): Promise<JsonObject> {
  const token = await tokenOf(headerFor(signer, { typ: 'vc+sd-jwt', ...header }), payload, signer);
  return envelopeOf([token, ...disclosures, tail].join('~'), SD_ADDRESS);
}
