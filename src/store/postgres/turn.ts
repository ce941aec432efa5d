/** One turn in the database: the row that says whose it is, and everything that is written in it. */
import { ServiceError } from '../../base/error.ts';
import { sealAct } from '../journal-record.ts';
import type { CommittedAct, Head } from '../transaction.ts';
import type { Client } from './connection.ts';
import { textArray } from './text-array.ts';

/** Where the journal stands when a turn begins. */
export interface Position extends Head {
  /** Of the turn before. */
  readonly group: number;
  /** Rises with every turn that writes, also where it writes nothing for the journal. */
  readonly revision: number;
  /** Another one after every turn that writes, whoever has it: what was read in one state holds in no other. */
  readonly state: string;
  /** What the server calls the transaction, also after its connection broke. */
  readonly transaction: string;
}

interface HeadRow {
  readonly sequence: string;
  readonly hash: string;
  readonly journal_group: string;
  readonly revision: string;
  readonly transaction: string;
}

/** Begin a transaction and wait for the turn, which lasts until it ends. Errors: `STORE_INTEGRITY`; those of `pg`. */
export async function beginTurn(client: Client): Promise<Position> {
  // Whatever the role's or the server's own settings: what waited for the turn must see what was written before, and what is acknowledged
  // must be on disk.
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
  await client.query("SET LOCAL synchronous_commit = on; SET LOCAL lock_timeout = '10s'");
  const { rows } = await client.query<HeadRow>(
    `SELECT sequence, hash, journal_group, revision, pg_current_xact_id()::text AS transaction
       FROM proofprint_head FOR UPDATE`,
  );
  const [row] = rows;
  if (row === undefined) throw new ServiceError('STORE_INTEGRITY', 'The journal has no head');
  const revision = Number(row.revision);
  return {
    sequence: Number(row.sequence),
    hash: row.hash,
    group: Number(row.journal_group),
    revision,
    state: stateOf(revision, row.hash),
    transaction: row.transaction,
  };
}

const stateOf = (revision: number, hash: string): string => `${revision} ${hash}`;

/** Write what the acts of a turn wrote: journal, entries, and the head that the next turn finds. The state it leaves behind. */
export async function writeTurn(client: Client, acts: readonly CommittedAct[], from: Position): Promise<string> {
  const group = from.group + 1;
  const lines: { readonly sequence: number; readonly line: string }[] = [];
  const writes = new Map<string, string | undefined>();
  let head: Head = from;
  for (const act of acts) {
    for (const [key, text] of act.writes) writes.set(key, text);
    if (act.sequence === undefined) continue;
    const sealed = sealAct(act, act.sequence, head, group);
    head = sealed.head;
    lines.push({ sequence: act.sequence, line: sealed.line });
  }
  await putLines(client, lines);
  await writeEntries(client, writes);
  await client.query('UPDATE proofprint_head SET sequence = $1, hash = $2, journal_group = $3, revision = $4', [
    head.sequence,
    head.hash,
    lines.length > 0 ? group : from.group,
    from.revision + 1,
  ]);
  return stateOf(from.revision + 1, head.hash);
}

/** Add lines to the journal. */
export async function putLines(
  client: Client,
  lines: readonly { readonly sequence: number; readonly line: string }[],
): Promise<void> {
  if (lines.length === 0) return;
  const text = 'INSERT INTO proofprint_journal SELECT * FROM unnest($1::bigint[], $2::text[])';
  await client.query(text, [lines.map(({ sequence }) => sequence), textArray(lines.map(({ line }) => line))]);
}

async function writeEntries(client: Client, writes: ReadonlyMap<string, string | undefined>): Promise<void> {
  await putEntries(
    client,
    [...writes].filter((write): write is [string, string] => write[1] !== undefined),
  );
  const deleted = [...writes].filter(([, text]) => text === undefined).map(([key]) => key);
  if (deleted.length > 0) await client.query('DELETE FROM proofprint_entry WHERE key = ANY($1::text[])', [deleted]);
}

/** Write entries, whether they were there or not. */
export async function putEntries(
  client: Client,
  put: readonly (readonly [key: string, text: string])[],
): Promise<void> {
  if (put.length === 0) return;
  const text = `INSERT INTO proofprint_entry SELECT * FROM unnest($1::text[], $2::text[])
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
  await client.query(text, [textArray(put.map(([key]) => key)), textArray(put.map(([, value]) => value))]);
}

export type Outcome = 'committed' | 'aborted' | 'in progress';

/** What became of a transaction whose connection broke; nothing when the server no longer knows. */
export async function outcomeOf(client: Client, transaction: string): Promise<Outcome | undefined> {
  const { rows } = await client.query<{ outcome: Outcome | null }>('SELECT pg_xact_status($1::xid8) AS outcome', [
    transaction,
  ]);
  return rows[0]?.outcome ?? undefined;
}
