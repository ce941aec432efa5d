/**
 * Faults of storage (docs/threats.md, durability) at random places of a store that was at work: each is either told, with the code for
 * it, or survived with everything that was acknowledged; none is passed over in silence.
 */
import { cp, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '../../src/base/error.ts';
import { type Disk, nodeDisk, type WritableFile } from '../../src/store/level/disk.ts';
import { inspectStore } from '../../src/store/level/inspect.ts';
import { createLevelStore } from '../../src/store/level/level-store.ts';
import { createIntent } from '../../test/support/intents.ts';
import { createRandom } from '../../test/support/random.ts';
import { inDirectory } from './temporary.ts';

const CREDENTIALS = 80;
const TOLD = ['STORE_INTEGRITY', 'STORE_ROLLBACK', 'STORE_LOCKED', 'UNAVAILABLE'];

type Random = () => number;
type Outcome = 'told at the start' | 'told to the caller' | 'told by the inspection' | 'survived whole' | 'SILENT';

/** Done to a closed store in a directory. `older` is a copy from before the last acts. */
type Damage = (directory: string, random: Random, older: string) => Promise<void>;

const DAMAGES: Readonly<Record<string, Damage>> = {
  'journal: one bit flipped': async (directory, random) => {
    await edit(await journalOf(directory), (bytes) => flip(bytes, random));
  },
  'journal: a line deleted': (directory, random) =>
    editLines(directory, (lines) => lines.toSpliced(at(lines, random), 1)),
  'journal: a line repeated': (directory, random) => {
    const repeat = (lines: string[]): string[] => {
      const place = at(lines, random);
      return lines.toSpliced(place, 0, lines[place] ?? '');
    };
    return editLines(directory, repeat);
  },
  'journal: two lines swapped': (directory, random) =>
    editLines(directory, (lines) => {
      const place = Math.floor(random() * (lines.length - 1));
      return lines.with(place, lines[place + 1] ?? '').with(place + 1, lines[place] ?? '');
    }),
  'journal: the end torn off': async (directory, random) => {
    const path = await journalOf(directory);
    const { byteLength } = await readFile(path);
    await truncate(path, Math.floor(byteLength * random()));
  },
  'journal: gone': async (directory) => rm(join(directory, 'journal'), { recursive: true }),
  'index: its log torn off': async (directory, random) => {
    await edit(await levelFile(directory, '.log'), (bytes) => bytes.subarray(0, Math.floor(bytes.length * random())));
  },
  'index: one bit of its log flipped': async (directory, random) => {
    await edit(await levelFile(directory, '.log'), (bytes) => flip(bytes, random));
  },
  'index: one bit of a table flipped': async (directory, random) => {
    await edit(await levelFile(directory, '.ldb'), (bytes) => flip(bytes, random));
  },
  'index: its manifest damaged': async (directory, random) => {
    await edit(await levelFile(directory, 'MANIFEST'), (bytes) => flip(bytes, random));
  },
  'index: gone': async (directory) => rm(join(directory, 'level'), { recursive: true }),
  'index: an older copy': (directory, _random, older) => replace(directory, older, ['level']),
  'journal and index: an older copy of both': (directory, _random, older) =>
    replace(directory, older, ['level', 'journal']),
  'high-water mark: one bit flipped': async (directory, random) => {
    await edit(join(directory, 'high-water'), (bytes) => flip(bytes, random));
  },
  'high-water mark: gone': async (directory) => unlink(join(directory, 'high-water')),
};

/** Done to a store at work: the next act of this kind fails. */
const FAILING: Readonly<Record<string, NodeJS.ErrnoException>> = {
  'journal write: no space left': errno('ENOSPC'),
  'journal sync: input/output error': errno('EIO'),
  'mark write: no space left': errno('ENOSPC'),
  'mark sync: input/output error': errno('EIO'),
};

/** Whether none of the faults, each so many times, went by in silence. */
export function tortureFaults(count: number, seed: number): Promise<boolean> {
  return inDirectory('faults', async (root) => {
    const random = createRandom(seed);
    const [intact, older] = await createIntact(root);
    let silent = 0;
    const tell = (name: string, outcomes: readonly Outcome[]): void => {
      const counts = new Map<Outcome, number>();
      for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      silent += counts.get('SILENT') ?? 0;
      console.log(`  ${name}: ${[...counts].map(([outcome, times]) => `${times} ${outcome}`).join(', ')}`);
    };
    for (const [name, damage] of Object.entries(DAMAGES)) {
      const outcomes: Outcome[] = [];
      for (let n = 0; n < count; n += 1) {
        const directory = join(root, 'damaged');
        await cp(intact, directory, { recursive: true });
        await damage(directory, random, older);
        outcomes.push(await openDamaged(directory));
        await rm(directory, { recursive: true });
      }
      tell(name, outcomes);
    }
    for (const [name, error] of Object.entries(FAILING)) {
      const outcomes: Outcome[] = [];
      for (let n = 0; n < count; n += 1) {
        const directory = join(root, 'failing');
        outcomes.push(await failAtWork(directory, name.split(':')[0] ?? '', error, random));
        await rm(directory, { recursive: true });
      }
      tell(name, outcomes);
    }
    const kinds = Object.keys(DAMAGES).length + Object.keys(FAILING).length;
    console.log(
      `faults: ${silent === 0 ? 'held' : 'FAILED'}; ${kinds} kinds × ${count}, ${silent} silent (seed ${seed})`,
    );
    return silent === 0;
  });
}

/** A store with tables as well as a log, and a copy of it from the middle of its life. */
async function createIntact(root: string): Promise<readonly [string, string]> {
  const [intact, older] = [join(root, 'intact'), join(root, 'older')];
  for (const [from, to] of [
    [0, CREDENTIALS / 2],
    [CREDENTIALS / 2, CREDENTIALS],
  ] as const) {
    const store = await createLevelStore({ directory: intact });
    for (let n = from; n < to; n += 1) await issueOne(store, String(n));
    await store[Symbol.asyncDispose]();
    if (from === 0) {
      // Opened once more, LevelDB writes its log into a table.
      const again = await createLevelStore({ directory: intact });
      await again[Symbol.asyncDispose]();
      await cp(intact, older, { recursive: true });
    }
  }
  return [intact, older];
}

type OpenStore = Awaited<ReturnType<typeof createLevelStore>>;

async function issueOne(store: OpenStore, id: string): Promise<void> {
  const request = createIntent(id);
  const outcome = await store.recordIntent(request);
  if (outcome.kind !== 'intended') throw new Error(`${id}: ${outcome.kind}`);
  const { document } = outcome.record;
  await store.markIssued(request.credentialId, document, { at: request.at, answer: document, warnings: [] });
}

async function openDamaged(directory: string): Promise<Outcome> {
  let store: OpenStore;
  try {
    store = await createLevelStore({ directory });
  } catch (error) {
    return error instanceof ServiceError && TOLD.includes(error.code) ? 'told at the start' : 'SILENT';
  }
  try {
    for (let n = 0; n < CREDENTIALS; n += 1) {
      const record = await store.findIssuance(`urn:uuid:${n}`);
      const text = JSON.stringify(record?.document);
      if (record?.state !== 'issued' || !text.includes('x'.repeat(1500))) return await inspected(store, directory);
    }
    await issueOne(store, 'after');
  } catch (error) {
    return error instanceof ServiceError ? 'told to the caller' : 'SILENT';
  } finally {
    await store[Symbol.asyncDispose]();
  }
  const findings = await inspectStore(directory);
  return findings.every(({ outcome }) => outcome === 'passed') ? 'survived whole' : 'told by the inspection';
}

async function inspected(store: OpenStore, directory: string): Promise<Outcome> {
  await store[Symbol.asyncDispose]();
  const findings = await inspectStore(directory);
  return findings.some(({ outcome }) => outcome === 'failed') ? 'told by the inspection' : 'SILENT';
}

/** An act fails; its caller is told, the store takes no more, and the next start finds everything that was acknowledged. */
async function failAtWork(directory: string, step: string, error: Error, random: Random): Promise<Outcome> {
  let armed = false;
  const wrap = (name: string, file: WritableFile): WritableFile => {
    const guarded = (act: string, run: () => Promise<void>): Promise<void> =>
      armed && `${name} ${act}` === step ? Promise.reject(error) : run();
    return {
      size: file.size,
      write: (bytes, position) => guarded('write', () => file.write(bytes, position)),
      truncate: (length) => file.truncate(length),
      sync: () => guarded('sync', () => file.sync()),
      close: () => file.close(),
    };
  };
  const disk: Disk = {
    ...nodeDisk,
    open: async (path) => wrap(path.endsWith('.jsonl') ? 'journal' : 'mark', await nodeDisk.open(path)),
  };
  const store = await createLevelStore({ directory, disk, onFault: () => undefined });
  const before = 1 + Math.floor(random() * 10);
  for (let n = 0; n < before; n += 1) await issueOne(store, String(n));
  armed = true;
  const told = await issueOne(store, 'failing').then(
    () => false,
    (thrown: unknown) => thrown instanceof ServiceError && thrown.code === 'UNAVAILABLE',
  );
  await store[Symbol.asyncDispose]();
  const again = await createLevelStore({ directory });
  try {
    for (let n = 0; n < before; n += 1)
      if ((await again.findIssuance(`urn:uuid:${n}`))?.state !== 'issued') return 'SILENT';
    await issueOne(again, 'after');
  } finally {
    await again[Symbol.asyncDispose]();
  }
  return told ? 'told to the caller' : 'SILENT';
}

const at = (lines: readonly unknown[], random: Random): number => Math.floor(random() * lines.length);

function flip(bytes: Buffer, random: Random): Buffer {
  const place = Math.floor(random() * bytes.length);
  bytes[place] = (bytes[place] ?? 0) ^ (1 << Math.floor(random() * 8));
  return bytes;
}

async function journalOf(directory: string): Promise<string> {
  return join(directory, 'journal', '000001.jsonl');
}

async function levelFile(directory: string, name: string): Promise<string> {
  const level = join(directory, 'level');
  const names = (await readdir(level)).filter((file) => file.includes(name)).sort();
  const sizes = await Promise.all(names.map(async (file) => (await readFile(join(level, file))).byteLength));
  const found = names.findLast((_, index) => (sizes[index] ?? 0) > 0);
  if (found === undefined) throw new Error(`no file *${name}* with anything in it`);
  return join(level, found);
}

async function edit(path: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  await writeFile(path, change(await readFile(path)));
}

async function editLines(directory: string, change: (lines: string[]) => string[]): Promise<void> {
  const path = await journalOf(directory);
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  await writeFile(
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

async function replace(directory: string, older: string, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    await rm(join(directory, folder), { recursive: true });
    await cp(join(older, folder), join(directory, folder), { recursive: true });
  }
}

function errno(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: made up`), { code });
}
