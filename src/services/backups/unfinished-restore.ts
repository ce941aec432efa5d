import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '../../base/error.ts';

/** The note in DATA_DIR while a restore is under way. */
export const RESTORING = 'restoring.json';

export async function isRestoring(dataDirectory: string): Promise<boolean> {
  return (await stat(join(dataDirectory, RESTORING)).catch(() => undefined)) !== undefined;
}

/** Half a restore is not taken for a whole one. Errors: STORE_INTEGRITY. */
export async function assertNotRestoring(dataDirectory: string): Promise<void> {
  if (await isRestoring(dataDirectory)) {
    throw new ServiceError('STORE_INTEGRITY', 'A restore into DATA_DIR was begun and did not end: run it again');
  }
}
