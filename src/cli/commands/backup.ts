import { parseArgs } from 'node:util';
import { type Command, EXIT, UsageError } from '../command.ts';
import { printable } from '../printable.ts';
import { showProgress } from '../progress.ts';

const SECRET = {
  en: 'What seals the private keys (KEY_PASSPHRASE, KEY_FILE or DATA_DIR/node.key) is NOT in it. Keep that elsewhere: without it the backup restores nothing.',
  ko: '개인 키를 봉인한 비밀(KEY_PASSPHRASE, KEY_FILE 또는 DATA_DIR/node.key)은 들어 있지 않습니다. 다른 곳에 보관하십시오. 그것이 없으면 백업을 되살릴 수 없습니다.',
} as const;
const LEFT_OUT = {
  en: 'The node is at work: which foreign status lists and DID logs it has seen is not in it.',
  ko: '노드가 실행 중이라, 노드가 본 다른 곳의 상태 목록과 DID 로그의 기록은 들어 있지 않습니다.',
} as const;

export const backup: Command = {
  name: 'backup',
  usage: 'backup TARGET [--json]',
  summary: {
    en: 'Write everything the node keeps to one file, while it runs or not, and read it back',
    ko: '노드가 보관하는 모든 것을 파일 하나로 백업하고, 다시 읽어 확인합니다. 노드가 실행 중이어도 됩니다',
  },
  async run(args, terminal, kit) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean' } },
    });
    const [target, ...more] = positionals;
    if (target === undefined || more.length > 0) throw new UsageError('name one file, or a folder to put it in');
    const progress = showProgress(terminal);
    const report = await kit.backUp(target, progress.show).finally(progress.end);
    if (values.json === true) terminal.out(`${JSON.stringify(report, null, 2)}\n`);
    else {
      const { file, head, keys, bytes } = report;
      const words = { en: ['records', 'keys', 'bytes'], ko: ['기록', '키', '바이트'] }[terminal.language];
      terminal.out(
        `${printable(file)}\n  ${words[0]} ${head.sequence}, ${words[1]} ${keys}, ${words[2]} ${bytes}\n  ${head.hash}\n`,
      );
    }
    if (!report.unjournalled) terminal.err(`${LEFT_OUT[terminal.language]}\n`);
    terminal.err(`${SECRET[terminal.language]}\n`);
    return EXIT.accepted;
  },
};
