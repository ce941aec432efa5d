/**
 * Writes docs/rules.md from the table of rules and the message files: every rule of an evaluation with its severity, regimes, source and
 * its words in both languages. `npx tsx scripts/rules-page.ts`; a test compares the page.
 */
import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
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
  return [HEAD, ...groups.map(sectionOf)].join('\n');
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
