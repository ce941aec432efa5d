/** Credentials of which a holder shows a part, as an honest issuer makes them, and the ways to hand them in. */
import type { JsonObject } from '../../../src/base/json.ts';
import { corePointersOf } from '../../../src/credentials/core-pointers.ts';
import { profileOfType } from '../../../src/credentials/profiles/profile-table.ts';
import { bareCredential, statusEntry } from '../bases.ts';
import { at, DAY, keyOf, NOW } from '../parties.ts';
import { type DerivedParts, derive, signBase } from '../selective-signing.ts';
import { ask } from '../surfaces.ts';
import type { Trial, TrialExpectation } from '../trial.ts';
import type { World } from '../world.ts';
import { everywhere, type Secure } from './everywhere.ts';

export const created = at(NOW - DAY);

/** What an honest issuer marks: everything but what the type lets a holder withhold. */
export function coreOf(unsecured: JsonObject): readonly string[] {
  const type = (unsecured['type'] as readonly string[]).at(-1);
  const profile = profileOfType(String(type));
  if (profile === undefined) throw new Error(`no profile ${type}`);
  return corePointersOf(unsecured, profile);
}

export const base: Secure = (unsecured, party) =>
  signBase(unsecured, keyOf(party, 'P-256'), coreOf(unsecured), { created });

/** An honest credential, shown without what may be withheld. */
export const derivedFrom: Secure = async (unsecured, party) => derive(await base(unsecured, party), []);

export const edited =
  (change: (parts: DerivedParts) => DerivedParts): Secure =>
  async (unsecured, party) =>
    derive(await base(unsecured, party), [], change);

/** With a status: of what may be shown in part, one without is refused for that alone. */
export const bare = (): JsonObject => bareCredential({ credentialStatus: statusEntry() }).unsecured;

export const shown: typeof everywhere = (world, form, secure, options) =>
  everywhere(world, form, secure, { ...options, bare: bare() });

const askToDerive = (world: World, verifiableCredential: JsonObject, selectivePointers: readonly string[] = []) =>
  ask(world, 'POST', '/holders/maker/credentials/derive', {
    token: world.maker.token,
    body: { verifiableCredential, options: { selectivePointers } },
  });

export const derivation = (world: World, form: string, document: JsonObject, expected?: TrialExpectation): Trial => ({
  form,
  surface: 'derive',
  run: () => askToDerive(world, document),
  ...(expected === undefined ? {} : { expected }),
});
