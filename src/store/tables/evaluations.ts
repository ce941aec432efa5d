import { ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ChangeRecord } from '../reevaluation-records.ts';
import type { EvaluationRecord, Feed, Page } from '../store.ts';
import { cursorAt, feedOf, pageOf, Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';

/** As kept: what was asked stands once, with the first evaluation of a chain. */
interface StoredEvaluation extends Omit<EvaluationRecord, 'request'> {
  readonly request?: JsonObject;
}

const evaluations = new Table<StoredEvaluation>('evaluation');
/** Verifier, sequence → id. */
const inOrder = new Table<string>('evaluation-in-order');
/** Verifier, credential id, sequence → id. */
const byCredential = new Table<string>('evaluation-by-credential');
/** Verifier, id of an evaluation that judged another again → id of the first of its chain. */
const rootOf = new Table<string>('evaluation-root');
/** Verifier, id of the first of a chain → id of the newest. */
const newestOf = new Table<string>('evaluation-newest');
/** Credential id, verifier: whose evaluations rested on it. */
const dependents = new Table<1>('evaluation-dependent');
/** Verifier, sequence. */
const changes = new Table<ChangeRecord>('evaluation-change');

export function saveEvaluation(tx: Transaction, record: EvaluationRecord): Promise<void> {
  return putEvaluation(tx, record);
}

async function putEvaluation(tx: Transaction, record: StoredEvaluation): Promise<void> {
  const { verifier, id } = record;
  if (await evaluations.has(tx, verifier, id)) throw new ServiceError('CONFLICT', 'The evaluation exists');
  evaluations.put(tx, [verifier, id], record);
  inOrder.put(tx, [verifier, tx.sequence], id);
  for (const credentialId of new Set(record.dependsOn)) {
    byCredential.put(tx, [verifier, credentialId, tx.sequence], id);
    dependents.put(tx, [credentialId, verifier], 1);
  }
}

/** Errors: CONFLICT when another evaluation took its place meanwhile, NOT_FOUND when there is none to judge again. */
export async function saveReevaluation(
  tx: Transaction,
  { request: _kept, ...record }: EvaluationRecord,
  change: ChangeRecord | undefined,
): Promise<void> {
  const { verifier, id, reevaluationOf = '' } = record;
  const root = await rootFor(tx, verifier, reevaluationOf);
  if (!(await evaluations.has(tx, verifier, root))) throw new ServiceError('NOT_FOUND', 'No such evaluation');
  if ((await newestId(tx, verifier, root)) !== reevaluationOf)
    throw new ServiceError('CONFLICT', 'The evaluation was judged again meanwhile');
  await putEvaluation(tx, record);
  rootOf.put(tx, [verifier, id], root);
  newestOf.put(tx, [verifier, root], id);
  if (change !== undefined) changes.put(tx, [verifier, tx.sequence], change);
}

export async function findEvaluation(view: View, verifier: string, id: string): Promise<EvaluationRecord | undefined> {
  const found = await evaluations.find(view, verifier, id);
  if (found === undefined) return undefined;
  const first =
    found.request === undefined ? await evaluations.find(view, verifier, await rootFor(view, verifier, id)) : found;
  return { ...found, request: first?.request ?? {} };
}

/** The newest evaluation of the chain that this one belongs to. */
export async function findNewestEvaluation(
  view: View,
  verifier: string,
  id: string,
): Promise<EvaluationRecord | undefined> {
  return findEvaluation(view, verifier, await newestId(view, verifier, await rootFor(view, verifier, id)));
}

async function rootFor(view: View, verifier: string, id: string): Promise<string> {
  return (await rootOf.find(view, verifier, id)) ?? id;
}

async function newestId(view: View, verifier: string, root: string): Promise<string> {
  return (await newestOf.find(view, verifier, root)) ?? root;
}

export function listEvaluations(
  view: View,
  verifier: string,
  { dependsOn, ...page }: { dependsOn?: string; limit: number; cursor?: string },
): Promise<Page<EvaluationRecord>> {
  const load = (id: string) => findEvaluation(view, verifier, id);
  return dependsOn === undefined
    ? pageOf(view, inOrder, [verifier], page, load)
    : pageOf(view, byCredential, [verifier, dependsOn], page, load);
}

/** Chains in the order of their evaluations, oldest first, each by the id of its first evaluation; one may come more than once. */
export async function listChains(
  view: View,
  verifier: string,
  { dependsOn, after, limit }: { dependsOn?: string | undefined; after: number; limit: number },
): Promise<{ roots: readonly string[]; position: number; more: boolean }> {
  const listing = { after: [after], limit };
  const found =
    dependsOn === undefined
      ? await inOrder.list(view, [verifier], listing)
      : await byCredential.list(view, [verifier, dependsOn], listing);
  const roots: string[] = [];
  for (const { value } of found) roots.push(await rootFor(view, verifier, value));
  return { roots, position: Number(found.at(-1)?.last ?? after), more: found.length === limit };
}

/** Verifier instances of which some evaluation rested on this credential. */
export async function dependentsOf(view: View, credentialId: string): Promise<readonly string[]> {
  return (await dependents.list(view, [credentialId])).map(({ last }) => last);
}

export function listChanges(
  view: View,
  verifier: string,
  page: { after?: string; limit: number },
): Promise<Feed<ChangeRecord>> {
  return feedOf(view, changes, [verifier], page);
}

/** The cursor after the last entry of a feed. */
export async function endOfChanges(view: View, verifier: string): Promise<string> {
  const [last] = await changes.list(view, [verifier], { reverse: true, limit: 1 });
  return cursorAt(Number(last?.last ?? 0));
}
