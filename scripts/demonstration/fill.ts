/**
 * Fills a fresh node with the fictional organisations of both worked examples, their credentials, and what the relying parties asked.
 * Started by scripts/start.mjs with the address of the node, the administrator's token and the node's time in the environment. Exit 0
 * when filled; what to look at is on standard output.
 */
import { isObject } from '../../src/base/json.ts';
import type { Language } from '../../src/trust/messages/message.ts';
import { Client } from './client.ts';
import { apology, guide, type Sights } from './guide.ts';
import { Archive, issueAll } from './issuing.ts';
import { judgeAll, type Outcome, type Shown, show } from './judging.ts';
import { deskOf, type Network, openDesks, partyOf, type Site, setClock, settle } from './network.ts';
import { readStory } from './story.ts';

const { DEMONSTRATION_URL: url = '', DEMONSTRATION_TOKEN: adminToken = '', LC_ALL, LANG } = process.env;
const { DEMONSTRATION_BEGINNING: beginning = '' } = process.env;
const language: Language = (LC_ALL ?? LANG ?? '').startsWith('ko') ? 'ko' : 'en';
const client = new Client(url);
try {
  process.stdout.write(guide(await fill({ name: 'demonstration', client, adminToken }), language));
} catch (error) {
  process.stderr.write(`${apology(language)} (${error instanceof Error ? error.message : 'fault'})\n`);
  process.exitCode = 1;
} finally {
  client.close();
}

async function fill(site: Site): Promise<Sights> {
  const network = await settle(readStory(), () => site);
  const archive = new Archive();
  // What is older than the node is put on it the day it opens: a visitor's first steps are in no year but their own.
  await issueAll(network, archive, () => undefined, beginning);
  await setClock(network, network.story.instant);
  await openDesks(network);
  const shown = new Map<string, Shown>();
  for (const showing of network.story.showings) shown.set(showing.name, await show(network, archive, showing));
  const outcomes: Outcome[] = [];
  await judgeAll(network, archive, shown, (outcome) => outcomes.push(outcome));
  return sightsOf(network, archive, outcomes);
}

function sightsOf(network: Network, archive: Archive, outcomes: readonly Outcome[]): Sights {
  const { parties, story } = network;
  const [buyer, maker, body] = ['buyer', 'cell-maker', 'ab-korea'].map((key) => partyOf(parties, key));
  if (buyer === undefined || maker === undefined || body === undefined) throw new Error('a party is missing');
  const { credential, draft } = archive.require('accreditation:kr');
  const [entry] = [credential['credentialStatus']].flat().filter(isObject);
  return {
    url,
    clock: story.instant,
    organisations: parties.size,
    credentials: archive.all().length,
    answers: outcomes.length,
    right: outcomes.filter(({ wrong }) => wrong.length === 0).length,
    buyer: { token: buyer.token, desk: deskOf('battery-cell') },
    evaluation: outcomes.find(({ expected }) => expected.presentation === 'public')?.evaluation ?? '',
    maker: { token: maker.token, id: maker.key },
    body: { token: body.token, id: body.key },
    accreditation: { id: draft.id, list: String(entry?.['statusListCredential']) },
  };
}
