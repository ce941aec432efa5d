/** Builds what cases describe for a machine: a patch, or one value after another at one place. */
import { isObject, type JsonObject, type JsonValue } from '../../../src/base/json.ts';
import { PROOFPRINT_CONTEXT, V2_CONTEXT } from '../../../src/credentials/contexts.ts';
import { issuerOf } from '../../../src/credentials/credential.ts';
import type { Party } from '../../support/data-integrity.ts';
import { valueAtPointer } from '../../support/json-patch.ts';
import {
  type Base,
  bareCredential,
  emissionsClaim,
  expiredCredential,
  revokedCredential,
  statusEntry,
} from '../bases.ts';
import type { Case } from '../case.ts';
import { applyOperations, type Operation, type Placeholders } from '../operations.ts';
import { at, DAY, good, NOW } from '../parties.ts';
import { type ProofMembers, sign, trySign, withProofOf } from '../signing.ts';
import { type CredentialSurface, specimen } from '../surfaces.ts';
import { asRequested, type Builder, credentialTrials, issueTrials, type Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { swappedContext } from './swapped-context.ts';

type MakeBase = (party: Party) => Base;

/** By the names of the cases. */
export const BASES: Readonly<Record<string, MakeBase>> = {
  VC_EDDSA: (party) => bareCredential({}, party),
  VC_EDDSA_EXPIRED: expiredCredential,
  VC_EDDSA_REVOKED: revokedCredential,
  VC_PCF: (party) => emissionsClaim({}, party),
  VC_PCF_STAGES: (party) => emissionsClaim({}, party),
  VC_STATUS: (party) => bareCredential({ credentialStatus: statusEntry() }, party),
};

/** Whether a patch or values, and a base that can be built here, say all there is to say. */
export function isMachineReadable({ build }: Case): boolean {
  return BASES[build.base] !== undefined && (build.patch !== undefined || build.values !== undefined);
}

export const buildGeneric: Builder = async (world, given) => {
  const make = BASES[given.build.base];
  if (make === undefined) throw new Error(`no base ${given.build.base}`);
  const trials: Trial[] = [];
  // A name is not exchanged for itself.
  for (const change of changesOf(given).filter(({ form }) => form !== '"eddsa-rdfc-2022"')) {
    trials.push(...(await (given.build.when === 'before-sign' ? signedAfter : changedAfter)(world, make, change)));
  }
  return trials;
};

/** One input: all operations together. */
export interface Change {
  readonly form: string;
  readonly operations: readonly Operation[];
  /** Surfaces that judge it; all unless given. */
  readonly surfaces?: readonly CredentialSurface[];
}

export function changesOf({ build, title }: Case): readonly Change[] {
  if (build.patch !== undefined) return [{ form: title, operations: build.patch }];
  const { path = '', values = [] } = build;
  return values.map((value) => ({ form: nameOf(value), operations: [{ op: 'add', path, value }] }));
}

export function nameOf(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Signed as it should be, then changed. */
async function changedAfter(world: World, make: MakeBase, change: Change): Promise<Trial[]> {
  const base = make(good);
  const signed = await sign(base.unsecured, base.signer, { created: at(NOW - 30 * DAY) });
  const changed = applyOperations(signed, change.operations, placeholdersOf(signed), base.pointers);
  return credentialTrials(world, specimen(change.form, changed), change);
}

/** Changed, then signed by the honest key outside the service; and the service asked to sign it itself. */
async function signedAfter(world: World, make: MakeBase, change: Change): Promise<Trial[]> {
  const base = make(good);
  const signed = await signChanged(base, change.operations);
  const trials = credentialTrials(world, specimen(change.form, signed), change);
  if (!canAskToIssue(change.operations)) return trials;
  return [...trials, ...issueTrials(world, change.form, requestToIssue(make, change))];
}

/** What an issuer that is asked for it would have to sign. */
export function requestToIssue(make: MakeBase, { operations }: Change): (issuer: string) => string {
  return (issuer) => {
    const asked = make({ ...good, did: issuer });
    return JSON.stringify(
      asRequested(applyOperations(asked.unsecured, operations, placeholdersOf(asked.unsecured), asked.pointers)),
    );
  };
}

/** What the service adds by itself cannot be asked for; that a client tries is a case of its own. */
export function canAskToIssue(operations: readonly Operation[]): boolean {
  return !operations.some(({ path = '' }) => /^\/(?:proof|credentialStatus)\b/.test(path));
}

/** With the changes of the proof made before it is signed too. What cannot be canonicalised carries the proof of the honest document. */
export async function signChanged(base: Base, operations: readonly Operation[]): Promise<JsonObject> {
  const members: JsonObject = { created: at(NOW - 30 * DAY) };
  const whole = { ...base.unsecured, proof: members };
  const { proof, ...changed } = applyOperations(whole, operations, placeholdersOf(whole), base.pointers);
  const options = (isObject(proof) ? proof : members) as ProofMembers;
  return (
    (await trySign(changed, base.signer, options)) ??
    withProofOf(changed, await sign(base.unsecured, base.signer, { created: at(NOW - 30 * DAY) }))
  );
}

export function placeholdersOf(document: JsonObject): Placeholders {
  const name = valueAtPointer(document, '/credentialSubject/name');
  return {
    V2: V2_CONTEXT,
    PCF_CONTEXT: PROOFPRINT_CONTEXT,
    PCF_CONTEXT_SWAPPED: swappedContext('specificDirect', 'attributedEmissions'),
    ISSUER: issuerOf(document) ?? '',
    'NOW+86400s': at(NOW + DAY),
    ...(name === undefined ? {} : { NAME: name }),
    ...(document['proof'] === undefined ? {} : { PROOF: document['proof'] }),
  };
}
