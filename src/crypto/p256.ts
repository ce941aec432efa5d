import { createEcdsa } from './ecdsa.ts';

/** ECDSA on P-256 over SHA-256: public keys of 33 bytes, signatures of 64. */
export const { signatureBytes, generate, publicKeyOf, isPublicKey, publicKeyObject, sign, verify } = createEcdsa({
  name: 'P-256',
  hash: 'sha256',
  size: 32,
  spkiPrefix: '3039301306072a8648ce3d020106082a8648ce3d030107032200',
});
