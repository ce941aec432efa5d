import { parseArgs } from 'node:util';
import { type Command, EXIT, UsageError } from '../command.ts';
import { readDocument } from '../documents.ts';

export const issue: Command = {
  name: 'issue',
  usage: 'issue FILE --issuer ID [--out F]',
  summary: {
    en: 'Issue a credential on the node of DATA_DIR while no server runs on it',
    ko: '서버가 실행 중이 아닐 때 DATA_DIR의 노드에서 증명서를 발급합니다',
  },
  async run(args, terminal, kit) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { issuer: { type: 'string' }, out: { type: 'string' } },
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0 || values.issuer === undefined)
      throw new UsageError('name one file and the --issuer instance');
    const credential = await readDocument(file, terminal);
    const node = await kit.openNode();
    try {
      const instance = await node.identity.requireInstance('issuer', values.issuer, undefined);
      const { verifiableCredential, warnings } = await node.issuer.issue(instance, { credential });
      for (const warning of warnings) terminal.err(`warning ${warning.check}: ${warning.detail ?? ''}\n`);
      const text = `${JSON.stringify(verifiableCredential, null, 2)}\n`;
      if (values.out === undefined) terminal.out(text);
      else await terminal.writeFile(values.out, text);
      return EXIT.accepted;
    } finally {
      await node.close();
    }
  },
};
