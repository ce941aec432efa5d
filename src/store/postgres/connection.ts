/** Connections to a PostgreSQL, and what its failures mean. */
import pg from 'pg';
import { ServiceError } from '../../base/error.ts';
import { endOf } from '../table.ts';
import type { Entry, View } from '../transaction.ts';

export type Client = pg.PoolClient;
export type Pool = pg.Pool;

/** Milliseconds to wait for a connection. */
const CONNECT_MS = 5000;
/** Milliseconds one statement may take, waiting for its turn to write included. */
const STATEMENT_MS = 30_000;
/** Milliseconds after which a process that hangs in the middle of its turn loses it. */
const IDLE_IN_TURN_MS = 10_000;

/** `pg` reads the rest from the URL: host, port, database, user, password, `sslmode`. */
export function createPool(url: string, most: number): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: most,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TURN_MS,
    // The server's own limits say nothing when its machine is gone.
    query_timeout: STATEMENT_MS + 5000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'proofprint',
  });
  // A connection that breaks while nobody uses it is replaced by the pool; whoever needs one hears of it if that fails too.
  pool.on('error', () => undefined);
  return pool;
}

/** Work with one connection, which is thrown away when the work fails. */
export async function within<Result>(pool: Pool, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  // What breaks a connection in use is told by the statement that it breaks.
  client.on('error', ignore);
  try {
    const result = await work(client);
    client.off('error', ignore);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

const ignore = (): void => undefined;

/**
 * SQLSTATE of what passes: connection trouble (08), resources (53), server going down or starting (57P), turns that were lost (40, 55P03,
 * 57014, 25P02, 25P03), a server that became a standby (25006). PostgreSQL documentation, appendix A.
 */
const PASSING = /^(08...|53...|57P0[1-5]|40001|40P01|55P03|57014|25P0[23]|25006)$/;

/** What waiting does not mend: a file that the URL names, a certificate for another host. */
const STAYING: ReadonlySet<string> = new Set(['ENOENT', 'EACCES', 'ERR_TLS_CERT_ALTNAME_INVALID']);

/** In the words of `pg`, which has no code for it. */
const NO_TLS = 'The server does not support SSL connections';

/** Whether the database could not be asked, rather than that it did not like the question. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof ServiceError) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return PASSING.test(code) || (/^E[A-Z_]+$/.test(code) && !STAYING.has(code));
  if (error.message === NO_TLS) return false;
  // `pg` has no code for a connection that ended or was never made.
  return /connection|timeout|terminated/i.test(error.message);
}

/** What the server said of a statement, or nothing when it was not the server that failed. SQLSTATE. */
export function sqlStateOf(error: unknown): string | undefined {
  const { code } = error instanceof Error ? (error as { code?: unknown }) : {};
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** What SQLSTATE means where a new node meets it. PostgreSQL documentation, appendix A. */
const STATES: Readonly<Record<string, string>> = {
  '28P01': 'wrong user or password',
  '28000': 'this user may not connect from here (pg_hba.conf)',
  '3D000': 'there is no such database',
  '42501': 'this user may not make tables there: let it own the database',
};

/**
 * What an operator can mend in the address of a database, or in the database, by what came of using it. Without what the server said,
 * where names and passwords may stand.
 */
export function complaintOf(error: unknown): string {
  const state = sqlStateOf(error);
  if (state !== undefined) return `the database refuses, SQLSTATE ${state}${STATES[state] ? `: ${STATES[state]}` : ''}`;
  if (!(error instanceof Error)) return 'the connection cannot be made';
  if (error.message === NO_TLS) return 'the server speaks no TLS, and sslmode asks for it';
  const { code } = error as { code?: unknown };
  if (code === 'ENOENT' || code === 'EACCES')
    return 'a file that the URL names cannot be read (sslrootcert, sslcert, sslkey)';
  // OpenSSL's names for what is wrong with a certificate, as Node has them.
  if (typeof code === 'string' && /CERT|ERR_TLS_|ERR_SSL_|ISSUER/.test(code))
    return `the certificate of the server is refused, ${code}; sslrootcert=FILE in the URL names the authority that made it`;
  return 'the connection cannot be made';
}

/** What a caller is told; the cause is for the log. */
export function unavailable(cause: unknown, what = 'The database cannot be reached'): ServiceError {
  return new ServiceError('UNAVAILABLE', what, { cause, retryAfter: 5 });
}

/** The ordered keys, as this connection's transaction sees them. */
export function viewOf(client: Client): View {
  return {
    get: async (key) => {
      const text = 'SELECT value FROM proofprint_entry WHERE key = $1';
      const { rows } = await client.query<{ value: string }>({ name: 'proofprint-get', text, values: [key] });
      return rows[0]?.value;
    },
    range: async ({ prefix, after = '', before, reverse = false, limit }): Promise<readonly Entry[]> => {
      const end = endOf(prefix);
      const values = [prefix, before !== undefined && before < end ? before : end, after, limit ?? null];
      const direction = reverse ? 'DESC' : 'ASC';
      const text = `SELECT key, value AS text FROM proofprint_entry
        WHERE key >= $1 AND key < $2 AND key > $3 ORDER BY key ${direction} LIMIT $4::bigint`;
      const { rows } = await client.query<Entry>({ name: `proofprint-range-${direction}`, text, values });
      return rows;
    },
  };
}

/** Many entries in one question; those that there are. */
export async function readEntries(client: Client, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const text = 'SELECT key, value AS text FROM proofprint_entry WHERE key = ANY($1::text[])';
  const { rows } = await client.query<Entry>({ name: 'proofprint-get-many', text, values: [keys] });
  return new Map(rows.map((row) => [row.key, row.text]));
}
