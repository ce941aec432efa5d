import { type Command, UsageError } from '../command.ts';

export const serve: Command = {
  name: 'serve',
  usage: 'serve',
  summary: {
    en: 'Run the node (settings come from the environment)',
    ko: '노드를 실행합니다 (설정은 환경 변수에서 읽습니다)',
  },
  run(args, _terminal, kit) {
    if (args.length > 0) throw new UsageError('serve takes its settings from the environment');
    return kit.serve();
  },
};
