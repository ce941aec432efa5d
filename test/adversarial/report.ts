/** What a run came to: per layer and class, and what waits for what. Nothing is left out silently. */
import type { Case } from './case.ts';
import { DIVERGENCES, type Divergence } from './divergences.ts';
import type { Mark } from './judge.ts';
import { IN_PART } from './not-applicable.ts';
import type { CaseResult, TrialResult } from './run.ts';

export interface Count {
  cases: number;
  /** Inputs handed in: case × form × surface. */
  inputs: number;
  /** Attacks and faults that were answered as they should be. */
  refused: number;
  /** Honest inputs that were accepted, controls and neighbours. */
  accepted: number;
  wronglyAccepted: number;
  wronglyRefused: number;
  otherReason: number;
  faults: number;
  breaches: number;
  slow: number;
  /** Inputs in a form that is not offered, refused cleanly; in none of the numbers above. */
  notOffered: number;
  notApplicable: number;
}

const EMPTY: Count = {
  cases: 0,
  inputs: 0,
  refused: 0,
  accepted: 0,
  wronglyAccepted: 0,
  wronglyRefused: 0,
  otherReason: 0,
  faults: 0,
  breaches: 0,
  slow: 0,
  notOffered: 0,
  notApplicable: 0,
};

const BAD: Readonly<Record<Exclude<Mark, 'right'>, keyof Count>> = {
  'wrongly-accepted': 'wronglyAccepted',
  'wrongly-refused': 'wronglyRefused',
  'other-reason': 'otherReason',
  fault: 'faults',
  breach: 'breaches',
};

/** Counts by any property of a case. */
export function countBy(results: readonly CaseResult[], keyOf: (given: Case) => string): ReadonlyMap<string, Count> {
  const counts = new Map<string, Count>();
  for (const result of results) {
    const key = keyOf(result.given);
    const count = counts.get(key) ?? { ...EMPTY };
    counts.set(key, count);
    count.cases += 1;
    if (result.notApplicable !== undefined) count.notApplicable += 1;
    for (const trial of result.results) add(count, trial);
  }
  return counts;
}

function add(count: Count, { mark, notOffered, slow, expected }: TrialResult): void {
  if (slow) count.slow += 1;
  if (notOffered && mark === 'right') {
    count.notOffered += 1;
    return;
  }
  count.inputs += 1;
  if (mark === 'right') count[expected === 'accept' ? 'accepted' : 'refused'] += 1;
  else count[BAD[mark]] += 1;
}

export function total(counts: ReadonlyMap<string, Count>): Count {
  const sum = { ...EMPTY };
  for (const count of counts.values()) for (const name of Object.keys(sum) as (keyof Count)[]) sum[name] += count[name];
  return sum;
}

/** One line each, for what is not as it should be. */
export function problemsOf(results: readonly CaseResult[]): readonly string[] {
  return results.flatMap(({ given, results: trials }) =>
    trials
      .filter(({ mark }) => mark !== 'right')
      .map(({ mark, form, surface, answer }) => {
        const said = `${answer.outcome} ${answer.status ?? ''} ${answer.types.join(' ')}`.trim();
        const more = [...answer.breaches, answer.detail ?? ''].filter((text) => text !== '').join('; ');
        return `${given.id} ${mark}: ${form} [${surface}]: ${said} ${more}`.slice(0, 600);
      }),
  );
}

export function slowOf(results: readonly CaseResult[]): readonly string[] {
  return results.flatMap(({ given, results: trials }) =>
    trials
      .filter(({ slow }) => slow)
      .map(({ form, surface, answer }) => `${given.id} ${form} [${surface}]: ${Math.round(answer.milliseconds)} ms`),
  );
}

/** Divergences that no answer needed any more. */
export function unusedDivergences(results: readonly CaseResult[]): readonly Divergence[] {
  const used = new Set(results.flatMap(({ results: trials }) => trials.map(({ diverges }) => diverges)));
  return DIVERGENCES.filter((entry) => !used.has(entry));
}

const COLUMNS: readonly (readonly [string, keyof Count])[] = [
  ['cases', 'cases'],
  ['inputs', 'inputs'],
  ['refused', 'refused'],
  ['accepted', 'accepted'],
  ['wrongly accepted', 'wronglyAccepted'],
  ['wrongly refused', 'wronglyRefused'],
  ['other reason', 'otherReason'],
  ['5xx or crash', 'faults'],
  ['invariant broken', 'breaches'],
  ['not offered', 'notOffered'],
  ['not applicable yet', 'notApplicable'],
];

/** Rows of numbers under headings, aligned for a terminal. */
export function textTable(counts: ReadonlyMap<string, Count>): string {
  const rows = [...counts, ['total', total(counts)] as const];
  const first = Math.max(...rows.map(([name]) => name.length));
  const line = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(first)}  ${cells.map((cell, index) => cell.padStart(COLUMNS[index]?.[0].length ?? 0)).join('  ')}`;
  return [
    line(
      '',
      COLUMNS.map(([heading]) => heading),
    ),
    ...rows.map(([name, count]) =>
      line(
        name,
        COLUMNS.map(([, member]) => String(count[member])),
      ),
    ),
  ].join('\n');
}

function markdownTable(heading: string, counts: ReadonlyMap<string, Count>): string {
  const rows = [...counts, ['**total**', total(counts)] as const];
  return [
    `| ${heading} | ${COLUMNS.map(([name]) => name).join(' | ')} |`,
    `|---|${COLUMNS.map(() => '--:').join('|')}|`,
    ...rows.map(([name, count]) => `| ${name} | ${COLUMNS.map(([, member]) => count[member]).join(' | ')} |`),
  ].join('\n');
}

/** The page docs/attack-corpus.md: the same for the same results, whatever machine and day it was. */
export function markdownReport(results: readonly CaseResult[]): string {
  const layers = countBy(results, ({ layer }) => layer);
  const classes = countBy(results, (given) => `${given.layer} / ${given.class}`);
  const surfaces = bySurface(results);
  const { inputs, refused, accepted } = total(layers);
  const bound = ((3 / Math.max(1, refused)) * 100).toFixed(2);
  return `${[
    '<!-- Written by `npm run corpus`. -->',
    '# The attack corpus',
    INTRODUCTION,
    `Run of ${results.length} cases: ${inputs} inputs (case × form × surface) were handed in and judged; ${refused} attacks and faults were refused for the right reason, ${accepted} honest inputs were accepted. Nought wrong of ${refused} bounds the true rate of wrong acceptances of such inputs to about ${bound} % at 95 % confidence (3/N) if they are taken for independent, which one input on several surfaces is not; it says nothing of inputs unlike them.`,
    '## By layer',
    markdownTable('layer', layers),
    COLUMN_NOTES,
    '## By class',
    markdownTable('layer / class', classes),
    '## By surface',
    '| surface | inputs |\n|---|--:|',
    ...surfaces.map(([name, count]) => `| ${name} | ${count} |`),
    '## By mechanism and surface',
    'Inputs that were handed in; every one of them was answered as it should be, or it would be counted as wrong above. The first row is the mechanism of the case itself: `eddsa-rdfc-2022` unless the case is about another.',
    mechanismTable(results),
    '## Not applicable yet',
    'By case, with what it waits for. What reaches a route all the same is refused, and counted as *not offered*.',
    '| case | title | waits for | reason |\n|---|---|---|---|',
    ...results.flatMap(({ given, notApplicable }) =>
      notApplicable === undefined ? [] : [row(given, notApplicable.area, notApplicable.reason)],
    ),
    'In part:',
    '| case | title | waits for | reason |\n|---|---|---|---|',
    ...results.flatMap(({ given }) => {
      const part = IN_PART.get(given.id);
      return part === undefined ? [] : [row(given, part.area, part.reason)];
    }),
    '## Answers that differ from the case',
    'Each is refused as it should be, under another code than the case names.',
    '| case | form | answer | reason |\n|---|---|---|---|',
    ...DIVERGENCES.map(
      ({ case: id, form, types, reason }) =>
        `| ${id} | ${cell(form ?? 'every')} | ${types.map((type) => type.replace(/^.*#|^LOCAL:/, '')).join(', ')} | ${reason} |`,
    ),
  ]
    .join('\n\n')
    .replaceAll(/(\|\n)\n(?=\|)/g, '$1')}\n`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
const row = ({ id, title }: Case, area: string, reason: string): string =>
  `| ${id} | ${cell(title)} | ${area} | ${cell(reason)} |`;

function bySurface(results: readonly CaseResult[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { results: trials } of results) {
    for (const { surface, notOffered } of trials) {
      const name = /^[A-Z]+ \//.test(surface) ? 'other HTTP routes' : surface;
      if (!notOffered) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Surfaces that take something secured, or secure it, each under every mechanism. */
const SECURED_SURFACES = [
  'verify',
  'present',
  'import',
  'derive',
  'prove',
  'cli verify',
  'cli present',
  'evaluations',
  'cli evaluate',
  'issue',
  'cli issue',
];
const OWN = "the case's own";

function mechanismTable(results: readonly CaseResult[]): string {
  const trials = results.flatMap((result) => result.results).filter(({ notOffered }) => !notOffered);
  const mechanisms = [OWN, ...new Set(trials.flatMap(({ mechanism }) => (mechanism === undefined ? [] : [mechanism])))];
  const count = (mechanism: string, surface: string): number =>
    trials.filter((trial) => (trial.mechanism ?? OWN) === mechanism && trial.surface === surface).length;
  return [
    `| mechanism | ${SECURED_SURFACES.join(' | ')} |`,
    `|---|${SECURED_SURFACES.map(() => '--:').join('|')}|`,
    ...mechanisms.map(
      (mechanism) => `| ${mechanism} | ${SECURED_SURFACES.map((surface) => count(mechanism, surface)).join(' | ')} |`,
    ),
  ].join('\n');
}

const INTRODUCTION = `Every case of \`test/adversarial\` is built with the project's own credential types and handed to every surface that takes it: \`verify\`
(\`POST /verifiers/{id}/credentials/verify\`), \`present\` (\`…/presentations/verify\`, inside a presentation signed by its holder), \`import\` (a
holder's store), \`derive\` and \`prove\` (a holder's other routes), \`issue\`, \`evaluations\`, the other routes, and the commands \`verify\`, \`issue\` (\`cli issue\`) and \`verify --policy\` (\`cli evaluate\`). \`test/adversarial/corpus.test.ts\` is part of
\`npm test\` and fails on one wrong acceptance, one wrong refusal, one wrong reason, one 5xx or crash, one broken invariant, and on a case that is neither
built nor listed below. \`npm run corpus\` runs the same and writes this page.

Credentials are secured with \`eddsa-rdfc-2022\` unless the case is about another mechanism. Beside that, every case of the layers \`proof\`, \`time\` and
\`context\`, and those of \`did\` and \`canonicalisation\` about one document, whose attack makes sense there runs once more under each other mechanism: \`eddsa-jcs-2022\`; \`ecdsa-rdfc-2019\` and \`ecdsa-jcs-2019\` on P-256 and
P-384; \`vc+jwt\` with Ed25519, P-256 and P-384; and as a holder shows a credential under \`ecdsa-sd-2023\`, \`bbs-2023\` and \`vc+sd-jwt\` (all three kinds of key), on \`verify\`, \`present\`,
\`import\`, \`prove\` and the two commands that verify; under the mechanisms that show a part, what the issuer made goes to \`derive\` with the same attack in it, and under the others \`derive\` has to
say that it cannot be. What an issuer must not sign is asked of an issuer instance for each mechanism, of the service and of the command, and one honest and one forged claim under
each goes into evaluations, over HTTP and at the command line. The selective mechanisms and tokens (layer \`jose\`) have cases
of their own besides. All of it is made by signers of the corpus, which share no code with the service's.

Invariants hold in every answer: no 5xx that the case does not name, no crash, problem documents for refusals, no stack, path or secret, no piece of input longer than
200 characters in a refusal, no refused document handed back, no connection but to hosts of the run, no record of a refused request, an answer within a second (three times that
are let pass on a busy machine, and reported).`;

const COLUMN_NOTES = `*refused* and *accepted* are right answers for the right reason; *accepted* also counts properties that held, such as "200 issues at once take 200
entries". *other reason* is a right verdict under a code that the case does not allow. *not offered* counts inputs in forms that this version does not have, refused cleanly, and is
in no other column. *not applicable yet* counts cases.`;
