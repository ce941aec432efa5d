/** Credentials in tokens by a party's own key, with another header or another payload. */
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import type { Party } from '../../support/data-integrity.ts';
import { keyOf } from '../parties.ts';
import { envelopeOf, type HeaderChanges, headerFor, signToken, tokenOf } from '../tokens.ts';
import type { Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { everywhere, type Secure } from './everywhere.ts';

export const ATTACKER = 'attacker.example';

export const keyOfIssuer = (party: Party) => keyOf(party, 'P-256');
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const seconds = (text: JsonValue | undefined): number => Date.parse(String(text)) / 1000;

/** A whole token by the issuer's own key, with another header. */
export const withHeader =
  (changes: HeaderChanges): Secure =>
  async (unsecured, party) =>
    envelopeOf(await signToken(unsecured, keyOfIssuer(party), changes));

/** The same with a payload made of the credential. */
export const withPayload =
  (make: (unsecured: JsonObject) => JsonValue | Uint8Array): Secure =>
  async (unsecured, party) => {
    const signer = keyOfIssuer(party);
    return envelopeOf(await tokenOf(headerFor(signer), make(unsecured), signer));
  };

export const forms = async (world: World, list: readonly (readonly [string, Secure])[]): Promise<Trial[]> =>
  (await Promise.all(list.map(([form, secure]) => everywhere(world, form, secure)))).flat();
