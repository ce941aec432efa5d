import { createLevelStore } from '../../../src/store/level/level-store.ts';
import { describeStore } from '../../suite/store.ts';
import { createTemporaryDirectory } from '../../support/temporary-directory.ts';

describeStore('the level store', async (clock) =>
  createLevelStore({ directory: await createTemporaryDirectory(), clock }),
);
