/** Tells the story as it happens, in one language. A step tells every narrator, so one run can be told in several. */
import type { Language } from '../../src/trust/messages/message.ts';
import { EN, type Texts } from './texts.en.ts';
import { KO } from './texts.ko.ts';

const TEXTS: Readonly<Record<Language, Texts>> = { en: EN, ko: KO };
const WIDTH = 100;

export function isLanguage(text: string): text is Language {
  return Object.hasOwn(TEXTS, text);
}

/** One line, made in the language of whoever tells it. */
type Telling = (texts: Texts, language: Language) => string;

export interface Narrator {
  title(title: Telling): void;
  section(key: keyof Texts['sections']): void;
  say(telling: Telling, depth?: number): void;
  table(rows: (texts: Texts, language: Language) => readonly (readonly string[])[]): void;
}

export function createNarrator(language: Language, write: (text: string) => void): Narrator {
  const texts = TEXTS[language];
  let sections = 0;
  return {
    title: (title) => {
      const text = title(texts, language);
      write(`${text}\n${'='.repeat(Math.min(WIDTH, widthOf(text)))}\n`);
    },
    section: (key) => {
      sections += 1;
      const text = `${sections}. ${texts.sections[key]}`;
      write(`\n${text}\n${'-'.repeat(widthOf(text))}\n`);
    },
    say: (telling, depth = 0) => write(`${wrap(telling(texts, language), '    '.repeat(depth))}\n`),
    table: (rows) => write(`${layOut(rows(texts, language))}\n`),
  };
}

/** Several narrators as one. */
export function together(narrators: readonly Narrator[]): Narrator {
  const each = (act: (narrator: Narrator) => void): void => {
    for (const narrator of narrators) act(narrator);
  };
  return {
    title: (title) => each((narrator) => narrator.title(title)),
    section: (key) => each((narrator) => narrator.section(key)),
    say: (telling, depth) => each((narrator) => narrator.say(telling, depth)),
    table: (rows) => each((narrator) => narrator.table(rows)),
  };
}

/** Columns a text takes in a terminal: Korean and other wide characters take two. */
export function widthOf(text: string): number {
  return [...text].reduce(
    (width, character) =>
      width +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(character)
        ? 2
        : 1),
    0,
  );
}

/** Broken at spaces; later lines are set in. A word that is too long stays whole. */
function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    const fits = widthOf(line) + widthOf(word) + 1 <= WIDTH || line.trim() === '';
    if (!fits) {
      lines.push(line.trimEnd());
      line = `${indent}  `;
    }
    line += line.trim() === '' ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}

function layOut(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  const rule = widths.map((width) => '-'.repeat(width));
  const [head = [], ...body] = rows;
  return [head, rule, ...body]
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
