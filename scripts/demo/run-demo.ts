/** The story, step by step, over the nodes of a cluster. Every answer is compared with what it must be; none is taken on trust. */
import { type Archive, type Issued, issueAll } from '../demonstration/issuing.ts';
import { judgeAll, type RegimeAnswer, type Shown, send, show } from '../demonstration/judging.ts';
import { type Network, setClock } from '../demonstration/network.ts';
import type { Node } from './cluster.ts';
import type { Narrator } from './narrator.ts';
import type { Texts, Values } from './texts.en.ts';
import { describe, nameIn, partyIn, reasonIn, sizeOf } from './words.ts';

type Meaning = keyof Texts['meanings'];

/** One line of the table at the end. */
export interface Row {
  readonly presentation: string;
  readonly regime: string;
  readonly at: string;
  readonly answer: RegimeAnswer | undefined;
  /** What differs from what must come out. */
  readonly wrong: readonly string[];
}

/** What the steps share. */
export interface Stage {
  readonly network: Network;
  readonly archive: Archive;
  readonly narrator: Narrator;
  readonly rows: Row[];
}

export function tellNodes({ network, narrator }: Stage, nodes: readonly Node[]): void {
  narrator.section('nodes');
  narrator.say((texts) => texts.nodes);
  for (const { name, client, process } of nodes) {
    const living = [...network.parties.values()].filter(({ site }) => site.name === name);
    narrator.say(
      (texts, language) =>
        texts.nodeLine(
          name,
          client.url,
          process,
          living.map((party) => nameIn(language, party.name)),
        ),
      1,
    );
  }
}

export async function issueStory({ network, archive, narrator }: Stage): Promise<void> {
  const begun = new Set<string>();
  await issueAll(network, archive, (issued) => {
    const section = /Arrangement|Accreditation/.test(issued.draft.type) ? 'trust' : 'claims';
    if (!begun.has(section)) narrator.section(section);
    if (!begun.has(section) && section === 'claims') narrator.say((texts) => texts.editions);
    begun.add(section);
    tellIssued(network, narrator, issued);
  });
}

function tellIssued(network: Network, narrator: Narrator, issued: Issued): void {
  const { draft, issuer, holders, credential } = issued;
  narrator.say((texts, language) => {
    return `${draft.validFrom.slice(0, 10)}  ${texts.issuedAt(nameIn(language, issuer.name), issuer.site.name)}`;
  });
  narrator.say((texts, language) => describe(network, issued, texts, language), 1);
  const size = sizeOf(Buffer.byteLength(JSON.stringify(credential)));
  narrator.say(
    (texts, language) =>
      texts.travelled(
        size,
        holders.map((holder) => nameIn(language, holder.name)),
      ),
    1,
  );
}

/** Every showing of the story goes to its relying party, and the last of them a second time. */
export async function showAll({ network, archive, narrator, rows }: Stage): Promise<ReadonlyMap<string, Shown>> {
  narrator.section('show');
  await setClock(network, network.story.instant);
  narrator.say((texts) => texts.clock(network.story.instant));
  const all = new Map<string, Shown>();
  for (const showing of network.story.showings) {
    const shown = await show(network, archive, showing);
    all.set(showing.name, shown);
    const count = showing.credentials.length;
    narrator.say((texts) => `${texts.showings[showing.name as keyof Texts['showings']]}:`);
    narrator.say((texts, language) => {
      const [from, to] = [nameIn(language, shown.from.name), nameIn(language, shown.to.name)];
      return texts.shown({ from, to, count, size: sizeOf(shown.size), challenge: `${shown.challenge.slice(0, 8)}…` });
    }, 1);
    narrator.say((texts) => (shown.verified ? texts.verified : texts.notVerified(shown.codes.join(', '))), 1);
    if (!shown.verified)
      rows.push(oddity(showing.name, network.story.instant, `not verified: ${shown.codes.join(', ')}`));
  }
  const last = [...all.values()].at(-1);
  if (last !== undefined) await tellReplay({ narrator, rows }, last, network.story.instant);
  return all;
}

async function tellReplay(
  { narrator, rows }: Pick<Stage, 'narrator' | 'rows'>,
  last: Shown,
  at: string,
): Promise<void> {
  const { codes } = await send(last);
  narrator.say((texts) => (codes.length > 0 ? texts.replayed(codes.join(', ')) : texts.notReplayed));
  if (codes.join() !== 'INVALID_CHALLENGE_ERROR')
    rows.push(oddity(last.showing.name, at, `replay: ${codes.join(', ')}`));
}

/** Something beside the evaluations that did not come out as it must. */
export function oddity(presentation: string, at: string, what: string): Row {
  return { presentation, regime: '-', at: at.slice(0, 10), answer: undefined, wrong: [what] };
}

/** What the examples expect, and then what their variants expect: those are the refusals. */
export async function evaluateAll(stage: Stage, shown: ReadonlyMap<string, Shown>): Promise<void> {
  const { network, archive, narrator } = stage;
  const at = network.story.instant.slice(0, 10);
  narrator.section('evaluate');
  narrator.say((texts) => texts.evaluateIntro);
  let refusals = false;
  await judgeAll(network, archive, shown, ({ expected, answer, wrong }) => {
    const { presentation, regime, variant, altered } = expected;
    if (variant && !refusals) narrator.section('refused');
    refusals ||= variant;
    const meaning = `${presentation}/${altered ? 'altered' : regime}` as Meaning;
    tellAnswer(stage, { meaning, row: { presentation, regime, at, answer, wrong } });
  });
}

/** The answer, why, and what it means in plain words; where it is not what it must be, that instead. */
export function tellAnswer({ network, narrator, rows }: Stage, { row, meaning }: { row: Row; meaning: Meaning }): void {
  rows.push(row);
  const { presentation, regime, at, answer, wrong } = row;
  narrator.say((texts) => {
    const result = answer?.result ?? '-';
    const inWords = texts.results[result as keyof Texts['results']] ?? '-';
    return texts.judged({
      showing: texts.showings[presentation as keyof Texts['showings']],
      regime,
      at,
      result,
      inWords,
    });
  });
  if (answer !== undefined) tellWhy(network, narrator, answer);
  if (wrong.length > 0) narrator.say((texts) => texts.differs(wrong.join('; ')), 1);
  else narrator.say((texts) => (texts.meanings[meaning] as (values: Values) => string)(answer?.values ?? {}), 1);
}

function tellWhy(network: Network, narrator: Narrator, { result, path, failed, nearest }: RegimeAnswer): void {
  if (path.length > 0 && result.startsWith('ACCEPT')) {
    narrator.say((texts, language) => texts.path(path.map((party) => partyIn(network, language, texts, party))), 1);
  }
  if (failed.length > 0) narrator.say((texts) => texts.failed(failed.join(', ')), 1);
  if (nearest === undefined) return;
  const { rule, message, params } = nearest;
  narrator.say((texts, language) => texts.nearest(rule, reasonIn(network, language, message, params)), 1);
}

export function tellTable({ narrator, rows }: Stage): void {
  narrator.section('table');
  narrator.table((texts) => {
    const { what, regime, at, result, failed, fits } = texts.columns;
    const lines = rows.map((row) => [
      texts.showings[row.presentation as keyof Texts['showings']],
      row.regime,
      row.at,
      row.answer?.result ?? '-',
      row.answer?.failed.join(' ') ?? '',
      row.wrong.length === 0 ? texts.yes : `${texts.no}: ${row.wrong.join('; ')}`,
    ]);
    return [[what, regime, at, result, failed, fits], ...lines];
  });
}
