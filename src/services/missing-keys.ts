import type { Store } from '../store/store.ts';

/**
 * Say at the start which organisations have a key in use that the key store has lost: nothing but their next request would tell. It is
 * said and not refused, since all others can go on, and verification too.
 */
export async function reportMissingKeys(
  store: Pick<Store, 'listOrganisations'>,
  held: ReadonlySet<string>,
  alarm: (what: string) => void,
): Promise<void> {
  for (const { slug, keys } of await store.listOrganisations()) {
    const missing = keys.filter(({ state, keyId }) => state === 'active' && !held.has(keyId));
    if (missing.length === 0) continue;
    const names = missing.map(({ keyId }) => keyId).join(', ');
    alarm(`the key store has no key ${names}, with which ${slug} signs: put its file back from a backup`);
  }
}
