/**
 * Writes docs/errors.md from the tables of codes: a heading for each code of our own, so that its problem type has a place to lead to, and
 * tables for those of the standards. `npx tsx scripts/errors-page.ts`; a test compares the page.
 */
import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { BASE_URL, PROBLEMS, type ProblemCode } from '../src/base/problem.ts';
import { statusOf } from '../src/http/problem-details.ts';
import { ADVICE } from './error-advice.ts';

const OURS = `${BASE_URL}problems#`;

const STANDARDS: readonly (readonly [base: string, title: string])[] = [
  ['https://www.w3.org/TR/vc-data-model#', 'Verifiable Credentials Data Model 2.0'],
  ['https://w3id.org/security#', 'Data Integrity 1.0, Controlled Identifiers 1.0'],
  ['https://www.w3.org/ns/credentials/status-list#', 'Bitstring Status List 1.0'],
  ['https://www.w3.org/ns/did#', 'DID resolution'],
  ['https://www.w3.org/TR/vcalm#', 'VCALM 1.0'],
];

const HEAD = `# Errors and findings · 오류와 판정 코드

<!-- Written by scripts/errors-page.ts from src/base/problem.ts, src/http/problem-details.ts and scripts/error-advice.ts. -->

Every code that a node or the command line can answer with. The same code can be two things:

- a **refusal** of your request: \`application/problem+json\` with the HTTP status below;
- a **finding** about a document that you asked to have judged: inside an answer with status 200 (or 400, where the verifier was set up so).
  \`undetermined\` is the outcome of codes that say that something could not be found out.

\`code\` is for programs and does not change; \`title\` is for people, in Korean or English by \`Accept-Language\`; \`pointer\` says where
(RFC 6901); \`requestId\` finds the line in the operator's log. The wire \`type\` is a URL: the standard's own where there is one, else
\`${OURS}…\`, which leads to a heading on this page.

코드는 프로그램을 위한 것으로 바뀌지 않습니다. 제목은 사람을 위한 것으로 \`Accept-Language\`에 따라 한국어나 영어로 나옵니다.
요청이 거절될 때에는 아래의 HTTP 상태로, 문서를 판정할 때에는 200 응답 안의 판정 항목으로 나타납니다.
`;

const codes = Object.keys(PROBLEMS) as ProblemCode[];

/** The page as it should be. */
export function errorsPage(): string {
  return [HEAD, ...STANDARDS.map(standardSection), '## Our own codes · 이 프로젝트의 코드', '', ...ourSections()].join(
    '\n',
  );
}

function standardSection([base, title]: (typeof STANDARDS)[number]): string {
  const rows = codes.filter((code) => PROBLEMS[code].type.startsWith(base)).map(rowOf);
  return [
    `## ${title}`,
    '',
    `Problem type: \`${base}…\``,
    '',
    '| code | HTTP | | what to do · 할 일 |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function rowOf(code: ProblemCode): string {
  const { en, ko } = PROBLEMS[code].title;
  const { en: advice, ko: advised } = ADVICE[code];
  const name = PROBLEMS[code].type.replace(/^.*#/, '');
  const shown = name === code ? `\`${code}\`` : `\`${code}\` (type \`…#${name}\`)`;
  return `| ${shown} | ${statusOf(code)} | ${en}<br>${ko} | ${advice}<br>${advised} |`;
}

function ourSections(): readonly string[] {
  return codes
    .filter((code) => PROBLEMS[code].type.startsWith(OURS))
    .map((code) => {
      const { type, title } = PROBLEMS[code];
      return [
        `### ${type.slice(OURS.length)}`,
        '',
        `\`${code}\` · HTTP ${statusOf(code)} · ${title.en} · ${title.ko}`,
        '',
        ADVICE[code].en,
        '',
        ADVICE[code].ko,
        '',
      ].join('\n');
    });
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync('docs/errors.md', errorsPage());
