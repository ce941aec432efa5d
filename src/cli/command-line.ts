import { ServiceError } from '../base/error.ts';
import { PROBLEMS, type ProblemCode } from '../base/problem.ts';
import { type Command, type CommandKit, EXIT, type Terminal, UsageError } from './command.ts';
import { backup } from './commands/backup.ts';
import { bundle } from './commands/bundle.ts';
import { exportCommand } from './commands/export.ts';
import { fsck } from './commands/fsck.ts';
import { inspect } from './commands/inspect.ts';
import { issue } from './commands/issue.ts';
import { keys } from './commands/keys.ts';
import { lint } from './commands/lint.ts';
import { policy } from './commands/policy.ts';
import { present } from './commands/present.ts';
import { restore } from './commands/restore.ts';
import { serve } from './commands/serve.ts';
import { verify } from './commands/verify.ts';
import { worksheet } from './commands/worksheet.ts';

const COMMANDS: readonly Command[] = [
  serve,
  lint,
  issue,
  present,
  verify,
  bundle,
  exportCommand,
  inspect,
  keys,
  fsck,
  backup,
  restore,
  policy,
  worksheet,
];

/** Codes that mean "we could not tell" rather than "no". */
const OPEN: ReadonlySet<ProblemCode> = new Set([
  'STATUS_RETRIEVAL_ERROR',
  'DID_RESOLUTION_ERROR',
  'UNAVAILABLE',
  'STORE_LOCKED',
]);
/** Codes that mean the node or its files are at fault, not the document. */
const FAULTS: ReadonlySet<ProblemCode> = new Set([
  'INTERNAL',
  'STORE_INTEGRITY',
  'STORE_ROLLBACK',
  'KEY_STORE',
  'CONTEXT_INTEGRITY',
  'SELF_VERIFY_FAILED',
]);

/** Run one command. Never throws: every end is an exit code with a line that says why. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal, kit: CommandKit): Promise<number> {
  const [name, ...args] = argv;
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const asked = name === undefined || name === '--help' || name === 'help';
    (asked && name !== undefined ? terminal.out : terminal.err)(overview(terminal.language));
    return asked && name !== undefined ? EXIT.accepted : EXIT.usage;
  }
  if (args.includes('--help')) {
    terminal.out(`${command.summary[terminal.language]}\n\n  proofprint ${command.usage}\n`);
    return EXIT.accepted;
  }
  try {
    return await command.run(args, terminal, kit);
  } catch (error) {
    return explain(error, command, terminal);
  }
}

function explain(error: unknown, command: Command, terminal: Terminal): number {
  if (error instanceof UsageError || isArgumentError(error)) {
    terminal.err(`${error instanceof Error ? error.message : ''}\n\n  proofprint ${command.usage}\n`);
    return EXIT.usage;
  }
  if (!(error instanceof ServiceError)) {
    terminal.err(`${PROBLEMS.INTERNAL.title[terminal.language]}\n`);
    return EXIT.fault;
  }
  const place = error.pointer ? ` (${error.pointer})` : '';
  terminal.err(`${error.code}: ${PROBLEMS[error.code].title[terminal.language]}${place}\n  ${error.message}\n`);
  if (error.code === 'CONFIG_REFUSED' || error.code === 'BAD_REQUEST') return EXIT.usage;
  if (FAULTS.has(error.code)) return EXIT.fault;
  return OPEN.has(error.code) ? EXIT.undetermined : EXIT.refused;
}

function isArgumentError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}

function overview(language: 'en' | 'ko'): string {
  const lines = COMMANDS.map((command) => `  proofprint ${command.usage}\n      ${command.summary[language]}`);
  return `Proofprint\n\n${lines.join('\n')}\n`;
}
