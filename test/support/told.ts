/**
 * What a result tells a person, line by line, and the kept record of what it told before (`test/unit/trust/told/`). The record is
 * read like a text: whoever changes a rule sees in it which sentences change, and that no other did.
 * `TOLD=write npx vitest run test/unit/trust` writes it anew.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../src/base/json.ts';
import { PACKAGE_ROOT } from '../../src/credentials/package-files.ts';
import type { NearestMiss, PathParty, RegimeResult, RuleResult } from '../../src/trust/evaluation.ts';
import { EN } from '../../src/trust/messages/en.ts';
import { formatMessage } from '../../src/trust/messages/message.ts';
import { EXAMPLE_NAMES, readExample } from './example-credentials.ts';

const FOLDER = join(PACKAGE_ROOT, 'test', 'unit', 'trust', 'told');
const WRITING = process.env['TOLD'] === 'write';

type Told = Record<string, readonly string[]>;
const records = new Map<string, Told>();

/** One file of the record: gives the lines that were told under a title before, or keeps those of now. */
export function createRecord(name: string): (title: string, now: readonly string[]) => readonly string[] {
  const file = join(FOLDER, `${name}.json`);
  return (title, now) => {
    const kept =
      records.get(name) ?? (WRITING || !existsSync(file) ? {} : (JSON.parse(readFileSync(file, 'utf8')) as Told));
    records.set(name, kept);
    if (!WRITING) return kept[title] ?? [];
    kept[title] = now;
    const sorted = Object.entries(kept).sort(([a], [b]) => (a < b ? -1 : 1));
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
    return now;
  };
}

/** The result, every finding but those that a rule is plainly met, and what came nearest. */
export function toldBy({ result, rules, nearestMiss, conditions }: RegimeResult): readonly string[] {
  return [
    result,
    ...rules.filter((finding) => !isMet(finding)).flatMap((finding) => linesOf(finding)),
    ...(conditions ?? []).map((condition) => `open: ${condition}`),
    ...(nearestMiss === undefined ? [] : [missOf(nearestMiss)]),
  ];
}

/** The result, and all that some rules say, met or not. */
export function saidBy({ result, rules }: RegimeResult, ids: readonly string[]): readonly string[] {
  return [result, ...rules.filter(({ id }) => ids.includes(id)).flatMap((finding) => linesOf(finding))];
}

/** All that a result holds: what was met too, the path, the figures, and what it rests on. */
export function wholeOf(result: RegimeResult): readonly string[] {
  const { claim, statement, rules, path, values, restsOn } = result;
  const met = new Map<string, string[]>();
  for (const finding of rules.filter(isMet)) {
    const { id, severity, subject, params } = finding;
    const said = Object.entries(params).map(([name, value]) => ` [${name}: ${named(value)}]`);
    met.set(`${id} ${severity}`, [...(met.get(`${id} ${severity}`) ?? []), `${named(subject)}${said.join('')}`]);
  }
  return [
    ...toldBy(result),
    `claim ${named(claim)}, statement ${named(statement)}`,
    ...[...met].map(([rule, subjects]) => `${rule} met: ${subjects.join(', ')}`),
    ...path.map((party) => `party ${partyOf(party)}`),
    ...Object.entries(values).map(([name, value]) => `${name} = ${value}`),
    `rests on ${restsOn.map(named).join(', ')}`,
  ];
}

/** Said by the title of the rule. */
function isMet({ id, outcome, message }: Pick<RuleResult, 'id' | 'outcome' | 'message'>): boolean {
  return outcome === 'passed' && message === id;
}

function linesOf({ id, severity, outcome, code, subject, message, params, causes = [] }: RuleResult): string[] {
  if (isMet({ id, outcome, message })) return [`${id} ${severity} met: ${named(subject)}`];
  const head = [id, severity, outcome, code, named(subject)].filter((part) => part !== undefined).join(' ');
  return [
    `${head}: ${sentence(message, params)}`,
    ...causes.flatMap((cause) => linesOf(cause).map((line) => `  because ${line.trimStart()}`)),
  ];
}

/** In words, and what the words leave out. */
function sentence(message: keyof typeof EN, params: Readonly<Record<string, string>>): string {
  const unsaid = Object.entries(params).filter(([name]) => !EN[message].includes(`{${name}}`));
  const said = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, named(value)]));
  return [formatMessage(message, said), ...unsaid.map(([name, value]) => `[${name}: ${named(value)}]`)].join(' ');
}

function missOf({ statement, link, rule, code, message, params, path, cause }: NearestMiss): string {
  const parts = [
    `nearest miss at ${named(link.from)} → ${named(link.to)} by ${named(link.credential)}`,
    `on the way ${path.map(({ did }) => did).join(' → ')} to ${named(statement)}`,
    `${rule} ${code ?? ''} ${sentence(message, params)}`,
    ...(cause === undefined ? [] : [`cause ${cause.id} ${cause.code ?? ''} ${sentence(cause.message, cause.params)}`]),
  ];
  return parts.join('; ');
}

function partyOf({ did, role, name, credential, excess = [] }: PathParty): string {
  const more = excess.map(({ dimension, values }) => `, too much ${dimension}: ${values.join(', ')}`).join('');
  const by = credential === undefined ? '' : ` by ${credential.type} ${named(credential.id)}`;
  return `${did} (${role}, ${name?.['en'] ?? 'no name'})${by}${more}`;
}

let keys: ReadonlyMap<string, string> | undefined;

/** The key that an example gives a credential, rather than its id. */
function named(id: string | undefined): string {
  keys ??= new Map(
    EXAMPLE_NAMES.flatMap((name) =>
      Object.entries(readExample(name)['credentials'] as Record<string, JsonObject>).map(
        ([key, credential]) => [String(credential['id']), key] as const,
      ),
    ),
  );
  return id === undefined ? '–' : (keys.get(id) ?? id);
}
