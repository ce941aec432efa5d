import { ServiceError } from '../../base/error.ts';
import { formatDateTime } from '../../formats/date-time.ts';
import type { ReevaluationJob, WatchRecord } from '../reevaluation-records.ts';
import { Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';
import { dependentsOf } from './evaluations.ts';

/** As kept: a job that is not done knows the sequence under which it stands in line. */
interface StoredJob extends ReevaluationJob {
  readonly turn?: number;
}

/** Verifier, id. */
const jobs = new Table<StoredJob>('reevaluation-job');
/** Sequence, verifier, id: jobs that are not done, in the order of their turns. */
const turns = new Table<1>('reevaluation-turn');
/** Verifier, sequence → id: jobs of requests that are done, oldest first. */
const done = new Table<string>('reevaluation-done');
/** Verifier, credential id, id: jobs of a change of status that are not done. */
const ofStatus = new Table<1>('reevaluation-of-status');
const watches = new Table<WatchRecord>('watch');

/** Jobs of requests that are kept after their end, for whoever asks how they went. */
const KEPT_JOBS = 100;
/** Jobs of one instance that were asked for and are not done. Each costs everybody who stands in line. */
const MOST_WAITING_JOBS = 20;

type NewJob = Pick<ReevaluationJob, 'id' | 'verifier' | 'reason'> & { readonly dependsOn?: string | undefined };

/** Errors: CONFLICT for an id that is taken; LIMIT_EXCEEDED for a request while too many others of the instance are not done. */
export async function addJob(tx: Transaction, { dependsOn, ...job }: NewJob): Promise<ReevaluationJob> {
  if (await jobs.has(tx, job.verifier, job.id)) throw new ServiceError('CONFLICT', 'The job exists');
  if (job.reason === 'request' && (await countRequests(tx, job.verifier)) >= MOST_WAITING_JOBS)
    throw new ServiceError('LIMIT_EXCEEDED', `more than ${MOST_WAITING_JOBS} jobs that are not done; wait for them`);
  const record: ReevaluationJob = {
    ...job,
    ...(dependsOn === undefined ? {} : { dependsOn }),
    state: 'waiting',
    createdAt: formatDateTime(tx.now),
    waited: 0,
    position: 0,
    checked: 0,
    changed: 0,
    failed: 0,
    failures: [],
  };
  lineUp(tx, record);
  return record;
}

async function countRequests(tx: Transaction, verifier: string): Promise<number> {
  const all = await jobs.list(tx, [verifier]);
  return all.filter(({ value: { reason, state } }) => reason === 'request' && state !== 'done').length;
}

function lineUp(tx: Transaction, job: ReevaluationJob): void {
  jobs.put(tx, [job.verifier, job.id], { ...job, turn: tx.sequence });
  turns.put(tx, [tx.sequence, job.verifier, job.id], 1);
}

export async function findJob(view: View, verifier: string, id: string): Promise<ReevaluationJob | undefined> {
  const { turn: _, ...job } = (await jobs.find(view, verifier, id)) ?? {};
  return 'id' in job ? job : undefined;
}

/** The first job in line that does not wait for a later time. */
export async function findNextJob(view: View, now: number): Promise<ReevaluationJob | undefined> {
  for (const { path } of await turns.list(view, [])) {
    const job = await findJob(view, path[1] ?? '', path[2] ?? '');
    if (job !== undefined && (job.notBefore ?? 0) <= now) return job;
  }
  return undefined;
}

/** One page of a job is done: it goes to the end of the line, or ends. Jobs that nobody asked for leave nothing but the last pass. */
export async function saveProgress(tx: Transaction, job: ReevaluationJob): Promise<void> {
  const { turn } = (await jobs.find(tx, job.verifier, job.id)) ?? {};
  if (turn === undefined) throw new ServiceError('NOT_FOUND', 'No such job, or it is done');
  turns.del(tx, turn, job.verifier, job.id);
  if (job.state !== 'done') {
    lineUp(tx, job);
    return;
  }
  if (job.reason === 'request') return keepDone(tx, job);
  if (job.reason === 'status') ofStatus.del(tx, job.verifier, job.dependsOn ?? '', job.id);
  jobs.del(tx, job.verifier, job.id);
  const watch = await watches.find(tx, job.verifier);
  if (watch === undefined || job.reason !== 'watch') return;
  const { createdAt, finishedAt, checked, changed, failed } = job;
  const lastPass = { createdAt, checked, changed, failed, ...(finishedAt === undefined ? {} : { finishedAt }) };
  watches.put(tx, [job.verifier], { ...watch, lastPass, nextPassAt: tx.now + watch.everySeconds * 1000 });
}

async function keepDone(tx: Transaction, job: ReevaluationJob): Promise<void> {
  jobs.put(tx, [job.verifier, job.id], job);
  done.put(tx, [job.verifier, tx.sequence], job.id);
  const kept = await done.list(tx, [job.verifier]);
  for (const { last, value } of kept.slice(0, Math.max(0, kept.length - KEPT_JOBS))) {
    done.del(tx, job.verifier, Number(last));
    jobs.del(tx, job.verifier, value);
  }
}

/**
 * A credential of this node changed its status: whoever watches and relied on it judges again. Part of the act that changes it. An issuer
 * who goes back and forth makes no more work than one who does not: a job that has not begun will see this change too.
 */
export async function judgeDependentsAgain(tx: Transaction, credentialId: string): Promise<void> {
  for (const verifier of await dependentsOf(tx, credentialId)) {
    if (!(await watches.has(tx, verifier)) || (await isLinedUp(tx, verifier, credentialId))) continue;
    const id = `status-${tx.sequence}`;
    await addJob(tx, { id, verifier, reason: 'status', dependsOn: credentialId });
    ofStatus.put(tx, [verifier, credentialId, id], 1);
  }
}

/** Whether such a job is sure to begin after this act: one of them may be at work although its record does not say so yet. */
async function isLinedUp(tx: Transaction, verifier: string, credentialId: string): Promise<boolean> {
  let waiting = 0;
  for (const { last } of await ofStatus.list(tx, [verifier, credentialId])) {
    const job = await jobs.find(tx, verifier, last);
    if (job?.state === 'waiting') waiting += 1;
  }
  return waiting > 1;
}

export async function saveWatch(tx: Transaction, verifier: string, everySeconds: number | undefined): Promise<void> {
  if (everySeconds === undefined) {
    watches.del(tx, verifier);
    return;
  }
  const { nextPassAt: _before, ...before } = (await watches.find(tx, verifier)) ?? { nextPassAt: 0 };
  watches.put(tx, [verifier], { ...before, verifier, everySeconds, nextPassAt: tx.now + everySeconds * 1000 });
}

export function findWatch(view: View, verifier: string): Promise<WatchRecord | undefined> {
  return watches.find(view, verifier);
}

/** Begin the passes that are due, each as a job of its own; the next is due when this one has ended. Returns how many were begun. */
export async function beginPasses(tx: Transaction): Promise<number> {
  let begun = 0;
  for (const { value: watch } of await watches.list(tx, [])) {
    if (watch.nextPassAt > tx.now) continue;
    const id = `pass-${tx.sequence}`;
    await addJob(tx, { id, verifier: watch.verifier, reason: 'watch' });
    // Should the end of the pass be lost, the next one still comes.
    watches.put(tx, [watch.verifier], {
      ...watch,
      nextPassAt: tx.now + Math.max(watch.everySeconds * 1000, LOST_PASS_MS),
    });
    begun += 1;
  }
  return begun;
}

const LOST_PASS_MS = 86_400_000;
