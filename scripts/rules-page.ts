/**
 * Writes docs/rules.md from the table of rules and the message files: every rule of an evaluation with its severity, regimes, source and
 * its words in both languages. `npx tsx scripts/rules-page.ts`; a test compares the page.
 */
import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { CBAM_GOODS_ACTS, CBAM_GOODS_VERSION } from '../src/trust/reference/cbam-goods.ts';
import { DEFAULT_VALUES, DEFAULT_VALUES_VERSION } from '../src/trust/reference/default-values.ts';
import { type RuleRow, ruleRows } from '../src/trust/rules/rule-table.ts';

const GROUPS: Readonly<Record<string, { readonly en: string; readonly ko: string }>> = {
  structure: { en: 'Structure', ko: '구조' },
  links: { en: 'Links', ko: '연결' },
  identity: { en: 'Identity', ko: '신원' },
  time: { en: 'Time', ko: '시점' },
  arithmetic: { en: 'Arithmetic', ko: '산술' },
  statement: { en: 'Statement', ko: '검증의견서' },
  accreditation: { en: 'Accreditation', ko: '인정' },
  recognition: { en: 'Recognition', ko: '상호인정' },
  cbam: { en: 'CBAM', ko: 'CBAM' },
  battery: { en: 'Batteries', ko: '배터리' },
  privacy: { en: 'Confidentiality', ko: '기밀' },
};

const HEAD = `# Rules of an evaluation · 평가 규칙

<!-- Written by scripts/rules-page.ts from src/trust/rules/rule-table.ts and src/trust/messages/. -->

What each rule asks, in the order in which reports list them. **E** refuses (\`REJECT\`), **W** asks a person to look (\`REVIEW\`), **N** only tells. Which data a
rule needs, and what happens when it is missing, is in [domain.md section 7](domain.md#7-regimes-and-results).
규칙마다 무엇을 따지는지, 보고서에 나오는 순서대로 적었습니다. **E**는 거절, **W**는 담당자의 검토, **N**은 알림입니다.
`;

/** The page as it should be. */
export function rulesPage(): string {
  const groups = [...new Set(ruleRows().map((row) => row.group))];
  return [HEAD, ...groups.map(sectionOf), referenceData()].join('\n');
}

/** Which acts the tables beside the rules were read from, in which state. */
function referenceData(): string {
  const goods = Object.values(CBAM_GOODS_ACTS).map(
    ({ en, ko, act, from }) => `| ${en}<br>${ko} | ${act} | ${from} | ${CBAM_GOODS_VERSION} |`,
  );
  const acts = [...new Set(DEFAULT_VALUES.map(({ act, year }) => `${act} | ${year}-01-01`))];
  return [
    '## Reference data · 기준 자료',
    '',
    'Each report says which version it used (`report.reference`). 보고서마다 어느 판을 썼는지 적힙니다(`report.reference`).',
    '',
    '| table · 표 | act · 법령 | applies from · 적용 시작 | version · 판 |',
    '|---|---|---|---|',
    ...goods,
    ...acts.map((act) => `| default values<br>기본값 | ${act} | ${DEFAULT_VALUES_VERSION} |`),
    '',
  ].join('\n');
}

function sectionOf(group: string): string {
  const title = GROUPS[group];
  if (title === undefined) throw new Error(`no title for the group ${group}`);
  const rows = ruleRows().filter((row) => row.group === group);
  return [
    title.en === title.ko ? `## ${title.en}` : `## ${title.en} · ${title.ko}`,
    '',
    '| rule | | asks · 묻는 것 | regimes | source |',
    '|---|---|---|---|---|',
    ...rows.map(lineOf),
    '',
  ].join('\n');
}

function lineOf({ id, severity, en, ko, regimes, source }: RuleRow): string {
  const cells = [id, severity, `${en}<br>${ko}`, regimes, source];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync('docs/rules.md', rulesPage());
