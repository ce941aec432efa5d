import type { Handle, PKCS11 } from 'pkcs11js';
import { Pkcs11Fault, type Pkcs11Settings } from './pkcs11-messages.ts';

export interface Session {
  readonly handle: Handle;
  /** Private keys by id, as this session found them. */
  readonly keys: Map<string, Handle>;
}

const CKF_RW_SERIAL_SESSION = 0x02 | 0x04;
const CKU_USER = 1;
/** CKS_RW_USER_FUNCTIONS. */
const LOGGED_IN = 3;
/** Flags of a token: one more wrong PIN would lock it; it is locked. */
const CKF_USER_PIN_FINAL_TRY = 0x20000;
const CKF_USER_PIN_LOCKED = 0x40000;
const CKR_USER_ALREADY_LOGGED_IN = 0x100;
/** CKR_PIN_INCORRECT, _INVALID, _LEN_RANGE, _EXPIRED, _LOCKED and CKR_USER_PIN_NOT_INITIALIZED. */
const PIN_REFUSED: ReadonlySet<number> = new Set([0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0x102]);
/**
 * What a session that died answers, and what follows from it: closed, logged out, or its handles forgotten. Also CKR_OPERATION_ACTIVE, of
 * one that an act left half done.
 */
const SESSION_DIED: ReadonlySet<number> = new Set([0xb0, 0xb3, 0x101, 0x82, 0x60, 0x90]);

/**
 * Sessions of one token, each of which does one thing at a time: two at once on one are refused by the module (CKR_OPERATION_ACTIVE). One on
 * which anything failed is not used again; where it had died, the act is tried once more on a new one. That is safe for what is done here:
 * a second signature over the same bytes says nothing new, and a key is made under an id that is looked for first.
 */
export class SessionPool {
  readonly #module: PKCS11;
  readonly #slot: Handle;
  readonly #pin: string;
  readonly #idle: Session[] = [];
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(module: PKCS11, slot: Handle, { pin, sessions }: Pick<Pkcs11Settings, 'pin' | 'sessions'>) {
    this.#module = module;
    this.#slot = slot;
    this.#pin = pin;
    const { maxSessionCount } = module.C_GetTokenInfo(slot);
    this.#free = maxSessionCount > 0 ? Math.min(sessions, maxSessionCount) : sessions;
  }

  /** Errors: Pkcs11Fault `pin`; whatever the module says. */
  assertOpens(): void {
    this.#idle.push(this.#open());
  }

  async run<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    await this.#turn();
    try {
      try {
        return await this.#once(work);
      } catch (error) {
        if (!SESSION_DIED.has(codeOf(error) ?? -1)) throw error;
        // The others died with it, more often than not.
        for (const other of this.#idle.splice(0)) this.#discard(other);
        return await this.#once(work);
      }
    } finally {
      this.#free += 1;
      this.#waiting.shift()?.();
    }
  }

  async #once<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const session = this.#idle.pop() ?? this.#open();
    try {
      const result = await work(session);
      this.#idle.push(session);
      return result;
    } catch (error) {
      this.#discard(session);
      throw error;
    }
  }

  async #turn(): Promise<void> {
    while (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
  }

  #open(): Session {
    const handle = this.#module.C_OpenSession(this.#slot, CKF_RW_SERIAL_SESSION);
    const session = { handle, keys: new Map<string, Handle>() };
    try {
      // One log-in counts for all sessions of a process.
      if (this.#module.C_GetSessionInfo(handle).state !== LOGGED_IN) this.#logIn(handle);
      return session;
    } catch (error) {
      this.#discard(session);
      throw error;
    }
  }

  #logIn(handle: Handle): void {
    const { flags } = this.#module.C_GetTokenInfo(this.#slot);
    if ((flags & CKF_USER_PIN_LOCKED) !== 0) throw new Pkcs11Fault('pin', 'the token has locked its PIN');
    if ((flags & CKF_USER_PIN_FINAL_TRY) !== 0)
      throw new Pkcs11Fault('pin', 'one more wrong PIN would lock the token; log in once by hand first');
    try {
      this.#module.C_Login(handle, CKU_USER, this.#pin);
    } catch (error) {
      const code = codeOf(error) ?? -1;
      if (code === CKR_USER_ALREADY_LOGGED_IN) return;
      if (PIN_REFUSED.has(code)) throw new Pkcs11Fault('pin', 'the token refuses the PIN');
      throw error;
    }
  }

  #discard({ handle }: Session): void {
    try {
      this.#module.C_CloseSession(handle);
    } catch {
      // It was dead already.
    }
  }
}

/** The return value that a module gave, CKR_…; nothing for an error of another kind. */
export function codeOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && code > 0 ? code : undefined;
}
