import { execFile } from 'node:child_process';
import { mkdtemp, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One block of commands that a page tells its reader to type, marked with `<!-- run: name -->`. */
export interface Block {
  readonly name: string;
  readonly commands: string;
}

export async function readBlocks(page: string): Promise<readonly Block[]> {
  const text = await readFile(page, 'utf8');
  return [...text.matchAll(/<!-- run: (\S+) -->\n```sh\n([\s\S]*?)```/g)].map(([, name = '', commands = '']) => ({
    name,
    commands,
  }));
}

/** What a reader of one page has at hand. */
export type Variables = Readonly<Record<string, string>>;

export interface Step extends Block {
  readonly variables: Variables;
}

/** `npm test` has just built the program; by hand the source is run, so that nothing old is tried. */
const BUILT = process.env['PROOFPRINT_BUILT'] === '1';
/** So that the source runs from any folder. */
const LOADER = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Between what two blocks print; no command prints it by itself. */
const MARK = '\u001e';

/**
 * Type the blocks one after the other into one shell, in a folder of its own that sees the project's docs and the built program, and return what each printed.
 * `proofprint` runs the program, and `date` tells the time of the node, which stands still.
 */
export async function typeIn(steps: readonly Step[], now: number): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'proofprint-docs-'));
  for (const name of ['docs', 'dist']) await symlink(resolve(name), join(folder, name));
  const script = [
    'set -euo pipefail',
    BUILT
      ? `proofprint() { "${process.execPath}" "${resolve('dist/main.js')}" "$@"; }`
      : `proofprint() { "${process.execPath}" --import "${LOADER}" "${resolve('src/main.ts')}" "$@"; }`,
    `date() { case "$*" in *%T*) echo ${iso(now)} ;; *) echo ${iso(now).slice(0, 10)} ;; esac; }`,
    ...steps.flatMap(({ name, commands, variables }) => [
      `printf '${MARK}%s\\n' '${name}'`,
      ...Object.entries(variables).map(([variable, value]) => `export ${variable}='${value}'`),
      commands,
    ]),
  ].join('\n');
  const { stdout } = await run('bash', ['-c', script], { cwd: folder, timeout: 120_000 });
  const parts = stdout.split(MARK).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1).trim()]));
}

function iso(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}
