import type { JsonObject } from '../base/json.ts';

/** One step of a workflow (VCALM 1.0, section 3.6): something is asked for, or handed out, or both one after the other. */
export interface WorkflowStep {
  /** What the other side is asked to present. */
  readonly verifiablePresentationRequest?: JsonObject;
  /** Names of variables of the exchange, each of which holds a credential that is to be issued. */
  readonly issueRequests?: readonly { readonly variables: string }[];
  readonly nextStep?: string;
  /** Where the other side goes on when this was the last step. */
  readonly redirectUrl?: string;
}

export interface WorkflowRecord {
  readonly id: string;
  /** Slug. */
  readonly organisation: string;
  /** Instance that signs what is issued. */
  readonly issuer: string;
  /** Instance for which is presented. */
  readonly verifier: string;
  readonly initialStep: string;
  readonly steps: Readonly<Record<string, WorkflowStep>>;
  readonly createdAt: string;
}

export interface ExchangeRecord {
  /** 128 random bits: whoever knows it may take part, once. */
  readonly id: string;
  readonly workflow: string;
  readonly organisation: string;
  readonly state: 'pending' | 'active' | 'complete' | 'invalid';
  readonly step: string;
  readonly variables: JsonObject;
  /** By step: who presented, what, and when it was verified. */
  readonly results: Readonly<Record<string, JsonObject>>;
  /** Ids of what was issued in it. */
  readonly issued: readonly string[];
  /** For the presentation that is waited for. Milliseconds since the epoch. */
  readonly challenge?: { readonly value: string; readonly expiresAt: number };
  /** Presentations that were refused. */
  readonly refused: number;
  /** Somebody is being answered since then. Milliseconds since the epoch. */
  readonly busySince?: number;
  readonly createdAt: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Rises with every change. */
  readonly version: number;
}

/** The acts of a store on workflows and their exchanges. */
export interface WorkflowStore {
  addWorkflow(record: WorkflowRecord): Promise<void>; // CONFLICT; LIMIT_EXCEEDED
  findWorkflow(id: string): Promise<WorkflowRecord | undefined>;
  listWorkflows(organisation: string): Promise<readonly WorkflowRecord[]>;
  addExchange(record: ExchangeRecord): Promise<void>;
  findExchange(workflow: string, id: string): Promise<ExchangeRecord | undefined>;
  /** By its id alone, which is what an interaction URL says. */
  findInteraction(id: string): Promise<ExchangeRecord | undefined>;
  /** On top of the version before. CONFLICT when somebody else was first. */
  saveExchange(record: ExchangeRecord, why: string): Promise<void>;
  /** Newest first. */
  listExchanges(
    workflow: string,
    page: { cursor?: string; limit: number },
  ): Promise<{ readonly items: readonly ExchangeRecord[]; readonly next: string | undefined }>;
}
