import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../credentials/package-files.ts';
import { policyJsonSchema, readPolicyObject } from '../../services/verifier/policy-source.ts';
import { type Command, EXIT, UsageError } from '../command.ts';
import { readPolicyFile } from '../documents.ts';

/** Every member of a policy with its comment; shipped with the pages that explain it. */
const SAMPLE = 'docs/examples/policy-explained.json';

export const policy: Command = {
  name: 'policy',
  usage: 'policy check FILE | policy schema | policy sample',
  summary: {
    en: 'Check a policy file and list its anchors, print the JSON Schema that editors use, or print a sample with every member explained',
    ko: '정책 파일을 검사해 신뢰 기점을 보여 주거나, 편집기가 쓰는 JSON Schema 또는 모든 항목을 설명한 예시를 출력합니다',
  },
  async run([action, file, ...more], terminal) {
    if (action === 'schema' && file === undefined) {
      terminal.out(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
      return EXIT.accepted;
    }
    if (action === 'sample' && file === undefined) {
      terminal.out(Buffer.from(await terminal.readFile(join(PACKAGE_ROOT, SAMPLE))).toString('utf8'));
      return EXIT.accepted;
    }
    if (action !== 'check' || file === undefined || more.length > 0)
      throw new UsageError('check takes one file, schema and sample take none');
    const read = readPolicyObject(await readPolicyFile(file, terminal));
    const name = (names: Readonly<Record<string, string>>): string =>
      names[terminal.language] ?? Object.values(names)[0] ?? '';
    for (const anchor of read.anchors) terminal.out(`${anchor.role.padEnd(20)} ${anchor.did}  ${name(anchor.name)}\n`);
    terminal.out(`${read.regimes.map((regime) => regime.id).join(', ')}\n`);
    return EXIT.accepted;
  },
};
