/** Credentials in the store of a node that is not running, as if they had been issued there one after another. */
import { join } from 'node:path';
import type { JsonObject } from '../../src/base/json.ts';
import { createLevelStore } from '../../src/store/level/level-store.ts';
import type { Store } from '../../src/store/store.ts';

/** Acts asked for together share a sync; more at once than this are turned away. */
const LANES = 400;
const AT = '2026-01-02T03:04:05Z';

/** The id of the credential of this number. */
export const idOf = (number: number): string =>
  `urn:uuid:00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;

/**
 * Write the credentials from one number to before another. Each is the given one under an id and a place in the lists of its own; its
 * proof is of the given one, which nobody looks at who only stores.
 */
export async function fill(dataDirectory: string, from: number, to: number, issued: JsonObject): Promise<void> {
  const store = await createLevelStore({ directory: join(dataDirectory, 'store') });
  try {
    let next = from;
    const lane = async (): Promise<void> => {
      while (next < to) {
        const number = next;
        next += 1;
        await add(store, idOf(number), issued);
        if (number % 100_000 === 0 && number > from) process.stderr.write(`${number} stored\n`);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

async function add(store: Store, id: string, issued: JsonObject): Promise<void> {
  const { proof, credentialStatus, ...unsigned } = issued;
  const outcome = await store.recordIntent({
    issuer: 'maker',
    organisation: 'maker',
    credentialId: id,
    type: 'VerifiableCredential',
    statusPurposes: ['revocation'],
    draft: ([entry]) => ({
      ...unsigned,
      id,
      credentialStatus: { ...(credentialStatus as JsonObject), statusListIndex: String(entry?.index) },
    }),
    at: AT,
  });
  if (outcome.kind !== 'intended') throw new Error(`${id}: ${outcome.kind}`);
  const secured = { ...outcome.record.document, proof: proof ?? null };
  await store.markIssued(id, secured, { at: AT, answer: { verifiableCredential: secured }, warnings: [] });
}
