/** Where the two kinds of store keep what a backup takes and a restore makes. */
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { JournalSource } from '../../store/backup/source.ts';
import { withLevelSource } from '../../store/level/backup-source.ts';
import { restoreLevel } from '../../store/level/restore.ts';
import { withPostgresSource } from '../../store/postgres/backup-source.ts';
import { assertEmptyPostgres, restorePostgres } from '../../store/postgres/restore.ts';
import type { RestorePlace } from './restore-backup.ts';

interface Whereabouts {
  readonly store: { readonly kind: 'level' } | { readonly kind: 'postgres'; readonly url: string };
  readonly dataDirectory: string;
}

/** Folder of the embedded store below DATA_DIR. */
const STORE = 'store';

export function sourceOf({ store, dataDirectory }: Whereabouts) {
  return <Result>(work: (source: JournalSource) => Promise<Result>): Promise<Result> =>
    store.kind === 'postgres' ? withPostgresSource(store.url, work) : withLevelSource(join(dataDirectory, STORE), work);
}

export function placeOf({ store }: Whereabouts, clock: Clock): RestorePlace {
  if (store.kind === 'postgres') {
    const { url } = store;
    return {
      below: [],
      assertEmpty: () => assertEmptyPostgres(url),
      restore: (contents, head, restoration) => restorePostgres(contents, { url, clock, restoration, head }),
    };
  }
  return {
    below: [STORE],
    assertEmpty: async () => undefined,
    restore: (contents, _head, restoration, staging) =>
      restoreLevel(contents, { directory: join(staging, STORE), clock, restoration }),
  };
}
