/**
 * What must hold before a store on disk takes its first act: the journal's chain is whole, the index has followed it to its end or to
 * the group before, what the index holds is what the last records say, and neither is older than the high-water mark. LevelDB opens
 * a torn or flipped log without a word and leaves records out; this is where that is noticed (docs/threats.md, storage).
 */
import { ServiceError } from '../../base/error.ts';
import { readWrites } from '../journal-record.ts';
import { sessions } from '../tables/sessions.ts';
import type { Head } from '../transaction.ts';
import { type Database, readable, readHead, viewOf } from './database.ts';
import { EMPTY_JOURNAL, type JournalEnd } from './journal.ts';
import { listSegments, type ReadRecord, readSegments, type Segment } from './journal-reader.ts';

/**
 * Records whose values are compared with the index, in bytes of journal. LevelDB holds at most two write buffers of 4 MiB outside its
 * checksummed tables, and a record is longer than what it puts there.
 */
export const COMPARED_BYTES = 16 * 1024 * 1024;
const KEYS_AT_ONCE = 1000;
/** Acts with which a session begins. */
const OPENINGS: ReadonlySet<string> = new Set(['open', 'restore']);

interface Tail {
  readonly end: JournalEnd;
  /** The last records, at least the whole last group, oldest first. */
  readonly records: readonly ReadRecord[];
  /** Sequence with which the last group begins. */
  readonly lastGroup: number;
  /** Sequence of the last act that opened the store, when it is among the segments read. */
  readonly session: number | undefined;
}

interface Reconciled {
  readonly end: JournalEnd;
  /** Writes of the last group, when the process ended between journal and index. */
  readonly replay: ReadonlyMap<string, string | undefined>;
}

export async function reconcile(
  database: Database,
  { journal, mark }: { journal: string; mark: Head | undefined | 'accepted' },
): Promise<Reconciled> {
  const tail = await readTail(await listSegments(journal));
  const index = await readHead(database);
  await checkIndexHead(database, tail, index);
  if (mark !== 'accepted') checkMark(tail, mark);
  const followed = tail.records.filter(({ link }) => link.sequence <= index.sequence);
  await compareValues(database, followed);
  const replay = new Map<string, string | undefined>();
  for (const { link, line } of tail.records) {
    if (link.sequence > index.sequence) for (const [key, text] of readWrites(line)) replay.set(key, text);
  }
  return { end: tail.end, replay };
}

async function readTail(segments: readonly Segment[]): Promise<Tail> {
  const read = lastSegments(segments);
  const records: ReadRecord[] = [];
  let bytes = 0;
  let dropped = 0;
  let lastGroup = 0;
  let group = 0;
  let session: number | undefined;
  const fromStart = read[0]?.number === 1;
  const end = await readSegments(read, {
    ...(fromStart ? { from: EMPTY_JOURNAL.head } : {}),
    onRecord: (record) => {
      records.push(record);
      bytes += record.line.byteLength;
      for (; bytes - (records[dropped]?.line.byteLength ?? 0) > COMPARED_BYTES; dropped += 1) {
        bytes -= records[dropped]?.line.byteLength ?? 0;
        delete records[dropped];
      }
      if (record.link.group !== group) lastGroup = record.link.sequence;
      group = record.link.group;
      if (OPENINGS.has(record.link.act)) session = record.link.sequence;
    },
  });
  const last = read.at(-1);
  return {
    end: last
      ? { head: end.head, group: end.group, segment: last.number, size: last.size - end.unfinished }
      : EMPTY_JOURNAL,
    records: records.slice(dropped),
    lastGroup,
    session,
  };
}

/** The last segment, and as many before it as the comparison needs. */
function lastSegments(segments: readonly Segment[]): readonly Segment[] {
  let from = segments.length - 1;
  for (let bytes = segments[from]?.size ?? 0; from > 0 && bytes < COMPARED_BYTES; bytes += segments[from]?.size ?? 0) {
    from -= 1;
  }
  return segments.slice(Math.max(0, from));
}

function integrity(message: string): ServiceError {
  return new ServiceError('STORE_INTEGRITY', message);
}

function span(from: number, to: number): string {
  return from === to ? `record ${from}` : `records ${from} to ${to}`;
}

function checkMark({ end, lastGroup, records }: Tail, mark: Head | undefined): void {
  const { sequence } = end.head;
  if (!mark) {
    // Only a store that was being created may lack its mark.
    if (lastGroup > 1) throw integrity('The high-water mark is missing');
    return;
  }
  if (mark.sequence > sequence) {
    throw new ServiceError(
      'STORE_ROLLBACK',
      `The store ends at record ${sequence}, but it had come to record ${mark.sequence}: it is an older copy`,
    );
  }
  const marked = records.find(({ link }) => link.sequence === mark.sequence);
  if (marked && marked.link.hash !== mark.hash) {
    throw integrity(`Journal record ${mark.sequence} is not the one the high-water mark names`);
  }
}

async function checkIndexHead(database: Database, tail: Tail, index: Head): Promise<void> {
  const { sequence } = tail.end.head;
  if (index.sequence > sequence) {
    throw integrity(`The journal lacks ${span(sequence + 1, index.sequence)}, which the index holds`);
  }
  const record = tail.records.find(({ link }) => link.sequence === index.sequence);
  if (record && record.link.hash !== index.hash) {
    throw integrity(`Journal record ${index.sequence} is not the one the index has followed`);
  }
  if (index.sequence >= tail.lastGroup - 1) return;
  const gap = span(index.sequence + 1, sequence);
  const session = await sessions.find(viewOf(database));
  if (session !== undefined && tail.session !== undefined && session < tail.session) {
    throw new ServiceError('STORE_ROLLBACK', `The index is an older copy: it lacks ${gap}`);
  }
  throw integrity(`The index lacks ${gap}`);
}

async function compareValues(database: Database, records: readonly ReadRecord[]): Promise<void> {
  const expected = new Map<string, { text: string | undefined; sequence: number }>();
  for (const { link, line } of records) {
    for (const [key, text] of readWrites(line)) expected.set(key, { text, sequence: link.sequence });
  }
  const keys = [...expected.keys()];
  for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
    const some = keys.slice(at, at + KEYS_AT_ONCE);
    const values = await readable(() => database.getMany(some));
    for (const [i, key] of some.entries()) {
      const { text, sequence } = expected.get(key) ?? {};
      if (values[i] !== text) throw integrity(`The index does not hold what journal record ${sequence} wrote`);
    }
  }
}
