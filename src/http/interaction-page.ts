import type { Language } from './problem-details.ts';

const WORDS = {
  en: {
    title: 'Continue in your wallet',
    what: 'This link is for a wallet that holds credentials. Open it there, or scan it with one. It can be used once.',
    program: 'For programs',
  },
  ko: {
    title: '지갑에서 계속하기',
    what: '이 링크는 증명서를 보관하는 지갑을 위한 것입니다. 지갑에서 열거나 지갑으로 읽으십시오. 한 번만 쓸 수 있습니다.',
    program: '프로그램용 주소',
  },
} as const;

/** What somebody sees who opens an interaction URL without a wallet. No script; nothing but our own addresses in it. */
export function interactionPage(
  protocols: { readonly vcapi: string; readonly interact: string },
  language: Language,
): string {
  const { title, what, program } = WORDS[language];
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><link rel="stylesheet" href="/docs/style.css"></head><body><h1>${title}</h1><p>${what}</p>
<p>${program}: <code>${protocols.vcapi}</code></p></body></html>`;
}
