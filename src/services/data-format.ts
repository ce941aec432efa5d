import { ServiceError } from '../base/error.ts';
import type { Store } from '../store/store.ts';

/**
 * Of what a store holds, beyond its tables: raised by a version that writes what an older one would pass over. `1`: scopes of tokens and
 * four eyes are kept to.
 */
const DATA_FORMAT = 1;
const SETTING = 'data-format';

/**
 * A version does not work on data that a newer one has written, whose rules it would not keep to; its own it marks.
 * Errors: CONFIG_REFUSED.
 */
export async function assertKnownFormat(store: Pick<Store, 'settleSetting' | 'writeSetting'>): Promise<void> {
  const kept = await store.settleSetting(SETTING, DATA_FORMAT);
  if (kept === DATA_FORMAT) return;
  if (typeof kept !== 'number' || kept > DATA_FORMAT)
    throw new ServiceError(
      'CONFIG_REFUSED',
      'a newer version of Proofprint has written this data: start that one, or restore a backup that this one made',
    );
  await store.writeSetting(SETTING, DATA_FORMAT, kept);
}
