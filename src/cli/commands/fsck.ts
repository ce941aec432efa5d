import { parseArgs } from 'node:util';
import type { Finding } from '../../base/finding.ts';
import { PROBLEMS } from '../../base/problem.ts';
import { type Command, EXIT, UsageError } from '../command.ts';

const SIGNS: Readonly<Record<Finding['outcome'], string>> = {
  passed: 'ok     ',
  failed: 'DAMAGED',
  skipped: 'skipped',
  undetermined: 'unknown',
};

/** Exit 0: everything fits; 1: something does not; 2: it could not be looked at, as the store is in use or out of reach. */
export const fsck: Command = {
  name: 'fsck',
  usage: 'fsck [--checkpoint FILE [--verifier KEY]] [--json]',
  summary: {
    en: 'Compare journal, index and status lists of the store, or its journal with a signed checkpoint, and say what does not fit; repairs nothing',
    ko: '저장소의 저널, 색인, 상태 목록을 견주거나 저널을 서명된 체크포인트와 견주어 맞지 않는 것을 알려 줍니다. 고치지는 않습니다',
  },
  async run(args, terminal, kit) {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, checkpoint: { type: 'string' }, verifier: { type: 'string' } },
    });
    const { checkpoint, verifier } = values;
    if (checkpoint === undefined && verifier !== undefined) throw new UsageError('--verifier goes with --checkpoint');
    const findings =
      checkpoint === undefined
        ? await kit.inspectStore()
        : [await kit.checkCheckpoint(Buffer.from(await terminal.readFile(checkpoint)).toString('utf8'), verifier)];
    if (values.json === true) terminal.out(`${JSON.stringify({ findings }, null, 2)}\n`);
    else for (const finding of findings) terminal.out(lineOf(finding, terminal.language));
    const wrong = findings.filter(({ outcome }) => outcome === 'failed');
    if (wrong.length === 0) return EXIT.accepted;
    return wrong.some(({ code }) => code !== 'STORE_LOCKED') ? EXIT.refused : EXIT.undetermined;
  },
};

function lineOf({ check, outcome, code, detail, params = {} }: Finding, language: 'en' | 'ko'): string {
  const figures = Object.entries(params).map(([name, value]) => `${name} ${value}`);
  const title = code === undefined ? [] : [`${code}: ${PROBLEMS[code].title[language]}`];
  const told = [...title, ...(detail === undefined ? [] : [detail]), ...figures].join('; ');
  // A store that is in use was not looked at.
  const sign = SIGNS[code === 'STORE_LOCKED' ? 'undetermined' : outcome];
  return `${sign} ${check}${told === '' ? '' : `  ${told}`}\n`;
}
