/** Layer `chain`: who stands at the top, and by which name (docs/threats.md, section 5.14). */
import type { JsonObject } from '../../../src/base/json.ts';
import { type Chain, credential, signExtra } from '../chain-base.ts';
import type { EvaluationRequest } from '../evaluating.ts';
import type { Builder, Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { ACCREDITATION, ATTACKER, COMPANY, honest, replace, SHORT, STATEMENT, shortTrials, VERIFIER } from './chain.ts';

const selfMade: Builder = async (world) => [
  ...(await honest(world)),
  ...(await shortTrials(world, 'the verification body accredits itself', {
    patch: [replace(`${ACCREDITATION}/issuer`, VERIFIER)],
  })),
  ...(await shortTrials(world, 'a body that nobody knows accredits it', {
    patch: [replace(`${ACCREDITATION}/issuer`, ATTACKER)],
  })),
  ...(await shortTrials(world, 'the company accredits the body and verifies itself', {
    patch: [
      replace(`${ACCREDITATION}/issuer`, COMPANY),
      replace(`${ACCREDITATION}/credentialSubject/id`, COMPANY),
      replace(`${STATEMENT}/issuer`, COMPANY),
    ],
  })),
];

/** Names that look like the anchor's, on a credential of somebody else. */
const NAMES: readonly [string, string][] = [
  ['the name of the anchor', 'Example Accreditation Body of Italy (fictional)'],
  ['the name in Cyrillic letters', 'Ех\u0430mple Accreditation Body of Italy (fictional)'],
  ['the name with right-to-left marks', '\u202eExample Accreditation Body of Italy (fictional)\u202c'],
];

const LOOK_ALIKES = [
  'did:web:ab-ita1y.example',
  'did:web:ab-italy.example.evil.example',
  'did:web:xn--ab-taly-q1a.example',
  'did:web:ab-italy-example.example',
];

const famousName: Builder = async (world) => {
  const trials: Trial[] = [];
  for (const [form, name] of NAMES) {
    const forged = async (chain: Chain): Promise<Partial<EvaluationRequest>> => {
      const { proof: _, ...accreditation } = credential(chain, 'accreditation:eu');
      const named = { ...accreditation, issuer: { id: ATTACKER, name } };
      const signed = await signAs(world, ATTACKER, named);
      return { credentials: [...SHORT.slice(0, 2).map((key) => credential(chain, key)), signed] };
    };
    trials.push(...(await shortTrials(world, form, {}, undefined, forged)));
  }
  for (const did of LOOK_ALIKES) {
    trials.push(...(await shortTrials(world, did, { patch: [replace(`${ACCREDITATION}/issuer`, did)] })));
  }
  return trials;
};

async function signAs(world: World, did: string, unsecured: JsonObject): Promise<JsonObject> {
  const { issuer } = unsecured;
  const signed = await signExtra(world, { ...unsecured, issuer: did });
  return { ...signed, issuer: issuer ?? did };
}

const namedOnly: Builder = async (world) => [
  ...(await shortTrials(world, 'the subject has a name and no id', {
    patch: [
      { op: 'remove', path: `${ACCREDITATION}/credentialSubject/id` },
      { op: 'add', path: `${ACCREDITATION}/credentialSubject/name`, value: 'Verify EU (fictional)' },
    ],
  })),
  ...(await shortTrials(world, 'the subject is another body of that name', {
    patch: [replace(`${ACCREDITATION}/credentialSubject/id`, 'did:web:verify-eu.evil.example')],
  })),
];

export const ANCHOR_BUILDERS: Readonly<Record<string, Builder>> = {
  'CH-001': selfMade,
  'CH-002': famousName,
  'CH-003': namedOnly,
};
