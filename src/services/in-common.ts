import type { Store } from '../store/store.ts';

interface InCommon {
  /** Tells one key store from another, and nothing of the keys. */
  readonly keyStore: string;
  readonly publicUrl: string | undefined;
}

const ADVICE: Readonly<Record<keyof InCommon, string>> = {
  keyStore:
    'this node has another key store than the node that last began on this database: if both run, what one makes the other cannot sign with',
  publicUrl:
    'this node has another PUBLIC_URL than the node that last began on this database: if both run, what they publish does not fit together',
};

/**
 * Say what nodes over one database ought to have in common and have not. It is said and not refused, because the one who moves a service
 * to another address, or has lost its keys, has to be able to start it.
 */
export async function compareWithOthers(
  store: Pick<Store, 'settleSetting' | 'writeSetting'>,
  mine: InCommon,
  alarm: (what: string) => void,
): Promise<void> {
  for (const name of ['keyStore', 'publicUrl'] as const) {
    const value = mine[name];
    if (value === undefined) continue;
    const setting = `in-common-${name}`;
    if ((await store.settleSetting(setting, value)) === value) continue;
    alarm(ADVICE[name]);
    await store.writeSetting(setting, value);
  }
}
