import { ServiceError } from '../base/error.ts';
import type { JsonObject } from '../base/json.ts';
import { readPublicJwk, writePublicJwk } from '../crypto/public-jwk.ts';
import { findMechanism } from './mechanisms.ts';

/**
 * The key that a credential is to be bound to, as the token says it: a public JWK without anything else in it.
 * Errors: BAD_REQUEST for a mechanism that binds to no key, and for what is no public key of ours.
 */
export function readHolderKey(holderKey: JsonObject | undefined, mechanism: string): JsonObject | undefined {
  if (holderKey === undefined) return undefined;
  const at = { pointer: '/options/holderKey' };
  if (findMechanism(mechanism)?.bindsHolder !== true)
    throw new ServiceError('BAD_REQUEST', `${mechanism} binds a credential to no key`, at);
  const key = Object.hasOwn(holderKey, 'd') ? undefined : readPublicJwk(holderKey);
  if (key === undefined) throw new ServiceError('BAD_REQUEST', 'a public JWK of Ed25519, P-256 or P-384', at);
  return writePublicJwk(key);
}
