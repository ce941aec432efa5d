/** The foreign implementations: how each is fetched, started and asked. None of their code is part of this project. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../src/base/json.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/proofprint-interop', import.meta.url));

const DIDKIT = '@learncard/didkit-plugin@1.9.10';
const DIDKIT_INTEGRITY =
  'sha512-dMKVI7ivmufQ0UiEU04bexdlNn5Be5DKQDk6pZcrd59mCE6oSsV+aFZO8cydegRHNsFKI1SWrUrf6Y5v/b1ueA==';
const RDFJS = [
  'oxigraph@0.5.11',
  'jsonld-streaming-parser@5.0.1',
  'rdfjs-c14n@3.1.4',
  'n3@1.26.0',
  '@noble/curves@2.4.0',
];

/** A program that is ready to be asked: its command line up to the verb. */
export type Command = readonly [string, ...string[]];

export interface Implementation {
  /** Name of its folder under test/kept/foreign. */
  readonly name: string;
  /** Fetches what it needs. Nothing when that cannot be had here; `remedy` says what to do then. */
  prepare(): Promise<Command | undefined>;
  readonly remedy: string;
}

export interface ForeignVerdict {
  readonly verified: boolean;
  readonly detail?: string;
}

interface Result {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

function run([file, ...args]: Command, cwd?: string): Promise<Result> {
  return new Promise((resolve) => {
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    execFile(file, args, { env, maxBuffer: 64 * 1024 * 1024, ...(cwd && { cwd }) }, (error, stdout, stderr) => {
      resolve({ ok: error === null, stdout, stderr });
    });
  });
}

async function preparePyld(): Promise<Command | undefined> {
  // Debian's packages belong to Debian's Python, which need not be the first on the path.
  for (const python of ['python3', '/usr/bin/python3']) {
    const command: Command = [python, join(HERE, 'eddsa_rdfc_2022.py')];
    if ((await run([...command, 'version'])).ok) return command;
  }
  return undefined;
}

async function prepareDidkit(): Promise<Command | undefined> {
  const folder = join(CACHE, 'didkit');
  if (!existsSync(join(folder, 'package', 'dist'))) {
    // Packed, not installed: its 660 dependencies belong to the wallet around it, not to the Rust code.
    await mkdir(folder, { recursive: true });
    const packed = await run(['npm', 'pack', '--json', DIDKIT], folder);
    if (!packed.ok || !packed.stdout.includes(DIDKIT_INTEGRITY)) return undefined;
    const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
    if (archive === undefined || !(await run(['tar', '-xzf', archive], folder)).ok) return undefined;
  }
  return [process.execPath, join(HERE, 'didkit.mjs'), folder];
}

async function prepareRdfjs(): Promise<Command | undefined> {
  const folder = join(CACHE, 'rdfjs');
  const command: Command = [process.execPath, join(HERE, 'rdfjs.mjs'), folder];
  if ((await run([...command, 'version'])).ok) return command;
  await mkdir(folder, { recursive: true });
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  await run(['npm', 'install', ...flags, ...RDFJS], folder);
  return (await run([...command, 'version'])).ok ? command : undefined;
}

export const IMPLEMENTATIONS: readonly Implementation[] = [
  { name: 'didkit', prepare: prepareDidkit, remedy: `${DIDKIT} could not be fetched with npm` },
  { name: 'pyld', prepare: preparePyld, remedy: 'apt-get install python3-pyld python3-nacl' },
  { name: 'rdfjs', prepare: prepareRdfjs, remedy: `${RDFJS.join(', ')} could not be fetched with npm` },
];

/** Each package and its version, as the program itself tells them. */
export async function versionsOf(command: Command): Promise<Readonly<Record<string, string>>> {
  return JSON.parse(await output([...command, 'version'])) as Record<string, string>;
}

/** One verdict for each file, in their order. `contexts` is a file {url: document}. */
export async function verifyForeign(
  command: Command,
  contexts: string,
  files: readonly string[],
): Promise<ForeignVerdict[]> {
  const lines = await output([...command, 'verify', contexts, ...files]);
  return lines.split('\n').map((line) => JSON.parse(line) as ForeignVerdict);
}

/** Each document, secured under the did:key of the seed (32 bytes), which becomes its issuer. */
export async function issueForeign(
  command: Command,
  contexts: string,
  { seed, created, files }: { readonly seed: Uint8Array; readonly created: string; readonly files: readonly string[] },
): Promise<JsonObject[]> {
  const lines = await output([...command, 'issue', contexts, Buffer.from(seed).toString('hex'), created, ...files]);
  return lines.split('\n').map((line) => JSON.parse(line) as JsonObject);
}

async function output(command: Command): Promise<string> {
  const { ok, stdout, stderr } = await run(command);
  if (!ok) throw new Error(`${command.slice(0, 3).join(' ')}: ${stderr.trim()}`);
  return stdout.trim();
}
