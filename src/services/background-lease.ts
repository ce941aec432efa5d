import { randomUUID } from 'node:crypto';
import type { Store } from '../store/store.ts';

export interface Lease {
  readonly take: () => Promise<boolean>;
  /** What the last try said. */
  readonly isOurs: () => boolean;
  readonly giveUp: () => Promise<unknown>;
}

/** One process among those that share the store does what a node does by itself, until it has not been heard of for a while. */
export function leaseOf(store: Pick<Store, 'takeLease'>): Lease {
  const lease = { name: 'background', holder: randomUUID() };
  let ours = false;
  return {
    take: async () => {
      ours = await store.takeLease({ ...lease, ms: LEASE_MS });
      return ours;
    },
    isOurs: () => ours,
    // Whoever cannot say so any more is found out by time.
    giveUp: () => store.takeLease({ ...lease, ms: 0 }).catch(() => undefined),
  };
}

/** Longer than one piece of background work takes. */
const LEASE_MS = 120_000;
