import { createEcdsa } from './ecdsa.ts';

/** ECDSA on P-384 over SHA-384: public keys of 49 bytes, signatures of 96. */
export const { signatureBytes, generate, publicKeyOf, isPublicKey, publicKeyObject, sign, verify } = createEcdsa({
  name: 'P-384',
  hash: 'sha384',
  size: 48,
  spkiPrefix: '3046301006072a8648ce3d020106052b81040022033200',
});
