/** Layers `time` and `display`, as far as a machine reads them (docs/threats.md, sections 5.15 and 5.16). */
import { createManualClock } from '../../../src/base/clock.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { bareCredential as bareRequest, startNode } from '../../support/node.ts';
import { emissionsClaim, secured } from '../bases.ts';
import { DAY, NOW } from '../parties.ts';
import { specimen } from '../surfaces.ts';
import { asRequested, type Builder, checked, credentialTrials, issueTrials } from '../trial.ts';

/** The machine's clock jumps a day ahead and back again. */
const clockJumps: Builder = async (world) => [
  checked('a day ahead and back', 'service', async () => {
    const clock = createManualClock(NOW);
    const node = await startNode({ clock, fetchJson: world.hosts.fetchJson });
    world.connections.expect(Number(new URL(node.url).port));
    try {
      const { token, did } = await node.createParty('maker');
      const challenge = async () => String((await node.post('/verifiers/maker/challenges', undefined)).body.challenge);
      const issue = async () =>
        node.post(
          '/issuers/maker/credentials/issue',
          { credential: { ...bareRequest(did), validFrom: '2027-01-01T00:00:00Z' } },
          token,
        );
      const spend = (id: string) => node.node.store.spendChallenge({ id, verifier: 'maker', now: clock.now() });
      const [early, spent] = [await challenge(), await challenge()];
      const wrong: string[] = [];
      if (!(await spend(spent))) wrong.push('a fresh challenge is not taken');
      const first = await issue();
      clock.set(NOW + DAY);
      const ahead = await challenge();
      if (await spend(early)) wrong.push('a challenge outlived a jump of a day');
      const second = await issue();
      clock.set(NOW);
      const back = await challenge();
      if (await spend(spent)) wrong.push('a spent challenge is good again after the clock went back');
      if (new Set([early, spent, ahead, back]).size !== 4) wrong.push('a challenge came twice');
      const third = await issue();
      const entries = [first, second, third].map(
        ({ body }) => (body.verifiableCredential as JsonObject)?.['credentialStatus'],
      );
      if (entries.some((entry) => entry === undefined)) wrong.push('an issue failed');
      if (new Set(entries.map((entry) => JSON.stringify(entry))).size !== 3) wrong.push('a status entry came twice');
      const answers = await Promise.all(
        [first, third].map(({ body }) =>
          node.post('/verifiers/maker/credentials/verify', { verifiableCredential: body.verifiableCredential }),
        ),
      );
      for (const { body } of answers)
        if (body.verified !== true) wrong.push(`not verified after the jumps: ${JSON.stringify(body.problemDetails)}`);
      return wrong;
    } finally {
      await node[Symbol.asyncDispose]();
    }
  }),
];

const named = (name: string): JsonObject => {
  const { operator } = emissionsClaim().unsecured['credentialSubject'] as { readonly operator: JsonObject };
  return { operator: { ...operator, name } };
};

/** The same letters to the eye, other code points. */
const otherNormalForm: Builder = async (world) => {
  const composed = await secured(emissionsClaim(named('Caf\u00e9 (fictional)')));
  const text = JSON.stringify(composed);
  const decomposed = await secured(emissionsClaim(named('Cafe\u0301 (fictional)')));
  const change = (from: string, to: string, raw: string) => JSON.parse(raw.replace(from, to)) as JsonObject;
  return [
    ...credentialTrials(world, specimen('composed as signed, decomposed as sent', change('\u00e9', 'e\u0301', text))),
    ...credentialTrials(
      world,
      specimen('decomposed as signed, composed as sent', change('e\u0301', '\u00e9', JSON.stringify(decomposed))),
    ),
    ...credentialTrials(world, specimen('composed as signed', composed), { expected: { verdict: 'accept' } }),
    ...issueTrials(
      world,
      'decomposed, to be signed',
      (did) => {
        const asked = emissionsClaim({
          operator: { ...(named('Cafe\u0301 (fictional)')['operator'] as JsonObject), id: did },
        }).unsecured;
        return JSON.stringify({ ...asRequested(asked), issuer: did });
      },
      { verdict: 'refuse', types: ['https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR'] },
    ),
  ];
};

export const TIME_BUILDERS: Readonly<Record<string, Builder>> = {
  'TIM-003': clockJumps,
  'UI-004': otherNormalForm,
};
