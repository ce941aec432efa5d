import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Background } from '../../../src/base/background.ts';

describe('work in the background', () => {
  test('goes on while there is some, rests, and is woken', async () => {
    let left = 3;
    let looks = 0;
    const background = new Background(
      async () => {
        looks += 1;
        left -= 1;
        return left >= 0;
      },
      () => undefined,
    );
    background.wake();
    await sleep(20);
    expect(looks).toBe(0);
    background.start();
    background.start();
    await expect.poll(() => looks).toBe(4);
    await sleep(50);
    expect(looks).toBe(4);
    background.wake();
    await expect.poll(() => looks).toBe(5);
    await background.stop();
    background.wake();
    await sleep(20);
    expect(looks).toBe(5);
  });

  test('hears a wake that came while it worked', async () => {
    let looks = 0;
    const background: Background = new Background(
      async () => {
        looks += 1;
        if (looks === 1) background.wake();
        return false;
      },
      () => undefined,
    );
    background.start();
    await expect.poll(() => looks).toBe(2);
    await background.stop();
  });

  test('ends with the piece under way, and tells it', async () => {
    let ended = false;
    const background = new Background(
      async (stop) => {
        while (!stop.aborted) await sleep(5);
        ended = true;
        return true;
      },
      () => undefined,
    );
    background.start();
    await sleep(20);
    await background.stop();
    expect(ended).toBe(true);
  });

  test('says what failed and rests, whoever wakes it', async () => {
    const failures: unknown[] = [];
    const background = new Background(
      async () => {
        throw new Error('no');
      },
      (error) => failures.push(error),
    );
    background.start();
    await expect.poll(() => failures.length).toBe(1);
    background.wake();
    await sleep(50);
    expect(failures).toHaveLength(1);
    await background.stop();
  });
});
