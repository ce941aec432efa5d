import { type Finding, owed, verdictOf } from '../../base/finding.ts';
import { deepFreeze, type JsonObject } from '../../base/json.ts';
import type { CheckedCredential, SeenDidDocument } from '../../credentials/checked-credential.ts';
import { checkCredentialForm } from '../../credentials/credential.ts';
import { contentOf, formOf, statusListBeside } from '../../credentials/envelope.ts';
import { baseDigest } from '../../credentials/link.ts';
import type { ProofKey } from '../../credentials/proof-key.ts';
import type { StatusHistory } from '../../credentials/status-history.ts';
import { digestOfJson } from '../../formats/digest.ts';
import { observeStatus, type StatusSources } from '../../status/check-status.ts';
import { isStatusListToken, issuerOfToken, readStatusToken } from '../../status/token-status-list.ts';
import type { CheckDeps } from './check-deps.ts';
import { checkCredentialSchemas } from './credential-schemas.ts';

export interface Checked extends CheckedCredential {
  /** Status list credentials that were read, for the evidence bundle. */
  readonly lists: readonly { readonly url: string; readonly digest: string; readonly document: JsonObject }[];
}

/**
 * Everything that can be checked about one credential alone, in the order of docs/threats.md: shape and closed schema, then every
 * proof, then its status as far as it can be observed. A failed step stops what comes after it. `instants` asks for past status too.
 * Of an envelope the credential inside is judged and shown; the digest is that of what was received.
 */
export async function checkCredential(
  received: JsonObject,
  deps: CheckDeps,
  instants: readonly number[] = [],
): Promise<Checked> {
  const checked = await check(received, deps, instants);
  return deps.contexts.intake === 'conformance' ? { ...checked, forConformance: true } : checked;
}

async function check(received: JsonObject, deps: CheckDeps, instants: readonly number[]): Promise<Checked> {
  const opened = contentOf(received);
  const digest = digestOfJson(received);
  if (!opened.ok) return summary(received, opened.findings, digest);
  const document = deepFreeze(opened.value);
  const { contexts, schemas } = deps;
  const form = checkCredentialForm(document, { contexts, schemas, ...formOf(received) });
  if (verdictOf(form) !== 'accepted') return summary(document, form, digest);
  const proofs = await deps.proofs.checkCredentialProofs(received, {
    resolver: deps.resolver,
    now: deps.now,
    presentedTo: deps.presentedTo,
  });
  const findings = [...form, ...owed('proof.form', 'PROOF_VERIFICATION_ERROR', proofs.findings)];
  const more = { controllers: proofs.controllers, keys: proofs.keys, didDocuments: proofs.seen };
  if (verdictOf(findings) === 'rejected') return summary(document, findings, digest, more);
  const seen: SeenDidDocument[] = [...proofs.seen];
  const listKeys = new Map<string, readonly ProofKey[]>();
  const sources: StatusSources = {
    load: deps.loadStatusList,
    checkList: (list) => checkList(list, deps, seen, listKeys),
    stapled: deps.stapled ?? [],
    ...(deps.rememberSeen === undefined ? {} : { rememberSeen: deps.rememberSeen }),
    now: deps.now,
  };
  // A type of our own has its closed schema; of any other, what it names itself is all there is.
  if (deps.contexts.intake === 'conformance') findings.push(...(await checkCredentialSchemas(document, deps)));
  if (verdictOf(findings) === 'rejected') return summary(document, findings, digest, more);
  const observed = await observeStatus(document, sources, instants, statusListBeside(received));
  return summary(document, [...findings, ...observed.findings], digest, {
    controllers: proofs.controllers,
    keys: proofs.keys,
    didDocuments: distinct(seen),
    status: withListKeys(observed.history, listKeys),
    lists: observed.lists,
  });
}

/** A status list is a credential like any other: the same form, the same proofs. */
async function checkList(
  list: JsonObject,
  deps: CheckDeps,
  seen: SeenDidDocument[],
  listKeys: Map<string, readonly ProofKey[]>,
): Promise<Finding[]> {
  if (isStatusListToken(list)) return checkListToken(list, deps, seen, listKeys);
  const form = checkCredentialForm(list, { contexts: deps.contexts, schemas: deps.schemas });
  if (verdictOf(form) !== 'accepted') return [...form];
  const proofs = await deps.proofs.checkCredentialProofs(list, { resolver: deps.resolver, now: deps.now });
  seen.push(...proofs.seen);
  const digest = baseDigest(list);
  listKeys.set(digest, [...(listKeys.get(digest) ?? []), ...proofs.keys]);
  return [...form, ...owed('proof.form', 'PROOF_VERIFICATION_ERROR', proofs.findings)];
}

/** A Status List Token: its signature, by a key of its issuer. */
async function checkListToken(
  list: JsonObject,
  { proofs, resolver, now }: CheckDeps,
  seen: SeenDidDocument[],
  listKeys: Map<string, readonly ProofKey[]>,
): Promise<Finding[]> {
  const read = readStatusToken(list);
  if (!read.ok) return [...read.findings];
  const { header, payload, token } = read.value;
  const report = await proofs.checkStatusList(
    { header, token, issuer: issuerOfToken(header, payload) ?? '' },
    { resolver, now },
  );
  seen.push(...report.seen);
  listKeys.set(digestOfJson(payload), report.keys);
  return [...owed('proof.form', 'PROOF_VERIFICATION_ERROR', report.findings)];
}

/** By which keys each list was signed that something was read from; two signings of one text count together. */
function withListKeys(history: StatusHistory, listKeys: ReadonlyMap<string, readonly ProofKey[]>): StatusHistory {
  return history.map((entry) => ({
    ...entry,
    observations: entry.observations.map((observation) => ({
      ...observation,
      list: { ...observation.list, keys: listKeys.get(observation.list.digest) ?? [] },
    })),
  }));
}

function summary(
  document: JsonObject,
  findings: readonly Finding[],
  digest: string,
  more: {
    controllers?: readonly string[];
    keys?: readonly ProofKey[];
    didDocuments?: readonly SeenDidDocument[];
    status?: StatusHistory;
    lists?: Checked['lists'];
  } = {},
): Checked {
  return {
    document,
    findings,
    verdict: verdictOf(findings),
    digest,
    controllers: more.controllers ?? [],
    keys: more.keys ?? [],
    didDocuments: more.didDocuments ?? [],
    status: more.status ?? [],
    lists: more.lists ?? [],
  };
}

function distinct(seen: readonly SeenDidDocument[]): SeenDidDocument[] {
  return [...new Map(seen.map((document) => [`${document.did} ${document.digest}`, document])).values()];
}
