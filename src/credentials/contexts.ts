/**
 * The closed world of JSON-LD contexts: what contexts/index.json lists can be loaded, nothing else, and nothing over the network
 * (Data Integrity 1.0, section 2.4.1; docs/threats.md, section 5.2).
 */

import { deepFreeze, type JsonObject } from '../base/json.ts';
import { BASE_URL } from '../base/problem.ts';
import { digestOfJson } from '../formats/digest.ts';
import { loadEntry, type PublisherHashes, readContextIndex } from './context-index.ts';

/** Verifiable Credentials Data Model 2.0. */
export const V2_CONTEXT = 'https://www.w3.org/ns/credentials/v2';
/** Verifiable Credentials Data Model 1.1. */
export const V1_CONTEXT = 'https://www.w3.org/2018/credentials/v1';
/** Terms of Data Integrity proofs, for documents whose own context has none. */
export const DATA_INTEGRITY_CONTEXT = 'https://w3id.org/security/data-integrity/v2';
/** Terms of `Ed25519Signature2020`; the contexts of a type may end with it where a proof is of that kind. */
export const ED25519_2020_CONTEXT = 'https://w3id.org/security/suites/ed25519-2020/v1';
/** Our own terms. */
export const PROOFPRINT_CONTEXT = `${BASE_URL}contexts/v1`;

/**
 * Whose documents are taken: those of the types that have a profile here, or whatever the public conformance suites send. The second
 * is for instances that a node was started for (`PROFILE=conformance`, docs/conformance.md), and nothing they answer can be relied on.
 */
export type Intake = 'product' | 'conformance';

export interface Contexts {
  /** `conformance`: a document may define terms of its own, and its type needs no profile. */
  readonly intake: Intake;
  /** Every context that can be loaded, in the order of the index. */
  readonly urls: readonly string[];
  /** The context document, frozen, or nothing when it is not bundled. */
  document(url: string): JsonObject | undefined;
  /** Digest (multibase) over the RFC 8785 form of the bundled document. */
  digest(url: string): string | undefined;
  /** Hashes of the bytes that the publisher serves, where it states one: what the digests of related resources are compared with. */
  publisherHashes(url: string): PublisherHashes | undefined;
}

/** Read and check every bundled context. Errors: CONTEXT_INTEGRITY, naming the file that is missing or was altered. */
export function loadContexts(intake: Intake = 'product'): Contexts {
  const index = readContextIndex();
  const entries = intake === 'conformance' ? [...index.contexts, ...index.conformance] : index.contexts;
  const loaded = new Map(
    entries.map((entry) => {
      const document = deepFreeze(loadEntry(entry));
      return [entry.url, { document, digest: digestOfJson(document), publisher: entry.publisher }];
    }),
  );
  return {
    intake,
    urls: [...loaded.keys()],
    document: (url) => loaded.get(url)?.document,
    digest: (url) => loaded.get(url)?.digest,
    publisherHashes: (url) => loaded.get(url)?.publisher,
  };
}
