/** Layer `selective-disclosure`: issuers that mark too little, holders that show too little, proofs that were put together (docs/threats.md, section 5.6). */
import type { JsonObject } from '../../../src/base/json.ts';
import { ADMIN_TOKEN } from '../../support/node.ts';
import { bareCredential, emissionsClaim } from '../bases.ts';
import { buildChain, credential } from '../chain-base.ts';
import { OTHER_MECHANISMS, securedBy } from '../mechanisms.ts';
import { at, DAY, good, keyOf, NOW } from '../parties.ts';
import { derive, signBase } from '../selective-signing.ts';
import { ask, JUDGING_SURFACES, specimen } from '../surfaces.ts';
import { type Builder, credentialTrials, type Trial, type TrialExpectation } from '../trial.ts';
import type { World } from '../world.ts';
import { SHORT } from './chain.ts';
import { bare, base, coreOf, created, derivation, derivedFrom, shown } from './selective-forms.ts';

/** A base proof holds the keys to everything; only a holder's own store and the derivation take one. */
const wrongStage: Builder = async (world) => {
  const document = await base(bare(), good);
  const other = { ...bare(), validUntil: at(NOW + 400 * DAY) };
  const honest = { verdict: 'accept' } as const;
  return [
    ...(await shown(world, 'a base proof', base, { surfaces: JUDGING_SURFACES })),
    ...credentialTrials(world, specimen('a base proof, to its holder', document), {
      surfaces: ['import'],
      expected: honest,
    }),
    derivation(world, 'a base proof, to be derived from', document, honest),
    {
      form: 'a base proof, to be presented',
      surface: 'prove',
      run: () =>
        ask(world, 'POST', '/holders/maker/presentations/prove', {
          token: world.maker.token,
          body: {
            presentation: { verifiableCredential: [document] },
            options: { challenge: 'a challenge of sixteen', domain: 'https://verifier.example' },
          },
        }),
      expected: { verdict: 'refuse', types: ['LOCAL:bad-request'] },
    },
    ...(await signedWhole(world)),
    ...(await shown(world, 'the derived proof of another credential', async (unsecured, party) => {
      const mine = await derivedFrom(unsecured, party);
      const theirs = await derivedFrom({ ...unsecured, validUntil: other.validUntil }, party);
      return { ...mine, proof: theirs['proof'] ?? null };
    })),
  ];
};

/** What can only be shown whole is not derived from, and the answer says so. */
async function signedWhole(world: World): Promise<Trial[]> {
  const trials = OTHER_MECHANISMS.map(async (mechanism) => {
    const document = await securedBy(mechanism, bare());
    const trial = derivation(world, `${mechanism.name}, to be derived from`, document, NOT_DERIVABLE);
    return { ...trial, mechanism: mechanism.name };
  });
  return Promise.all(trials);
}

const NOT_DERIVABLE: TrialExpectation = {
  verdict: 'refuse',
  types: ['https://w3id.org/security#PROOF_GENERATION_ERROR'],
};

/** What a holder must not be able to leave out; `wanted` is what the request marks. */
const tooFewPointers: Builder = async (world) => {
  const did = await didOfSelectiveIssuer(world);
  const { id: _, ...credential } = bareCredential({ issuer: did }).unsecured;
  const all = ['/id', '/issuer', '/validFrom', '/validUntil', '/credentialStatus', '/credentialSubject/id'];
  const asked = (
    form: string,
    document: JsonObject,
    mandatoryPointers: readonly string[],
    expected?: TrialExpectation,
  ) => ({
    form,
    surface: 'issue',
    run: () =>
      ask(world, 'POST', '/issuers/maker-selective/credentials/issue', {
        token: world.maker.token,
        body: { credential: document, options: { mandatoryPointers } },
      }),
    ...(expected === undefined ? {} : { expected }),
  });
  const lacking = ['/issuer', '/validFrom', '/validUntil', '/credentialStatus', '/credentialSubject/id'].map((left) =>
    asked(
      `${left} is not marked`,
      credential,
      all.filter((pointer) => pointer !== left),
    ),
  );
  const statement = await statementFor(world, did);
  const whole = Object.keys({ ...statement, id: 1, credentialStatus: 1 })
    .filter((name) => !['@context', 'type', 'credentialSubject'].includes(name))
    .map((name) => `/${name}`);
  const subject = Object.keys(statement['credentialSubject'] as JsonObject).map((name) => `/credentialSubject/${name}`);
  const restricting = subject.filter((pointer) =>
    /assurance|scope|period|unit|boundary|declared|opinion/i.test(pointer),
  );
  return [
    ...lacking,
    asked('/issuer alone', credential, ['/issuer']),
    asked('none', credential, []),
    asked('one that points at nothing', credential, [...all, '/credentialSubject/assuranceLevel']),
    ...restricting.map((left) =>
      asked(
        `${left} of a statement is not marked`,
        statement,
        [...whole, ...subject].filter((pointer) => pointer !== left),
      ),
    ),
    asked('all, and the type need not be said', credential, all, { verdict: 'accept' }),
  ];
};

async function didOfSelectiveIssuer(world: World): Promise<string> {
  let did = '';
  await ask(world, 'POST', '/admin/organizations/maker/issuers', {
    token: ADMIN_TOKEN,
    body: { id: 'maker-selective', cryptosuite: 'ecdsa-sd-2023', keyType: 'P-256' },
    onBody: (body) => {
      did = String((body as JsonObject)['did']);
    },
  });
  return did;
}

/** The statement of the worked example, asked for under another DID. */
async function statementFor(world: World, did: string): Promise<JsonObject> {
  const chain = await buildChain(world, { keys: SHORT });
  const { id: _, proof: __, credentialStatus: ___, ...rest } = credential(chain, 'statement:slab');
  return { ...rest, issuer: did };
}

type Lax = readonly [form: string, unsecured: () => JsonObject, withheld: readonly string[]];

const claim = (): JsonObject => emissionsClaim().unsecured;

/** The member that restricts what is claimed, by what the holder leaves out. */
const WITHHELD: readonly Lax[] = [
  ['the end of its validity', bare, ['/validUntil']],
  ['the start of its validity', bare, ['/validFrom']],
  ['the status of the bare type', bare, ['/credentialStatus']],
  [
    'status and end of an expired one',
    () => ({ ...bare(), validFrom: '2026-01-01T00:00:00Z', validUntil: '2027-02-01T00:00:00Z' }),
    ['/validUntil', '/credentialStatus'],
  ],
  ['the status of a claim', claim, ['/credentialStatus']],
  ['the stated schema', claim, ['/credentialSchema']],
  ['the unit', claim, ['/credentialSubject/goods/0/functionalUnit']],
  ['the period', claim, ['/credentialSubject/reportingPeriod']],
  ['the regime', claim, ['/credentialSubject/regime']],
  ['the installation', claim, ['/credentialSubject/installation']],
  ['the share of default values', claim, ['/credentialSubject/goods/0/defaultSharePercent']],
  ['the number of precursors', claim, ['/credentialSubject/precursorCount']],
  ['the total', claim, ['/credentialSubject/totalDirectEmissions']],
  ['everything but the figure', claim, restrictions()],
];

function restrictions(): readonly string[] {
  return coreOf(claim()).filter(
    (pointer) => !['/issuer', '/credentialSubject/goods/0/specificDirect'].includes(pointer),
  );
}

const lax = async (
  unsecured: JsonObject,
  withheld: readonly string[],
  revealed: readonly string[],
): Promise<JsonObject> => {
  const marked = coreOf(unsecured).filter((pointer) => !withheld.includes(pointer));
  const signed = await signBase(unsecured, keyOf(good, 'P-256'), marked, { created });
  return derive(signed, revealed);
};

const withheld: Builder = async (world) => {
  const trials: Trial[] = [];
  for (const [form, make, members] of WITHHELD) {
    trials.push(...credentialTrials(world, specimen(`${form}, withheld`, await lax(make(), members, []))));
  }
  return [...trials, ...(await takenAway(world))];
};

/** From an honest derived credential, without touching its proof. */
async function takenAway(world: World): Promise<Trial[]> {
  const derived = await derivedFrom(claim(), good);
  const { credentialStatus: _, ...noStatus } = derived;
  const { reportingPeriod: __, ...noPeriod } = derived['credentialSubject'] as JsonObject;
  const withoutPeriod = { ...derived, credentialSubject: noPeriod };
  return [
    ...credentialTrials(world, specimen('the status, taken out of what was shown', noStatus)),
    ...credentialTrials(world, specimen('the period, taken out of what was shown', withoutPeriod)),
  ];
}

/** The reason is found by one function; that it stands on every surface is shown by SD-003. */
const SOME = ['verify', 'present', 'import'] as const;

const shownAnyway: Builder = async (world) => {
  const trials: Trial[] = [];
  for (const [form, make, members] of WITHHELD.slice(0, -1)) {
    trials.push(...credentialTrials(world, specimen(form, await lax(make(), members, members)), { surfaces: SOME }));
  }
  return trials;
};

export const SELECTIVE_BUILDERS: Readonly<Record<string, Builder>> = {
  'SD-001': wrongStage,
  'SD-002': tooFewPointers,
  'SD-003': withheld,
  'SD-008': shownAnyway,
};
