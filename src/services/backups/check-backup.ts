import { ServiceError } from '../../base/error.ts';
import { KEY_STORE_FILE } from '../../crypto/signers/key-store-files.ts';
import { digestOf, invalid, type Member, type MemberDigest, readArchive } from '../../store/backup/archive.ts';
import { BACKUP_FORMAT, type Manifest, MEMBERS, readManifest } from '../../store/backup/manifest.ts';
import { type Contents, KEPT_UNJOURNALLED } from '../../store/backup/source.ts';
import { GENESIS, readLink } from '../../store/journal-record.ts';
import type { Entry, Head } from '../../store/transaction.ts';
import { manifestDigest, type OpenKeys, SEAL_CONTEXT, withKeyCopies } from './key-copies.ts';

export interface CheckedBackup {
  readonly manifest: Manifest;
  /** Sealed, by name below the folder of the key store. */
  readonly keyFiles: ReadonlyMap<string, string>;
  readonly contents: Contents;
}

/** What the first member of every backup says. */
export const FORMAT_TEXT = `${JSON.stringify({ format: BACKUP_FORMAT })}\n`;
const HEADER = 'key-store.json';

/**
 * Read a backup from end to end: every digest, the whole hash chain, every sealed key, and that it was written by somebody who has the
 * secret of the key store. Writes nothing but a copy of the sealed keys, which is removed.
 * Errors: BACKUP_INVALID for an archive that is cut, changed or none of ours; KEY_STORE when the secret at hand is another one.
 */
export async function checkBackup(
  path: string,
  open: OpenKeys,
  onProgress: (done: number) => void,
): Promise<CheckedBackup> {
  const reader = new BackupReader();
  for await (const { done, ...member } of readArchive(path)) {
    reader.take(member);
    onProgress(done);
  }
  const { manifest, manifestBytes, seal, keyFiles } = reader.end();
  await withKeyCopies(keyFiles, open, async (keys) => {
    const digest = Buffer.from(keys.unseal(seal, SEAL_CONTEXT));
    if (!digest.equals(manifestDigest(manifestBytes))) throw invalid('the seal is of another manifest');
  });
  return { manifest, keyFiles, contents: contentsOf(path) };
}

/** Takes the members in the order in which they must come. */
class BackupReader {
  readonly keyFiles = new Map<string, string>();
  readonly #members: MemberDigest[] = [];
  #head: Head = GENESIS;
  #manifestBytes: Uint8Array | undefined;
  #manifest: Manifest | undefined;
  #seal: string | undefined;
  #unjournalled = false;

  take(member: Member): void {
    if (this.#members.length === 0 && textOf(member) !== FORMAT_TEXT)
      throw invalid('this is no backup, or one of a format that this program does not know');
    if (this.#seal !== undefined) throw invalid('something follows the end');
    if (this.#manifest !== undefined) this.#takeSeal(member);
    else if (member.name === MEMBERS.manifest) this.#takeManifest(member);
    else this.#takeContent(member);
  }

  end(): { manifest: Manifest; manifestBytes: Uint8Array; seal: string; keyFiles: ReadonlyMap<string, string> } {
    const [manifest, manifestBytes, seal] = [this.#manifest, this.#manifestBytes, this.#seal];
    if (manifest === undefined || manifestBytes === undefined || seal === undefined)
      throw invalid('it was broken off before its end');
    return { manifest, manifestBytes, seal, keyFiles: this.keyFiles };
  }

  #takeContent(member: Member): void {
    const { name } = member;
    this.#members.push(digestOf(member));
    if (name.startsWith(MEMBERS.journal)) this.#follow(member);
    else if (name.startsWith(MEMBERS.unjournalled)) {
      this.#unjournalled = true;
      for (const _ of entriesIn(member));
    } else if (name.startsWith(MEMBERS.keys) && KEY_STORE_FILE.test(name.slice(MEMBERS.keys.length)))
      this.keyFiles.set(name.slice(MEMBERS.keys.length), textOf(member));
    else if (this.#members.length > 1) throw invalid(`${name} has no place in a backup`);
  }

  #follow(member: Member): void {
    for (const line of linesIn(member)) {
      const link = readLink(line);
      if (link?.sequence !== this.#head.sequence + 1 || link.previous !== this.#head.hash)
        throw invalid(`record ${this.#head.sequence + 1} was changed or is missing`);
      this.#head = { sequence: link.sequence, hash: link.hash };
    }
  }

  #takeManifest({ bytes }: Member): void {
    const manifest = readManifest(bytes);
    const { sequence, hash } = this.#head;
    if (JSON.stringify(manifest.members) !== JSON.stringify(this.#members))
      throw invalid('a part of it was changed, is missing or was added');
    if (manifest.head.sequence !== sequence || manifest.head.hash !== hash)
      throw invalid(`its journal ends at record ${sequence}, its manifest says ${manifest.head.sequence}`);
    if (this.#unjournalled && !manifest.unjournalled) throw invalid('the manifest does not fit what is there');
    if (!this.keyFiles.has(HEADER)) throw invalid('it has no key store');
    this.#manifest = manifest;
    this.#manifestBytes = bytes;
  }

  #takeSeal(member: Member): void {
    if (member.name !== MEMBERS.seal) throw invalid(`${member.name} has no place in a backup`);
    this.#seal = textOf(member);
  }
}

function textOf({ name, bytes }: Member): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(`${name} is no text`, cause);
  }
}

function* linesIn({ name, bytes }: Member): Generator<Uint8Array, void, void> {
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
    yield bytes.subarray(start, end);
    start = end + 1;
  }
  if (start !== bytes.byteLength) throw invalid(`${name} ends in the middle of a line`);
}

function* entriesIn(member: Member): Generator<Entry, void, void> {
  for (const line of linesIn(member)) {
    const entry = readEntry(Buffer.from(line).toString('utf8'));
    if (entry === undefined) throw invalid(`${member.name} holds what has no place in a backup`);
    yield entry;
  }
}

function readEntry(line: string): Entry | undefined {
  try {
    const [key, text, ...more] = JSON.parse(line) as readonly unknown[];
    if (typeof key !== 'string' || typeof text !== 'string' || more.length > 0) return undefined;
    JSON.parse(text);
    return KEPT_UNJOURNALLED.some((prefix) => key.startsWith(prefix)) ? { key, text } : undefined;
  } catch {
    return undefined;
  }
}

/** What is written back. Each time it is asked for, the file is read anew. */
function contentsOf(path: string): Contents {
  return {
    lines: async function* () {
      let head: Head = GENESIS;
      for await (const member of readArchive(path)) {
        if (!member.name.startsWith(MEMBERS.journal)) continue;
        for (const line of linesIn(member)) {
          const link = readLink(line);
          if (link?.previous !== head.hash)
            throw new ServiceError('BACKUP_INVALID', 'it was changed while it was read');
          head = link;
          yield line;
        }
      }
    },
    unjournalled: async function* () {
      for await (const member of readArchive(path)) {
        if (member.name.startsWith(MEMBERS.unjournalled)) yield* entriesIn(member);
      }
    },
  };
}
