import { appendFile, cp, readdir, readFile, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { inspectStore } from '../../../src/store/level/inspect.ts';
import { createLevelStore } from '../../../src/store/level/level-store.ts';
import {
  changeLevelLog,
  copyOf,
  createFilledDirectory,
  issueMany,
  readJournalLines,
  withStore,
  writeJournalLines,
} from '../../support/store-directory.ts';
import { createTemporaryDirectory } from '../../support/temporary-directory.ts';

const COUNT = 60;
let intact: string;
beforeAll(async () => {
  intact = await createFilledDirectory(COUNT);
});

const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'ServiceError', code, message: expect.stringMatching(message) });
const INTEGRITY = (message: RegExp) => refusal('STORE_INTEGRITY', message);
const ROLLBACK = (message: RegExp) => refusal('STORE_ROLLBACK', message);

/** Damage a copy of the intact store; opening it again must be refused, twice alike. */
async function expectRefused(damage: (directory: string) => Promise<unknown>, refused: unknown): Promise<void> {
  const directory = await copyOf(intact);
  await damage(directory);
  await expect(createLevelStore({ directory })).rejects.toEqual(refused);
  await expect(createLevelStore({ directory })).rejects.toEqual(refused);
}

async function expectOpens(change: (directory: string) => Promise<unknown>): Promise<void> {
  const directory = await copyOf(intact);
  await change(directory);
  await withStore({ directory }, async (store) => {
    expect((await store.listIssuances('hanbit-steel', { limit: 100 })).items).toHaveLength(COUNT);
    await issueMany(store, COUNT, COUNT + 1);
  });
  await withStore({ directory }, async (store) => {
    expect((await store.listIssuances('hanbit-steel', { limit: 100 })).items).toHaveLength(COUNT + 1);
  });
}

const editLines = (edit: (lines: string[]) => string[]) => async (directory: string) =>
  writeJournalLines(directory, edit(await readJournalLines(directory)));

describe('the journal', () => {
  test('left alone, opens', () => expectOpens(async () => {}));

  test('with a line deleted is refused, by the number of the record that is missing', () =>
    expectRefused(
      editLines((lines) => lines.toSpliced(9, 1)),
      INTEGRITY(/record 10 is missing or out of turn/),
    ));

  test('with one byte changed is refused', () =>
    expectRefused(
      editLines((lines) =>
        lines.with(19, (lines[19] ?? '').replace('"CarbonFootprintClaim"', '"CarbonFootprintclaim"')),
      ),
      INTEGRITY(/record 20 was changed/),
    ));

  test.each([0, 9, 80, 160, 300])('with one bit flipped in byte %i of a line is refused', (at) =>
    expectRefused(
      editLines((lines) => {
        const bytes = Buffer.from(lines[30] ?? '');
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        return lines.with(30, bytes.toString());
      }),
      INTEGRITY(/record 31 /),
    ),
  );

  test('with two lines swapped is refused', () =>
    expectRefused(
      editLines((lines) => lines.with(4, lines[5] ?? '').with(5, lines[4] ?? '')),
      INTEGRITY(/record 5 is missing or out of turn: record 6/),
    ));

  test('with a line repeated is refused', () =>
    expectRefused(
      editLines((lines) => lines.toSpliced(5, 0, lines[4] ?? '')),
      INTEGRITY(/record 6 is missing or out of turn: record 5/),
    ));

  test('with its first line gone is refused', () =>
    expectRefused(
      editLines((lines) => lines.slice(1)),
      INTEGRITY(/record 1 is missing/),
    ));

  test('with the last line changed is refused, although no line follows it', () =>
    expectRefused(
      editLines((lines) => lines.with(-1, (lines.at(-1) ?? '').replace('hanbit', 'hanbat'))),
      INTEGRITY(/record 121 was changed/),
    ));

  test('with its tail cut at a line is refused, naming what the index still has', () =>
    expectRefused(
      editLines((lines) => lines.slice(0, -3)),
      INTEGRITY(/lacks records 119 to 121, which the index holds/),
    ));

  test('with its tail cut inside a line is refused: that line was acknowledged', () =>
    expectRefused(
      async (directory) => {
        const path = join(directory, 'journal', '000001.jsonl');
        await truncate(path, (await stat(path)).size - 10);
      },
      INTEGRITY(/lacks record 121, which/),
    ));

  test('with another store’s record of the same number at its end is refused', async () => {
    const other = await createFilledDirectory(COUNT);
    const foreign = (await readJournalLines(other)).at(-1) ?? '';
    await expectRefused(
      editLines((lines) => lines.with(-1, foreign)),
      INTEGRITY(/record 121 is missing or out of turn/),
    );
  });

  test('replaced whole by another store’s is refused', async () => {
    const other = await createFilledDirectory(COUNT);
    await expectRefused(
      (directory) => cp(join(other, 'journal'), join(directory, 'journal'), { recursive: true }),
      INTEGRITY(/record 121 is not the one the index has followed/),
    );
  });

  test('deleted is refused', () =>
    expectRefused(
      (directory) => rm(join(directory, 'journal'), { recursive: true }),
      INTEGRITY(/lacks records 1 to 121/),
    ));

  test('with an unfinished line at its end opens, and the line is cut: nobody was told of it', () =>
    expectOpens((directory) => appendFile(join(directory, 'journal', '000001.jsonl'), '{"hash":"0123')));
});

describe('the journal in several segments', () => {
  const segmentBytes = 20_000;

  test('is followed from one to the next', async () => {
    const directory = await createFilledDirectory(COUNT, { segmentBytes });
    expect((await stat(join(directory, 'journal', '000004.jsonl'))).size).toBeGreaterThan(0);
    await withStore({ directory, segmentBytes }, async (store) => {
      expect((await store.listIssuances('hanbit-steel', { limit: 100 })).items).toHaveLength(COUNT);
      await issueMany(store, COUNT, COUNT + 30);
    });
    await withStore({ directory, segmentBytes }, async (store) => {
      expect((await store.listIssuances('hanbit-steel', { limit: 100 })).items).toHaveLength(COUNT + 30);
    });
  });

  test('lacking one is refused', async () => {
    const directory = await createFilledDirectory(COUNT, { segmentBytes });
    await unlink(join(directory, 'journal', '000002.jsonl'));
    await expect(createLevelStore({ directory })).rejects.toEqual(INTEGRITY(/segment 000002.jsonl is missing/));
  });
});

describe('the index', () => {
  test.each([5000, 12_000, 20_000])('whose log lost its last %i bytes is refused, naming the gap', (bytes) =>
    expectRefused(
      (directory) => changeLevelLog(directory, (log) => log.subarray(0, -bytes)),
      INTEGRITY(/^The index lacks records \d+ to 121$/),
    ),
  );

  test.each([0.1, 0.3, 0.5, 0.7, 0.9])('whose log has a byte flipped at %f of its length is refused', (where) =>
    expectRefused(
      (directory) =>
        changeLevelLog(directory, (log) => {
          const at = Math.floor(log.byteLength * where);
          log[at] = (log[at] ?? 0) ^ 0xff;
          return log;
        }),
      INTEGRITY(/^The index (lacks records? |does not hold what journal record \d+ wrote)/),
    ),
  );

  test('with a table that is none is refused, and the inspection says so too', async () => {
    const directory = await copyOf(intact);
    // Opened once more, LevelDB writes its log into a table.
    await withStore({ directory }, (store) => issueMany(store, COUNT, COUNT + 1));
    const index = join(directory, 'level');
    for (const name of (await readdir(index)).filter((file) => file.endsWith('.ldb'))) {
      const bytes = await readFile(join(index, name));
      await writeFile(join(index, name), bytes.fill(0, bytes.length - 8));
    }
    const refused = INTEGRITY(/^The index is damaged$/);
    await expect(createLevelStore({ directory })).rejects.toEqual(refused);
    expect((await inspectStore(directory)).find(({ check }) => check === 'store.index')).toMatchObject({
      outcome: 'failed',
      code: 'STORE_INTEGRITY',
    });
  });

  test('that is gone is refused, not quietly made anew', () =>
    expectRefused(
      (directory) => rm(join(directory, 'level'), { recursive: true }),
      INTEGRITY(/^The index lacks records 1 to 121$/),
    ));

  test('without its manifest is refused', () =>
    expectRefused(
      (directory) => writeFile(join(directory, 'level', 'CURRENT'), 'MANIFEST-999999\n'),
      INTEGRITY(/does not open/),
    ));

  test('that ends before the last group, as after a kill between journal and index, is brought up to it', async () => {
    const directory = await copyOf(intact);
    const before = await createTemporaryDirectory();
    await withStore({ directory }, async (store) => {
      await store.writeSetting('a', 1);
      await cp(join(directory, 'level'), before, { recursive: true });
      await store.writeSetting('a', 2);
    });
    await rm(join(directory, 'level'), { recursive: true });
    await cp(before, join(directory, 'level'), { recursive: true });
    await withStore({ directory }, async (store) => expect(await store.readSetting('a')).toBe(2));
  });

  test('that is an older copy is refused as a rollback', async () => {
    const older = await copyOf(intact);
    await expectRefused(
      async (directory) => {
        await withStore({ directory }, (store) => issueMany(store, COUNT, COUNT + 5));
        await rm(join(directory, 'level'), { recursive: true });
        await cp(join(older, 'level'), join(directory, 'level'), { recursive: true });
      },
      ROLLBACK(/older copy: it lacks records 122 to 132/),
    );
  });
});

describe('the high-water mark', () => {
  test('refuses a journal and an index that are both an older copy', async () => {
    const older = await copyOf(intact);
    await expectRefused(
      async (directory) => {
        await withStore({ directory }, (store) => issueMany(store, COUNT, COUNT + 5));
        for (const part of ['level', 'journal']) {
          await rm(join(directory, part), { recursive: true });
          await cp(join(older, part), join(directory, part), { recursive: true });
        }
      },
      ROLLBACK(/ends at record 121, but it had come to record 132/),
    );
  });

  test('must not be gone', () =>
    expectRefused((directory) => unlink(join(directory, 'high-water')), INTEGRITY(/mark is missing/)));

  test('must be readable', () =>
    expectRefused(
      (directory) => writeFile(join(directory, 'high-water'), 'x'.repeat(1024)),
      INTEGRITY(/cannot be read/),
    ));

  test('survives the loss of either slot', async () => {
    for (const slot of [0, 1]) {
      await expectOpens(async (directory) => {
        const path = join(directory, 'high-water');
        const bytes = await readFile(path);
        await writeFile(path, bytes.fill(0, slot * 512, slot * 512 + 512));
      });
    }
  });
});

describe('the lock', () => {
  test('keeps a second store out, and goes with the first', async () => {
    const directory = await copyOf(intact);
    await withStore({ directory }, async () => {
      await expect(createLevelStore({ directory })).rejects.toEqual(refusal('STORE_LOCKED', /another process/i));
    });
    await withStore({ directory }, async () => {});
  });
});
