/** The other end of worker.ts. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PropertyAnswer, PropertyTask } from './worker.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

export class PropertyProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<PropertyProcess> {
    const child = fork(WORKER, { execArgv: ['--import', 'tsx'] });
    await answerOf(child);
    return new PropertyProcess(child);
  }

  /** One task at a time. Errors: Error when the process ends before it has answered. */
  async run(task: PropertyTask): Promise<PropertyAnswer> {
    const answer = answerOf(this.#child);
    this.#child.send(task);
    return (await answer) as PropertyAnswer;
  }

  end(): void {
    this.#child.kill();
  }
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const stop = new AbortController();
  const ended = once(child, 'exit', { signal: stop.signal }).then(([code]) => {
    throw new Error(`the process of the properties ended with ${code}`);
  });
  try {
    const [answer] = (await Promise.race([once(child, 'message', { signal: stop.signal }), ended])) as [unknown];
    return answer;
  } finally {
    ended.catch(() => {});
    stop.abort();
  }
}
