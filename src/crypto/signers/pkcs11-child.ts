import { type ChildProcess, fork } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Pkcs11Act, Pkcs11Fault, type Pkcs11Reply, type Pkcs11Settings } from './pkcs11-messages.ts';

interface Ticket {
  readonly resolve: (value: Uint8Array | undefined) => void;
  readonly reject: (fault: Pkcs11Fault) => void;
  readonly timer: NodeJS.Timeout;
}

/** Milliseconds for one act; for the first, which is to start the process and load the module. */
const TIMEOUT = 10_000;
const START_TIMEOUT = 30_000;
/** Milliseconds after which a process counts as one that has been working. */
const YOUNG = 5_000;
/** Secrets of the node that are none of a module's business. */
const KEPT_BACK = ['ADMIN_TOKEN', 'KEY_PASSPHRASE', 'PKCS11_PIN', 'STORE'];

/** One process that speaks to a PKCS#11 module, from its start to its end. Errors of every question: Pkcs11Fault. */
export class Pkcs11Child {
  readonly #child: ChildProcess;
  readonly #tickets = new Map<number, Ticket>();
  #last = 0;
  #ended: string | undefined;
  #young = true;

  private constructor(settings: Pkcs11Settings) {
    this.#child = startProcess(settings.sessions);
    this.#child.on('message', (reply: Pkcs11Reply) => this.#settle(reply));
    this.#child.on('exit', () => this.#end('the process that speaks to the module ended'));
    this.#child.on('error', () => this.#end('the process that speaks to the module failed'));
    setTimeout(() => {
      this.#young = false;
    }, YOUNG).unref();
  }

  /** Errors: as for every question; nothing is left running then. */
  static async open(settings: Pkcs11Settings): Promise<Pkcs11Child> {
    const child = new Pkcs11Child(settings);
    try {
      await child.ask({ act: 'open', settings });
      return child;
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  get isAlive(): boolean {
    return this.#ended === undefined;
  }

  /** Whether it started just now, so that another one would hardly do better. */
  get isYoung(): boolean {
    return this.#young;
  }

  /** For a test that takes it away. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  ask(act: Pkcs11Act): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(new Pkcs11Fault('failed', this.#ended));
        return;
      }
      this.#last += 1;
      const id = this.#last;
      // A module that hangs cannot be told to stop; the process can.
      const time = act.act === 'open' ? START_TIMEOUT : TIMEOUT;
      const timer = setTimeout(() => this.kill('the module does not answer'), time);
      this.#tickets.set(id, { resolve, reject, timer });
      this.#holdOn(true);
      this.#child.send({ id, ...act }, (error) => {
        if (error !== null) this.kill('the process that speaks to the module ended');
      });
    });
  }

  /** At once, whatever it is doing: what is under way fails. */
  kill(why = 'the process that speaks to the module was stopped'): void {
    this.#child.kill('SIGKILL');
    this.#end(why);
  }

  #settle(reply: Pkcs11Reply): void {
    const ticket = this.#tickets.get(reply.id);
    if (ticket === undefined) return;
    this.#tickets.delete(reply.id);
    this.#holdOn(this.#tickets.size > 0);
    clearTimeout(ticket.timer);
    if ('fault' in reply) ticket.reject(new Pkcs11Fault(reply.fault, reply.why));
    else ticket.resolve(reply.value);
  }

  /** Without anything under way it does not keep the node from ending. */
  #holdOn(busy: boolean): void {
    for (const end of [this.#child, this.#child.channel]) busy ? end?.ref() : end?.unref();
  }

  #end(why: string): void {
    this.#ended ??= why;
    this.#holdOn(false);
    for (const { reject, timer } of this.#tickets.values()) {
      clearTimeout(timer);
      reject(new Pkcs11Fault('failed', this.#ended));
    }
    this.#tickets.clear();
  }
}

/** As built, it is a file of its own; from the sources it first needs something that reads TypeScript. */
function startProcess(sessions: number): ChildProcess {
  const isBuilt = !import.meta.url.endsWith('.ts');
  const file = new URL(isBuilt ? './pkcs11-process.js' : './pkcs11-process.ts', import.meta.url);
  const kept = Object.entries(process.env).filter(([name]) => !KEPT_BACK.includes(name));
  return fork(fileURLToPath(file), [], {
    execArgv: isBuilt ? [] : ['--import', import.meta.resolve('tsx')],
    // Each session may have one call under way on a thread; not the node's own, on which it reads files.
    env: { ...Object.fromEntries(kept), UV_THREADPOOL_SIZE: String(sessions) },
    serialization: 'advanced',
    // What a module prints is not for the log.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}
