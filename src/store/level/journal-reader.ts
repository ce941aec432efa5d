/**
 * Reading the journal back. Segments are files `journal/000001.jsonl`, `000002.jsonl`, …; each holds whole groups of records
 * (../journal-record.ts), and the chain runs on from one to the next.
 */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '../../base/error.ts';
import { GENESIS, type Link, readLink } from '../journal-record.ts';
import type { Head } from '../transaction.ts';

export interface Segment {
  readonly number: number;
  readonly path: string;
  readonly size: number;
}

const SEGMENT_NAME = /^(\d{6})\.jsonl$/;
const CHUNK = 1024 * 1024;
/** One act cannot be larger: its request was not, and it is kept a few times over. */
const LONGEST_LINE = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

export function segmentPath(directory: string, number: number): string {
  return join(directory, `${String(number).padStart(6, '0')}.jsonl`);
}

/** The segments in order. Errors: `STORE_INTEGRITY` when one between the first and the last is missing. */
export async function listSegments(directory: string): Promise<readonly Segment[]> {
  const names = (await readdir(directory)).filter((name) => SEGMENT_NAME.test(name)).sort();
  const segments: Segment[] = [];
  for (const [at, name] of names.entries()) {
    const number = at + 1;
    if (Number.parseInt(name, 10) !== number) {
      throw new ServiceError('STORE_INTEGRITY', `Journal segment ${segmentPath('', number)} is missing`);
    }
    const path = join(directory, name);
    segments.push({ number, path, size: (await stat(path)).size });
  }
  return segments;
}

export interface ReadRecord {
  readonly link: Link;
  /** Without the line feed. A view that is overwritten by nothing. */
  readonly line: Uint8Array;
}

interface Reading {
  /** What the first record read must follow; unknown when reading does not start at the first segment. */
  readonly from?: Head;
  readonly onRecord: (record: ReadRecord) => void | Promise<void>;
}

/** What the records that were read come to. */
export interface ReadEnd {
  readonly head: Head;
  /** Group of the last record. */
  readonly group: number;
  /** Bytes after the last line feed: a line that was being written when the process ended, and that nobody was told of. */
  readonly unfinished: number;
}

/**
 * Read segments in order and follow the chain.
 * Errors: `STORE_INTEGRITY`, naming the sequence at which a record was changed, is missing or stands out of turn.
 */
export async function readSegments(segments: readonly Segment[], { from, onRecord }: Reading): Promise<ReadEnd> {
  let head = from;
  let group = 0;
  let unfinished = 0;
  for (const segment of segments) {
    if (unfinished > 0) throw broken(head, 'ends in the middle of a segment');
    unfinished = await eachLine(segment, async (line) => {
      const link = readLink(line);
      if (!link) throw broken(head, 'was changed');
      if (head && (link.sequence !== head.sequence + 1 || link.previous !== head.hash)) {
        throw broken(head, `is missing or out of turn: record ${link.sequence} stands in its place`);
      }
      head = link;
      group = link.group;
      await onRecord({ link, line });
    });
  }
  return { head: { sequence: head?.sequence ?? 0, hash: head?.hash ?? GENESIS.hash }, group, unfinished };
}

function broken(head: Head | undefined, what: string): ServiceError {
  const place = head ? `Journal record ${head.sequence + 1}` : 'The first journal record of a segment';
  return new ServiceError('STORE_INTEGRITY', `${place} ${what}`);
}

/** Calls back with every line that ends in a line feed, as far as the segment came when it was listed; returns how many bytes follow the last one. */
async function eachLine({ path, size }: Segment, onLine: (line: Uint8Array) => Promise<void>): Promise<number> {
  const file = await open(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (let position = 0; ; ) {
      const wanted = Math.min(CHUNK, size - position);
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, position);
      if (bytesRead === 0) return rest.byteLength;
      position += bytesRead;
      const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        await onLine(bytes.subarray(start, end));
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.byteLength > LONGEST_LINE) throw new ServiceError('STORE_INTEGRITY', 'A journal line has no end');
    }
  } finally {
    await file.close();
  }
}
