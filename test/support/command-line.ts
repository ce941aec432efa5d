import { readFile, writeFile } from 'node:fs/promises';
import type { Terminal } from '../../src/cli/command.ts';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { createCommandKit, type ProgramOptions } from '../../src/main.ts';

export interface CommandOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Run one command in this process, with its output captured. Files named in `files` are served from memory. */
export async function runCommand(
  argv: readonly string[],
  options: Partial<ProgramOptions> & {
    files?: Readonly<Record<string, string | Uint8Array>>;
    language?: 'en' | 'ko';
  } = {},
): Promise<CommandOutcome> {
  const { files = {}, language = 'en', ...program } = options;
  let out = '';
  let err = '';
  const terminal: Terminal = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readFile: async (path) => {
      const held = files[path];
      return held === undefined ? readFile(path) : Buffer.from(held as string);
    },
    writeFile: (path, text) => writeFile(path, text),
    language,
  };
  const code = await runCommandLine(argv, terminal, createCommandKit({ environment: {}, ...program }));
  return { code, out, err };
}
