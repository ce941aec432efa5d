/**
 * The tables, and how an older database becomes one of this version. Each step is applied once, in order, in one transaction with the
 * note that it was; there is no way back but a restore.
 */
import { ServiceError } from '../../base/error.ts';
import { GENESIS } from '../journal-record.ts';
import type { Client } from './connection.ts';

/** Keys sort by their bytes, as everywhere; `value` is JSON text as it was written, which a `jsonb` would not keep. */
const STEPS: readonly string[] = [
  `CREATE TABLE proofprint_entry (
     key text COLLATE "C" PRIMARY KEY,
     value text NOT NULL
   );
   CREATE TABLE proofprint_journal (
     sequence bigint PRIMARY KEY,
     line text NOT NULL
   );
   CREATE TABLE proofprint_head (
     only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
     sequence bigint NOT NULL,
     hash text NOT NULL,
     journal_group bigint NOT NULL,
     revision bigint NOT NULL
   );
   INSERT INTO proofprint_head (sequence, hash, journal_group, revision)
     VALUES (${GENESIS.sequence}, '${GENESIS.hash}', 0, 0);`,
];

/** Any number that nobody else uses for an advisory lock in the same database. */
const LOCK = '8102099357864587881';
const OLDEST_SERVER = 130_000;

/**
 * Bring the database to this version, one process at a time.
 * Errors: `CONFIG_REFUSED` for a server that is too old, that writes another encoding than UTF-8, that does not sync what it
 * acknowledges, or whose data were written by a newer version.
 */
export async function migrate(client: Client): Promise<void> {
  await checkServer(client);
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1::bigint)', [LOCK]);
    await client.query(
      'CREATE TABLE IF NOT EXISTS proofprint_schema (version integer PRIMARY KEY, applied_at timestamptz)',
    );
    const { rows } = await client.query<{ version: number | null }>(
      'SELECT max(version) AS version FROM proofprint_schema',
    );
    const version = rows[0]?.version ?? 0;
    if (version > STEPS.length) {
      const detail = `The database has version ${version} of the tables; this program knows ${STEPS.length}`;
      throw new ServiceError('CONFIG_REFUSED', detail, { pointer: '/STORE' });
    }
    for (const [index, step] of STEPS.entries()) {
      if (index < version) continue;
      await client.query(step);
      await client.query('INSERT INTO proofprint_schema VALUES ($1, now())', [index + 1]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function checkServer(client: Client): Promise<void> {
  const settings = async (name: string): Promise<string> => {
    const { rows } = await client.query<{ setting: string }>('SELECT current_setting($1) AS setting', [name]);
    return rows[0]?.setting ?? '';
  };
  const wrong = async (): Promise<string | undefined> => {
    if (Number(await settings('server_version_num')) < OLDEST_SERVER) return 'PostgreSQL 13 or later is needed';
    if ((await settings('server_encoding')) !== 'UTF8') return 'the database must be encoded in UTF8';
    if ((await settings('fsync')) !== 'on') return 'the server runs with fsync off and would lose what it acknowledged';
    return undefined;
  };
  const detail = await wrong();
  if (detail !== undefined) throw new ServiceError('CONFIG_REFUSED', detail, { pointer: '/STORE' });
}
