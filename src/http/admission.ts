import type { Access } from './route.ts';
import { Starts } from './starts.ts';
import { TooMany, WaitingLine } from './waiting-line.ts';

/** Whoever was turned away is turned away again for so long before anything of the request is read. Milliseconds. */
const SHUT_MS = 250;
/** Senders remembered at once; beyond it the oldest are let in to be looked at. */
const MOST_SENDERS = 10_000;

/**
 * Who may work now. Strangers, organisations and the administrator wait in lines of their own: what strangers send may wait for slow hosts
 * of theirs, and must not hold up issuing and revoking. Whoever asks for much more than can be done is told so at the price of the answer
 * alone, so that an overload leaves the time for what was let in.
 */
export class Admission {
  readonly #now: () => number;
  readonly #starts = new Starts();
  readonly #lines: Readonly<Record<Access, WaitingLine>>;
  /** By sender; when the door is open again. */
  readonly #shut = new Map<string, number>();

  constructor({ now = () => performance.now() }: { readonly now?: () => number } = {}) {
    this.#now = now;
    const line = (): WaitingLine => new WaitingLine({ now, starts: this.#starts });
    this.#lines = { public: line(), organisation: line(), admin: line() };
  }

  /** For every request that would have to wait, before anything of it is looked at: the refusal when its sender was turned away just now. */
  refusalOf(sender: string): TooMany | undefined {
    this.#starts.arrived();
    const until = this.#shut.get(sender);
    if (until === undefined) return undefined;
    if (this.#now() < until) return new TooMany();
    this.#shut.delete(sender);
    return undefined;
  }

  /** `sender` is what a request can be told by before it is read, `caller` who it turned out to be. Errors: those of the line. */
  async run<Answer>(
    { access, caller, sender }: { readonly access: Access; readonly caller: string; readonly sender: string },
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await this.#lines[access].run(caller, work);
    } catch (error) {
      if (error instanceof TooMany) this.#shutFor(sender);
      throw error;
    }
  }

  #shutFor(sender: string): void {
    this.#shut.delete(sender);
    this.#shut.set(sender, this.#now() + SHUT_MS);
    const [oldest] = this.#shut.keys();
    if (this.#shut.size > MOST_SENDERS && oldest !== undefined) this.#shut.delete(oldest);
  }
}
