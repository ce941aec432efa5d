/** Making a database what a backup says it was, all at once: a restore that was killed leaves nothing behind in it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import type { Contents, Restoration } from '../backup/source.ts';
import { readLink, readWrites } from '../journal-record.ts';
import { type Database, openDatabase, writeBatch } from '../level/database.ts';
import { Overlay } from '../overlay.ts';
import { takeOver } from '../tables/sessions.ts';
import type { Head } from '../transaction.ts';
import { type Client, createPool, isUnreachable, unavailable, viewOf, within } from './connection.ts';
import { migrate } from './migrations.ts';
import { beginTurn, type Position, putEntries, putLines, writeTurn } from './turn.ts';

interface PostgresRestoreOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly restoration: Restoration;
  /** Where the journal of the backup ends. */
  readonly head: Head;
}

/** Rows, and characters in them, written at once. */
const MOST_ROWS = 500;
const MOST_WRITTEN = 4 * 1024 * 1024;

/** Errors: CONFLICT when the database holds a store already; UNAVAILABLE; CONFIG_REFUSED for a server that will not do. */
export async function assertEmptyPostgres(url: string): Promise<void> {
  await ask(url, async (client) => {
    await migrate(client);
    const { sequence } = await beginTurn(client);
    await client.query('ROLLBACK');
    if (sequence > 0) throw notEmpty();
  });
}

const notEmpty = (): ServiceError => new ServiceError('CONFLICT', 'the database holds a store already');

/**
 * Make a store of what a backup holds, with the act that says so and leaves a gap in every status list, in one transaction. Returns where
 * its journal ends then. A database that this restore had filled before it was killed is left as it is.
 * Errors: those of `assertEmptyPostgres`.
 */
export function restorePostgres(contents: Contents, options: PostgresRestoreOptions): Promise<Head> {
  return ask(options.url, async (client) => {
    await migrate(client);
    const position = await beginTurn(client);
    if (position.sequence > 0) return assertDoneBefore(client, position, options.head);
    await client.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    const group = await writeJournal(client, contents);
    const { head } = options;
    const restored = await writeRestoration(client, { ...position, ...head, group }, options);
    await client.query('COMMIT');
    return restored;
  });
}

async function ask<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const pool = createPool(url, 1);
  try {
    return await within(pool, work);
  } catch (error) {
    throw isUnreachable(error) ? unavailable(error) : error;
  } finally {
    await pool.end();
  }
}

/** Nobody was told, but it had happened: nothing follows the backup's last record but the act of a restore. */
async function assertDoneBefore(client: Client, { sequence, hash }: Position, head: Head): Promise<Head> {
  const text = 'SELECT line FROM proofprint_journal WHERE sequence = $1';
  const [row] = (await client.query<{ line: string }>(text, [head.sequence + 1])).rows;
  await client.query('ROLLBACK');
  const link = row && readLink(new TextEncoder().encode(row.line));
  if (link?.act !== 'restore' || link.previous !== head.hash || link.hash !== hash) throw notEmpty();
  return { sequence, hash };
}

/** The lines as they are, and the entries that they come to. Returns the group of the last one. */
async function writeJournal(client: Client, contents: Contents): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), 'proofprint-restoring-'));
  const index = await openDatabase(scratch);
  try {
    const group = await writeLines(client, contents, index);
    for await (const { key, text } of contents.unjournalled()) await index.put(key, text);
    await writeEntries(client, index);
    return group;
  } finally {
    await index.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function writeLines(client: Client, contents: Contents, index: Database): Promise<number> {
  let group = 0;
  let written = 0;
  let lines: { sequence: number; line: string }[] = [];
  let writes = new Map<string, string | undefined>();
  const flush = async (): Promise<void> => {
    await putLines(client, lines);
    await writeBatch(index, writes, undefined);
    [lines, writes, written] = [[], new Map(), 0];
  };
  for await (const bytes of contents.lines()) {
    const link = readLink(bytes);
    if (link === undefined) throw new ServiceError('STORE_INTEGRITY', 'A record was changed while it was read');
    lines.push({ sequence: link.sequence, line: Buffer.from(bytes).toString('utf8') });
    for (const [key, text] of readWrites(bytes)) writes.set(key, text);
    group = link.group;
    written += bytes.byteLength;
    if (lines.length >= MOST_ROWS || written > MOST_WRITTEN) await flush();
  }
  await flush();
  return group;
}

async function writeEntries(client: Client, index: Database): Promise<void> {
  let written = 0;
  let entries: [string, string][] = [];
  const flush = async (): Promise<void> => {
    await putEntries(client, entries);
    [entries, written] = [[], 0];
  };
  for await (const entry of index.iterator()) {
    entries.push(entry);
    written += entry[1].length;
    if (entries.length >= MOST_ROWS || written > MOST_WRITTEN) await flush();
  }
  await flush();
}

async function writeRestoration(
  client: Client,
  position: Position,
  { clock, restoration }: PostgresRestoreOptions,
): Promise<Head> {
  const at = clock.now();
  const sequence = position.sequence + 1;
  const tx = new Overlay(viewOf(client), at, sequence);
  await takeOver(tx, 0, restoration);
  const name = { act: 'restore', why: restoration.why };
  await writeTurn(client, [{ sequence, name, at, writes: tx.writes }], position);
  const text = 'SELECT sequence, hash FROM proofprint_head';
  const [row] = (await client.query<{ sequence: string; hash: string }>(text)).rows;
  return { sequence: Number(row?.sequence), hash: row?.hash ?? '' };
}
