/**
 * A process that issues, revokes, suspends and abandons as fast as it can, and says on standard output what it is about to do and what
 * the store has acknowledged, until it is killed. Waits for a line on standard input first, so that it can be started ahead of time.
 *
 *   store-worker.ts <directory, or URL of a database> <prefix of its credential ids> <lanes> [eager]
 *
 * `eager` says that an act was acknowledged before it was: with it, a test must find acts lost, or it would find none.
 */
import { once } from 'node:events';
import { createLevelStore } from '../../src/store/level/level-store.ts';
import { createPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createIntent } from './intents.ts';

const [place = '', prefix = '', lanes = '1', manner] = process.argv.slice(2);

export type Step = 'intend' | 'issue' | 'abandon' | 'revoke' | 'suspend' | 'reinstate';
export interface Said {
  readonly said: 'ready' | 'try' | 'did';
  readonly step?: Step;
  readonly id?: string;
  /** `list/index` of each status entry, with `did intend`. */
  readonly entries?: readonly string[];
}

// A pipe is written synchronously on Linux: what was said before a kill is read after it.
const say = (line: Said) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function step(name: Step, id: string, act: () => Promise<unknown>): Promise<void> {
  say({ said: 'try', step: name, id });
  if (manner === 'eager') say({ said: 'did', step: name, id });
  await act();
  if (manner !== 'eager') say({ said: 'did', step: name, id });
}

async function live(store: Store, id: string, fate: number): Promise<void> {
  const request = createIntent(id);
  const { credentialId, idempotency, at } = request;
  const change = { issuer: request.issuer, credentialId, reason: 'r', effectiveDate: '2026-01-02', at };
  say({ said: 'try', step: 'intend', id });
  const outcome = await store.recordIntent(request);
  if (outcome.kind !== 'intended') throw new Error(`${id}: ${outcome.kind}`);
  const { statusEntries, document } = outcome.record;
  say({ said: 'did', step: 'intend', id, entries: statusEntries.map(({ listId, index }) => `${listId}/${index}`) });
  if (fate % 7 === 0) {
    await step('abandon', id, () => store.abandonIntent(credentialId, { at, reason: 'lint' }));
    return;
  }
  const secured = { ...document, proof: { proofValue: 'z'.repeat(88) } };
  const end = { at, answer: { verifiableCredential: secured }, warnings: [], ...(idempotency ? { idempotency } : {}) };
  await step('issue', id, () => store.markIssued(credentialId, secured, end));
  if (fate % 3 === 0) {
    await step('revoke', id, () => store.setStatus({ ...change, purpose: 'revocation', set: true }));
  }
  if (fate % 4 === 0) {
    await step('suspend', id, () => store.setStatus({ ...change, purpose: 'suspension', set: true }));
    if (fate % 8 === 0) {
      await step('reinstate', id, () => store.setStatus({ ...change, purpose: 'suspension', set: false }));
    }
  }
}

async function main(): Promise<void> {
  await once(process.stdin, 'data');
  const store = place.startsWith('postgres://')
    ? await createPostgresStore({ url: place })
    : await createLevelStore({ directory: place, segmentBytes: 256 * 1024 });
  say({ said: 'ready' });
  const lane = async (name: number) => {
    for (let n = 0; ; n += 1) await live(store, `${prefix}-${name}-${n}`, n + name);
  };
  await Promise.all(Array.from({ length: Number(lanes) }, (_, name) => lane(name)));
}

await main();
