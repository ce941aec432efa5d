import { ServiceError } from '../../base/error.ts';
import type { EvaluationRecord, Page } from '../store.ts';
import { pageOf, Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';

const evaluations = new Table<EvaluationRecord>('evaluation');
/** Verifier, sequence → id. */
const inOrder = new Table<string>('evaluation-in-order');
/** Verifier, credential id, sequence → id. */
const byCredential = new Table<string>('evaluation-by-credential');

export async function saveEvaluation(tx: Transaction, record: EvaluationRecord): Promise<void> {
  const { verifier, id } = record;
  if (await evaluations.has(tx, verifier, id)) throw new ServiceError('CONFLICT', 'The evaluation exists');
  evaluations.put(tx, [verifier, id], record);
  inOrder.put(tx, [verifier, tx.sequence], id);
  for (const credentialId of new Set(record.dependsOn)) {
    byCredential.put(tx, [verifier, credentialId, tx.sequence], id);
  }
}

export function findEvaluation(view: View, verifier: string, id: string): Promise<EvaluationRecord | undefined> {
  return evaluations.find(view, verifier, id);
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
