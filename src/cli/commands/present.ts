import { parseArgs } from 'node:util';
import { type Command, EXIT, UsageError } from '../command.ts';
import { readDocuments } from '../documents.ts';

export const present: Command = {
  name: 'present',
  usage: 'present FILE… --holder ID --challenge C --domain D [--mechanism M] [--out F]',
  summary: {
    en: 'Sign a presentation of credentials for one verifier and one use, on the node of DATA_DIR',
    ko: 'DATA_DIR의 노드에서 한 검증자에게 한 번 쓸 제시를 서명합니다',
  },
  async run(args, terminal, kit) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        holder: { type: 'string' },
        challenge: { type: 'string' },
        domain: { type: 'string' },
        mechanism: { type: 'string' },
        out: { type: 'string' },
      },
    });
    const { holder, challenge, domain, mechanism } = values;
    if (positionals.length === 0 || holder === undefined || challenge === undefined || domain === undefined) {
      throw new UsageError('name the files, the --holder instance, the --challenge and the --domain');
    }
    const { credentials } = await readDocuments(positionals, terminal);
    const node = await kit.openNode();
    try {
      const instance = await node.identity.requireInstance('holder', holder, undefined);
      const presentation = await node.holder.prove(instance, { credentials, challenge, domain, mechanism });
      const text = `${JSON.stringify(presentation, null, 2)}\n`;
      if (values.out === undefined) terminal.out(text);
      else await terminal.writeFile(values.out, text);
      return EXIT.accepted;
    } finally {
      await node.close();
    }
  },
};
