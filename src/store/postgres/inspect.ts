/** Reading a whole database and saying what is wrong with it, from one state of it. Repairs nothing, and takes nobody's turn. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceError } from '../../base/error.ts';
import { type Finding, failed, passed, skipped } from '../../base/finding.ts';
import { compareEntries } from '../compare-entries.ts';
import { readWrites } from '../journal-record.ts';
import { type Database, openDatabase, writeBatch } from '../level/database.ts';
import { checkSpentEntries, checkStatusLists } from '../tables/consistency.ts';
import type { Head } from '../transaction.ts';
import { type Client, createPool, isUnreachable, unavailable, viewOf, within } from './connection.ts';
import { readJournal } from './journal-rows.ts';

/** Entries read, and written, at once. */
const PAGE = 500;

/**
 * Check the whole hash chain, every entry against what the journal says it should be, and that no entry of a status list was given out
 * twice. Shape: one finding or more for each of `store.journal`, `store.index`, `store.entries`, `store.lists`. Needs room in the folder
 * for temporary files for a second index while it runs.
 * Errors: UNAVAILABLE.
 */
export async function inspectPostgres(url: string): Promise<readonly Finding[]> {
  const pool = createPool(url, 1);
  const scratch = await mkdtemp(join(tmpdir(), 'proofprint-inspecting-'));
  try {
    return await within(pool, async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const findings = await inspect(client, scratch);
      await client.query('COMMIT');
      return findings;
    });
  } catch (error) {
    throw isUnreachable(error) ? unavailable(error) : error;
  } finally {
    await pool.end();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function inspect(client: Client, scratch: string): Promise<readonly Finding[]> {
  const view = viewOf(client);
  const entries = [...(await checkSpentEntries(view)), ...(await checkStatusLists(view))];
  const expected = await openDatabase(scratch);
  try {
    const head = await replay(client, expected);
    await checkHead(client, head);
    const journal = passed('store.journal', { params: { records: String(head.sequence), head: head.hash } });
    return [journal, ...(await compareEntries(entriesOf(client), expected.iterator())), ...entries];
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const broken = failed('store.journal', error.code, error.message);
    return [broken, skipped('store.index', 'the journal cannot be followed to its end'), ...entries];
  } finally {
    await expected.close();
  }
}

/** Errors: STORE_INTEGRITY, naming the record where the chain breaks. */
async function replay(client: Client, index: Database): Promise<Head> {
  let writes = new Map<string, string | undefined>();
  const head = await readJournal(client, async (line) => {
    for (const [key, value] of readWrites(line)) writes.set(key, value);
    if (writes.size < PAGE) return;
    await writeBatch(index, writes, undefined);
    writes = new Map();
  });
  await writeBatch(index, writes, undefined);
  return head;
}

async function checkHead(client: Client, { sequence, hash }: Head): Promise<void> {
  const text = 'SELECT sequence, hash FROM proofprint_head';
  const [row] = (await client.query<{ sequence: string; hash: string }>(text)).rows;
  if (Number(row?.sequence) === sequence && row?.hash === hash) return;
  throw new ServiceError('STORE_INTEGRITY', `The journal ends at record ${sequence}, its head says ${row?.sequence}`);
}

async function* entriesOf(client: Client): AsyncGenerator<readonly [string, string], void, void> {
  const text = 'SELECT key, value FROM proofprint_entry WHERE key > $1 ORDER BY key LIMIT $2';
  for (let after = ''; ; ) {
    const { rows } = await client.query<{ key: string; value: string }>(text, [after, PAGE]);
    for (const { key, value } of rows) yield [key, value];
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.key;
  }
}
