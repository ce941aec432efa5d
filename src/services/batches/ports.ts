/** What batches ask of the other services; handed in by the composition root. */
import type { Clock } from '../../base/clock.ts';
import type { Finding } from '../../base/finding.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Signer } from '../../crypto/signer.ts';
import type { BatchLine } from '../../store/batch-records.ts';
import type { InstanceRecord, IntentOutcome, IssuanceRecord, Store } from '../../store/store.ts';

export interface IssuedAnswer {
  readonly verifiableCredential: JsonObject;
  readonly warnings: readonly Finding[];
}

/** Looked at, nothing written. */
export interface Prepared {
  readonly credentialId: string;
  readonly warnings: readonly Finding[];
  readonly advised: readonly Finding[];
}

interface Secured {
  readonly record: IssuanceRecord;
  readonly answer: IssuedAnswer;
}

/** With what an instance signs, and as whom. */
export interface Signing {
  readonly did: string;
  readonly signer: Signer;
  readonly cryptosuite: string;
}

interface IssueOptions {
  readonly credential: JsonObject;
  readonly regimes?: readonly string[] | undefined;
  readonly language: 'en' | 'ko';
}

/** The steps of the issuance cycle, each for itself: what many credentials have in common is done for all of them at once. */
export interface Issuing {
  signingOf(instance: InstanceRecord): Promise<Signing>;
  prepare(
    instance: InstanceRecord,
    request: IssueOptions,
    how: { readonly checked: boolean; readonly signing: Signing },
  ): Promise<Prepared>;
  assertReady(prepared: Prepared): Promise<void>;
  intend(prepared: Prepared, asked: { readonly batch: BatchLine }): Promise<IntentOutcome>;
  secure(record: IssuanceRecord, prepared: Prepared): Promise<Secured>;
  keep(secured: Secured): Promise<IssuedAnswer>;
  abandon(record: IssuanceRecord, reason: string): Promise<void>;
  requireIssued(instance: InstanceRecord, credentialId: string): Promise<IssuanceRecord>;
}

export interface StatusChange {
  readonly credentialId: string;
  readonly purpose: string;
  readonly set: boolean;
  readonly reason: string | undefined;
  readonly effectiveDate: string | undefined;
}

/** Many changes of status: the lists are signed once before the first of them and once after the last. */
export interface StatusChanges {
  /** Each on its own: the outcome, or why not. Durable when it returns. */
  change(
    changes: readonly (StatusChange & { readonly batch?: BatchLine })[],
  ): Promise<readonly ({ readonly changed: boolean } | { readonly error: unknown })[]>;
  /** Sign and publish the lists that were changed. */
  publish(): Promise<void>;
}

export interface BatchesDeps {
  readonly store: Pick<
    Store,
    'beginBatch' | 'holdBatch' | 'saveBatch' | 'findBatch' | 'listBatches' | 'listBatchLines' | 'findIssuance'
  >;
  readonly clock: Clock;
  readonly issuerFor: (instance: InstanceRecord) => Issuing;
  readonly changesOf: (instance: InstanceRecord) => StatusChanges;
  /** Errors: those of a status change that cannot be read. */
  readonly assertChange: (change: StatusChange) => void;
  /** Where lines wait for their turn. */
  readonly directory: string;
  /** The store is this process's alone. */
  readonly alone: boolean;
  /** A fault of ours at one line; the others go on. */
  readonly fault: (error: unknown) => void;
}
