import { ServiceError } from '../../base/error.ts';
import { GENESIS, type Link, readLink } from '../journal-record.ts';
import type { Head, Span } from '../transaction.ts';
import type { Client } from './connection.ts';

/** Rows read at once. */
const PAGE = 500;

/**
 * Follow the journal of a database from its first record, as the transaction of this connection sees it. Returns where it ends.
 * Errors: STORE_INTEGRITY, naming the record where the chain breaks.
 */
export async function readJournal(
  client: Client,
  onLine: (line: Uint8Array, link: Link) => void | Promise<void>,
): Promise<Head> {
  let head: Head = GENESIS;
  const text = 'SELECT sequence, line FROM proofprint_journal WHERE sequence > $1 ORDER BY sequence LIMIT $2';
  for (;;) {
    const { rows } = await client.query<{ sequence: string; line: string }>(text, [head.sequence, PAGE]);
    for (const { sequence, line } of rows) {
      const bytes = new TextEncoder().encode(line);
      const link = readLink(bytes);
      const follows = link?.sequence === head.sequence + 1 && link.previous === head.hash;
      if (link === undefined || !follows || Number(sequence) !== link.sequence) {
        throw new ServiceError('STORE_INTEGRITY', `Record ${sequence} does not follow record ${head.sequence}`);
      }
      await onLine(bytes, link);
      head = link;
    }
    if (rows.length < PAGE) return { sequence: head.sequence, hash: head.hash };
  }
}

/** Records as leaves of the tree over the journal (formats/merkle-log.ts), hashed where they are. */
export async function readLeaves(client: Client, { after, upTo }: Span): Promise<readonly Uint8Array[]> {
  const text = `SELECT sha256('\\x00'::bytea || convert_to(line, 'UTF8')) AS leaf FROM proofprint_journal
    WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence`;
  const { rows } = await client.query<{ leaf: Uint8Array }>(text, [after, upTo]);
  return rows.map(({ leaf }) => Uint8Array.from(leaf));
}

export async function readLine(client: Client, sequence: number): Promise<string | undefined> {
  const text = 'SELECT line FROM proofprint_journal WHERE sequence = $1';
  return (await client.query<{ line: string }>(text, [sequence])).rows[0]?.line;
}
