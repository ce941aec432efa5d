/** Layer `storage`: damage that a start has to find (docs/threats.md, sections 7 and 8). */
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNode } from '../../../src/app.ts';
import { createManualClock } from '../../../src/base/clock.ts';
import { ServiceError } from '../../../src/base/error.ts';
import { problemType } from '../../../src/base/problem.ts';
import { readConfig } from '../../../src/config.ts';
import { ADMIN_TOKEN, startNode } from '../../support/node.ts';
import type { Answer } from '../answer.ts';
import { bareCredential } from '../bases.ts';
import { NOW } from '../parties.ts';
import type { Builder, Trial } from '../trial.ts';
import type { World } from '../world.ts';

const ISSUED = 40;

/** A data directory in which something was issued, made once and then only copied. */
let filled: Promise<string> | undefined;

const filledDirectory = (world: World): Promise<string> => (filled ??= fill(world));

async function fill(world: World): Promise<string> {
  const directory = await newDirectory();
  const node = await startNode({ directory, start: NOW });
  world.connections.expect(Number(new URL(node.url).port));
  const { did, token } = await node.createParty('maker');
  const { id: _, ...credential } = bareCredential({ issuer: did }).unsecured;
  for (let count = 0; count < ISSUED; count += 1) {
    await node.post('/issuers/maker/credentials/issue', { credential }, token);
  }
  await node[Symbol.asyncDispose]();
  return directory;
}

const made: string[] = [];

export async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-corpus-'));
  made.push(directory);
  return directory;
}

export async function removeDirectories(): Promise<void> {
  await Promise.all(made.splice(0).map((directory) => rm(directory, { recursive: true, force: true })));
  filled = undefined;
}

/** Start on a copy of the data with a fault in it: the start is refused, and says where. */
function damaged(world: World, form: string, damage: (directory: string) => Promise<void>): Trial {
  return {
    form,
    surface: 'start',
    run: async () => {
      const directory = await newDirectory();
      await cp(await filledDirectory(world), directory, { recursive: true });
      await damage(directory);
      return startOn(directory, {});
    },
    expected: { verdict: 'refuse', types: ['LOCAL:store-integrity'] },
  };
}

export async function startOn(directory: string, environment: Record<string, string>): Promise<Answer> {
  const started = performance.now();
  const config = readConfig({ DATA_DIR: directory, ADMIN_TOKEN, POLICY_FILE: 'none', PORT: '0', ...environment });
  try {
    const node = await createNode(config, { clock: createManualClock(NOW) });
    await node.close();
    return { outcome: 'accepted', types: [], milliseconds: performance.now() - started, breaches: [] };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const milliseconds = performance.now() - started;
    return { outcome: 'refused', types: [problemType(error.code)], milliseconds, breaches: [], detail: error.message };
  }
}

/** The newest file of an ending below the store. */
async function newest(directory: string, ending: string): Promise<string> {
  const entries = await readdir(join(directory, 'store'), { recursive: true });
  const found = entries
    .filter((name) => name.endsWith(ending))
    .sort()
    .at(-1);
  if (found === undefined) throw new Error(`no file *${ending}`);
  return join(directory, 'store', found);
}

async function change(file: string, edit: (bytes: Buffer) => Buffer): Promise<void> {
  await writeFile(file, edit(await readFile(file)));
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}

const honestStart = (world: World): Trial => ({
  ...damaged(world, 'an undamaged copy', async () => undefined),
  expected: { verdict: 'accept' },
});

const tornLog: Builder = async (world) => [
  damaged(world, '5000 bytes cut from the log of LevelDB', async (directory) => {
    const file = await newest(directory, '.log');
    await truncate(file, Math.max(0, (await readFile(file)).length - 5000));
  }),
  damaged(world, 'the log of LevelDB emptied', async (directory) => truncate(await newest(directory, '.log'), 0)),
  honestStart(world),
];

const flippedByte: Builder = async (world) => [
  damaged(world, 'one byte in the middle of the log', async (directory) =>
    change(await newest(directory, '.log'), (bytes) => flipped(bytes, Math.floor(bytes.length / 2))),
  ),
  damaged(world, 'one byte in the middle of the journal', async (directory) =>
    change(await newest(directory, '.jsonl'), (bytes) => flipped(bytes, Math.floor(bytes.length / 2))),
  ),
];

/** The journal is the audit log: every act that was acknowledged, one line each. */
const editedJournal: Builder = async (world) => {
  const lines = (edit: (list: string[]) => string[]) => async (directory: string) =>
    change(await newest(directory, '.jsonl'), (bytes) => {
      const list = bytes.toString().split('\n').slice(0, -1);
      return Buffer.from(
        edit(list)
          .map((line) => `${line}\n`)
          .join(''),
      );
    });
  const middle = (list: readonly string[]): number => Math.floor(list.length / 2);
  return [
    damaged(
      world,
      'a line deleted',
      lines((list) => list.toSpliced(middle(list), 1)),
    ),
    damaged(
      world,
      'a character changed',
      lines((list) =>
        list.toSpliced(
          middle(list),
          1,
          String(list[middle(list)])
            .replace('issued', 'Issued')
            .replace('intended', 'Intended')
            .replace('2027', '2026'),
        ),
      ),
    ),
    damaged(
      world,
      'two lines exchanged',
      lines((list) => list.toSpliced(middle(list), 2, String(list[middle(list) + 1]), String(list[middle(list)]))),
    ),
    damaged(
      world,
      'the tail cut',
      lines((list) => list.slice(0, -3)),
    ),
    damaged(
      world,
      'a line twice',
      lines((list) => list.toSpliced(middle(list), 0, String(list[middle(list)]))),
    ),
  ];
};

const keyStore: Builder = async (world) => {
  const keyStoreFault = { verdict: 'refuse', types: ['LOCAL:key-store'] } as const;
  const spoiled = (form: string, pattern: RegExp): Trial => ({
    ...damaged(world, form, async (directory) => {
      const entries = await readdir(join(directory, 'keystore'), { recursive: true, withFileTypes: true });
      const file = entries.find((entry) => entry.isFile() && pattern.test(entry.name));
      if (file === undefined) throw new Error(`no ${form}`);
      // Inside the sealed text, wherever that stands in the file.
      await change(join(file.parentPath, file.name), (bytes) => {
        const text = bytes.toString();
        const longest = text.match(/[A-Za-z0-9_+/=-]{20,}/g)?.sort((a, b) => b.length - a.length)[0] ?? '';
        const at = text.indexOf(longest) + Math.floor(longest.length / 2);
        return Buffer.from(text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1));
      });
    }),
    expected: keyStoreFault,
  });
  const wrongPassphrase: Trial = {
    form: 'a wrong passphrase',
    surface: 'start',
    run: async () => {
      const directory = await newDirectory();
      const made = await startOn(directory, { KEY_PASSPHRASE: 'the right passphrase' });
      if (made.outcome !== 'accepted') return made;
      return startOn(directory, { KEY_PASSPHRASE: 'another passphrase' });
    },
    // Twice the full cost of the passphrase.
    expected: { ...keyStoreFault, within: 4000 },
  };
  const otherKey: Trial = {
    ...damaged(world, 'the node key of another node', async (directory) =>
      writeFile(join(directory, 'node.key'), await readFile(join(await otherNode(), 'node.key'))),
    ),
    expected: keyStoreFault,
  };
  return [spoiled('a changed byte in a sealed key', /^[0-9a-f]{32}\.json$/), wrongPassphrase, otherKey];
};

async function otherNode(): Promise<string> {
  const directory = await newDirectory();
  await startOn(directory, {});
  return directory;
}

export const STORAGE_BUILDERS: Readonly<Record<string, Builder>> = {
  'DB-003': tornLog,
  'DB-004': flippedByte,
  'DB-007': keyStore,
  'DB-008': editedJournal,
};
