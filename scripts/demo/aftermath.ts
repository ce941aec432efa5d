/** What happens after the goods are sold: an accreditation is suspended, a statement withdrawn, and everything is asked again. */
import { judge, listDependent, type RegimeAnswer, type Shown, verifyNow } from '../demonstration/judging.ts';
import { partyOf, setClock } from '../demonstration/network.ts';
import { DESKS } from '../demonstration/story.ts';
import { oddity, type Stage, tellAnswer } from './run-demo.ts';
import type { Texts } from './texts.en.ts';
import { nameIn } from './words.ts';

interface Change {
  /** Key of the credential. */
  readonly of: string;
  readonly purpose: 'suspension' | 'revocation';
  readonly reason: string;
  /** When the change is made, and the date it works from. */
  readonly made: string;
  readonly from: string;
}

/** After the statements of February and March 2027. */
const SUSPENDED_LATER: Change = {
  of: 'accreditation:eu',
  purpose: 'suspension',
  reason: 'suspended',
  made: '2027-05-10T09:00:00Z',
  from: '2027-05-10',
};
/** Before the first of them: found out later, and in force from then. */
const SUSPENDED_BEFORE: Change = {
  of: 'accreditation:kr',
  purpose: 'suspension',
  reason: 'suspended',
  made: '2027-05-20T09:00:00Z',
  from: '2027-02-01',
};
const REVOKED: Change = {
  of: 'statement:coil',
  purpose: 'revocation',
  reason: 'withdrawn',
  made: '2027-06-01T09:00:00Z',
  from: '2027-06-01',
};
const DAY_BEFORE = '2027-05-31T00:00:00Z';

type ShownByName = ReadonlyMap<string, Shown>;

export async function suspendLater(stage: Stage, shown: ShownByName): Promise<void> {
  const { archive, narrator, network, rows } = stage;
  narrator.section('suspendedLater');
  await change(stage, SUSPENDED_LATER);
  const buyer = partyOf(network.parties, DESKS['steel-coil']);
  const { verified, codes } = await verifyNow(buyer, archive.require(SUSPENDED_LATER.of).credential);
  const said = codes.join(', ');
  narrator.say((texts) => (verified ? texts.plainWrong : texts.plainQuestion(said)));
  if (said !== 'SUSPENDED') rows.push(oddity('declarant', SUSPENDED_LATER.made, `plain verification: ${said}`));
  await ask(stage, shown, {
    presentation: 'declarant',
    regime: 'eu-cbam',
    at: SUSPENDED_LATER.made,
    meaning: 'suspended-later',
    check: ({ result, notes }) => [
      ...(result === 'ACCEPT' ? [] : [`result ${result}, not ACCEPT`]),
      ...(notes.includes('C2') ? [] : ['no note on the suspension']),
    ],
  });
}

export async function suspendBefore(stage: Stage, shown: ShownByName): Promise<void> {
  stage.narrator.section('suspendedBefore');
  await change(stage, SUSPENDED_BEFORE);
  const asked = {
    regime: 'iso14067-pcf',
    at: SUSPENDED_BEFORE.made,
    meaning: 'suspended-before',
    check: refusedBy('SUSPENDED'),
  } as const;
  await ask(stage, shown, { ...asked, presentation: 'customer' });
  await ask(stage, shown, { ...asked, presentation: 'public' });
}

export async function revoke(stage: Stage, shown: ShownByName): Promise<void> {
  stage.narrator.section('revoked');
  await change(stage, REVOKED);
  const asked = { presentation: 'declarant', regime: 'eu-cbam' };
  await ask(stage, shown, { ...asked, at: REVOKED.made, meaning: 'revoked-now', check: refusedBy('REVOKED') });
  await ask(stage, shown, {
    ...asked,
    at: DAY_BEFORE,
    meaning: 'revoked-asked-earlier',
    check: ({ result }) => (result === 'ACCEPT' ? [] : [`result ${result}, not ACCEPT`]),
  });
}

/** The relying party finds its own evaluations that rested on what has fallen. */
export async function tellDependent(stage: Stage): Promise<void> {
  const { network, archive, narrator, rows } = stage;
  narrator.section('dependent');
  for (const [example, key] of [
    ['steel-coil', REVOKED.of],
    ['battery-cell', SUSPENDED_BEFORE.of],
  ] as const) {
    const { draft } = archive.require(key);
    const found = await listDependent(network, example, draft.id);
    const buyer = partyOf(network.parties, DESKS[example]);
    narrator.say((texts, language) => texts.dependent(nameIn(language, buyer.name), draft.id, found.length));
    for (const { id, evaluatedAt } of found) narrator.say(() => `${evaluatedAt}  ${id}`, 1);
    if (found.length === 0) rows.push(oddity('declarant', REVOKED.made, `nothing depends on ${key}`));
  }
}

/** The issuer changes the status on its own node; nobody is told, and everybody who asks sees it. */
async function change(
  { network, archive, narrator }: Stage,
  { of, purpose, reason, made, from }: Change,
): Promise<void> {
  await setClock(network, made);
  narrator.say((texts) => texts.clock(made));
  const { draft, issuer, credential } = archive.require(of);
  const body = { credentialId: draft.id, statusPurpose: purpose, status: true, reason, effectiveDate: from };
  await issuer.site.client.post(`/issuers/${issuer.key}/credentials/status`, body, issuer.token);
  const number = (credential['credentialSubject'] as Record<string, unknown>)['accreditationId'];
  narrator.say((texts, language) => {
    const who = nameIn(language, issuer.name);
    return purpose === 'suspension' ? texts.suspends(who, String(number), from) : texts.revokes(who, draft.id, from);
  });
}

interface Asked {
  readonly presentation: string;
  readonly regime: string;
  readonly at: string;
  readonly meaning: keyof Texts['meanings'];
  /** What is not as it must be. */
  readonly check: (answer: RegimeAnswer) => readonly string[];
}

async function ask(
  stage: Stage,
  shown: ShownByName,
  { presentation, regime, at, meaning, check }: Asked,
): Promise<void> {
  const one = shown.get(presentation);
  if (one === undefined) throw new Error(`never shown: ${presentation}`);
  const { results } = await judge(stage.network, stage.archive, one, { regimes: [regime], at });
  const answer = results.get(regime);
  const wrong = answer === undefined ? ['no answer'] : check(answer);
  tellAnswer(stage, { meaning, row: { presentation, regime, at: at.slice(0, 10), answer, wrong } });
}

const refusedBy =
  (code: string) =>
  ({ result, codes }: RegimeAnswer): readonly string[] => [
    ...(result === 'REJECT' ? [] : [`result ${result}, not REJECT`]),
    ...(codes.includes(code) ? [] : [`not for ${code}`]),
  ];
