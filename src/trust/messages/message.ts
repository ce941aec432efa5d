import { EN } from './en.ts';
import { KO } from './ko.ts';

/** A finding carries one of these and its parameters; the words come from the language files. */
export type MessageKey = keyof typeof EN;

/** Adding a language is adding a file and its line here. */
const LANGUAGES = { en: EN, ko: KO } as const satisfies Record<string, Readonly<Record<MessageKey, string>>>;
export type Language = keyof typeof LANGUAGES;

/** The sentence of a message with its parameters filled in. An unknown parameter stays visible as `{name}`. */
export function formatMessage(
  key: MessageKey,
  params: Readonly<Record<string, string>> = {},
  language: Language = 'en',
): string {
  const text: string = LANGUAGES[language][key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? (params[name] ?? whole) : whole,
  );
}
