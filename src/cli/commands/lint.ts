import { parseArgs } from 'node:util';
import { PROBLEMS } from '../../base/problem.ts';
import { isAdviceError } from '../../credentials/lint.ts';
import { readDateTime } from '../../formats/date-time.ts';
import type { AdviceAnswer } from '../../services/adviser/adviser.ts';
import { explainAdvice, wordAdvice } from '../../services/adviser/wording.ts';
import { type Command, type DocumentChecker, EXIT, type Terminal, UsageError } from '../command.ts';
import { presentedIn, readDocument, readDocuments, readPolicyFile } from '../documents.ts';
import { printable } from '../printable.ts';

type Linted = Awaited<ReturnType<DocumentChecker['lint']>>;

export const lint: Command = {
  name: 'lint',
  usage: 'lint FILE… [--supporting F]… [--regime R]… [--policy F] [--at T] [--offline] [--lang en|ko] [--json]',
  summary: {
    en: 'Say what the rules will make of credentials that are not signed yet',
    ko: '아직 서명하지 않은 증명서가 규칙을 충족할지 미리 알려 줍니다',
  },
  async run(args, terminal, kit) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    if (positionals.length === 0) throw new UsageError('name at least one file, or - for standard input');
    const language = languageOf(values.lang, terminal);
    const at = values.at === undefined ? undefined : readDateTime(values.at);
    if (values.at !== undefined && at === undefined)
      throw new UsageError('--at takes an instant such as 2027-04-15T00:00:00Z');
    const beside = await readDocuments(values.supporting ?? [], terminal);
    const policy = values.policy === undefined ? undefined : await readPolicyFile(values.policy, terminal);
    const checker = kit.createChecker({ offline: values.offline ?? false, evidence: beside.statusLists });
    const linted: (Linted & { file: string })[] = [];
    for (const file of positionals) {
      const draft = await readDocument(file, terminal);
      const request = {
        draft,
        supporting: [...beside.credentials, ...presentedIn(beside)],
        regimes: values.regime,
        at,
        ...(beside.worksheets.length === 0 ? {} : { worksheets: beside.worksheets as never }),
      };
      linted.push({ file, ...(await checker.lint(request, policy)) });
    }
    if (values.json)
      terminal.out(
        `${JSON.stringify(
          linted.map((one) => asJson(one, language)),
          null,
          2,
        )}\n`,
      );
    else for (const one of linted) describe(one, language, terminal);
    return exitOf(linted);
  },
};

const OPTIONS = {
  supporting: { type: 'string', multiple: true },
  regime: { type: 'string', multiple: true },
  policy: { type: 'string' },
  at: { type: 'string' },
  offline: { type: 'boolean' },
  lang: { type: 'string' },
  json: { type: 'boolean' },
} as const;

function languageOf(asked: string | undefined, terminal: Terminal): Terminal['language'] {
  if (asked === undefined) return terminal.language;
  if (asked !== 'en' && asked !== 'ko') throw new UsageError('--lang is en or ko');
  return asked;
}

function asJson(
  { file, findings, advice, unusable }: Linted & { file: string },
  language: Terminal['language'],
): object {
  return {
    file,
    issuable: !findings.some(isAdviceError),
    findings,
    advice: wordAdvice(advice, language),
    unusable: unusable.map(({ id, findings: why }) => ({ id, findings: why })),
  };
}

const WORDS = {
  fine: { en: 'can be issued', ko: '발급할 수 있습니다' },
  refused: { en: 'would be refused', ko: '발급이 거절됩니다' },
  unusable: { en: 'could not be used', ko: '사용할 수 없습니다' },
} as const;

function describe(
  { file, findings, advice, unusable }: Linted & { file: string },
  language: 'en' | 'ko',
  terminal: Terminal,
) {
  const refused = findings.some(isAdviceError);
  terminal.out(printable(`${file}: ${(refused ? WORDS.refused : WORDS.fine)[language]}\n`));
  for (const finding of findings) {
    const title = finding.code === undefined ? '' : PROBLEMS[finding.code].title[language];
    terminal.out(printable(`  ${finding.check} ${finding.pointer ?? ''}: ${finding.detail ?? ''} (${title})\n`));
  }
  terminal.out(printable(explainAdvice(advice, language)));
  for (const { id, findings: why } of unusable) {
    const codes = why.flatMap(({ outcome, code }) => (outcome === 'passed' || code === undefined ? [] : [code]));
    terminal.out(printable(`  ! ${id ?? '?'} ${WORDS.unusable[language]}: ${codes.join(', ')}\n`));
  }
}

/** 0 when nothing stands against any draft, 1 when something does, 2 when it cannot be told. */
function exitOf(linted: readonly Linted[]): number {
  const results = linted.flatMap((one: AdviceAnswer) => Object.values(one.advice).map(({ wouldBe }) => wouldBe));
  if (linted.some(({ findings }) => findings.some(isAdviceError))) return EXIT.refused;
  if (results.includes('REJECT')) return EXIT.refused;
  return results.includes('UNDETERMINED') ? EXIT.undetermined : EXIT.accepted;
}
