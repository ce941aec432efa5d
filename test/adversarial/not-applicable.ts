/**
 * Cases that this version cannot meet yet, by name, with the issue that will bring what they are about. What still reaches a route, in
 * whatever form, must be refused cleanly; those inputs are counted apart. A case that is neither built nor listed here fails the run.
 */

/** The issues by their letters: C securing mechanisms and conformance, D production, E wallets and protocols, F the web. */
export type Issue = 'C' | 'D' | 'E' | 'F';

export interface NotApplicable {
  readonly issue: Issue;
  readonly reason: string;
}

const KEY_BINDING =
  'of a vc+sd-jwt none is asked for; the corpus does not speak dc+sd-jwt yet (test/unit/proofs/sd-jwt-vc.test.ts)';
const PAGES = 'nothing is shown to people but plain text; pages and exports come with the web application';

const each = (family: string, numbers: readonly string[], issue: Issue, reason: string): [string, NotApplicable][] =>
  numbers.map((number) => [`${family}-${number}`, { issue, reason }]);

export const NOT_APPLICABLE: ReadonlyMap<string, NotApplicable> = new Map([
  ...each('SDJ', ['007'], 'E', KEY_BINDING),
  ...each('UI', ['001', '002', '003', '005'], 'F', PAGES),
]);

export function findNotApplicable(id: string): NotApplicable | undefined {
  return NOT_APPLICABLE.get(id);
}

/** Cases of which one part is met here and another waits. */
export const IN_PART: ReadonlyMap<string, NotApplicable> = new Map([
  ['OK-001', { issue: 'E', reason: 'every form but dc+sd-jwt (test/unit/proofs/sd-jwt-vc.test.ts)' }],
  [
    'SDJ-008',
    { issue: 'E', reason: 'of a vc+sd-jwt any is refused; what one says in test/unit/proofs/sd-jwt-vc.test.ts' },
  ],
  ['SDJ-009', { issue: 'E', reason: 'the type of a vc+sd-jwt; vct in test/unit/proofs/sd-jwt-vc.test.ts' }],
]);
