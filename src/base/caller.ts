/**
 * Who the work at hand is done for, so that what is scarce far below can be shared out fairly without every function on the way having to
 * hand the name on, and so that the journal can say who it was. Nothing is ever decided by it but whose turn it is.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Caller {
  /** Callers of one line share with each other only: strangers never take from organisations. */
  readonly line: 'public' | 'organisation' | 'admin' | 'node';
  /** An address or an organisation: tells the callers of one line apart. */
  readonly name: string;
  /** What the journal says: `token:maker/ci`, `person:…`, `admin`. Strangers have none. */
  readonly actor?: string | undefined;
}

const NODE: Caller = { line: 'node', name: '' };
const current = new AsyncLocalStorage<Caller>();

/** Does `work`, and all that it starts and awaits, for this caller. */
export function workFor<Result>(caller: Caller, work: () => Result): Result {
  return current.run(caller, work);
}

/** Whom this is done for: the node itself when nobody asked for it. */
export function callerNow(): Caller {
  return current.getStore() ?? NODE;
}
