/** Records of the journal by their sequence, read from its files while the store is at work. */
import { open } from 'node:fs/promises';
import { logLeaf } from '../../formats/merkle-log.ts';
import { sequenceOf } from '../journal-record.ts';
import type { JournalView, Span } from '../transaction.ts';
import { listSegments, readSegments, type Segment } from './journal-reader.ts';

/** What the link of a line may need. */
const LINK_BYTES = 512;

/** Records after `after` up to `upTo`, all of which are on disk. */
async function readSpan(journal: string, { after, upTo }: Span, onLine: (line: Uint8Array) => void): Promise<void> {
  if (after >= upTo) return;
  const segments = await listSegments(journal);
  let read = 0;
  for (const segment of segments.slice(await firstNeeded(segments, after + 1))) {
    await readSegments([segment], {
      onRecord: ({ link: { sequence }, line }) => {
        if (sequence > after && sequence <= upTo) onLine(line);
        read = sequence;
      },
    });
    if (read >= upTo) return;
  }
}

/** The journal in this folder. */
export function journalViewOf(journal: string): JournalView {
  return {
    leaves: (span, onLeaf) => readSpan(journal, span, (line) => onLeaf(logLeaf(line))),
    line: async (sequence) => {
      let found: string | undefined;
      await readSpan(journal, { after: sequence - 1, upTo: sequence }, (line) => {
        found = Buffer.from(line).toString('utf8');
      });
      return found;
    },
  };
}

/** The last segment that begins with this record or one before it. */
async function firstNeeded(segments: readonly Segment[], sequence: number): Promise<number> {
  for (let at = segments.length - 1; at > 0; at -= 1) {
    const first = await firstSequence(segments[at] as Segment);
    if (first !== undefined && first <= sequence) return at;
  }
  return 0;
}

async function firstSequence({ path }: Segment): Promise<number | undefined> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(LINK_BYTES), 0, LINK_BYTES, 0);
    return sequenceOf(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
