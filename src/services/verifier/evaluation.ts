import { ServiceError } from '../../base/error.ts';
import { deepFreeze, type JsonObject, type JsonValue } from '../../base/json.ts';
import { typeOf } from '../../credentials/credential.ts';
import { readableOf } from '../../credentials/envelope.ts';
import { linkDigest } from '../../credentials/link.ts';
import { findProfile } from '../../credentials/profiles/profile-table.ts';
import type { DidDocument } from '../../dids/did-document.ts';
import type { DidResolver } from '../../dids/resolver.ts';
import { readDateTime } from '../../formats/date-time.ts';
import { digestOfJson } from '../../formats/digest.ts';
import { type Admitted, admit } from '../../trust/admitted.ts';
import { evaluate } from '../../trust/evaluate.ts';
import type { Evaluation, EvaluationInput, RefusedCredential } from '../../trust/evaluation.ts';
import type { Policy } from '../../trust/policy.ts';
import { type Checked, checkCredential } from './check-credential.ts';
import type { CheckDeps } from './check-deps.ts';

export interface EvaluationRequest {
  readonly credentials: readonly JsonObject[];
  /** Id of the claim in question, when the presentation holds several. */
  readonly claim?: string | undefined;
  readonly regimes?: readonly string[] | undefined;
  /** The instant asked about, milliseconds; now unless given. */
  readonly at?: number | undefined;
  readonly import?: EvaluationInput['import'] | undefined;
  readonly worksheets?: EvaluationInput['worksheets'] | undefined;
  /** The sender's word: DID documents count only where the policy pins their digest, lists only by their own proofs. */
  readonly evidence?:
    | { readonly didDocuments?: readonly JsonObject[]; readonly statusLists?: readonly JsonObject[] }
    | undefined;
}

export interface EvaluationAnswer extends Evaluation {
  /** Everything that was read, in full: what an evidence bundle holds. */
  readonly evidence: { readonly didDocuments: readonly JsonObject[]; readonly statusLists: readonly JsonObject[] };
  /** Ids of the credentials that the results rest on. */
  readonly dependsOn: readonly string[];
}

/**
 * Check every credential flat, admit what passed, and hand the rest to the pure evaluation of `trust`.
 * Errors: LIMIT_EXCEEDED, NOTHING_PRESENTED, BAD_REQUEST (a regime the policy does not know).
 */
export async function evaluatePresentation(
  request: EvaluationRequest,
  policy: Policy,
  deps: CheckDeps,
): Promise<EvaluationAnswer> {
  assertRequest(request, policy);
  const at = request.at ?? deps.now;
  const recorded = new Map<string, DidDocument>();
  const resolver = withEvidence(deps.resolver, request.evidence?.didDocuments ?? [], policy, recorded);
  const stapled = request.evidence?.statusLists ?? [];
  const instants = instantsOf(request.credentials, at);
  const { checked, admitted, refused } = await gather(request.credentials, { ...deps, resolver, stapled }, instants);
  const evaluation = evaluate({
    admitted,
    refused,
    at,
    policy,
    ...(request.claim === undefined ? {} : { claim: request.claim }),
    ...(request.regimes === undefined ? {} : { regimes: request.regimes }),
    ...(request.import === undefined ? {} : { import: request.import }),
    ...(request.worksheets === undefined ? {} : { worksheets: request.worksheets }),
  });
  return {
    ...evaluation,
    evidence: { didDocuments: sortedByDigest([...recorded.values()]), statusLists: listsOf(checked) },
    dependsOn: [...new Set(Object.values(evaluation.results).flatMap((result) => result.restsOn))].sort(),
  };
}

export interface Gathered {
  readonly checked: readonly Checked[];
  readonly admitted: readonly Admitted[];
  readonly refused: readonly RefusedCredential[];
}

/** Check each credential flat, once, with its status at these instants; what passed is admitted. */
export async function gather(
  credentials: readonly JsonObject[],
  deps: CheckDeps,
  instants: readonly number[],
): Promise<Gathered> {
  const checked: Checked[] = [];
  for (const credential of distinct(credentials)) {
    checked.push(await checkCredential(deepFreeze(credential), deps, instants));
  }
  const admitted: Admitted[] = [];
  const refused: RefusedCredential[] = [];
  for (const one of checked) {
    const entry = admit(one);
    if (entry === undefined) refused.push(refusedOf(one));
    else admitted.push(entry);
  }
  return { checked, admitted, refused };
}

function assertRequest(request: EvaluationRequest, policy: Policy): void {
  if (request.credentials.length === 0)
    throw new ServiceError('NOTHING_PRESENTED', 'no credential to evaluate', { pointer: '/credentials' });
  if (request.credentials.length > policy.limits.credentials) {
    throw new ServiceError('LIMIT_EXCEEDED', `more than ${policy.limits.credentials} credentials`, {
      pointer: '/credentials',
    });
  }
  for (const [place, regime] of (request.regimes ?? []).entries()) {
    if (!policy.regimes.some((known) => known.id === regime)) {
      throw new ServiceError('BAD_REQUEST', 'the policy has no such regime', { pointer: `/regimes/${place}` });
    }
  }
}

/** Types whose date is an instant at which others are judged: accreditations at the statement's, a basis at the decision's too. */
const DATING_TYPES: ReadonlySet<string | undefined> = new Set(['VerificationStatement', 'RecognitionDecision']);

/** The instants whose status counts: the one asked about, and the date of everything that others are judged by (docs/trust.md, 4). */
export function instantsOf(credentials: readonly JsonObject[], at: number): readonly number[] {
  const dates = credentials
    .map(readableOf)
    .filter((credential) => DATING_TYPES.has(typeOf(credential)))
    .map((credential) => readDateTime(credential['validFrom']))
    .filter((instant) => instant !== undefined);
  return [...new Set([at, ...dates])].sort((a, b) => a - b);
}

/** The same credential twice is looked at once. */
function distinct(credentials: readonly JsonObject[]): readonly JsonObject[] {
  return [...new Map(credentials.map((credential) => [digestOfJson(credential), credential])).values()];
}

/**
 * Resolve as always; where that stays open, a document that came along counts if the policy pins its digest. Of a DID with a key history
 * several may: each stands for the time that the party saw it.
 */
function withEvidence(
  resolver: DidResolver,
  documents: readonly JsonObject[],
  policy: Policy,
  recorded: Map<string, DidDocument>,
): DidResolver {
  const pins = pinsOf(policy);
  const pinned = new Map<string, readonly DidDocument[]>();
  for (const document of documents) {
    const did = document['id'];
    if (typeof did !== 'string' || !pins.get(did)?.has(digestOfJson(document))) continue;
    pinned.set(did, [...(pinned.get(did) ?? []), document as DidDocument]);
  }
  const record = (document: DidDocument): void => {
    recorded.set(`${document.id} ${digestOfJson(document)}`, document);
  };
  return {
    resolve: async (did, query) => {
      const found = await resolver.resolve(did, query);
      const [first, ...alternatives] = pinned.get(did) ?? [];
      if (found.outcome === 'resolved') record(found.document);
      if (found.outcome !== 'undetermined' || first === undefined) return found;
      for (const document of [first, ...alternatives]) record(document);
      return { outcome: 'resolved', document: first, source: 'pinned', alternatives };
    },
  };
}

function listsOf(checked: readonly Checked[]): readonly JsonObject[] {
  const lists = new Map(checked.flatMap((one) => one.lists.map((list) => [list.digest, list.document] as const)));
  return [...lists.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, document]) => document);
}

function sortedByDigest(documents: readonly JsonObject[]): readonly JsonObject[] {
  return documents
    .map((document) => [digestOfJson(document), document] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, document]) => document);
}

/** What can be said of a credential that was not admitted: enough to explain a missing link, nothing to rely on. */
export function refusedOf({ document, digest, findings }: Checked): RefusedCredential {
  const id: JsonValue | undefined = document['id'];
  const type = typeOf(document);
  const readable = findProfile(document) !== undefined;
  return {
    digest,
    findings,
    ...(typeof id === 'string' ? { id } : {}),
    ...(type === undefined ? {} : { type }),
    ...(readable ? { linkDigest: linkDigest(document) } : {}),
  };
}

/** Digests of DID documents that the policy pins, by DID. */
function pinsOf(policy: Policy): ReadonlyMap<string, ReadonlySet<string>> {
  const pins = new Map<string, Set<string>>();
  for (const { did, pinnedDidDocuments = [] } of [...policy.anchors, ...policy.trustedOrganisations]) {
    pins.set(did, new Set([...(pins.get(did) ?? []), ...pinnedDidDocuments]));
  }
  return pins;
}
