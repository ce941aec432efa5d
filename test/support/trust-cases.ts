/** Ways to bend a worked example and ask again, for tests that break one thing at a time. */
import type { JsonObject } from '../../src/base/json.ts';
import type { CheckedCredential } from '../../src/credentials/checked-credential.ts';
import { linkDigest } from '../../src/credentials/link.ts';
import type { StatusHistory } from '../../src/credentials/status-history.ts';
import { digestOfJson } from '../../src/formats/digest.ts';
import { evaluate } from '../../src/trust/evaluate.ts';
import type { Evaluation, EvaluationInput, RefusedCredential, RegimeResult } from '../../src/trust/evaluation.ts';
import { type ExampleName, readExample } from './example-credentials.ts';
import { applyPatch, type PatchOperation } from './json-patch.ts';
import {
  admitted,
  clearHistory,
  type IssuedExample,
  issueExample,
  issueUnsigned,
  policyOfExample,
  presentedBy,
  requestOf,
  requirePolicyOf,
  withCoreDigests,
} from './worked-examples.ts';

export interface Story {
  readonly example: ExampleName;
  readonly presentation: string;
  readonly regime: string;
}

export const CBAM: Story = { example: 'steel-coil', presentation: 'declarant', regime: 'eu-cbam' };
export const CUSTOMER: Story = { example: 'steel-coil', presentation: 'customer', regime: 'iso14067-pcf' };
export const CELL: Story = { example: 'battery-cell', presentation: 'under-agreement', regime: 'iso14067-pcf' };
export const PUBLIC: Story = { example: 'battery-cell', presentation: 'public', regime: 'iso14067-pcf' };
export const SCHEME: Story = { example: 'battery-cell', presentation: 'public', regime: 'scheme-mra' };

export interface Bend {
  /** Before anything is issued. */
  readonly patch?: readonly PatchOperation[];
  /** Leave `coreDigest` as it stands. */
  readonly keepCoreDigests?: boolean;
  /** Credentials shown beside those of the presentation. */
  readonly show?: readonly string[];
  readonly hide?: readonly string[];
  /** After issuing: what is presented under a key. */
  readonly alter?: Readonly<Record<string, readonly PatchOperation[]>>;
  /** What is known of the status of the credential under a key. */
  readonly status?: Readonly<Record<string, (history: StatusHistory) => StatusHistory>>;
  /** Came along and was not admitted, with these findings. */
  readonly refuse?: Readonly<Record<string, RefusedCredential['findings']>>;
  readonly request?: Partial<EvaluationInput>;
  readonly policy?: readonly PatchOperation[];
}

/** The request that a bent story makes. */
export async function requestFor(story: Story, bend: Bend = {}): Promise<EvaluationInput> {
  const patched = applyPatch(readExample(story.example), bend.patch ?? []);
  const example = bend.keepCoreDigests ? patched : withCoreDigests(patched);
  const issued = await issueOnce(example);
  const base = requestOf(example, issued, story.presentation);
  const keyOf = new Map([...issued.credentials].map(([key, document]) => [String(document['id']), key]));
  const extra = (bend.show ?? [])
    .map((key) => issued.credentials.get(key))
    .filter((document) => document !== undefined);
  const documents = [...presentedBy(example, issued, story.presentation), ...extra];
  const refused: RefusedCredential[] = [];
  const accepted = documents.flatMap((document) => {
    const key = keyOf.get(String(document['id'])) ?? '';
    const shown = applyPatch(document, bend.alter?.[key] ?? []);
    if (bend.hide?.includes(key)) return [];
    const findings = bend.refuse?.[key];
    if (findings !== undefined) {
      refused.push(refusedAs(shown, findings));
      return [];
    }
    return [admitted(shown, statusOf(shown, bend.status?.[key]))];
  });
  const policy = applyPatch(policyOfExample(example), bend.policy ?? []);
  return {
    ...base,
    regimes: [story.regime],
    admitted: accepted,
    refused,
    policy: requirePolicyOf(policy),
    ...bend.request,
  };
}

const issuedBefore = new Map<string, Promise<IssuedExample>>();

/**
 * Issuing asks nothing of the trust room, and mutation testing asks for the same few hundred stories thousands of times. Whoever presents
 * them presents copies.
 */
function issueOnce(example: JsonObject): Promise<IssuedExample> {
  const text = JSON.stringify(example);
  const issued = issuedBefore.get(text) ?? issueExample(example, issueUnsigned);
  issuedBefore.set(text, issued);
  return issued;
}

export function refusedAs(document: JsonObject, findings: RefusedCredential['findings']): RefusedCredential {
  return {
    id: String(document['id']),
    type: String((document['type'] as readonly string[])[1]),
    digest: digestOfJson(document),
    linkDigest: linkDigest(document),
    findings,
  };
}

function statusOf(
  document: JsonObject,
  change: ((history: StatusHistory) => StatusHistory) | undefined,
): Partial<CheckedCredential> {
  return change === undefined ? {} : { status: change(clearHistory(document)) };
}

export async function ask(story: Story, bend: Bend = {}): Promise<Evaluation> {
  return evaluate(await requestFor(story, bend));
}

export async function resultOf(story: Story, bend: Bend = {}): Promise<RegimeResult> {
  const result = (await ask(story, bend)).results[story.regime];
  if (result === undefined) throw new Error(`no result for ${story.regime}`);
  return result;
}

/** A history in which the entry for a purpose is set, with these notices. */
export function setBit(purpose: string, ...notices: readonly { reason: string; effectiveDate: string }[]) {
  return (history: StatusHistory): StatusHistory =>
    history.map((entry) =>
      entry.purpose !== purpose
        ? entry
        : {
            ...entry,
            observations: entry.observations.map((observation) => ({
              ...observation,
              set: true,
              notices: notices.map((notice) => ({ ...notice, index: entry.index, statusPurpose: purpose })),
            })),
          },
    );
}

/** A history of which no list could be had. */
export const noLists = (history: StatusHistory): StatusHistory =>
  history.map((entry) => ({
    ...entry,
    observations: [],
    problem: { code: 'STATUS_RETRIEVAL_ERROR', detail: 'no answer' },
  }));

/** Short forms of RFC 6902 operations on a credential of an example, paths below its subject. */
export const subject = (key: string, path: string): string => `/credentials/${key}/credentialSubject${path}`;
export const set = (path: string, value: PatchOperation['value']): PatchOperation => ({
  op: 'add',
  path,
  value: value ?? null,
});
export const drop = (path: string): PatchOperation => ({ op: 'remove', path });
