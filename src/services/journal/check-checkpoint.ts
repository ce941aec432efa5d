/** Holding a journal to a checkpoint that was signed when it was shorter: `proofprint fsck --checkpoint`. */
import { type Finding, failed, passed } from '../../base/finding.ts';
import { ALGORITHMS } from '../../crypto/algorithms.ts';
import { readMultikey } from '../../crypto/multikey.ts';
import { logLeaf, MerkleLog } from '../../formats/merkle-log.ts';
import {
  type LogCheckpoint,
  type NoteVerifier,
  noteKeyId,
  readCheckpointText,
  readNote,
  readNoteVerifier,
} from '../../formats/signed-note.ts';
import type { JournalSource } from '../../store/backup/source.ts';
import { readWrites } from '../../store/journal-record.ts';
import { settings } from '../../store/tables/settings.ts';

/** The setting that names the key with which this node signs checkpoints. */
export const JOURNAL_KEY = 'journalKey';

const CHECK = 'store.checkpoint';
const KEY = settings.key([JOURNAL_KEY]);

interface Given {
  /** The note, or the answer of `GET /admin/journal/checkpoint` with the note in it. */
  readonly text: string;
  /** Whose word it must be; left out, that of the key that the journal itself names. */
  readonly verifier: string | undefined;
}

/**
 * One finding: whether the journal that is there begins with what the checkpoint was signed for. Also while a node is at work.
 * Errors: those of the source where the chain itself is broken (STORE_INTEGRITY), which fsck tells by itself.
 */
export async function checkCheckpoint(given: Given, source: JournalSource): Promise<Finding> {
  const note = readNote(noteIn(given.text));
  const checkpoint = note && readCheckpointText(note.text);
  const trusted = given.verifier === undefined ? undefined : readNoteVerifier(given.verifier);
  if (note === undefined || checkpoint === undefined || (given.verifier !== undefined && trusted === undefined))
    return failed(CHECK, 'MALFORMED_VALUE_ERROR', 'not a signed checkpoint, or not a verifier key');
  const { root, size, named } = await readTree(source, checkpoint);
  const verifier = trusted ?? named;
  if (verifier === undefined || !isSignedBy(note, verifier))
    return failed(CHECK, 'PROOF_VERIFICATION_ERROR', 'the checkpoint is not signed by the key of this journal');
  if (size < checkpoint.size) {
    const detail = `The journal ends at record ${size}, but it had come to record ${checkpoint.size}`;
    return failed(CHECK, 'STORE_ROLLBACK', detail);
  }
  if (root === undefined || !Buffer.from(root).equals(checkpoint.root)) {
    const detail = `The first ${checkpoint.size} records are not those of the checkpoint; after a restore, see the act restore`;
    return failed(CHECK, 'STORE_INTEGRITY', detail);
  }
  return passed(CHECK, { params: { size: String(checkpoint.size), records: String(size) } });
}

function noteIn(text: string): string {
  if (!text.startsWith('{')) return text;
  try {
    const { checkpoint } = JSON.parse(text) as { readonly checkpoint?: unknown };
    return typeof checkpoint === 'string' ? checkpoint : '';
  } catch {
    return '';
  }
}

function isSignedBy({ text, signatures }: NonNullable<ReturnType<typeof readNote>>, verifier: NoteVerifier): boolean {
  const id = Buffer.from(noteKeyId(verifier));
  return signatures.some(
    ({ name, keyId, signature }) =>
      name === verifier.name &&
      id.equals(keyId) &&
      ALGORITHMS.Ed25519.verify(verifier.publicKey, Buffer.from(text), signature),
  );
}

interface ReadTree {
  readonly size: number;
  /** At the size of the checkpoint. */
  readonly root: Uint8Array | undefined;
  readonly named: NoteVerifier | undefined;
}

async function readTree(source: JournalSource, { size: wanted }: LogCheckpoint): Promise<ReadTree> {
  const log = new MerkleLog();
  let size = 0;
  let root: Uint8Array | undefined;
  let named: NoteVerifier | undefined;
  await source.readJournal(async (line) => {
    size += 1;
    // Written once, by an act of its own.
    if (named === undefined && startOf(line).includes(SETTLED)) named = verifierIn(line);
    if (size > wanted) return;
    log.add(logLeaf(line));
    if (size === wanted) root = log.root();
  });
  return { size, root, named };
}

const SETTLED = '"act":"settle-setting"';
/** Bytes before the writes of a record. */
const START_BYTES = 400;

const startOf = (line: Uint8Array): Buffer => Buffer.from(line.subarray(0, START_BYTES));

function verifierIn(line: Uint8Array): NoteVerifier | undefined {
  const text = readWrites(line).get(KEY);
  if (text === undefined) return undefined;
  const { origin, publicKeyMultibase } = JSON.parse(text) as { origin?: unknown; publicKeyMultibase?: unknown };
  const key = readMultikey(publicKeyMultibase);
  return typeof origin === 'string' && key?.keyType === 'Ed25519' ? { name: origin, publicKey: key.bytes } : undefined;
}
