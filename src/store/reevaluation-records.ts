/** Records of judging evaluations again: jobs, what changed, and whom to tell. */
import type { JsonObject } from '../base/json.ts';

/** One entry of the feed of a verifier instance: an evaluation that came out otherwise than before. */
export interface ChangeRecord {
  /** `urn:uuid:…`; also the id under which it is delivered, however often. */
  readonly id: string;
  readonly verifier: string;
  /** `YYYY-MM-DDThh:mm:ssZ` */
  readonly time: string;
  readonly claim?: string;
  readonly evaluation: string;
  readonly reevaluationOf: string;
  /** By regime: before, after, rules and credentials (trust/changes.ts). */
  readonly changes: JsonObject;
}

/** Evaluations to be judged again, page by page; what is done is on disk, so a restart goes on where it ended. */
export interface ReevaluationJob {
  readonly id: string;
  readonly verifier: string;
  /** Asked for by its organisation, by the watch of the instance, or begun by a change of status on this node. */
  readonly reason: 'request' | 'watch' | 'status';
  /** Only those that rested on this credential; all when absent. */
  readonly dependsOn?: string;
  readonly state: 'waiting' | 'running' | 'done';
  readonly createdAt: string;
  readonly finishedAt?: string;
  /** Milliseconds since the epoch, where it waits for others to come back. */
  readonly notBefore?: number;
  /** How often it has waited. */
  readonly waited: number;
  /** Sequence up to which evaluations were looked at. */
  readonly position: number;
  readonly checked: number;
  readonly changed: number;
  readonly failed: number;
  /** The first of those that could not be judged, with the code of the refusal. */
  readonly failures: readonly { readonly evaluation: string; readonly code: string }[];
}

/** Whether a verifier instance judges its evaluations again by itself, and how its last pass went. */
export interface WatchRecord {
  readonly verifier: string;
  readonly everySeconds: number;
  /** Milliseconds since the epoch. */
  readonly nextPassAt: number;
  readonly lastPass?: Pick<ReevaluationJob, 'createdAt' | 'finishedAt' | 'checked' | 'changed' | 'failed'>;
}

/** Where the feed of a verifier instance is sent, and how far it has come. */
export interface WebhookRecord {
  readonly verifier: string;
  /** Random; another one whenever it is set again, so that nothing is written about one that was replaced. */
  readonly id: string;
  readonly url: string;
  /** The secret, sealed. Never in an answer but the one that made it. */
  readonly secret: string;
  /** The secret before, which signs too until then (milliseconds since the epoch): nobody has to change both sides at once. */
  readonly previous?: { readonly secret: string; readonly until: number };
  readonly createdAt: string;
  readonly progress: WebhookProgress;
}

export interface WebhookProgress {
  readonly state: 'active' | 'gone';
  /** Of the feed: everything up to here was delivered or given up. */
  readonly cursor: string;
  /** Failed attempts since the last success. */
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly nextAttemptAt: number;
  readonly delivered: number;
  /** Entries passed over after three days; they stay in the feed. */
  readonly givenUp: number;
  readonly lastDeliveredAt?: string;
  /** How far the last attempt came, when it failed. */
  readonly lastFailure?: string;
}
