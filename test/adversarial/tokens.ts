/** Compact tokens (RFC 7515) for attackers: any header, any payload, any bytes, signed by whom the case says. */
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { V2_CONTEXT } from '../../src/credentials/contexts.ts';
import type { KeyType, Signer } from '../../src/crypto/signer.ts';

export const ALGS: Readonly<Partial<Record<KeyType, string>>> = {
  Ed25519: 'EdDSA',
  'P-256': 'ES256',
  'P-384': 'ES384',
};

/** A member that is `undefined` is left out. */
export type HeaderChanges = Readonly<Record<string, JsonValue | undefined>>;

const encoded = (part: JsonValue | Uint8Array): string =>
  Buffer.from(part instanceof Uint8Array ? part : Buffer.from(JSON.stringify(part))).toString('base64url');

export function headerFor(signer: Signer, changes: HeaderChanges = {}): JsonObject {
  const whole: HeaderChanges = { alg: ALGS[signer.keyType], kid: signer.id, typ: 'vc+jwt', cty: 'vc', ...changes };
  return Object.fromEntries(
    Object.entries(whole).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}

/** Header and payload as objects, or as the very bytes that are signed. */
export async function tokenOf(
  header: JsonObject | Uint8Array,
  payload: JsonValue | Uint8Array,
  signer: Pick<Signer, 'sign'>,
): Promise<string> {
  const input = `${encoded(header)}.${encoded(payload)}`;
  const signature = await signer.sign({ data: new TextEncoder().encode(input) });
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

/** An honest token unless the changes say otherwise. */
export const signToken = (unsecured: JsonObject, signer: Signer, changes: HeaderChanges = {}): Promise<string> =>
  tokenOf(headerFor(signer, changes), unsecured, signer);

/** VCDM 2.0, section 4.13: the token in the place of a credential. */
export function envelopeOf(token: string, address = 'data:application/vc+jwt,'): JsonObject {
  return { '@context': [V2_CONTEXT], id: `${address}${token}`, type: ['EnvelopedVerifiableCredential'] };
}

/** The header of a token with a presentation. */
export const presentationHeader = (signer: Signer, changes: HeaderChanges = {}): JsonObject =>
  headerFor(signer, { typ: 'vp+jwt', cty: 'vp', ...changes });

/** VCDM 2.0, section 4.13: the token in the place of a presentation. */
export function presentationEnvelopeOf(token: string, address = 'data:application/vp+jwt,'): JsonObject {
  return { '@context': [V2_CONTEXT], id: `${address}${token}`, type: ['EnvelopedVerifiablePresentation'] };
}
