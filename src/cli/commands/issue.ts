import { parseArgs } from 'node:util';
import { issueBatch } from '../batch/issue-batch.ts';
import { type Command, type CommandKit, EXIT, type Terminal, UsageError } from '../command.ts';
import { readDocument } from '../documents.ts';

const OPTIONS = {
  issuer: { type: 'string' },
  out: { type: 'string' },
  batch: { type: 'string' },
  template: { type: 'string' },
  sheet: { type: 'string' },
  each: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  regime: { type: 'string', multiple: true },
  key: { type: 'string' },
  node: { type: 'string' },
  'token-file': { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const issue: Command = {
  name: 'issue',
  usage: [
    'issue FILE --issuer ID [--out F]',
    'issue --batch FILE.{ndjson,csv,xlsx} --issuer ID [--template T.json] [--sheet NAME] [--dry-run] [--each] [--regime R]… [--out F] [--key K] [--node URL --token-file F] [--json]',
  ].join('\n  proofprint '),
  summary: {
    en: 'Issue a credential, or a file of them, on the node of DATA_DIR while no server runs on it; a file of them also on a node that runs',
    ko: '서버가 실행 중이 아닐 때 DATA_DIR의 노드에서 증명서를 한 장 또는 파일째로 발급합니다. 파일은 실행 중인 노드로도 보낼 수 있습니다',
  },
  async run(args, terminal, kit) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    const { issuer, batch: file, node, 'token-file': tokenFile } = values;
    if (issuer === undefined) throw new UsageError('name the --issuer instance');
    if (file === undefined) {
      const alone = Object.keys(values).filter((name) => name !== 'issuer' && name !== 'out');
      if (alone.length > 0) throw new UsageError(`--${alone[0]} goes with --batch`);
      return issueOne(positionals, { issuer, out: values.out }, terminal, kit);
    }
    if (positionals.length > 0) throw new UsageError('with --batch, name no other file');
    if ((node === undefined) !== (tokenFile === undefined)) throw new UsageError('--node and --token-file go together');
    return issueBatch(
      {
        file,
        issuer,
        template: values.template,
        sheet: values.sheet,
        each: values.each === true,
        dryRun: values['dry-run'] === true,
        regimes: values.regime,
        key: values.key,
        out: values.out,
        json: values.json === true,
        node: node === undefined || tokenFile === undefined ? undefined : { url: node, tokenFile },
      },
      terminal,
      kit,
    );
  },
};

async function issueOne(
  [file, ...more]: readonly string[],
  { issuer, out }: { readonly issuer: string; readonly out: string | undefined },
  terminal: Terminal,
  kit: CommandKit,
): Promise<number> {
  if (file === undefined || more.length > 0) throw new UsageError('name one file');
  const credential = await readDocument(file, terminal);
  const node = await kit.openNode();
  try {
    const instance = await node.identity.requireInstance('issuer', issuer, undefined);
    await node.identity.assertOneMay(instance.organisation, 'issue');
    const { verifiableCredential, warnings } = await node.issuer.issue(instance, { credential });
    for (const warning of warnings) terminal.err(`warning ${warning.check}: ${warning.detail ?? ''}\n`);
    const text = `${JSON.stringify(verifiableCredential, null, 2)}\n`;
    if (out === undefined) terminal.out(text);
    else await terminal.writeFile(out, text);
    return EXIT.accepted;
  } finally {
    await node.close();
  }
}
