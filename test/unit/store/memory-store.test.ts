import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { describeStore } from '../../suite/store.ts';

describeStore('the memory store', async (clock) => createMemoryStore({ clock }));
