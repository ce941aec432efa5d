import { ServiceError } from '../../base/error.ts';
import { type JournalSource, KEPT_UNJOURNALLED } from '../backup/source.ts';
import { GENESIS } from '../journal-record.ts';
import type { Entry, Head } from '../transaction.ts';
import { type Client, createPool, isUnreachable, sqlStateOf, unavailable, viewOf, within } from './connection.ts';
import { readJournal } from './journal-rows.ts';

/** No such table: nobody ever kept anything here. SQLSTATE. */
const UNDEFINED_TABLE = '42P01';

/**
 * Read a database as it is at one moment, in the middle of whatever its nodes do.
 * Errors: NOT_FOUND where there is no store; UNAVAILABLE; STORE_INTEGRITY.
 */
export async function withPostgresSource<Result>(
  url: string,
  work: (source: JournalSource) => Promise<Result>,
): Promise<Result> {
  const pool = createPool(url, 1);
  try {
    return await within(pool, async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      // A slow disk at the other end is no reason to be thrown out.
      await client.query('SET LOCAL idle_in_transaction_session_timeout = 0');
      const { sequence } = await readHead(client);
      const entries: Entry[] = [];
      for (const prefix of KEPT_UNJOURNALLED) entries.push(...(await viewOf(client).range({ prefix })));
      const result = await work({
        kind: 'postgres',
        unjournalled: entries,
        readJournal: async (onLine) => {
          const end = await readJournal(client, (line, link) => onLine(line, link.sequence / sequence));
          if (end.sequence !== sequence) throw new ServiceError('STORE_INTEGRITY', 'The journal ends before its head');
        },
      });
      await client.query('COMMIT');
      return result;
    });
  } catch (error) {
    throw isUnreachable(error) ? unavailable(error) : error;
  } finally {
    await pool.end();
  }
}

async function readHead(client: Client): Promise<Head> {
  try {
    const text = 'SELECT sequence, hash FROM proofprint_head';
    const [row] = (await client.query<{ sequence: string; hash: string }>(text)).rows;
    if (row !== undefined && Number(row.sequence) > GENESIS.sequence) {
      return { sequence: Number(row.sequence), hash: row.hash };
    }
  } catch (error) {
    if (sqlStateOf(error) !== UNDEFINED_TABLE) throw error;
  }
  throw new ServiceError('NOT_FOUND', 'the database holds no store');
}
