import type { JsonObject } from '../../base/json.ts';
import { type CommandKit, EXIT, type LocalNode, type Terminal } from '../command.ts';
import { readDocument } from '../documents.ts';
import { printable } from '../printable.ts';
import { barOf } from '../progress.ts';
import { keyOf, WholeFile } from './beside.ts';
import { readRows } from './rows.ts';
import { type BatchOptions, beginOnNode, beginOverHttp, type ResultLine, type RunningBatch } from './run-batch.ts';

export interface IssueBatchOptions {
  readonly file: string;
  readonly issuer: string;
  readonly template: string | undefined;
  readonly sheet: string | undefined;
  readonly each: boolean;
  readonly dryRun: boolean;
  readonly regimes: readonly string[] | undefined;
  readonly key: string | undefined;
  readonly out: string | undefined;
  readonly json: boolean;
  /** A node that runs, instead of the one of DATA_DIR. */
  readonly node: { readonly url: string; readonly tokenFile: string } | undefined;
}

/** Refused lines that are told on the terminal; the file of results has all. */
const MOST_TOLD = 20;
const SHOW_EVERY_MS = 500;

interface Report {
  readonly batch: string | null;
  readonly results: string;
  lines: number;
  issued: number;
  valid: number;
  refused: number;
}

/** Issue a file of credentials, and write a file of results beside it. A rerun goes on where the last one ended. */
export async function issueBatch(options: IssueBatchOptions, terminal: Terminal, kit: CommandKit): Promise<number> {
  const { file, issuer, sheet, node } = options;
  const template = options.template === undefined ? undefined : await readDocument(options.template, terminal);
  const lines = await readRows(file, terminal, { template, sheet });
  const results = options.out ?? `${file}.${options.dryRun ? 'dry-run' : 'results'}.ndjson`;
  const asked: BatchOptions = {
    issuer,
    key: options.key ?? (options.dryRun ? 'dry-run' : await keyOf(file, issuer)),
    mode: options.each ? 'each' : 'all',
    dryRun: options.dryRun,
    regimes: options.regimes,
    language: terminal.language,
  };
  if (node !== undefined) {
    const token = new TextDecoder().decode(await terminal.readFile(node.tokenFile)).trim();
    const begun = await beginOverHttp({ url: node.url, token }, lines, asked);
    return told(await collect(begun, results, terminal), options, terminal);
  }
  const local = await kit.openNode();
  try {
    return told(await collectOn(local, lines, asked, results, terminal), options, terminal);
  } finally {
    await local.close();
  }
}

async function collectOn(
  local: LocalNode,
  bytes: AsyncIterable<Uint8Array>,
  asked: BatchOptions,
  results: string,
  terminal: Terminal,
): Promise<{ report: Report; refused: readonly ResultLine[] }> {
  return collect(await beginOnNode(local, bytes, asked), results, terminal);
}

async function collect(
  begun: RunningBatch,
  results: string,
  terminal: Terminal,
): Promise<{ report: Report; refused: readonly ResultLine[] }> {
  const report: Report = { batch: begun.id ?? null, results, lines: 0, issued: 0, valid: 0, refused: 0 };
  const refused: ResultLine[] = [];
  const file = await WholeFile.begin(results);
  const progress = watch(begun, terminal);
  try {
    await begun.run(async (line) => {
      await file.write(`${JSON.stringify(line)}\n`);
      report.lines += 1;
      if (line['status'] === 'issued') report.issued += 1;
      else if (line['status'] === 'valid') report.valid += 1;
      else {
        report.refused += 1;
        if (refused.length < MOST_TOLD) refused.push(line);
      }
    });
    await file.keep();
  } catch (error) {
    await file.leave();
    throw error;
  } finally {
    progress.end();
  }
  return { report, refused };
}

const STEPS: Readonly<Record<string, { readonly en: string; readonly ko: string }>> = {
  validating: { en: 'checking', ko: '확인 중' },
  working: { en: 'issuing', ko: '발급 중' },
};

/** Asks now and then how far it has come, where there is a terminal to show it on. */
function watch(begun: RunningBatch, terminal: Terminal): { end(): void } {
  if (terminal.progress === undefined) return { end: () => undefined };
  const show = async (): Promise<void> => {
    const now = await begun.state().catch(() => undefined);
    const step = now && STEPS[now.state]?.[terminal.language];
    if (now !== undefined && step !== undefined)
      terminal.progress?.(`${step} ${barOf(now.checked / Math.max(1, now.lines))} ${now.checked} / ${now.lines}`);
  };
  const timer = setInterval(() => void show(), SHOW_EVERY_MS);
  return {
    end: () => {
      clearInterval(timer);
      terminal.progress?.('');
    },
  };
}

function told(
  { report, refused }: { report: Report; refused: readonly ResultLine[] },
  { json }: IssueBatchOptions,
  terminal: Terminal,
): number {
  const isKorean = terminal.language === 'ko';
  for (const { line, problem } of refused) {
    const { code, title, detail, pointer } = problem as JsonObject;
    const place = pointer === undefined ? '' : ` ${String(pointer)}`;
    const row = isKorean ? `${String(line)}행` : `line ${String(line)}`;
    terminal.err(printable(`${row}: ${String(code)} ${String(title)}${place}\n  ${String(detail ?? '')}\n`));
  }
  if (report.refused > refused.length) {
    const more = report.refused - refused.length;
    terminal.err(isKorean ? `그 밖에 ${more}행\n` : `and ${more} more\n`);
  }
  if (json) terminal.out(`${JSON.stringify(report, null, 2)}\n`);
  else {
    const { lines, issued, valid, refused: bad, results } = report;
    const counts = isKorean
      ? `${lines}행 가운데 발급 ${issued}, 이상 없음 ${valid}, 거절 ${bad}`
      : `issued ${issued}, valid ${valid}, refused ${bad}, lines ${lines}`;
    terminal.out(`${counts}\n${printable(results)}\n`);
  }
  return report.refused > 0 ? EXIT.refused : EXIT.accepted;
}
