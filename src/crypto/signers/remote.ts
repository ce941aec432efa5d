import { setTimeout as rest } from 'node:timers/promises';
import type { ServiceError } from '../../base/error.ts';
import { type JsonObject, readJsonObject } from '../../base/json.ts';
import { decodeBase64url, encodeBase64url } from '../../formats/multibase.ts';
import { ALGORITHMS } from '../algorithms.ts';
import { encodeMultikey, readMultikey } from '../multikey.ts';
import { type HeldKey, type KeyHolder, notTaken, outOfReach } from './key-holder.ts';
import { Reach } from './reach.ts';

/**
 * How one signer is asked; made by the composition root for exactly one address, since a signer sits inside a network of its owner's, where
 * what strangers name may never lead. Never rejects: what did not come back is `failed`.
 */
export type AskSigner = (call: {
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
}) => Promise<{ readonly status: number; readonly text: string } | { readonly failed: string }>;

/** Milliseconds before the one repetition. */
const PAUSE = 100;
/** Characters of a signature in base64url, whatever its key. */
const LONGEST_SIGNATURE = 200;

/**
 * Keys in somebody else's network, signed with over https (docs/remote-signer.md): a company that has its credentials issued here keeps its
 * key. What comes back is checked by whoever asked (`OutsideKeys`); here it only has to be of the right form.
 */
export class RemoteHolder implements KeyHolder {
  readonly #name: string;
  readonly #askSigner: AskSigner;
  readonly #reach: Reach;

  constructor(name: string, askSigner: AskSigner, tell: (what: string) => void) {
    this.#name = name;
    this.#askSigner = askSigner;
    this.#reach = new Reach(name, tell);
  }

  /** A signer that is away now keeps nobody else from starting. */
  async start(): Promise<void> {}

  async close(): Promise<void> {}

  async create({ keyId, tenant, keyType }: Omit<HeldKey, 'publicKey'>): Promise<Uint8Array> {
    // BBS signs lists of messages, which this interface has no words for.
    if (keyType === 'Bls12381G2') throw notTaken(this.#name, keyType);
    const { status, body } = await this.#ask('POST', '/keys', { keyId, tenant, keyType });
    if (status === 422) throw notTaken(this.#name, keyType);
    const key = status === 200 || status === 201 ? readMultikey(body['publicKeyMultibase']) : undefined;
    if (key?.keyType !== keyType) throw this.#refused(status);
    return key.bytes;
  }

  async sign({ keyId, keyType, publicKey }: HeldKey, data: Uint8Array): Promise<Uint8Array> {
    const { status, body } = await this.#ask('POST', `/keys/${keyId}/signatures`, {
      publicKeyMultibase: encodeMultikey(keyType, publicKey),
      data: encodeBase64url(data),
    });
    const signature = status === 200 ? decodeBase64url(body['signature'], LONGEST_SIGNATURE) : undefined;
    if (signature?.length !== ALGORITHMS[keyType].signatureBytes) throw this.#refused(status);
    return signature;
  }

  async destroy(keyId: string): Promise<void> {
    const { status } = await this.#ask('DELETE', `/keys/${keyId}`);
    if (status !== 204 && status !== 404) throw this.#refused(status);
  }

  /** Once more after a failure of the network or of the signer: every act may be repeated. */
  async #ask(
    method: 'POST' | 'DELETE',
    path: string,
    body?: JsonObject,
  ): Promise<{ status: number; body: JsonObject }> {
    this.#reach.assertMayTry();
    const call = { method, path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#askSigner(call);
      const why = 'failed' in answer ? answer.failed : troubleOf(answer.status);
      if (why !== undefined) {
        if (tries > 1) throw this.#reach.lost(why);
        await rest(PAUSE);
      } else if ('status' in answer) {
        this.#reach.found();
        const read = readJsonObject(answer.text === '' ? '{}' : answer.text);
        return { status: answer.status, body: read.ok ? read.value : {} };
      }
    }
  }

  /** It answered, and not what was asked for: another try would get the same. */
  #refused(status: number): ServiceError {
    if (status === 401 || status === 403) return outOfReach(this.#name, 'the signer refuses this node');
    if (status === 404) return outOfReach(this.#name, 'the signer has no such key');
    return outOfReach(
      this.#name,
      status < 300 ? 'the signer answers what is no answer' : `the signer answers ${status}`,
    );
  }
}

function troubleOf(status: number): string | undefined {
  return status === 429 || status >= 500 ? `the signer answers ${status}` : undefined;
}
