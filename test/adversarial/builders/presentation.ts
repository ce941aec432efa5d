/** Layer `presentation`: challenge, domain, holder and content (docs/threats.md, section 5.12). */
import type { JsonObject } from '../../../src/base/json.ts';
import { ADMIN_TOKEN } from '../../support/node.ts';
import type { Answer } from '../answer.ts';
import { bareCredential, secured } from '../bases.ts';
import { holder, thief, VERIFIER_DOMAIN } from '../parties.ts';
import { type ProofMembers, sign } from '../signing.ts';
import { ask, present, unsigned, verifyPresentation } from '../surfaces.ts';
import { type Builder, checked, type Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { swappedResponses } from './oid4vp.ts';
import { presentationTrials } from './proof.ts';

const AT_ONCE = 50;

const honest = (): Promise<JsonObject> => secured(bareCredential());

export async function freshChallenge(world: World, verifier = 'maker'): Promise<string> {
  const { body } = await world.node.post(`/verifiers/${verifier}/challenges`, undefined);
  return String(body.challenge);
}

const replay: Builder = async (world) => {
  const credential = await honest();
  const challenge = await freshChallenge(world);
  const text = JSON.stringify(await present(holder, [credential], { challenge }));
  const run = () => verifyPresentation(world, text, challenge);
  return [
    { form: 'the first time', surface: 'present', run, expected: { verdict: 'accept' } },
    { form: 'the second time', surface: 'present', run },
    checked(`${AT_ONCE} times at the same instant`, 'present', async () => {
      const one = await freshChallenge(world);
      const presentation = JSON.stringify(await present(holder, [credential], { challenge: one }));
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, () => verifyPresentation(world, presentation, one)),
      );
      const accepted = answers.filter(({ outcome }) => outcome === 'accepted').length;
      const others = answers.filter(
        ({ outcome, types }) => outcome !== 'accepted' && !types[0]?.endsWith('#INVALID_CHALLENGE_ERROR'),
      );
      return [
        ...(accepted === 1 ? [] : [`${accepted} of ${AT_ONCE} were accepted`]),
        ...(others.length === 0 ? [] : [`refused for another reason: ${others[0]?.types[0]}`]),
      ];
    }),
  ];
};

/** Changed after signing, and signed like that by a holder who means well: both were made for others too. */
const foreignDomain: Builder = async (world) => {
  const credential = await honest();
  const arrays: readonly [string, readonly string[]][] = [
    ['ours and theirs', [VERIFIER_DOMAIN, 'https://evil.example']],
    ['theirs and ours', ['https://evil.example', VERIFIER_DOMAIN]],
    ['ours alone, in an array', [VERIFIER_DOMAIN]],
  ];
  const texts: readonly [string, string | undefined][] = [
    ['another', 'https://evil.example'],
    ['ours with a slash', `${VERIFIER_DOMAIN}/`],
    ['ours in capitals', VERIFIER_DOMAIN.toUpperCase()],
    ['none', undefined],
  ];
  const signedWith = (domain: ProofMembers['domain']) => async (challenge: string) =>
    JSON.stringify(await present(holder, [credential], { challenge, domain }));
  const changed = (domain: readonly string[]) => async (challenge: string) => {
    const signed = await present(holder, [credential], { challenge });
    return JSON.stringify({ ...signed, proof: { ...(signed['proof'] as JsonObject), domain } });
  };
  return [
    ...arrays.flatMap(([form, domain]) => [
      ...presentationTrials(world, `${form}, after signing`, changed(domain)),
      ...presentationTrials(world, `${form}, as signed`, signedWith(domain)),
    ]),
    ...texts.flatMap(([form, domain]) => presentationTrials(world, form, signedWith(domain))),
  ];
};

/** A verifier that would take any domain, or no challenge, is not set up at all. */
const carelessVerifiers: Builder = async (world) => {
  const settings: readonly [string, JsonObject][] = [
    ['an empty domain', { domain: '' }],
    ['no challenge', { challenge: false }],
    ['neither', { domain: '', challenge: false }],
  ];
  const setUp = settings.map(
    ([form, more]): Trial => ({
      form,
      surface: 'POST /admin/organizations/{slug}/verifiers',
      run: () =>
        ask(world, 'POST', '/admin/organizations/maker/verifiers', {
          token: ADMIN_TOKEN,
          body: { id: 'careless', ...more },
        }),
    }),
  );
  const asked: Trial = {
    form: 'a request without a challenge',
    surface: 'present',
    run: async () => verifyPresentation(world, JSON.stringify(await present(holder, [await honest()], {})), undefined),
    expected: { verdict: 'refuse', types: ['https://w3id.org/security#INVALID_CHALLENGE_ERROR'] },
  };
  return [...setUp, asked, ...withoutOptions(world)];
};

/** Where no domain is named, it is the node's own and nothing else. */
function withoutOptions(world: World): Trial[] {
  const post = (challenge: string, verifiablePresentation: JsonObject): Promise<Answer> =>
    ask(world, 'POST', '/verifiers/maker/presentations/verify', {
      body: { verifiablePresentation, options: { challenge } },
    });
  const forDomain = (domain: string) => async () => {
    const challenge = await freshChallenge(world);
    return post(challenge, await present(holder, [await honest()], { challenge, domain }));
  };
  return [
    {
      form: 'a presentation for another domain, none asked for',
      surface: 'present',
      run: forDomain(VERIFIER_DOMAIN),
      expected: { verdict: 'refuse', types: ['https://w3id.org/security#INVALID_DOMAIN_ERROR'] },
    },
    {
      form: 'a presentation for the node itself, none asked for',
      surface: 'present',
      run: forDomain('https://node.example'),
      expected: { verdict: 'accept' },
    },
  ];
}

const stolen: Builder = async (world) => {
  const credential = await honest();
  const by = (claimed: string | undefined) => async (challenge: string) => {
    const { holder: _, ...rest } = unsigned(thief, [credential]);
    const document = claimed === undefined ? rest : { ...rest, holder: claimed };
    return JSON.stringify(
      await sign(document, thief.signer, { proofPurpose: 'authentication', domain: VERIFIER_DOMAIN, challenge }),
    );
  };
  const removedAfterwards = async (challenge: string) => {
    const { holder: _, ...rest } = await present(thief, [credential], { challenge });
    return JSON.stringify(rest);
  };
  return [
    ...presentationTrials(world, 'no holder', by(undefined)),
    ...presentationTrials(world, 'the holder removed after signing', removedAfterwards),
    ...presentationTrials(world, 'the thief as holder', by(thief.did)),
    ...presentationTrials(world, 'the victim as holder', by(holder.did)),
    ...presentationTrials(world, 'no subject id to compare with', async (challenge) => {
      const anonymous = await secured(bareCredential({ credentialSubject: { name: 'A product' } }));
      return JSON.stringify(await present(holder, [anonymous], { challenge }));
    }),
  ];
};

const nothingInside: Builder = async (world) => {
  const { verifiableCredential: _, ...empty } = unsigned(holder, []);
  const signed = (document: JsonObject) => async (challenge: string) =>
    JSON.stringify(
      await sign(document, holder.signer, { proofPurpose: 'authentication', domain: VERIFIER_DOMAIN, challenge }),
    );
  return [
    ...presentationTrials(world, 'verifiableCredential absent', signed(empty)),
    ...presentationTrials(world, 'verifiableCredential []', async (challenge) => {
      const presentation = JSON.parse(await signed(empty)(challenge)) as JsonObject;
      return JSON.stringify({ ...presentation, verifiableCredential: [] });
    }),
  ];
};

const wrongPurpose: Builder = async (world) => {
  const credential = await honest();
  const proofs: readonly [string, ProofMembers][] = [
    ['assertionMethod without challenge', { proofPurpose: 'assertionMethod', challenge: undefined, domain: undefined }],
    ['assertionMethod with challenge and domain', { proofPurpose: 'assertionMethod' }],
    ['capabilityInvocation', { proofPurpose: 'capabilityInvocation' }],
    ['authentication without challenge', { challenge: undefined }],
  ];
  return proofs.flatMap(([form, members]) =>
    presentationTrials(world, form, async (challenge) =>
      JSON.stringify(await present(holder, [credential], { challenge, ...members })),
    ),
  );
};

const unsignedOne: Builder = async (world) => {
  const credential = await honest();
  const forms: readonly [string, (signed: JsonObject) => JsonObject][] = [
    ['the proof removed', ({ proof: _, ...rest }) => rest],
    ['an empty list of proofs', (signed) => ({ ...signed, proof: [] })],
    ['a proof that is a text', (signed) => ({ ...signed, proof: 'x' })],
  ];
  return forms.flatMap(([form, change]) =>
    presentationTrials(world, form, async (challenge) =>
      JSON.stringify(change(await present(holder, [credential], { challenge }))),
    ),
  );
};

/** The OpenID4VP part comes with that protocol; a challenge of ours is bound to one verifier all the same. */
const challengeOfAnother: Builder = async (world) => {
  const credential = await honest();
  const foreign: Trial = {
    form: 'a challenge that another verifier of this node gave out',
    surface: 'present',
    run: async () => {
      const challenge = await freshChallenge(world, 'other');
      return verifyPresentation(world, JSON.stringify(await present(holder, [credential], { challenge })), challenge);
    },
  };
  const swapped: Trial = {
    form: 'two challenges, the answers exchanged',
    surface: 'present',
    run: async () => {
      const [one, two] = [await freshChallenge(world), await freshChallenge(world)];
      return verifyPresentation(world, JSON.stringify(await present(holder, [credential], { challenge: one })), two);
    },
  };
  const expired: Trial = {
    form: 'a challenge after its five minutes',
    surface: 'present',
    run: async () => {
      const challenge = await freshChallenge(world);
      const text = JSON.stringify(await present(holder, [credential], { challenge }));
      const now = world.node.clock.now();
      world.node.clock.set(now + 300_001);
      try {
        return await verifyPresentation(world, text, challenge);
      } finally {
        world.node.clock.set(now);
      }
    },
  };
  return [foreign, swapped, expired, ...(await swappedResponses(world))];
};

export const PRESENTATION_BUILDERS: Readonly<Record<string, Builder>> = {
  'VP-001': replay,
  'VP-002': foreignDomain,
  'VP-003': carelessVerifiers,
  'VP-004': stolen,
  'VP-005': nothingInside,
  'VP-006': wrongPurpose,
  'VP-007': unsignedOne,
  'VP-008': challengeOfAnother,
};
