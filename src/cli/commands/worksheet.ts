import { parseArgs } from 'node:util';
import { ServiceError } from '../../base/error.ts';
import { type Finding, verdictOf } from '../../base/finding.ts';
import type { JsonObject } from '../../base/json.ts';
import { PROBLEMS } from '../../base/problem.ts';
import { checkWorksheet } from '../../credentials/worksheet/check.ts';
import { createWorksheet, proveLines } from '../../services/worksheets.ts';
import { type Command, EXIT, type Terminal, UsageError } from '../command.ts';
import { readDocument } from '../documents.ts';
import { printable } from '../printable.ts';
import { readWorksheetRowsFile } from '../worksheet-rows.ts';

export const worksheet: Command = {
  name: 'worksheet',
  usage:
    'worksheet build FILE [--pad N] [--out F] | worksheet prove FILE --leaf N… [--out F] | worksheet check FILE [--claim F] [--json]',
  summary: {
    en: 'Build a salted worksheet from rows (JSON or CSV), show single lines of it with their proof, or re-add it against a claim',
    ko: '행 목록(JSON 또는 CSV)으로 산정 시트를 만들고, 일부 줄만 증명과 함께 보이거나, 주장과 맞추어 다시 더해 봅니다',
  },
  async run([action, ...args], terminal) {
    switch (action) {
      case 'build':
        return build(args, terminal);
      case 'prove':
        return prove(args, terminal);
      case 'check':
        return check(args, terminal);
      default:
        throw new UsageError('build, prove or check');
    }
  },
};

async function build(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = { pad: { type: 'string' }, out: { type: 'string' }, json: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const file = onlyFile(positionals);
  const pad = values.pad === undefined ? undefined : wholeNumber(values.pad, '--pad');
  try {
    const sheet = createWorksheet(await readWorksheetRowsFile(file, terminal), pad);
    terminal.err(`${sheet.root}  ${sheet.leaves.length}  ${sheet.total}\n`);
    await write(sheet, values.out, terminal);
    return EXIT.accepted;
  } catch (error) {
    return explain(error, terminal);
  }
}

async function prove(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = {
    leaf: { type: 'string', multiple: true },
    out: { type: 'string' },
    json: { type: 'boolean' },
  } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const file = onlyFile(positionals);
  if (values.leaf === undefined) throw new UsageError('--leaf takes the number of a line, counted from 1');
  const lines = values.leaf.map((text) => wholeNumber(text, '--leaf'));
  const sheet = await readDocument(file, terminal);
  try {
    const answer = proveLines(sheet, lines);
    describe(answer.warnings, terminal, (text) => terminal.err(text));
    await write(answer.worksheet, values.out, terminal);
    return EXIT.accepted;
  } catch (error) {
    return explain(error, terminal);
  }
}

async function check(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = { claim: { type: 'string' }, json: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const sheet = await readDocument(onlyFile(positionals), terminal);
  const claim = values.claim === undefined ? undefined : credentialIn(await readDocument(values.claim, terminal));
  const report = checkWorksheet(sheet, claim);
  const verdict = verdictOf(report.findings);
  if (values.json) terminal.out(`${JSON.stringify({ verdict, ...report }, null, 2)}\n`);
  else {
    const words = WORDS[verdict][terminal.language];
    const sums = [report.root, report.leafCount, report.total].filter((value) => value !== undefined).join('  ');
    terminal.out(`${words}${sums === '' ? '' : `: ${sums}`}\n`);
    describe(report.findings, terminal, (text) => terminal.out(text));
  }
  if (verdict === 'rejected') return EXIT.refused;
  return verdict === 'accepted' ? EXIT.accepted : EXIT.undetermined;
}

const WORDS = {
  accepted: { en: 'the worksheet holds', ko: '산정 시트가 맞습니다' },
  rejected: { en: 'the worksheet does NOT hold', ko: '산정 시트가 맞지 않습니다' },
  undetermined: { en: 'could not be determined', ko: '판정 불가' },
} as const;

function onlyFile(positionals: readonly string[]): string {
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('name one file');
  return file;
}

function wholeNumber(text: string, option: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`${option} takes a number counted from 1`);
  return Number(text);
}

/** A claim as it was issued, or the answer of a node with the claim inside. */
function credentialIn(document: JsonObject): JsonObject {
  const inner = document['verifiableCredential'];
  return document['type'] === undefined && typeof inner === 'object' ? (inner as JsonObject) : document;
}

async function write(sheet: object, out: string | undefined, terminal: Terminal): Promise<void> {
  const text = `${JSON.stringify(sheet, null, 2)}\n`;
  if (out === undefined) terminal.out(text);
  else await terminal.writeFile(out, text);
}

/** All that is wrong with rows or lines, each with its place; anything else is for the caller. */
function explain(error: unknown, terminal: Terminal): number {
  if (!(error instanceof ServiceError) || error.findings.length === 0) throw error;
  describe(error.findings, terminal, (text) => terminal.err(text));
  return EXIT.refused;
}

function describe(findings: readonly Finding[], { language }: Terminal, say: (text: string) => void): void {
  for (const { outcome, code, pointer, detail, check: name } of findings) {
    if (outcome === 'passed') continue;
    const title = code === undefined ? name : `${code} ${PROBLEMS[code].title[language]}`;
    say(printable(`  ${title}${pointer === undefined ? '' : ` ${placeOf(pointer, language)}`}: ${detail ?? ''}\n`));
  }
}

/** `/rows/3/quantity` as people count. */
function placeOf(pointer: string, language: Terminal['language']): string {
  const [, kind, index, member] = /^(?:\/worksheet)?\/(rows|leaves)\/(\d+)(?:\/(\w+))?$/.exec(pointer) ?? [];
  if (kind === undefined) return pointer;
  const number = Number(index) + 1;
  const place =
    language === 'ko'
      ? `${number}번째 ${kind === 'rows' ? '행' : '줄'}`
      : `${kind === 'rows' ? 'row' : 'line'} ${number}`;
  return member === undefined ? place : `${place}, ${member}`;
}
