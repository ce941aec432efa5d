/**
 * The worked examples of test/examples as things to issue, present and evaluate. `issueExample` is the one place that knows their
 * symbolic values and the order of issuing; who signs, and where the status lists are, is the caller's: these tests sign nothing, the
 * tests over HTTP and the demonstration issue through real nodes.
 */
import { passed } from '../../src/base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../../src/base/json.ts';
import type { CheckedCredential } from '../../src/credentials/checked-credential.ts';
import { footprintCoreDigest } from '../../src/credentials/footprint.ts';
import { createLinkRef, createStatusSnapshot } from '../../src/credentials/link.ts';
import { profileOfType } from '../../src/credentials/profiles/profile-table.ts';
import type { ProofKey } from '../../src/credentials/proof-key.ts';
import type { StatusHistory, StatusObservation } from '../../src/credentials/status-history.ts';
import { readDateTime } from '../../src/formats/date-time.ts';
import { digestOfJson } from '../../src/formats/digest.ts';
import { merkleRoot } from '../../src/formats/merkle.ts';
import { type Admitted, admit } from '../../src/trust/admitted.ts';
import { evaluate } from '../../src/trust/evaluate.ts';
import type { Evaluation, EvaluationInput, ImportedGoods, Worksheet } from '../../src/trust/evaluation.ts';
import { type Policy, readPolicy } from '../../src/trust/policy.ts';
import { exampleStatusList } from './example-credentials.ts';
import { applyPatch, type PatchOperation } from './json-patch.ts';

/** Issue one credential, in its turn: gets the unsecured document with everything but status and schema reference, which are added. */
export type IssueOne = (key: string, unsecured: JsonObject) => Promise<JsonObject>;
/** A status snapshot of the list that holds this issued credential's entry for a purpose and covers `at`. */
export type SnapshotOf = (credential: JsonObject, purpose: string, at: string) => Promise<JsonObject>;

export interface IssuedExample {
  /** Issued credentials by symbolic key, in the order of issuing. */
  readonly credentials: ReadonlyMap<string, JsonObject>;
  /** Worksheet leaves by symbolic name, links resolved. */
  readonly worksheets: ReadonlyMap<string, readonly JsonObject[]>;
}

const keyed = (example: JsonObject, member: string): Readonly<Record<string, JsonObject>> =>
  (example[member] ?? {}) as Readonly<Record<string, JsonObject>>;

/** The keys of an example's credentials in the order of `validFrom`; what one links to comes before it. */
export function issuingOrder(example: JsonObject): readonly string[] {
  const all = keyed(example, 'credentials');
  const keys = Object.keys(all).sort((a, b) => {
    const [first, second] = [String(all[a]?.['validFrom']), String(all[b]?.['validFrom'])];
    return first < second || (first === second && a < b) ? -1 : 1;
  });
  const done = new Set<string>();
  const visit = (key: string): void => {
    if (done.has(key)) return;
    for (const linked of linkedKeys(all[key] ?? null)) if (linked !== key) visit(linked);
    done.add(key);
  };
  keys.forEach(visit);
  return [...done];
}

function linkedKeys(value: JsonValue): string[] {
  if (Array.isArray(value)) return value.flatMap(linkedKeys);
  if (!isObject(value)) return [];
  if (typeof value['$link'] === 'string') return [value['$link']];
  return Object.values(value).flatMap(linkedKeys);
}

/** Issue a whole example, credential after credential, resolving `$link`, `$statusSnapshot` and `$merkleRoot` on the way. */
export async function issueExample(
  example: JsonObject,
  issue: IssueOne,
  snapshot: SnapshotOf = syntheticSnapshot,
): Promise<IssuedExample> {
  const credentials = new Map<string, JsonObject>();
  const resolve = createResolver(example, credentials, snapshot);
  for (const key of issuingOrder(example)) {
    const short = keyed(example, 'credentials')[key] ?? {};
    const profile = profileOfType(String(short['type']));
    if (profile === undefined) throw new Error(`no such type: ${String(short['type'])}`);
    const unsecured: JsonObject = {
      '@context': profile.contexts,
      id: String(short['id']),
      type: ['VerifiableCredential', profile.type],
      issuer: String(short['issuer']),
      validFrom: String(short['validFrom']),
      validUntil: String(short['validUntil']),
      credentialSubject: await resolve(short['credentialSubject'] ?? {}),
    };
    credentials.set(key, await issue(key, unsecured));
  }
  return { credentials, worksheets: await worksheetsOf(example, resolve) };
}

type Resolve = (value: JsonValue) => Promise<JsonValue>;

function createResolver(example: JsonObject, issued: ReadonlyMap<string, JsonObject>, snapshot: SnapshotOf): Resolve {
  const credential = (key: JsonValue | undefined): JsonObject => {
    const found = issued.get(String(key));
    if (found === undefined) throw new Error(`not issued yet: ${String(key)}`);
    return found;
  };
  const resolve: Resolve = async (value) => {
    if (Array.isArray(value)) return Promise.all(value.map(resolve));
    if (!isObject(value)) return value;
    if ('$link' in value) return createLinkRef(credential(value['$link']));
    if ('$statusSnapshot' in value) {
      return snapshot(credential(value['$statusSnapshot']), String(value['statusPurpose']), String(value['at']));
    }
    if ('$merkleRoot' in value) {
      const sheet = example[String(value['$merkleRoot'])];
      return merkleRoot((await resolve(isObject(sheet) ? (sheet['leaves'] ?? []) : [])) as JsonObject[]);
    }
    const members = Object.entries(value).map(async ([name, inner]) => [name, await resolve(inner)] as const);
    return Object.fromEntries(await Promise.all(members));
  };
  return resolve;
}

async function worksheetsOf(
  example: JsonObject,
  resolve: Resolve,
): Promise<ReadonlyMap<string, readonly JsonObject[]>> {
  const names = Object.values(keyed(example, 'presentations')).map((presentation) => presentation['worksheet']);
  const sheets = new Map<string, readonly JsonObject[]>();
  for (const name of names.filter((entry) => typeof entry === 'string')) {
    const sheet = example[name];
    if (isObject(sheet)) sheets.set(name, (await resolve(sheet['leaves'] ?? [])) as JsonObject[]);
  }
  return sheets;
}

/** The example with the members that a presentation withholds left out before anything is issued, for securings that cannot derive. */
export function withoutWithheld(example: JsonObject, presentation: string): JsonObject {
  const paths = asArray(keyed(example, 'presentations')[presentation]?.['withheld'] as readonly string[]);
  return applyPatch(
    example,
    paths.map((path) => ({ op: 'remove', path })),
  );
}

/** Issuing without signing: status entries and schema reference as a node would add them, lists as in example-credentials.ts. */
export const issueUnsigned: IssueOne = async (_key, unsecured) => {
  const [, type] = asArray(unsecured['type'] as readonly string[]);
  const profile = profileOfType(String(type));
  if (profile === undefined) throw new Error(`no such type: ${type}`);
  const entries = profile.statusPurposes.map((purpose) => ({
    type: 'BitstringStatusListEntry',
    statusPurpose: purpose,
    statusListIndex: '94567',
    statusListCredential: String(exampleStatusList(String(unsecured['issuer']), purpose)['id']),
  }));
  const { credentialSubject, ...envelope } = unsecured;
  return {
    ...envelope,
    credentialStatus: entries.length === 1 ? (entries[0] as JsonObject) : entries,
    credentialSchema: { id: profile.schemaUrl, type: 'JsonSchema', digestMultibase: profile.schemaDigest },
    credentialSubject: credentialSubject ?? {},
  };
};

const syntheticSnapshot: SnapshotOf = async (credential, purpose, at) =>
  createStatusSnapshot(exampleStatusList(String(credential['issuer']), purpose), at);

/** A status history in which every list of the example covers every instant and no bit is set. */
export function clearHistory(document: JsonObject): StatusHistory {
  return asArray<JsonValue>(document['credentialStatus'])
    .filter(isObject)
    .map((entry) => {
      const purpose = String(entry['statusPurpose']);
      const list = observedList(String(document['issuer']), purpose);
      return {
        purpose,
        statusListCredential: String(entry['statusListCredential']),
        index: String(entry['statusListIndex']),
        observations: [{ list, set: false, notices: [], newest: true }],
      };
    });
}

type ObservedList = StatusObservation['list'];
const observedLists = new Map<string, ObservedList>();

/** Made once for each issuer and purpose: worlds of the properties ask for the same few lists a million times. */
function observedList(issuer: string, purpose: string): ObservedList {
  const key = `${issuer} ${purpose}`;
  const known = observedLists.get(key);
  if (known !== undefined) return known;
  const list = exampleStatusList(issuer, purpose);
  const observed = {
    url: String(list['id']),
    digest: String(createStatusSnapshot(list, '2027-01-01T00:00:00Z').digestMultibase),
    issuer,
    validFrom: readDateTime(list['validFrom']) ?? 0,
    validUntil: readDateTime(list['validUntil']),
    keys: [keyOf(issuer)],
  };
  observedLists.set(key, observed);
  return observed;
}

/** The key of a party of the examples; its proofs say nothing of when they were made. */
export const keyOf = (issuer: string): ProofKey => ({
  method: `${issuer}#key-1`,
  publicKeyMultibase: `z6Mk${digestOfJson({ key: issuer }).replaceAll(/[^1-9A-HJ-NP-Za-km-z]/g, '')}`,
  created: undefined,
});

/** What `services` would hand on for a credential whose every check passed; nothing was signed and nothing is verified here. */
export function checkedAs(document: JsonObject, change: Partial<CheckedCredential> = {}): CheckedCredential {
  const issuer = String(document['issuer']);
  return {
    document,
    findings: [passed('proof.signature')],
    verdict: 'accepted',
    digest: digestOfJson(document),
    controllers: [issuer],
    keys: [keyOf(issuer)],
    didDocuments: [{ did: issuer, digest: digestOfJson({ id: issuer }), source: 'pinned' }],
    status: clearHistory(document),
    ...change,
  };
}

/** Errors: Error when the credential is not admitted, which no test means. */
export function admitted(document: JsonObject, change: Partial<CheckedCredential> = {}): Admitted {
  const credential = admit(checkedAs(document, change));
  if (credential === undefined) throw new Error(`not admitted: ${String(document['id'])}`);
  return credential;
}

/** The same example with every `coreDigest` computed anew, for patches that change a footprint. */
export function withCoreDigests(example: JsonObject): JsonObject {
  const patch = Object.entries(keyed(example, 'credentials')).flatMap(([key, credential]) => {
    const footprint = (credential['credentialSubject'] as JsonObject)['footprint'];
    if (!isObject(footprint)) return [];
    const path = `/credentials/${key}/credentialSubject/coreDigest`;
    return [{ op: 'replace', path, value: footprintCoreDigest(footprint) }];
  });
  return applyPatch(example, patch);
}

/** The credentials of a presentation as they are shown: withheld members left out, as a derivation would. */
export function presentedBy(example: JsonObject, issued: IssuedExample, presentation: string): readonly JsonObject[] {
  const shown = keyed(example, 'presentations')[presentation];
  if (shown === undefined) throw new Error(`no presentation ${presentation}`);
  const withheld = asArray(shown['withheld'] as readonly string[]);
  return asArray(shown['credentials'] as readonly string[]).map((key) => {
    const credential = issued.credentials.get(key);
    if (credential === undefined) throw new Error(`not issued: ${key}`);
    const prefix = `/credentials/${key}/`;
    const hidden = withheld.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length - 1));
    const patch: PatchOperation[] = hidden.map((path) => ({ op: 'remove', path }));
    return applyPatch(credential, patch);
  });
}

export function policyOfExample(example: JsonObject): JsonObject {
  const reference = example['referenceData'];
  return { ...(example['policy'] as JsonObject), ...(reference === undefined ? {} : { referenceData: reference }) };
}

export function requirePolicyOf(value: unknown): Policy {
  const read = readPolicy(value);
  if (!read.ok) throw new Error(JSON.stringify(read.findings));
  return read.value;
}

/** The request that a relying party of the example would make. */
export function requestOf(example: JsonObject, issued: IssuedExample, presentation: string): EvaluationInput {
  const shown = keyed(example, 'presentations')[presentation];
  const claim = issued.credentials.get(String(shown?.['claim']));
  const worksheet = shown?.['worksheet'];
  const leaves = typeof worksheet === 'string' ? issued.worksheets.get(worksheet) : undefined;
  const worksheets: Worksheet[] = leaves === undefined ? [] : [{ leaves }];
  const imported = example['import'] as ImportedGoods | undefined;
  return {
    admitted: presentedBy(example, issued, presentation).map((document) => admitted(document)),
    refused: [],
    claim: String(claim?.['id']),
    at: readDateTime(example['instant']) ?? 0,
    policy: requirePolicyOf(policyOfExample(example)),
    ...(imported === undefined ? {} : { import: imported }),
    ...(worksheets.length === 0 ? {} : { worksheets }),
  };
}

export interface ExpectedRow {
  readonly presentation: string;
  readonly regime: string;
  readonly result: string;
  readonly rules: readonly string[];
  readonly match: 'exact' | 'includes';
  readonly causes?: Readonly<Record<string, readonly string[]>>;
  readonly values?: Readonly<Record<string, string>>;
  readonly mustNotShow?: readonly string[];
}

export interface ExampleCase {
  readonly name: string;
  readonly row: ExpectedRow;
  /** The example as it stands when it is presented. */
  readonly example: JsonObject;
  /** The example as it stood when it was issued. */
  readonly asIssued: JsonObject;
}

interface Variant {
  readonly id: string;
  readonly patch: readonly PatchOperation[];
  readonly patchAfterSigning?: boolean;
  readonly expected: readonly ExpectedRow[];
}

/** Every expected row of an example and of its variants. */
export function casesOf(example: JsonObject): readonly ExampleCase[] {
  const base = (example['expected'] ?? []) as unknown as readonly ExpectedRow[];
  const variants = (example['variants'] ?? []) as unknown as readonly Variant[];
  const name = String(example['example']);
  return [
    ...base.map((row) => ({ name: `${name} / ${row.presentation} / ${row.regime}`, row, example, asIssued: example })),
    ...variants.flatMap(({ id, patch, patchAfterSigning, expected }) => {
      const patched = applyPatch(example, patch);
      const asIssued = patchAfterSigning ? example : patched;
      return expected.map((row) => ({ name: `${name} / ${id} / ${row.regime}`, row, example: patched, asIssued }));
    }),
  ];
}

/** Issue and present a case of an example without signing, and evaluate it. */
export async function evaluateCase({ example, asIssued, row }: ExampleCase): Promise<Evaluation> {
  const issued = await issueExample(asIssued, issueUnsigned);
  const { worksheets } = example === asIssued ? issued : await issueLeaves(example, issued);
  return evaluate({ ...requestOf(example, { ...issued, worksheets }, row.presentation), regimes: [row.regime] });
}

/** The leaves as they stand in the patched example, linked to what was issued before the patch. */
export async function issueLeaves(
  example: JsonObject,
  issued: IssuedExample,
): Promise<Pick<IssuedExample, 'worksheets'>> {
  return { worksheets: await worksheetsOf(example, createResolver(example, issued.credentials, syntheticSnapshot)) };
}
