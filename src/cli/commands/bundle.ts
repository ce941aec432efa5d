import { parseArgs } from 'node:util';
import type { JsonObject } from '../../base/json.ts';
import { formatDateTime, readDateTime } from '../../formats/date-time.ts';
import { type Command, EXIT, UsageError } from '../command.ts';
import { BUNDLE_FORMAT, presentedIn, readDocuments, readPolicyFile } from '../documents.ts';
import { evaluateDocuments } from './verify.ts';

export const bundle: Command = {
  name: 'bundle',
  usage: 'bundle FILE… --policy F --at T [--out F]',
  summary: {
    en: 'Gather all that is needed to repeat an evaluation without a network: credentials, DID documents, status lists, digests',
    ko: '네트워크 없이 평가를 되풀이하는 데 필요한 증명서, DID 문서, 상태 목록, 다이제스트를 한 파일로 모읍니다',
  },
  async run(args, terminal, kit) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { policy: { type: 'string' }, at: { type: 'string' }, out: { type: 'string' } },
    });
    if (positionals.length === 0 || values.policy === undefined)
      throw new UsageError('name the files and the --policy');
    const at = readDateTime(values.at);
    if (at === undefined) throw new UsageError('--at takes an instant such as 2027-04-15T00:00:00Z');
    const documents = await readDocuments(positionals, terminal);
    const policy = await readPolicyFile(values.policy, terminal);
    const answer = await evaluateDocuments(documents, { at: values.at }, policy, kit);
    const contexts = kit.contexts();
    const file: JsonObject = {
      format: BUNDLE_FORMAT,
      at: formatDateTime(at),
      credentials: [...documents.credentials, ...presentedIn(documents)],
      didDocuments: answer.evidence.didDocuments,
      statusLists: answer.evidence.statusLists,
      ...(documents.worksheets.length === 0 ? {} : { worksheets: documents.worksheets }),
      ...(documents.import === undefined ? {} : { import: documents.import }),
      contexts: contexts.urls.map((url) => ({ url, digestMultibase: contexts.digest(url) ?? '' })),
    };
    const text = `${JSON.stringify(file, null, 2)}\n`;
    if (values.out === undefined) terminal.out(text);
    else await terminal.writeFile(values.out, text);
    return EXIT.accepted;
  },
};
