import { ensureBuilt } from './set-up.mjs';

await ensureBuilt();
