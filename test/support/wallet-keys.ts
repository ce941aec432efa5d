/** The key of a wallet, and tokens signed with it whatever they say. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../src/base/json.ts';
import type { Signer } from '../../src/crypto/signer.ts';
import { signerFromSeed } from './data-integrity.ts';

export interface WalletKeys {
  /** A did:key. */
  readonly did: string;
  readonly signer: Signer;
  /** A compact JWS, signed with Ed25519 whatever the header says. */
  signToken(header: JsonObject, payload: JsonObject): Promise<string>;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The same in every run. */
export function createWalletKeys(name: string): WalletKeys {
  const seed = createHash('sha256').update(name).digest();
  const signer = signerFromSeed(seed, (key) => `did:key:${key}#${key}`);
  const [did = ''] = signer.id.split('#');
  return {
    did,
    signer,
    signToken: async (header, payload) => {
      const input = `${part(header)}.${part(payload)}`;
      const signature = await signer.sign({ data: new TextEncoder().encode(input) });
      return `${input}.${Buffer.from(signature).toString('base64url')}`;
    },
  };
}
