import { ServiceError } from '../../base/error.ts';
import type { Page } from '../store.ts';
import { pageOf, Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';
import type { ExchangeRecord, WorkflowRecord } from '../workflow-records.ts';

/** Workflows of one organisation. */
const MOST_WORKFLOWS = 100;

const workflows = new Table<WorkflowRecord>('workflow');
/** Organisation, id. */
const byOrganisation = new Table<1>('workflow-by-organisation');
/** By id: an id says for itself which workflow it belongs to. */
const exchanges = new Table<ExchangeRecord>('exchange');
/** Workflow, sequence → id. */
const byWorkflow = new Table<string>('exchange-by-workflow');

export async function addWorkflow(tx: Transaction, record: WorkflowRecord): Promise<void> {
  if (await workflows.has(tx, record.id))
    throw new ServiceError('CONFLICT', 'There is a workflow with this id', { pointer: '/id' });
  const own = await byOrganisation.list(tx, [record.organisation], { limit: MOST_WORKFLOWS });
  if (own.length === MOST_WORKFLOWS)
    throw new ServiceError('LIMIT_EXCEEDED', `an organisation has at most ${MOST_WORKFLOWS} workflows`);
  workflows.put(tx, [record.id], record);
  byOrganisation.put(tx, [record.organisation, record.id], 1);
}

export function findWorkflow(view: View, id: string): Promise<WorkflowRecord | undefined> {
  return workflows.find(view, id);
}

export async function listWorkflows(view: View, organisation: string): Promise<readonly WorkflowRecord[]> {
  const found: WorkflowRecord[] = [];
  for (const { last } of await byOrganisation.list(view, [organisation])) {
    const record = await workflows.find(view, last);
    if (record !== undefined) found.push(record);
  }
  return found;
}

export async function addExchange(tx: Transaction, record: ExchangeRecord): Promise<void> {
  if (await exchanges.has(tx, record.id)) throw new ServiceError('CONFLICT', 'There is an exchange with this id');
  exchanges.put(tx, [record.id], record);
  byWorkflow.put(tx, [record.workflow, tx.sequence], record.id);
}

export function findExchange(view: View, id: string): Promise<ExchangeRecord | undefined> {
  return exchanges.find(view, id);
}

export async function saveExchange(tx: Transaction, record: ExchangeRecord): Promise<void> {
  const known = await exchanges.find(tx, record.id);
  if (known?.version !== record.version - 1) throw new ServiceError('CONFLICT', 'Somebody else took part meanwhile');
  exchanges.put(tx, [record.id], record);
}

export function listExchanges(
  view: View,
  workflow: string,
  page: { cursor?: string; limit: number },
): Promise<Page<ExchangeRecord>> {
  return pageOf(view, byWorkflow, [workflow], page, (id) => exchanges.find(view, id));
}
