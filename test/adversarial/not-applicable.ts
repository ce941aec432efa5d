/**
 * Cases that this version cannot meet yet, by name, with what they wait for. What still reaches a route, in
 * whatever form, must be refused cleanly; those inputs are counted apart. A case that is neither built nor listed here fails the run.
 */

/** What of the project a case waits for. */
export type Area = 'wallets' | 'web';

export interface NotApplicable {
  readonly area: Area;
  readonly reason: string;
}

const KEY_BINDING =
  'of a vc+sd-jwt none is asked for; the corpus does not speak dc+sd-jwt yet (test/unit/proofs/sd-jwt-vc.test.ts)';
const PAGES = 'nothing is shown to people but plain text; pages and exports come with the web application';

const each = (family: string, numbers: readonly string[], area: Area, reason: string): [string, NotApplicable][] =>
  numbers.map((number) => [`${family}-${number}`, { area, reason }]);

export const NOT_APPLICABLE: ReadonlyMap<string, NotApplicable> = new Map([
  ...each('SDJ', ['007'], 'wallets', KEY_BINDING),
  ...each('UI', ['001', '002', '003', '005'], 'web', PAGES),
]);

export function findNotApplicable(id: string): NotApplicable | undefined {
  return NOT_APPLICABLE.get(id);
}

/** Cases of which one part is met here and another waits. */
export const IN_PART: ReadonlyMap<string, NotApplicable> = new Map([
  ['OK-001', { area: 'wallets', reason: 'every form but dc+sd-jwt (test/unit/proofs/sd-jwt-vc.test.ts)' }],
  [
    'SDJ-008',
    { area: 'wallets', reason: 'of a vc+sd-jwt any is refused; what one says in test/unit/proofs/sd-jwt-vc.test.ts' },
  ],
  ['SDJ-009', { area: 'wallets', reason: 'the type of a vc+sd-jwt; vct in test/unit/proofs/sd-jwt-vc.test.ts' }],
]);
