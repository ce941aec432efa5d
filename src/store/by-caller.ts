import { callerNow } from '../base/caller.ts';
import type { Acts } from './transaction.ts';

/** The same acts, each with the name of whoever it is done for. An act that has a name already keeps it. */
export function byCaller(acts: Acts): Acts {
  return {
    // Asked here, in the caller's own context: an act runs in its turn, which may be somebody else's.
    transact: (name, act) => {
      const { actor } = callerNow();
      return acts.transact(actor === undefined || name.by !== undefined ? name : { ...name, by: actor }, act);
    },
    read: (reader) => acts.read(reader),
    readOne: (reader) => acts.readOne(reader),
    head: () => acts.head(),
    journal: acts.journal,
    [Symbol.asyncDispose]: () => acts[Symbol.asyncDispose](),
  };
}
