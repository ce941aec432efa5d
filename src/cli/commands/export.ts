import { parseArgs } from 'node:util';
import { RENDERING_FORMS } from '../../services/renderings.ts';
import { type Command, EXIT, UsageError } from '../command.ts';
import { presentedIn, readDocuments } from '../documents.ts';
import { printable } from '../printable.ts';

export const exportCommand: Command = {
  name: 'export',
  usage: `export --as ${RENDERING_FORMS.join('|')} FILE… [--offline] [--json]`,
  summary: {
    en: 'Say credentials in the words of another system, unsigned, and list what that form cannot say',
    ko: '증명서를 다른 체계의 형식으로 옮깁니다. 결과에는 서명이 없으며, 옮길 수 없는 내용을 함께 알려 줍니다',
  },
  async run(args, terminal, kit) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { as: { type: 'string' }, offline: { type: 'boolean' }, json: { type: 'boolean' } },
    });
    const form = RENDERING_FORMS.find((known) => known === values.as);
    if (form === undefined) throw new UsageError(`--as takes one of: ${RENDERING_FORMS.join(', ')}`);
    if (positionals.length === 0) throw new UsageError('name at least one file, or - for standard input');
    const documents = await readDocuments(positionals, terminal);
    const checker = kit.createChecker({ offline: values.offline ?? false, evidence: [] });
    const renderings = await checker.render(
      form,
      [...documents.credentials, ...presentedIn(documents)],
      terminal.language,
    );
    if (values.json) {
      terminal.out(`${JSON.stringify({ as: form, renderings }, null, 2)}\n`);
      return EXIT.accepted;
    }
    const found = renderings.map(({ document }) => document);
    terminal.out(`${JSON.stringify(found.length === 1 ? found[0] : found, null, 2)}\n`);
    for (const { document, losses } of renderings) {
      terminal.err(printable(`${String(document['id'] ?? form)}\n`));
      for (const { key, members, carried, text } of losses) {
        terminal.err(printable(`  ${carried ? '~' : '-'} ${key} ${members.join(' ')}: ${text}\n`));
      }
    }
    return EXIT.accepted;
  },
};
