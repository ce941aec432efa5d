/**
 * npm run demo [-- --lang ko]
 *
 * The steel coil and the battery cell across seven nodes that share nothing but HTTP and credentials. `--lang` may stand several times:
 * the first language is told as it happens, the others at the end. Exit 0 when every answer is as it must be, 1 when one is not or
 * something failed, 64 for wrong use, 130 when interrupted; in every case the nodes are stopped and their data is gone.
 */
import { parseArgs } from 'node:util';
import { Archive } from '../demonstration/issuing.ts';
import { openDesks, settle } from '../demonstration/network.ts';
import { readStory } from '../demonstration/story.ts';
import { revoke, suspendBefore, suspendLater, tellDependent } from './aftermath.ts';
import { Cluster } from './cluster.ts';
import { createNarrator, isLanguage, type Narrator, together } from './narrator.ts';
import { evaluateAll, issueStory, type Stage, showAll, tellNodes, tellTable } from './run-demo.ts';

/** Who lives where. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  'accreditation-korea': ['ab-korea'],
  'accreditation-italy': ['ab-italy'],
  recognition: ['mra-owner', 'scheme-it', 'scheme-kr'],
  verification: ['verifier-kr', 'verifier-eu'],
  suppliers: ['slab-maker', 'cathode-maker'],
  exporters: ['rolling-mill', 'cell-maker'],
  buyers: ['declarant', 'buyer'],
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const languages = readLanguages(args);
  if (languages === undefined) {
    process.stderr.write('npm run demo [-- --lang en|ko]\n');
    return 64;
  }
  const later: string[] = [];
  const narrator = together(
    languages.map((language, place) =>
      createNarrator(language, (text) => {
        if (place === 0) process.stdout.write(text);
        else later.push(text);
      }),
    ),
  );
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const good = await perform(narrator, stop.signal);
  process.stdout.write(later.join(''));
  if (good === undefined) return 130;
  return good ? 0 : 1;
}

function readLanguages(args: readonly string[]) {
  try {
    const { values } = parseArgs({ args: [...args], options: { lang: { type: 'string', multiple: true } } });
    const languages = values.lang ?? ['en'];
    return languages.every(isLanguage) ? languages : undefined;
  } catch {
    return undefined;
  }
}

/** Whether everything came out as it must; nothing when it was interrupted. */
async function perform(narrator: Narrator, stop: AbortSignal): Promise<boolean | undefined> {
  const cluster = new Cluster();
  const kill = (): void => cluster.kill();
  process.on('exit', kill);
  const interrupted = new Promise<undefined>((resolve) => stop.addEventListener('abort', () => resolve(undefined)));
  let failure: unknown;
  let good: boolean | undefined;
  try {
    good = await Promise.race([tell(narrator, cluster), interrupted]);
  } catch (error) {
    failure = error;
  }
  await cluster.close();
  process.off('exit', kill);
  // A terminal interrupts the nodes too; what failed because they were gone is no failure.
  if (stop.aborted) narrator.say((texts) => texts.interrupted);
  else if (failure !== undefined) process.stderr.write(`${failure instanceof Error ? failure.message : 'fault'}\n`);
  return stop.aborted ? undefined : good === true;
}

async function tell(narrator: Narrator, cluster: Cluster): Promise<boolean> {
  const started = performance.now();
  const story = readStory();
  narrator.title((texts) => texts.title);
  narrator.say((texts) => texts.fictional);
  narrator.say((texts) => texts.starting(Object.keys(HOMES).length));
  const nodes = await cluster.start(Object.keys(HOMES), story.beginning);
  const network = await settle(story, (key) => {
    const home = nodes.find(({ name }) => HOMES[name]?.includes(key));
    if (home === undefined) throw new Error(`no node for ${key}`);
    return home;
  });
  const stage: Stage = { network, archive: new Archive(), narrator, rows: [] };
  await openDesks(network);
  tellNodes(stage, nodes);
  await issueStory(stage);
  const shown = await showAll(stage);
  await evaluateAll(stage, shown);
  await suspendLater(stage, shown);
  await suspendBefore(stage, shown);
  await revoke(stage, shown);
  await tellDependent(stage);
  tellTable(stage);
  const good = stage.rows.filter(({ wrong }) => wrong.length === 0).length;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  narrator.say((texts) => `\n${texts.summary(good, stage.rows.length, nodes.length, seconds)}`);
  return good === stage.rows.length;
}
