/**
 * What is known about the status of one credential, over time. Gathered by `status` (which reads and checks the lists), carried by an
 * admitted credential, judged here as a pure function of it and an instant (docs/architecture.md, time).
 */

/** One change of a bit, signed inside the status list credential. In force from 00:00 UTC of `effectiveDate`. */
export interface StatusNotice {
  readonly index: string;
  readonly statusPurpose: string;
  /** `withdrawn` works forward from its date, `annulled` back to the start; `suspended`, `reinstated`, or the issuer's own word. */
  readonly reason: string;
  /** `YYYY-MM-DD`. */
  readonly effectiveDate: string;
}

/** What one verified status list credential said about one entry. */
export interface StatusObservation {
  readonly list: {
    readonly url: string;
    /** Digest (multibase) of the list credential without its proof. */
    readonly digest: string;
    readonly issuer: string;
    /** Milliseconds since the epoch. */
    readonly validFrom: number;
    readonly validUntil: number | undefined;
  };
  readonly set: boolean;
  /** The notices of this index and purpose. */
  readonly notices: readonly StatusNotice[];
  /** Whether this is the newest list that could be had, rather than one stapled or archived for a past date. */
  readonly newest: boolean;
}

/** One `credentialStatus` entry and everything observed about it. */
export interface StatusEntryHistory {
  readonly purpose: string;
  readonly statusListCredential: string;
  readonly index: string;
  readonly observations: readonly StatusObservation[];
  /** Why the newest list could not be had or not be believed, when it could not. */
  readonly problem?: {
    readonly code:
      | 'STATUS_RETRIEVAL_ERROR'
      | 'STATUS_VERIFICATION_ERROR'
      | 'STATUS_LIST_LENGTH_ERROR'
      | 'STATUS_ROLLBACK'
      | 'RANGE_ERROR'
      | 'LIMIT_EXCEEDED'
      | 'HOST_BLOCKED';
    readonly detail: string;
  };
}

export type StatusHistory = readonly StatusEntryHistory[];
