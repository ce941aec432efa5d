/**
 * The controls of the conformance profile (docs/conformance.md): generic credentials that an instance of the profile takes, under every
 * mechanism that signs the whole, and that the product refuses for their form, and says so.
 */
import { ServiceError } from '../../../src/base/error.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { problemType } from '../../../src/base/problem.ts';
import { readConfig } from '../../../src/config.ts';
import type { Answer } from '../answer.ts';
import { bareCredential, secured } from '../bases.ts';
import { OTHER_MECHANISMS, securedBy } from '../mechanisms.ts';
import { at, DAY, good, holder, NOW } from '../parties.ts';
import { sign } from '../signing.ts';
import { askToIssue, specimen } from '../surfaces.ts';
import { type Builder, credentialTrials, type Trial } from '../trial.ts';
import type { World } from '../world.ts';

const language = (value: string, tag: string, direction?: string): JsonObject => ({
  '@value': value,
  '@language': tag,
  ...(direction === undefined ? {} : { '@direction': direction }),
});

const GENERIC: Readonly<Record<string, readonly (readonly [string, JsonObject, readonly string[]])[]>> = {
  'OK-003': [
    ['type as one text', { type: 'VerifiableCredential' }, []],
    ['the subject in an array of one', { credentialSubject: [{ id: holder.did, name: 'A product' }] }, []],
  ],
  'OK-004': [
    ['validFrom with an offset', { validFrom: '2027-01-01T05:30:00+05:30' }, []],
    ['validUntil with fractions of a second', { validUntil: '2028-01-01T00:00:00.123Z' }, []],
  ],
  'OK-011': [['no dates', {}, ['validFrom', 'validUntil']]],
  'OK-015': [
    [
      'a name in five languages',
      {
        issuer: {
          id: good.did,
          name: [
            language('Good', 'en'),
            language('좋은', 'ko'),
            language('Gut', 'de'),
            language('جيد', 'ar', 'rtl'),
            language('טוב', 'he', 'rtl'),
          ],
        },
      },
      [],
    ],
  ],
};

const generic: Builder = async (world, given) => {
  const trials: Trial[] = [];
  for (const [form, more, left] of GENERIC[given.id] ?? []) {
    const whole = bareCredential(more);
    const unsecured = Object.fromEntries(Object.entries(whole.unsecured).filter(([name]) => !left.includes(name)));
    const signed = await secured({ ...whole, unsecured });
    const expected = {
      verdict: 'refuse',
      types: ['https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR'],
    } as const;
    trials.push(...(await underProfile(world, form, unsecured)));
    trials.push(...credentialTrials(world, specimen(`${form}, in the product`, signed), { expected }));
    trials.push({
      form: `${form}, to be signed`,
      surface: 'issue',
      run: () =>
        askToIssue(
          world,
          JSON.stringify({
            ...unsecured,
            id: undefined,
            issuer:
              unsecured['issuer'] === good.did
                ? world.maker.did
                : { ...(unsecured['issuer'] as JsonObject), id: world.maker.did },
          }),
        ),
      expected,
    });
  }
  trials.push({
    form: 'the profile is asked for where others could reach it',
    surface: 'start',
    run: async () => startWithProfile(),
    expected: { verdict: 'refuse', types: ['LOCAL:config-refused'] },
  });
  return trials;
};

/** Whose instances are called as those of the product. */
async function underProfile(world: World, form: string, unsecured: JsonObject): Promise<Trial[]> {
  const there: World = { ...world, node: world.profile };
  const made: [string, JsonObject][] = [
    ['eddsa-rdfc-2022', await sign(unsecured, good.signer, { created: at(NOW - DAY) })],
  ];
  for (const mechanism of OTHER_MECHANISMS) made.push([mechanism.name, await securedBy(mechanism, unsecured)]);
  return made.flatMap(([name, document]) =>
    credentialTrials(there, specimen(`${form}, ${name}`, document), { surfaces: ['verify', 'present'] }).map(
      (trial) => ({
        ...trial,
        surface: `${trial.surface} (profile)`,
      }),
    ),
  );
}

export const GENERIC_BUILDERS: Readonly<Record<string, Builder>> = Object.fromEntries(
  Object.keys(GENERIC).map((id) => [id, generic]),
);

function startWithProfile(): Answer {
  try {
    readConfig({ PROFILE: 'conformance', HOST: '0.0.0.0' });
    return { outcome: 'accepted', types: [], milliseconds: 0, breaches: [] };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { outcome: 'refused', types: [problemType(error.code)], milliseconds: 0, breaches: [] };
  }
}
