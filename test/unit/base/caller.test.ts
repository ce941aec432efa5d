import { describe, expect, it } from 'vitest';
import { callerNow, workFor } from '../../../src/base/caller.ts';

describe('whom work is done for', () => {
  it('is known to all that is awaited, and to nobody beside it', async () => {
    const names: string[] = [];
    const visit = (name: string) =>
      workFor({ line: 'public', name }, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        names.push(`${name} ${callerNow().name}`);
      });
    await Promise.all([visit('a'), visit('b')]);
    expect(names.sort()).toEqual(['a a', 'b b']);
    expect(callerNow()).toEqual({ line: 'node', name: '' });
  });
});
