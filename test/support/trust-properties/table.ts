/** All properties of docs/trust.md, section 7, in its order. */
import { ACCEPTANCE } from './acceptance.ts';
import { INFLUENCE } from './influence.ts';
import { INSTANTS } from './instants.ts';
import type { TrustProperty } from './property.ts';
import { SAME_BYTES } from './same-bytes.ts';
import { TAKING_AWAY } from './taking-away.ts';
import { WORK } from './work.ts';

export const TRUST_PROPERTIES: readonly TrustProperty[] = [
  ...TAKING_AWAY,
  ...SAME_BYTES,
  ...WORK,
  ...INSTANTS,
  ...ACCEPTANCE,
  ...INFLUENCE,
];

/** The properties of these numbers as rows for `it.each`: what each says, and its place in the table. */
export function tableOf(first: number, last: number): readonly (readonly [string, number])[] {
  return TRUST_PROPERTIES.map(({ number, name }, index) => ({ number, row: [`${number}: ${name}`, index] as const }))
    .filter(({ number }) => first <= number && number <= last)
    .map(({ row }) => row);
}
