/** One PKCS#11 token with a pool of sessions. Runs in a process of its own (pkcs11-process.ts), since a module may block, hang or crash. */
import { Buffer } from 'node:buffer';
import type { Attribute, Handle, PKCS11 } from 'pkcs11js';
import type { KeyType } from '../signer.ts';
import { kindOf, readPoint } from './pkcs11-kinds.ts';
import { Pkcs11Fault, type Pkcs11Settings } from './pkcs11-messages.ts';
import { codeOf, type Session, SessionPool } from './pkcs11-sessions.ts';

const CKF_OS_LOCKING_OK = 0x02;
const CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191;
const CKA = {
  CLASS: 0x00,
  TOKEN: 0x01,
  PRIVATE: 0x02,
  LABEL: 0x03,
  KEY_TYPE: 0x100,
  ID: 0x102,
  SENSITIVE: 0x103,
  DECRYPT: 0x105,
  UNWRAP: 0x107,
  SIGN: 0x108,
  VERIFY: 0x10a,
  DERIVE: 0x10c,
  EXTRACTABLE: 0x162,
  EC_PARAMS: 0x180,
  EC_POINT: 0x181,
} as const;
const CKO_PUBLIC_KEY = 0x02;
const CKO_PRIVATE_KEY = 0x03;

/** Errors of every act: Pkcs11Fault. */
export class Pkcs11Token {
  readonly #module: PKCS11;
  readonly #slot: Handle;
  readonly #sessions: SessionPool;

  private constructor(module: PKCS11, slot: Handle, sessions: SessionPool) {
    this.#module = module;
    this.#slot = slot;
    this.#sessions = sessions;
  }

  /** `module` is not loaded yet. Logs in, so that a wrong PIN is known at once. */
  static open(module: PKCS11, settings: Pkcs11Settings): Pkcs11Token {
    try {
      module.load(settings.module);
    } catch {
      throw new Pkcs11Fault('settings', `${settings.module} cannot be loaded as a PKCS#11 module`);
    }
    try {
      initialize(module);
      const slot = findSlot(module, settings);
      const sessions = new SessionPool(module, slot, settings);
      sessions.assertOpens();
      return new Pkcs11Token(module, slot, sessions);
    } catch (error) {
      finalize(module);
      throw faultOf(error);
    }
  }

  /** Answers the public key; of the pair made under this id before, where there is one. */
  create(keyId: string, tenant: string, keyType: KeyType): Promise<Uint8Array> {
    const { generate, curve, type } = this.#requireKind(keyType);
    return this.#run(async (session) => {
      if (this.#find(session, CKO_PRIVATE_KEY, keyId) !== undefined) return this.#publicKey(session, keyId, keyType);
      const common: Attribute[] = [
        { type: CKA.TOKEN, value: true },
        { type: CKA.KEY_TYPE, value: type },
        { type: CKA.ID, value: Buffer.from(keyId, 'hex') },
        { type: CKA.LABEL, value: `proofprint ${tenant}` },
      ];
      await this.#module.C_GenerateKeyPairAsync(
        session.handle,
        { mechanism: generate },
        [
          { type: CKA.CLASS, value: CKO_PUBLIC_KEY },
          ...common,
          { type: CKA.PRIVATE, value: false },
          { type: CKA.VERIFY, value: true },
          { type: CKA.EC_PARAMS, value: curve },
        ],
        [
          { type: CKA.CLASS, value: CKO_PRIVATE_KEY },
          ...common,
          { type: CKA.PRIVATE, value: true },
          { type: CKA.SENSITIVE, value: true },
          { type: CKA.EXTRACTABLE, value: false },
          { type: CKA.SIGN, value: true },
          { type: CKA.DECRYPT, value: false },
          { type: CKA.UNWRAP, value: false },
          { type: CKA.DERIVE, value: false },
        ],
      );
      return this.#publicKey(session, keyId, keyType);
    });
  }

  /** The public key of a pair that is there whole, and whose private half cannot be had out. */
  find(keyId: string, keyType: KeyType): Promise<Uint8Array> {
    return this.#run(async (session) => this.#publicKey(session, keyId, keyType));
  }

  sign(keyId: string, keyType: KeyType, data: Uint8Array): Promise<Uint8Array> {
    const kind = kindOf(keyType);
    return this.#run(async (session) => {
      const key = session.keys.get(keyId) ?? this.#require(session, CKO_PRIVATE_KEY, keyId);
      session.keys.set(keyId, key);
      this.#module.C_SignInit(session.handle, { mechanism: kind.sign }, key);
      return this.#module.C_SignAsync(session.handle, kind.prepare(data), Buffer.alloc(kind.signatureBytes));
    });
  }

  /** Both halves. Not an error where there is none. */
  destroy(keyId: string): Promise<void> {
    return this.#run(async (session) => {
      for (const side of [CKO_PRIVATE_KEY, CKO_PUBLIC_KEY]) {
        const found = this.#find(session, side, keyId);
        if (found !== undefined) this.#module.C_DestroyObject(session.handle, found);
      }
    });
  }

  close(): void {
    finalize(this.#module);
  }

  async #run<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    try {
      return await this.#sessions.run(work);
    } catch (error) {
      throw faultOf(error);
    }
  }

  #publicKey(session: Session, keyId: string, keyType: KeyType): Uint8Array {
    const privateKey = this.#require(session, CKO_PRIVATE_KEY, keyId);
    const [sensitive, extractable] = this.#module.C_GetAttributeValue(session.handle, privateKey, [
      { type: CKA.SENSITIVE },
      { type: CKA.EXTRACTABLE },
    ]);
    // A module may leave out of a template what it does not like, and somebody may have put a key of the same id there.
    if (sensitive?.value[0] !== 1 || extractable?.value[0] !== 0)
      throw new Pkcs11Fault('settings', `the module does not keep the key ${keyId} to itself`);
    const publicKey = this.#require(session, CKO_PUBLIC_KEY, keyId);
    const [point] = this.#module.C_GetAttributeValue(session.handle, publicKey, [{ type: CKA.EC_POINT }]);
    return readPoint(keyType, point?.value ?? new Uint8Array());
  }

  #require(session: Session, side: number, keyId: string): Handle {
    const found = this.#find(session, side, keyId);
    if (found === undefined) throw new Pkcs11Fault('missing', `the token has no key ${keyId}`);
    return found;
  }

  #find(session: Session, side: number, keyId: string): Handle | undefined {
    this.#module.C_FindObjectsInit(session.handle, [
      { type: CKA.CLASS, value: side },
      { type: CKA.TOKEN, value: true },
      { type: CKA.ID, value: Buffer.from(keyId, 'hex') },
    ]);
    const found = this.#module.C_FindObjects(session.handle, 2);
    this.#module.C_FindObjectsFinal(session.handle);
    // Which of two would sign is not for a module to choose.
    if (found.length > 1) throw new Pkcs11Fault('missing', `the token has the key ${keyId} twice`);
    return found[0];
  }

  #requireKind(keyType: KeyType): ReturnType<typeof kindOf> {
    const kind = kindOf(keyType);
    for (const mechanism of [kind.generate, kind.sign]) {
      let most = 0;
      try {
        most = this.#module.C_GetMechanismInfo(this.#slot, mechanism).maxKeySize;
      } catch {
        // Not one of its mechanisms.
      }
      if (most < kind.bits) throw new Pkcs11Fault('type', `the module has no ${keyType} keys`);
    }
    return kind;
  }
}

function initialize(module: PKCS11): void {
  try {
    module.C_Initialize({ flags: CKF_OS_LOCKING_OK });
  } catch (error) {
    if (codeOf(error) !== CKR_CRYPTOKI_ALREADY_INITIALIZED) throw error;
  }
}

function finalize(module: PKCS11): void {
  try {
    module.C_Finalize();
  } catch {
    // It was not there to begin with, or is gone by itself.
  }
}

function findSlot(module: PKCS11, { token, slot: number }: Pkcs11Settings): Handle {
  const fitting = module.C_GetSlotList(true).filter((slot) => {
    if (number !== undefined && Number(slot.readBigUInt64LE()) !== number) return false;
    return token === undefined || module.C_GetTokenInfo(slot).label.trimEnd() === token;
  });
  const [slot] = fitting;
  if (slot === undefined)
    throw new Pkcs11Fault('failed', 'the module shows no token that fits PKCS11_TOKEN and PKCS11_SLOT');
  if (fitting.length > 1) throw new Pkcs11Fault('settings', 'several tokens have this label; name the slot too');
  return slot;
}

/** By name and number alone: what else a module says is not known to be free of secrets. */
function faultOf(error: unknown): Pkcs11Fault {
  if (error instanceof Pkcs11Fault) return error;
  const code = codeOf(error);
  const named = error instanceof Error ? /CKR_[A-Z_]+/.exec(error.message)?.[0] : undefined;
  return new Pkcs11Fault('failed', named ?? (code === undefined ? 'the module failed' : `0x${code.toString(16)}`));
}
