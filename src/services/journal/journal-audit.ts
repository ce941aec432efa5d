import { ServiceError } from '../../base/error.ts';
import { isObject, type JsonObject } from '../../base/json.ts';
import { readMultikey } from '../../crypto/multikey.ts';
import type { SealedKeyStore } from '../../crypto/signers/sealed-file.ts';
import { logLeaf, MerkleLog } from '../../formats/merkle-log.ts';
import { noteKeyId, writeCheckpointText, writeNote, writeNoteVerifier } from '../../formats/signed-note.ts';
import type { Store } from '../../store/store.ts';
import { JOURNAL_KEY } from './check-checkpoint.ts';

interface JournalAuditDeps {
  readonly store: Pick<Store, 'journalHead' | 'journalLeaves' | 'journalLine' | 'readSetting' | 'settleSetting'>;
  readonly keys: Pick<SealedKeyStore, 'createKey' | 'destroyKey' | 'signer'>;
  readonly publicUrl: () => string;
}

export interface SignedCheckpoint {
  /** A checkpoint in a signed note (C2SP tlog-checkpoint): how long the journal is, and the root of the tree over it. */
  readonly checkpoint: string;
  /** The key that signed, as auditors keep it. */
  readonly verifier: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

export interface InclusionProof {
  /** Base64. */
  readonly leaf: string;
  /** From 0: one below the sequence. */
  readonly index: number;
  readonly size: number;
  /** Base64, the neighbour of the leaf first (RFC 9162, section 2.1.3). */
  readonly path: readonly string[];
  readonly root: string;
  /** The record as it stands in the journal: the entry under the leaf. */
  readonly record: string;
}

interface JournalKey {
  readonly keyId: string;
  readonly origin: string;
  readonly publicKeyMultibase: string;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/**
 * What an auditor can hold the node to: a signed word of how far its journal had come, and proofs that a record is in it. A journal that
 * is later cut or written anew, with everything that this node keeps, no longer fits a checkpoint that somebody else has.
 */
export class JournalAudit {
  readonly #deps: JournalAuditDeps;
  /** As far as it was read for the last checkpoint: the next one reads only what has come since. */
  #log = new MerkleLog();
  #reading: Promise<unknown> = Promise.resolve();

  constructor(deps: JournalAuditDeps) {
    this.#deps = deps;
  }

  /** Of the journal as it is now. The key is made when it is first asked for; the journal says so. */
  async checkpoint(): Promise<SignedCheckpoint> {
    const key = await this.#key();
    const log = await this.#read();
    const text = writeCheckpointText({ origin: key.origin, size: log.size, root: log.root() });
    const publicKey = readMultikey(key.publicKeyMultibase)?.bytes;
    if (publicKey === undefined) throw new ServiceError('STORE_INTEGRITY', 'the key of the journal cannot be read');
    const verifier = { name: key.origin, publicKey };
    const signer = await this.#deps.keys.signer(key.keyId, key.origin);
    const signature = await signer.sign({ data: Buffer.from(text) });
    return {
      checkpoint: writeNote(text, { name: key.origin, keyId: noteKeyId(verifier), signature }),
      verifier: writeNoteVerifier(verifier),
      size: log.size,
      root: base64(log.root()),
    };
  }

  /**
   * That a record is in the journal of so many records, by default of now. Reads the whole journal up to there.
   * Errors: NOT_FOUND for a record that is not there; RANGE_ERROR for a size that leaves it out or was not reached.
   */
  async prove(sequence: number, wantedSize?: number): Promise<InclusionProof> {
    const { sequence: head } = await this.#deps.store.journalHead();
    const size = wantedSize ?? head;
    if (sequence > head) throw new ServiceError('NOT_FOUND', `the journal ends at record ${head}`);
    if (size < sequence || size > head)
      throw new ServiceError('RANGE_ERROR', `a size from ${sequence} to ${head} has this record`);
    const record = await this.#deps.store.journalLine(sequence);
    if (record === undefined) throw new ServiceError('STORE_INTEGRITY', `record ${sequence} is missing`);
    const log = new MerkleLog(sequence - 1);
    await this.#deps.store.journalLeaves({ after: 0, upTo: size }, (leaf) => log.add(leaf));
    return {
      leaf: base64(logLeaf(Buffer.from(record))),
      index: sequence - 1,
      size,
      path: log.path().map(base64),
      root: base64(log.root()),
      record,
    };
  }

  /** One at a time, each from where the one before it ended. */
  #read(): Promise<MerkleLog> {
    const reading = this.#reading.then(async () => {
      const { sequence } = await this.#deps.store.journalHead();
      const log = this.#log.copy();
      await this.#deps.store.journalLeaves({ after: log.size, upTo: sequence }, (leaf) => log.add(leaf));
      if (log.size !== sequence) throw new ServiceError('STORE_INTEGRITY', 'records of the journal are missing');
      this.#log = log;
      return log;
    });
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  async #key(): Promise<JournalKey> {
    const known = readKey(await this.#deps.store.readSetting(JOURNAL_KEY));
    if (known !== undefined) return known;
    const { keyId, publicKeyMultibase } = await this.#deps.keys.createKey({
      tenant: 'the journal',
      keyType: 'Ed25519',
    });
    const origin = `${new URL(this.#deps.publicUrl()).host}/journal`;
    const kept = readKey(await this.#deps.store.settleSetting(JOURNAL_KEY, { keyId, origin, publicKeyMultibase }));
    if (kept === undefined) throw new ServiceError('STORE_INTEGRITY', 'the key of the journal cannot be read');
    // Another node was first.
    if (kept.keyId !== keyId) await this.#deps.keys.destroyKey(keyId);
    return kept;
  }
}

function readKey(value: unknown): JournalKey | undefined {
  if (value === undefined || !isObject(value as JsonObject)) return undefined;
  const { keyId, origin, publicKeyMultibase } = value as Record<string, unknown>;
  return typeof keyId === 'string' && typeof origin === 'string' && typeof publicKeyMultibase === 'string'
    ? { keyId, origin, publicKeyMultibase }
    : undefined;
}
