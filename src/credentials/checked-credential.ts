import type { Finding, Verdict } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import type { ProofKey } from './proof-key.ts';
import type { StatusHistory } from './status-history.ts';

/** A DID document that a proof was checked with. */
export interface SeenDidDocument {
  readonly did: string;
  /** Digest (multibase) over the RFC 8785 form. */
  readonly digest: string;
  /** `self`: the DID proves itself (did:key); `own`: this node publishes it; `network`: fetched; `pinned`: handed in and pinned by the policy. */
  readonly source: 'self' | 'own' | 'network' | 'pinned';
}

/**
 * One credential after everything that can be checked about it alone: bytes, shape, schema, mandatory claims, every proof.
 * Period and status are carried along, not judged: which instant counts depends on the role (docs/architecture.md, time).
 */
export interface CheckedCredential {
  /** The very object that was checked, frozen; reports are built from this and nothing else. */
  readonly document: JsonObject;
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  /** Digest (multibase, RFC 8785) of the document as received, proof included. */
  readonly digest: string;
  /** Controller DID of each proof, in the order of the proofs. */
  readonly controllers: readonly string[];
  /** The key of each proof that holds, in the order of the proofs. */
  readonly keys: readonly ProofKey[];
  readonly didDocuments: readonly SeenDidDocument[];
  readonly status: StatusHistory;
  /** Checked by the rules of a conformance instance, whose word counts for nothing in an evaluation. */
  readonly forConformance?: true;
}
