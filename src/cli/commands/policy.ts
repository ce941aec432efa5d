import { readPolicyObject } from '../../services/verifier/policy-source.ts';
import { type Command, EXIT, UsageError } from '../command.ts';
import { readDocument } from '../documents.ts';

export const policy: Command = {
  name: 'policy',
  usage: 'policy check FILE',
  summary: { en: 'Check a policy file and list its anchors', ko: '정책 파일을 검사하고 신뢰 기점을 보여 줍니다' },
  async run([action, file, ...more], terminal) {
    if (action !== 'check' || file === undefined || more.length > 0)
      throw new UsageError('policy check takes one file');
    const read = readPolicyObject(await readDocument(file, terminal));
    const name = (names: Readonly<Record<string, string>>): string =>
      names[terminal.language] ?? Object.values(names)[0] ?? '';
    for (const anchor of read.anchors) terminal.out(`${anchor.role.padEnd(20)} ${anchor.did}  ${name(anchor.name)}\n`);
    terminal.out(`${read.regimes.map((regime) => regime.id).join(', ')}\n`);
    return EXIT.accepted;
  },
};
