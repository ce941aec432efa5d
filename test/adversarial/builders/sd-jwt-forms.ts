/** SD-JWTs by a party's own key, changed before or after it signed. */
import type { JsonObject } from '../../../src/base/json.ts';
import { bareCredential, statusEntry } from '../bases.ts';
import { digestOf, disclosureOf, hide, type SdParts, sdEnvelope, withDigest } from '../sd-jwts.ts';
import type { Builder, Trial, TrialExpectation } from '../trial.ts';
import type { World } from '../world.ts';
import { everywhere, type Secure } from './everywhere.ts';
import { keyOfIssuer } from './jose-forms.ts';

/** What the bare type and the claim let be withheld. */
export const FREE = ['/credentialSubject/name', '/credentialSubject/goods/0/quantity', '/credentialSubject/blinding'];

export type Form = readonly [form: string, make: (parts: SdParts, unsecured: JsonObject) => Partial<SdParts>];

/** What may be withheld is hidden and shown; then the change, signed by the issuer. */
export const made =
  (make: Form[1], places: readonly string[] = FREE): Secure =>
  async (unsecured, party) => {
    const parts = hide(unsecured, places);
    return sdEnvelope({ ...parts, ...make(parts, unsecured) }, keyOfIssuer(party));
  };

export const sdForms = async (
  world: World,
  list: readonly (readonly [string, Secure])[],
  expected?: TrialExpectation,
): Promise<Trial[]> => {
  const bare = bareCredential({ credentialStatus: statusEntry() }).unsecured;
  const options = { bare, ...(expected === undefined ? {} : { expected }) };
  return (await Promise.all(list.map(([form, secure]) => everywhere(world, form, secure, options)))).flat();
};
export const of =
  (list: readonly Form[]): Builder =>
  (world) =>
    sdForms(
      world,
      list.map(([form, make]) => [form, made(make)]),
    );

export const EVIL = disclosureOf('s', 'evil', 'x');
export const first = ({ disclosures }: SdParts): string => disclosures[0] ?? '';
export const without = ({ disclosures }: SdParts, ...more: readonly string[]) => [...disclosures.slice(1), ...more];
export const changedValue = (disclosure: string): string => {
  const [salt = '', name = '', value = ''] = JSON.parse(Buffer.from(disclosure, 'base64url').toString()) as string[];
  return disclosureOf(salt, name, `${value}0`);
};
/** One more member, in a disclosure, in the subject. */
export const alsoHidden = (parts: SdParts, ...disclosures: readonly string[]): SdParts => ({
  payload: disclosures.reduce(
    (payload, one) => withDigest(payload, '/credentialSubject', digestOf(one)),
    parts.payload,
  ),
  disclosures: [...parts.disclosures, ...disclosures],
});
