import type { Finding } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import type { Contexts } from '../credentials/contexts.ts';
import type { AdviceAnswer, AdviceRequest } from '../services/adviser/adviser.ts';
import type { BackupReport, OnProgress } from '../services/backups/back-up.ts';
import type { RestoreReport } from '../services/backups/restore-backup.ts';
import type { Batches } from '../services/batches/batches.ts';
import type { Holder } from '../services/holder.ts';
import type { Identity } from '../services/identity/identity.ts';
import type { Issuer } from '../services/issuer.ts';
import type { DescribedRendering, RenderingForm } from '../services/renderings.ts';
import type { EvaluationAnswer, EvaluationRequest } from '../services/verifier/evaluation.ts';
import type { Verification } from '../services/verifier/verifier.ts';

/** Exit codes of every command (docs: command line). */
export const EXIT = { accepted: 0, refused: 1, undetermined: 2, usage: 64, fault: 70 } as const;

export interface Terminal {
  /** The result, and nothing but the result with `--json`. */
  out(text: string): void;
  /** Progress, notes and errors. */
  err(text: string): void;
  /** Show this line in place of the one before; empty, take it away. Only where standard error is a terminal. */
  progress?(line: string): void;
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, text: string): Promise<void>;
  readonly language: 'en' | 'ko';
}

/** Checks documents without a node: no store, no door. */
export interface DocumentChecker {
  verifyCredential(document: JsonObject): Promise<Verification>;
  verifyPresentation(document: JsonObject, options: { challenge: string; domain: string }): Promise<Verification>;
  evaluate(request: EvaluationRequest, policy: JsonObject): Promise<EvaluationAnswer>;
  /** What would come of a credential that is not signed yet. */
  lint(
    request: AdviceRequest,
    policy: JsonObject | undefined,
  ): Promise<AdviceAnswer & { findings: readonly Finding[] }>;
  render(
    form: RenderingForm,
    credentials: readonly JsonObject[],
    language: 'en' | 'ko',
  ): Promise<readonly DescribedRendering[]>;
}

/** The parts of a node that commands use on its data directory while no server runs on it. */
export interface LocalNode {
  readonly identity: Identity;
  readonly issuer: Issuer;
  readonly batches: Batches;
  readonly holder: Holder;
  close(): Promise<void>;
}

/** What the composition root hands to the commands. */
export interface CommandKit {
  readonly contexts: () => Contexts;
  createChecker(options: { readonly offline: boolean; readonly evidence: readonly JsonObject[] }): DocumentChecker;
  openNode(): Promise<LocalNode>;
  /** Everything about the store that can be checked without keys. Errors: UNAVAILABLE, CONFIG_REFUSED. */
  inspectStore(): Promise<readonly Finding[]>;
  /** Whether the journal begins with what a signed checkpoint was made of, also while a node runs. Errors: NOT_FOUND, STORE_INTEGRITY, UNAVAILABLE. */
  checkCheckpoint(checkpoint: string, verifier: string | undefined): Promise<Finding>;
  /** Errors: CONFLICT, NOT_FOUND, STORE_INTEGRITY, KEY_STORE, UNAVAILABLE. */
  backUp(target: string, onProgress: OnProgress): Promise<BackupReport>;
  /** Errors: BACKUP_INVALID, KEY_STORE. */
  checkBackup(source: string, onProgress: OnProgress): Promise<Pick<RestoreReport, 'createdAt' | 'head' | 'keys'>>;
  /** Without a gap, ample. Errors: those of `checkBackup`; CONFLICT where there is something already. */
  restore(source: string, gap: number | undefined, onProgress: OnProgress): Promise<RestoreReport>;
  /** Runs until the process is told to stop; returns the exit code. */
  serve(): Promise<number>;
}

export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: { readonly en: string; readonly ko: string };
  run(args: readonly string[], terminal: Terminal, kit: CommandKit): Promise<number>;
}

/** Wrong use of a command: told with its usage, exit 64. */
export class UsageError extends Error {}
