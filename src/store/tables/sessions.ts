import { Table } from '../table.ts';

/** The sequence of the act that opened the store last. An index that knows an older session is an older copy. */
export const sessions = new Table<number>('session');
