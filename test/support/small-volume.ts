/** A volume that can be filled: a tmpfs where this user may mount one, elsewhere a folder about which a node is told how full it is. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface SmallVolume extends AsyncDisposable {
  readonly directory: string;
  /** Whether writes to it really fail when it is full. */
  readonly real: boolean;
  /** For the process that works on it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Have somebody else fill it, or make room, so that about so many bytes are free. */
  leave(bytes: number): Promise<void>;
}

const PIECE = 64 * 1024;

export async function createSmallVolume(bytes: number): Promise<SmallVolume> {
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-volume-'));
  try {
    await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'tmpfs', directory]);
  } catch {
    return createToldVolume(directory, bytes);
  }
  const filler = join(directory, 'somebody-else');
  let filled = 0;
  await writeFile(filler, '');
  return {
    directory,
    real: true,
    environment: {},
    leave: async (wanted) => {
      const { bavail, bsize } = await statfs(directory);
      const target = Math.max(0, filled + bavail * bsize - wanted);
      if (target < filled) await truncate(filler, target);
      // In pieces, up to the last that fits: the node writes too.
      for (let at = filled; at < target; at += PIECE) {
        const piece = Buffer.alloc(Math.min(PIECE, target - at), 1);
        const written = await writeFile(filler, piece, { flag: 'a' }).then(
          () => true,
          () => false,
        );
        if (!written) break;
      }
      filled = target;
    },
    [Symbol.asyncDispose]: async () => {
      await promisify(execFile)('umount', ['-l', directory]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What the file beside it says is free, whatever is. */
async function createToldVolume(directory: string, bytes: number): Promise<SmallVolume> {
  const told = join(directory, 'free');
  const leave = (wanted: number): Promise<void> => writeFile(told, String(wanted));
  await leave(bytes);
  const plant = `import f from 'node:fs/promises';import {readFileSync} from 'node:fs';import {syncBuiltinESMExports} from 'node:module';
    f.statfs=async()=>({bsize:1,bavail:Number(readFileSync(${JSON.stringify(told)},'utf8'))});syncBuiltinESMExports();`;
  return {
    directory,
    real: false,
    environment: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(plant)}` },
    leave,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
