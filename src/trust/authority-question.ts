import type { Demand } from './scope.ts';

/** What a statement engages in (docs/domain.md, section 3.6). */
export type Activity = 'verification' | 'validation';

/** A question to a trust registry (TRQP 2.0) in the terms of a policy; `authorization.ts` answers it. */
export interface AuthorityQuestion {
  /** May the entity verify, or may it accredit those who do? */
  readonly kind: 'authorization' | 'recognition';
  /** DID of the verification body, or of the accreditation body or scheme. */
  readonly entity: string;
  /** DID of the party that must stand above the entity on the path. Absent: whoever the policy trusts. */
  readonly authority?: string | undefined;
  readonly activity: Activity;
  /** Id of a regime of the policy. */
  readonly regime: string;
  /** One programme of the regime; all of them unless given. */
  readonly programme?: string | undefined;
  /** What else the scope has to hold. */
  readonly demand: Pick<Demand, 'standard' | 'cbamActivityGroup' | 'sector' | 'territory'>;
  /** The instant asked about, milliseconds since the epoch. */
  readonly at: number;
  /** When the question is answered: the newest status lists are measured against it. */
  readonly now: number;
}
