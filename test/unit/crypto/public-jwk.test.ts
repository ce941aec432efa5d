import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { readPublicJwk } from '../../../src/crypto/public-jwk.ts';

// RFC 8037, appendix A.2.
const OKP = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
// The did:key method specification writes this key as zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv.
const EC = {
  kty: 'EC',
  crv: 'P-256',
  x: 'igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns',
  y: 'efsX5b10x8yjyrj4ny3pGfLcY7Xby1KzgqOdqnsrJIM',
};

describe('readPublicJwk', () => {
  it('gives the Multikey form of both kinds', () => {
    expect(readPublicJwk(OKP)).toBe('z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw');
    expect(readPublicJwk(EC)).toBe('zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv');
  });

  it.each<[JsonObject, JsonObject]>([
    [OKP, { use: 'sig' }],
    [OKP, { alg: 'EdDSA' }],
    [OKP, { alg: 'Ed25519' }],
    [EC, { alg: 'ES256', key_ops: ['verify'], kid: 'a', unknown: {} }],
  ])('%j may also have %j', (jwk, more) => {
    expect(readPublicJwk({ ...jwk, ...more })).toBeDefined();
  });

  it.each<JsonValue | undefined>([
    undefined,
    null,
    'text',
    [OKP],
    {},
    { ...OKP, crv: 'X25519' },
    { ...OKP, crv: 'P-256' },
    { ...OKP, kty: 'EC' },
    { ...OKP, x: `${OKP.x}A` },
    { ...OKP, x: `${OKP.x}=` },
    { ...OKP, x: OKP.x.slice(1) },
    { ...OKP, x: OKP.x.replace('_', '/') },
    { ...OKP, x: [OKP.x] },
    // The identity, a point of order 1.
    { ...OKP, x: 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
    { ...EC, crv: 'P-384' },
    { ...EC, crv: 'secp256k1' },
    { ...EC, kty: 'OKP' },
    { kty: 'EC', crv: 'P-256', x: EC.x },
    // Both coordinates are good ones, of different points.
    { ...EC, y: EC.x },
    { ...EC, y: `${EC.y.slice(0, -1)}I` },
    { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
    { kty: 'oct' },
    { ...OKP, use: 'enc' },
    { ...OKP, key_ops: ['sign'] },
    { ...OKP, key_ops: 'verify' },
    { ...OKP, alg: 'ES256' },
    { ...EC, alg: 'EdDSA' },
    { ...EC, alg: 'none' },
  ])('refuses %j', (jwk) => {
    expect(readPublicJwk(jwk)).toBeUndefined();
  });
});
