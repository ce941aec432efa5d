import type { JsonValue } from '../../base/json.ts';
import { Table } from '../table.ts';

/** Small facts of the node itself, by name. */
export const settings = new Table<JsonValue>('setting');
