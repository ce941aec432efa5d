/** The little that is used of an optional package, so that everything compiles where it is not installed. */

declare module 'pkcs11js' {
  /** Objects, sessions and slots alike. */
  type Handle = Buffer;

  interface Attribute {
    type: number;
    value?: number | boolean | string | Buffer;
  }

  interface Mechanism {
    mechanism: number;
  }

  interface TokenInfo {
    label: string;
    flags: number;
    /** 0: no limit known. */
    maxSessionCount: number;
  }

  export class PKCS11 {
    load(path: string): void;
    close(): void;
    C_Initialize(options: { flags: number }): void;
    C_Finalize(): void;
    C_GetSlotList(tokenPresent: boolean): Handle[];
    C_GetTokenInfo(slot: Handle): TokenInfo;
    C_GetMechanismInfo(slot: Handle, mechanism: number): { maxKeySize: number };
    C_OpenSession(slot: Handle, flags: number): Handle;
    C_CloseSession(session: Handle): void;
    C_CloseAllSessions(slot: Handle): void;
    C_GetSessionInfo(session: Handle): { state: number };
    C_Login(session: Handle, userType: number, pin: string): void;
    C_FindObjectsInit(session: Handle, template: Attribute[]): void;
    C_FindObjects(session: Handle, most: number): Handle[];
    C_FindObjectsFinal(session: Handle): void;
    C_GetAttributeValue(session: Handle, object: Handle, template: Attribute[]): { value: Buffer }[];
    C_SetAttributeValue(session: Handle, object: Handle, template: Attribute[]): void;
    C_DestroyObject(session: Handle, object: Handle): void;
    C_GenerateKey(session: Handle, mechanism: Mechanism, template: Attribute[]): Handle;
    C_GenerateKeyPairAsync(
      session: Handle,
      mechanism: Mechanism,
      publicTemplate: Attribute[],
      privateTemplate: Attribute[],
    ): Promise<{ publicKey: Handle; privateKey: Handle }>;
    C_WrapKey(
      session: Handle,
      mechanism: Mechanism & { parameter?: Buffer },
      wrapping: Handle,
      key: Handle,
      out: Buffer,
    ): Buffer;
    C_SignInit(session: Handle, mechanism: Mechanism, key: Handle): void;
    C_SignAsync(session: Handle, data: Buffer, out: Buffer): Promise<Buffer>;
  }
}
