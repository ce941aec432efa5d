import { parseArgs } from 'node:util';
import { type Command, EXIT, UsageError } from '../command.ts';
import { showProgress } from '../progress.ts';

const NEXT = {
  en: 'Issued and revoked since then is forgotten. Revoke again what had been revoked, and issue again what this node no longer knows. Then: proofprint fsck',
  ko: '그 뒤에 발급하고 취소한 것은 잃었습니다. 취소했던 것은 다시 취소하고, 이 노드가 모르는 증명서는 다시 발급하십시오. 그다음 proofprint fsck를 실행하십시오',
} as const;

export const restore: Command = {
  name: 'restore',
  usage: 'restore SOURCE [--gap N] [--check] [--json]',
  summary: {
    en: 'Make the data of a node anew from a backup, where there is nothing yet; --check only reads the backup',
    ko: '비어 있는 곳에 백업을 되살립니다. --check는 백업을 읽어 확인하기만 합니다',
  },
  async run(args, terminal, kit) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { gap: { type: 'string' }, check: { type: 'boolean' }, json: { type: 'boolean' } },
    });
    const [source, ...more] = positionals;
    if (source === undefined || more.length > 0) throw new UsageError('name one file');
    if (values.gap !== undefined && (values.check || !/^[1-9]\d{0,8}$/.test(values.gap)))
      throw new UsageError('--gap takes a whole number above 0, and goes with a restore alone');
    const gap = values.gap === undefined ? undefined : Number(values.gap);
    const progress = showProgress(terminal);
    const working =
      values.check === true ? kit.checkBackup(source, progress.show) : kit.restore(source, gap, progress.show);
    const report = await working.finally(progress.end);
    if (values.json === true) terminal.out(`${JSON.stringify(report, null, 2)}\n`);
    else for (const line of linesOf(report)) terminal.out(`${line}\n`);
    if ('restored' in report) terminal.err(`${NEXT[terminal.language]}\n`);
    return EXIT.accepted;
  },
};

type Report = Awaited<ReturnType<Parameters<Command['run']>[2]['restore' | 'checkBackup']>>;

function linesOf(report: Report): readonly string[] {
  const { createdAt, head, keys } = report;
  const lines = [
    `ok      backup    ${createdAt}, records ${head.sequence}, keys ${keys}`,
    `                  ${head.hash}`,
  ];
  if ('restored' in report) lines.push(`ok      restored  record ${report.restored.sequence}, gap ${report.gap}`);
  return lines;
}
