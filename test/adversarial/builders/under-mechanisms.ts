/** The cases about proofs, times and shapes once more under every other mechanism, on every surface. */
import { isObject, type JsonObject, type JsonValue } from '../../../src/base/json.ts';
import { createParty, didDocumentOf, type Party } from '../../support/data-integrity.ts';
import { type Base, bareCredential, emissionsClaim, statusEntry } from '../bases.ts';
import type { Case } from '../case.ts';
import { instancesOf, localInstancesOf } from '../issuing-instances.ts';
import { DERIVED_MECHANISMS, MECHANISMS, type Mechanism, OTHER_MECHANISMS, securedBy } from '../mechanisms.ts';
import { applyOperations, type Operation } from '../operations.ts';
import { at, DAY, documentWithAllKeys, evil, good, keyOf, NOW, signerNamed } from '../parties.ts';
import { type ProofMembers, sign, withProofOf } from '../signing.ts';
import { askCliToIssue, askToIssue, CREDENTIAL_SURFACES, type CredentialSurface, specimen } from '../surfaces.ts';
import { type Builder, credentialTrials, type Trial, under } from '../trial.ts';
import type { World } from '../world.ts';
import { badPoints } from './ecdsa.ts';
import { inEvaluation } from './everywhere.ts';
import {
  BASES,
  type Change,
  canAskToIssue,
  changesOf,
  isMachineReadable,
  placeholdersOf,
  requestToIssue,
} from './generic.ts';

const created = at(NOW - DAY);

/** Of what may be shown in part, one without a status is refused for that alone. */
function fitting(mechanism: Mechanism, base: Base): Base {
  const derives = DERIVED_MECHANISMS.some(({ name }) => name === mechanism.name);
  if (!derives || base.unsecured['credentialStatus'] !== undefined) return base;
  return { ...base, unsecured: { ...base.unsecured, credentialStatus: statusEntry() } };
}

const bareUnder = (mechanism: Mechanism, party: Party = good): JsonObject =>
  fitting(mechanism, bareCredential({}, party)).unsecured;

/** A credential of this party under every other mechanism, on every surface. */
export async function underOthers(
  world: World,
  form: string,
  partyFor: (mechanism: Mechanism) => Party,
): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const mechanism of MECHANISMS) {
    const party = partyFor(mechanism);
    const unsecured = bareUnder(mechanism, party);
    trials.push(...(await trial(world, mechanism, form, (secured) => securedBy(secured, unsecured, {}, party))));
  }
  return trials;
}

/** What cannot be signed at all, around the proof or in the envelope of something honest, under every other mechanism. */
export async function forgedUnderOthers(
  world: World,
  form: string,
  change: (document: JsonObject) => JsonObject,
): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const mechanism of MECHANISMS) {
    const unsecured = bareUnder(mechanism);
    const forge = async (secured: Mechanism): Promise<JsonObject> => {
      const honest = await securedBy(secured, unsecured);
      return secured.exchange?.(honest, change(unsecured)) ?? withProofOf(change(honest), honest);
    };
    trials.push(...(await trial(world, mechanism, form, forge)));
  }
  return trials;
}

/** As its holder shows it on every surface, and as its issuer made it to be derived from, where a part can be shown at all. */
async function trial(
  world: World,
  mechanism: Mechanism,
  form: string,
  secure: (mechanism: Mechanism) => Promise<JsonObject>,
): Promise<Trial[]> {
  const on = async (secured: Mechanism, surfaces: readonly CredentialSurface[]): Promise<Trial[]> =>
    credentialTrials(world, specimen(`${form}, ${mechanism.name}`, await secure(secured)), { surfaces });
  const derives = DERIVED_MECHANISMS.includes(mechanism);
  return under(mechanism.name, [
    ...(await on(mechanism, CREDENTIAL_SURFACES)),
    ...(derives ? await on(mechanism.issued ?? mechanism, ['derive']) : []),
  ]);
}

const LAYERS = new Set(['proof', 'time', 'context']);

/** What to build under the other mechanisms beside what the case builds anyway; nothing where its attack makes no sense there. */
export function findUnderMechanisms(given: Case): Builder | undefined {
  const { id, layer, expected } = given;
  if (BY_HAND[id] !== undefined) return BY_HAND[id];
  return LAYERS.has(layer) && expected.verdict === 'refuse' && isMachineReadable(given) ? generic : undefined;
}

const generic: Builder = async (world, given) => {
  const make = BASES[given.build.base];
  if (make === undefined) throw new Error(`no base ${given.build.base}`);
  const secure = given.build.when === 'before-sign' ? changedThenSigned : signedThenChanged;
  const trials: Trial[] = [];
  for (const mechanism of MECHANISMS) {
    for (const change of changesOf(given)) {
      if (!makesSense(mechanism, given, change)) continue;
      const base = fitting(mechanism, make(good));
      trials.push(
        ...(await trial(world, mechanism, change.form, (secured) => secure(secured, base, change.operations))),
      );
    }
  }
  return given.build.when === 'before-sign'
    ? [...trials, ...(await issueUnder(world, make, changesOf(given)))]
    : trials;
};

/** To issuer instances for each mechanism, of the service and of the command. */
async function issueUnder(
  world: World,
  make: (typeof BASES)[string],
  changes: readonly Change[],
): Promise<readonly Trial[]> {
  const ways = [
    ['issue', await instancesOf(world), askToIssue],
    ['cli issue', await localInstancesOf(world), askCliToIssue],
  ] as const;
  return changes
    .filter(({ operations }) => canAskToIssue(operations))
    .flatMap((change) =>
      ways.flatMap(([surface, instances, ask]) =>
        [...instances].map(([mechanism, { instance, did }]): Trial => {
          const text = requestToIssue(make, change)(did);
          const form = `${change.form}, to an instance for ${mechanism}`;
          return { form, surface, mechanism, run: () => ask(world, text, instance) };
        }),
      ),
    );
}

/** A token has no proof to change, but for the time it was made; a suite is not exchanged for itself. */
function makesSense({ cryptosuite }: Mechanism, { build }: Case, { operations }: Change): boolean {
  if (operations.some(({ path, value }) => path === '/proof/cryptosuite' && value === cryptosuite)) return false;
  // A BBS proof has no time of its own.
  if (cryptosuite === 'bbs-2023' && operations.some(({ path }) => path === '/proof/created')) return false;
  if (cryptosuite !== undefined) return true;
  return operations.every(
    ({ op, path = '' }) =>
      (!path.startsWith('/proof') && !op.endsWith('Proof')) ||
      (path === '/proof/created' && build.when === 'before-sign'),
  );
}

async function signedThenChanged(
  mechanism: Mechanism,
  base: Base,
  operations: readonly Operation[],
): Promise<JsonObject> {
  const signed = await securedBy(mechanism, base.unsecured);
  if (mechanism.exchange === undefined) {
    return applyOperations(signed, operations, placeholdersOf(signed), base.pointers);
  }
  const changed = applyOperations(base.unsecured, operations, placeholdersOf(base.unsecured), base.pointers);
  return mechanism.exchange(signed, changed);
}

/** What cannot be canonicalised carries the proof of the honest document. */
async function changedThenSigned(
  mechanism: Mechanism,
  base: Base,
  operations: readonly Operation[],
): Promise<JsonObject> {
  const whole = { ...base.unsecured, proof: { created } };
  const { proof, ...changed } = applyOperations(whole, operations, placeholdersOf(whole), base.pointers);
  const members = (isObject(proof) ? proof : {}) as ProofMembers;
  try {
    return await securedBy(mechanism, changed, members);
  } catch {
    return withProofOf(changed, await securedBy(mechanism, base.unsecured));
  }
}

const each =
  (build: (world: World, mechanism: Mechanism, index: number) => Promise<readonly Trial[]>): Builder =>
  async (world) => {
    const trials: Trial[] = [];
    for (const [index, mechanism] of MECHANISMS.entries()) trials.push(...(await build(world, mechanism, index)));
    return trials;
  };

/** A credential in the name of the honest issuer, by a key of this party. */
const byKeyOf =
  (party: Party, members: ProofMembers, base: Base = bareCredential()) =>
  (mechanism: Mechanism): Promise<JsonObject> =>
    mechanism.secure(fitting(mechanism, base).unsecured, keyOf(party, mechanism.keyType), members);

const methodOnTheWeb = each(async (world, mechanism) => {
  const url = `https://evil.example/vm-${mechanism.keyType}.json`;
  world.hosts.put(url, {
    '@context': 'https://w3id.org/security/multikey/v1',
    id: keyOf(good, mechanism.keyType).id,
    type: 'Multikey',
    controller: good.did,
    publicKeyMultibase: keyOf(evil, mechanism.keyType).publicKeyMultibase,
  });
  return trial(world, mechanism, url, byKeyOf(evil, { created, verificationMethod: url }));
});

const documentOfAnother = each(async (world, mechanism, index) => {
  const host = `spoof-${index}.under.example`;
  const spoof = createParty(`did:web:${host}`);
  const signer = keyOf(spoof, mechanism.keyType);
  world.hosts.put(
    `https://${host}/.well-known/did.json`,
    didDocumentOf(good.did, signerNamed(signer, `${good.did}#key-1`)),
  );
  const members = { created, verificationMethod: `did:web:${host}#key-1` };
  return trial(world, mechanism, 'a document under the name of the victim', byKeyOf(spoof, members));
});

const wrongRelationship = each(async (world, mechanism, index) => {
  const host = `relationship-${index}.under.example`;
  const party = createParty(`did:web:${host}`);
  const { assertionMethod: _, ...rest } = documentWithAllKeys(party);
  world.hosts.put(`https://${host}/.well-known/did.json`, rest);
  const unsecured = bareUnder(mechanism, party);
  return trial(world, mechanism, 'only under authentication', (secured) => securedBy(secured, unsecured, {}, party));
});

const signedByAnother = each(async (world, mechanism) => {
  const signer = keyOf(evil, mechanism.keyType);
  const victim = keyOf(good, mechanism.keyType).id;
  const forms: readonly [string, Base, string][] = [
    ['the attacker under its own name', bareCredential(), signer.id],
    ['the attacker under the name of the issuer', bareCredential(), victim],
    ['an emissions claim', emissionsClaim(), signer.id],
  ];
  const trials: Trial[] = [];
  for (const [form, base, verificationMethod] of forms) {
    trials.push(...(await trial(world, mechanism, form, byKeyOf(evil, { created, verificationMethod }, base))));
  }
  const forged = await inEvaluation(world, `by the attacker in its name, ${mechanism.name}`, (unsecured, party) =>
    mechanism.secure(unsecured, signer, { created, verificationMethod: keyOf(party, mechanism.keyType).id }),
  );
  return [...trials, ...under(mechanism.name, forged)];
});

/** A key of the issuer, but not one for this suite or algorithm. */
const otherKey = each(async (world, mechanism) => {
  const trials: Trial[] = [];
  for (const keyType of (['Ed25519', 'P-256', 'P-384'] as const).filter((one) => one !== mechanism.keyType)) {
    const members = { created, verificationMethod: keyOf(good, keyType).id };
    const form = `under the name of the issuer's ${keyType} key`;
    trials.push(...(await trial(world, mechanism, form, byKeyOf(good, members))));
  }
  return trials;
});

const proofId = 'urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544';

/** Mechanisms whose proofs stand beside others, and the suite that every case runs under. */
export const SUITES: readonly Mechanism[] = OTHER_MECHANISMS.filter(({ cryptosuite }) => cryptosuite !== undefined);

/** A chain of two: the second proof names the first and covers it. */
export async function chainOf(unsecured: JsonObject, first: Mechanism, second: Mechanism): Promise<JsonObject> {
  const once = await securedBy(first, unsecured, { id: proofId });
  const { cryptosuite = '', keyType } = second;
  const proof = once['proof'] as JsonObject;
  return sign(once, keyOf(good, keyType), { cryptosuite, created, previousProof: proofId }, [proof]);
}

const chains: Builder = async (world) => {
  const { unsecured } = bareCredential();
  const trials: Trial[] = [];
  for (const [index, first] of SUITES.entries()) {
    const second = SUITES[(index + 1) % SUITES.length] ?? first;
    const chain = await chainOf(unsecured, first, second);
    const proofs = chain['proof'] as readonly JsonObject[];
    const [one = {}, two = {}] = proofs;
    const { proof: another = null } = await securedBy(first, unsecured, { id: proofId, created: at(NOW - 2 * DAY) });
    const { previousProof: _, ...alone } = two;
    const forms: readonly [string, JsonValue][] = [
      ['the first proof removed', two],
      ['the first proof exchanged for another by its key', [another, two]],
      ['the name of the first left out', [one, alone]],
      ['the first one without its id', [withoutId(one), two]],
      ['the first one by name in another proof', [withoutId(one), { ...withoutId(one), id: proofId }, two]],
      ['the later first', [{ ...one, previousProof: 'urn:uuid:6a1676b8-b51f-11ed-937b-d76685a20ff5' }, two]],
    ];
    for (const [form, proof] of forms) {
      const name = `${form}, ${first.name} then ${second.name}`;
      const document = { ...chain, proof };
      trials.push(...credentialTrials(world, specimen(name, document)));
    }
  }
  return trials;
};

const withoutId = ({ id: _, ...proof }: JsonObject): JsonObject => proof;

/** A set of two and a chain of two, by neighbours in the list of suites. */
const honestTogether: Builder = async (world) => {
  const trials: Trial[] = [];
  for (const [index, first] of SUITES.entries()) {
    const second = SUITES[(index + 1) % SUITES.length] ?? first;
    const { unsecured } = bareCredential();
    const set = await securedBy(second, await securedBy(first, unsecured));
    const chain = await chainOf(unsecured, first, second);
    trials.push(
      ...credentialTrials(world, specimen(`a set, ${first.name} and ${second.name}`, set)),
      ...credentialTrials(world, specimen(`a chain, ${first.name} then ${second.name}`, chain)),
    );
  }
  return trials;
};

const BY_HAND: Readonly<Record<string, Builder>> = {
  'PRF-005': methodOnTheWeb,
  'PRF-006': documentOfAnother,
  'PRF-007': wrongRelationship,
  'PRF-008': signedByAnother,
  'PRF-011': badPoints,
};

export const MECHANISM_BUILDERS: Readonly<Record<string, Builder>> = {
  'PRF-018': chains,
  'PRF-020': otherKey,
  'OK-021': honestTogether,
};
