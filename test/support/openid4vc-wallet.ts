/** An independent wallet over the packages @openid4vc/*: it reads offers and metadata, makes its proofs and its requests by itself. */
import { createHash, randomBytes } from 'node:crypto';
import { clientAuthenticationAnonymous, setGlobalConfig } from '@openid4vc/oauth2';
import { Openid4vciClient, type Openid4vciClientOptions } from '@openid4vc/openid4vci';
import type { JsonObject } from '../../src/base/json.ts';
import { createWalletKeys, type WalletKeys } from './wallet-keys.ts';

export interface Wallet extends WalletKeys {
  readonly client: Openid4vciClient;
}

export function createWallet(name: string): Wallet {
  // The node under test has no certificate.
  setGlobalConfig({ allowInsecureUrls: true });
  const keys = createWalletKeys(name);
  const callbacks: Partial<Openid4vciClientOptions['callbacks']> = {
    fetch,
    hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
    generateRandom: (length) => randomBytes(length),
    clientAuthentication: clientAuthenticationAnonymous(),
    signJwt: async (_, { header, payload }) => ({
      jwt: await keys.signToken(header as JsonObject, payload as JsonObject),
      signerJwk: { kty: 'OKP', crv: 'Ed25519' },
    }),
  };
  return { ...keys, client: new Openid4vciClient({ callbacks: callbacks as Openid4vciClientOptions['callbacks'] }) };
}
