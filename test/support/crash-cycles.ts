/**
 * Kill a process that is at work on a store, open the store, and hold it to everything that was acknowledged: nothing lost, no entry
 * of a status list given out twice, at most one credential for a key. Run with few cycles in CI, with many by `npm run torture -- store`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.ts';
import type { Finding } from '../../src/base/finding.ts';
import { inspectStore } from '../../src/store/level/inspect.ts';
import { createLevelStore } from '../../src/store/level/level-store.ts';
import { inspectPostgres } from '../../src/store/postgres/inspect.ts';
import { createPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createIntent } from './intents.ts';
import type { Said, Step } from './store-worker.ts';

const WORKER = fileURLToPath(new URL('./store-worker.ts', import.meta.url));
const LANES = 8;
/** Some are killed while the store still opens, at most this long after they began. Milliseconds. */
const OPENING = 80;
/** Of the credentials of earlier cycles, looked at again in each one. */
const LOOKED_AT_AGAIN = 100;

interface Known {
  entries: readonly string[] | undefined;
  readonly done: Set<Step>;
  /** Begun and not acknowledged: it may have happened. */
  pending: Step | undefined;
}

export interface CrashReport {
  readonly cycles: number;
  readonly killedWhileOpening: number;
  readonly acknowledged: number;
  readonly credentials: number;
  readonly entries: number;
  /** Acts that had happened although nobody was told. */
  readonly unacknowledged: number;
}

/** A store that is left by one process and taken over by the next. */
export interface Place {
  /** The directory, or the URL of the database, as the worker is told it. */
  readonly name: string;
  /** As the next process opens it, when nobody is at work any more. */
  open(): Promise<Store>;
  inspect(): Promise<readonly Finding[]>;
}

export const levelPlace = (directory: string): Place => ({
  name: directory,
  open: () => createLevelStore({ directory }),
  inspect: () => inspectStore(directory),
});

/** The clock of whoever takes over is so far ahead that what was left half done counts as left behind. */
export const postgresPlace = (url: string): Place => ({
  name: url,
  open: () => createPostgresStore({ url, clock: { now: () => systemClock.now() + 3_600_000 } }),
  inspect: () => inspectPostgres(url),
});

interface CrashOptions {
  readonly place: Place;
  readonly cycles: number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Kill this long after the store is ready, at most. Milliseconds. */
  readonly longestLife: number;
  /** The worker claims acts before they are acknowledged: a control, which must throw. */
  readonly eager?: boolean;
  readonly onCycle?: (cycle: number, report: CrashReport) => void;
}

/** Throws with everything that was found wrong. */
export async function runCrashCycles(options: CrashOptions): Promise<CrashReport> {
  const { place, cycles, random, onCycle } = options;
  const ledger = new Acknowledged();
  let opening = 0;
  let next = startWorker(options, 0);
  const report = (cycle: number): CrashReport => ({ cycles: cycle, killedWhileOpening: opening, ...ledger.counts() });
  try {
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const worker = next;
      // The next one starts up while this one works; it touches nothing before it is told to.
      next = startWorker(options, cycle + 1);
      const wasReady = await killAtWork(worker, options, (line) => ledger.hear(line));
      if (!wasReady) opening += 1;
      await hold(place, ledger, cycle, random);
      onCycle?.(cycle + 1, report(cycle + 1));
    }
  } finally {
    next.kill('SIGKILL');
  }
  await holdAll(place, ledger);
  for (const { check, outcome, detail } of await place.inspect())
    if (outcome !== 'passed') ledger.fail(`${check}: ${detail}`);
  ledger.assertNothingWrong();
  return report(cycles);
}

function startWorker({ place, eager }: CrashOptions, cycle: number): ChildProcess {
  const args = ['--import', 'tsx', WORKER, place.name, `c${cycle}`, String(LANES), ...(eager ? ['eager'] : [])];
  return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Returns whether the store was open by then. */
async function killAtWork(
  worker: ChildProcess,
  { random, longestLife }: CrashOptions,
  hear: (line: Said) => void,
): Promise<boolean> {
  let rest = '';
  let errors = '';
  let ready = false;
  let kill: NodeJS.Timeout | undefined;
  const killIn = (time: number) => {
    kill ??= setTimeout(() => worker.kill('SIGKILL'), time);
  };
  worker.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  worker.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const said = JSON.parse(line) as Said;
      hear(said);
      if (said.said !== 'ready') continue;
      ready = true;
      killIn(random() * longestLife);
    }
  });
  worker.stdin?.write('go\n');
  // The process may not even have started up by then; a long life for those, so that most of them get to work.
  if (random() < 0.15) killIn(random() * OPENING);
  const [code, signal] = await once(worker, 'close');
  clearTimeout(kill);
  if (signal !== 'SIGKILL') throw new Error(`The worker ended by itself (${code}): ${errors}`);
  return ready;
}

/** Open the store as the next process would, compare, and settle what was left open. */
async function hold(place: Place, ledger: Acknowledged, cycle: number, random: () => number): Promise<void> {
  const store = await place.open();
  try {
    const lists = new SetBits(store);
    for (const id of ledger.touched(`c${cycle}-`)) await ledger.check(store, id, lists);
    for (const id of ledger.some(LOOKED_AT_AGAIN, random)) await ledger.check(store, id, lists);
    for (const id of ledger.touched(`c${cycle}-`)) await ledger.retry(store, id);
    for (const { credentialId } of await store.listOpenIntents()) {
      await store.abandonIntent(credentialId, { at: '2026-01-02T03:04:06Z', reason: 'the process ended' });
      ledger.settled(credentialId.slice('urn:uuid:'.length));
    }
  } finally {
    await store[Symbol.asyncDispose]();
  }
  ledger.assertNothingWrong();
}

/** At the end, every credential of every cycle once more. */
async function holdAll(place: Place, ledger: Acknowledged): Promise<void> {
  const store = await place.open();
  try {
    const lists = new SetBits(store);
    for (const id of ledger.touched('')) await ledger.check(store, id, lists);
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

/** The set bits of each list, read once: nothing changes while the store is compared. */
class SetBits {
  readonly #store: Store;
  readonly #lists = new Map<string, ReadonlySet<number>>();

  constructor(store: Store) {
    this.#store = store;
  }

  async has(listId: string, index: number): Promise<boolean> {
    const known = this.#lists.get(listId);
    if (known) return known.has(index);
    const set = new Set((await this.#store.findStatusList(listId))?.setIndices);
    this.#lists.set(listId, set);
    return set.has(index);
  }
}

/** What the workers were told, and what may have happened besides. */
class Acknowledged {
  readonly #known = new Map<string, Known>();
  readonly #owners = new Map<string, string>();
  readonly #wrong: string[] = [];
  #acknowledged = 0;
  #unacknowledged = 0;

  hear({ said, step, id, entries }: Said): void {
    if (said === 'ready' || id === undefined || step === undefined) return;
    const known = this.#known.get(id) ?? { entries: undefined, done: new Set<Step>(), pending: undefined };
    this.#known.set(id, known);
    if (said === 'try') {
      known.pending = step;
      return;
    }
    this.#acknowledged += 1;
    known.done.add(step);
    known.pending = undefined;
    if (entries) this.#spend(id, known, entries);
  }

  #spend(id: string, known: Known, entries: readonly string[]): void {
    known.entries = entries;
    for (const entry of entries) {
      const owner = this.#owners.get(entry) ?? id;
      if (owner !== id) this.fail(`entry ${entry} was given to ${owner} and to ${id}`);
      this.#owners.set(entry, id);
    }
  }

  fail(what: string): void {
    this.#wrong.push(what);
  }

  assertNothingWrong(): void {
    if (this.#wrong.length > 0) throw new Error(this.#wrong.slice(0, 20).join('\n'));
  }

  counts() {
    return {
      acknowledged: this.#acknowledged,
      unacknowledged: this.#unacknowledged,
      credentials: this.#known.size,
      entries: this.#owners.size,
    };
  }

  touched(prefix: string): string[] {
    return [...this.#known.keys()].filter((id) => id.startsWith(prefix));
  }

  some(count: number, random: () => number): string[] {
    const ids = [...this.#known.keys()];
    return Array.from({ length: Math.min(count, ids.length) }, () => ids[Math.floor(random() * ids.length)] ?? '');
  }

  /** What is on disk is what was acknowledged, and at most the one act that was begun. */
  async check(store: Store, id: string, lists: SetBits): Promise<void> {
    const known = this.#known.get(id);
    if (!known) return;
    const record = await store.findIssuance(`urn:uuid:${id}`);
    const pending = known.pending;
    if (!record) {
      if (known.done.has('intend')) this.fail(`${id} was acknowledged and is lost`);
      return;
    }
    const entries = record.statusEntries.map(({ listId, index }) => `${listId}/${index}`);
    if (known.entries && known.entries.join() !== entries.join())
      this.fail(`${id} has other entries than it was given`);
    if (pending === 'intend') this.#happened(known, 'intend');
    this.#spend(id, known, entries);
    const states = { issue: 'issued', abandon: 'abandoned' } as const;
    for (const step of ['issue', 'abandon'] as const) {
      const there = record.state === states[step];
      if (there && pending === step) this.#happened(known, step);
      if (there !== known.done.has(step)) this.fail(`${id} is ${record.state}, acknowledged were ${[...known.done]}`);
    }
    if (record.state === 'issued' && record.document['proof'] === undefined) this.fail(`${id} lost its proof`);
    await this.#checkBits(lists, id, known, record.statusEntries);
  }

  async #checkBits(
    lists: SetBits,
    id: string,
    known: Known,
    entries: readonly { purpose: string; listId: string; index: number }[],
  ): Promise<void> {
    for (const { purpose, listId, index } of entries) {
      const set = await lists.has(listId, index);
      if (purpose === 'revocation' && set && known.pending === 'revoke') this.#happened(known, 'revoke');
      if (purpose === 'suspension' && set && known.pending === 'suspend') this.#happened(known, 'suspend');
      if (purpose === 'suspension' && !set && known.pending === 'reinstate') this.#happened(known, 'reinstate');
      const { done } = known;
      const wanted =
        done.has('abandon') ||
        (purpose === 'revocation' ? done.has('revoke') : done.has('suspend') && !done.has('reinstate'));
      if (set !== wanted) this.fail(`${purpose} of ${id} is ${set}, acknowledged were ${[...done]}`);
    }
  }

  #happened(known: Known, step: Step): void {
    known.done.add(step);
    known.pending = undefined;
    this.#unacknowledged += 1;
  }

  /** The client asks again with its key: the same credential or none, never a second one. */
  async retry(store: Store, id: string): Promise<void> {
    const known = this.#known.get(id);
    if (!known || known.done.has('abandon')) return;
    const outcome = await store.recordIntent(createIntent(id));
    const expected = known.done.has('issue') ? 'replay' : known.done.has('intend') ? 'in-flight' : 'intended';
    if (outcome.kind !== expected) this.fail(`asking for ${id} again gave ${outcome.kind}, not ${expected}`);
    if (outcome.kind !== 'intended') return;
    known.done.add('intend');
    known.pending = undefined;
    this.#spend(
      id,
      known,
      outcome.record.statusEntries.map(({ listId, index }) => `${listId}/${index}`),
    );
  }

  settled(id: string): void {
    const known = this.#known.get(id);
    if (!known) return;
    known.done.add('abandon');
    known.pending = undefined;
  }
}
