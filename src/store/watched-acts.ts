import { inSpan } from '../base/trace.ts';
import type { Acts } from './transaction.ts';

/** Told of every act of this process: when it is asked for, and when it is answered, which is after it is on disk. */
export interface ActWatch {
  asked(): void;
  answered(line: { readonly act: string; readonly done: boolean; readonly seconds: number }): void;
}

/** The same acts, under somebody's eyes, and each a span of the request that it is done for. */
export function watchedActs(acts: Acts, watch: ActWatch | undefined): Acts {
  return {
    transact: (name, act) =>
      inSpan('store commit', { act: name.act }, () => watched(watch, name.act, () => acts.transact(name, act))),
    read: (reader) => acts.read(reader),
    readOne: (reader) => acts.readOne(reader),
    head: () => acts.head(),
    journal: acts.journal,
    [Symbol.asyncDispose]: () => acts[Symbol.asyncDispose](),
  };
}

async function watched<Result>(watch: ActWatch | undefined, act: string, work: () => Promise<Result>): Promise<Result> {
  if (watch === undefined) return work();
  const from = performance.now();
  let done = false;
  watch.asked();
  try {
    const result = await work();
    done = true;
    return result;
  } finally {
    watch.answered({ act, done, seconds: (performance.now() - from) / 1000 });
  }
}
