/** Against SoftHSM 2, with keys that it makes. */
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { setTimeout as rest } from 'node:timers/promises';
import { PKCS11 } from 'pkcs11js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceError } from '../../../../src/base/error.ts';
import { ALGORITHMS } from '../../../../src/crypto/algorithms.ts';
import type { HeldKey } from '../../../../src/crypto/signers/key-holder.ts';
import { Pkcs11Holder } from '../../../../src/crypto/signers/pkcs11.ts';
import { readPoint } from '../../../../src/crypto/signers/pkcs11-kinds.ts';
import { Pkcs11Token } from '../../../../src/crypto/signers/pkcs11-token.ts';
import { createSoftHsm, openDirectly, PIN, type SoftHsm } from '../../../support/softhsm.ts';
import { createTemporaryDirectory } from '../../../support/temporary-directory.ts';

const data = new TextEncoder().encode('what is signed');
const newId = (): string => randomBytes(16).toString('hex');

let hsm: SoftHsm;
let settings: ConstructorParameters<typeof Pkcs11Holder>[0];
beforeAll(async () => {
  hsm = await createSoftHsm(await createTemporaryDirectory());
  settings = { module: hsm.module, token: hsm.token, slot: undefined, pin: PIN, sessions: 3 };
});

async function refusal(act: Promise<unknown>): Promise<ServiceError> {
  const error = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ServiceError)) throw new Error('not refused', { cause: error });
  return error;
}

async function create(holder: Pkcs11Holder, keyType: HeldKey['keyType']): Promise<HeldKey> {
  const wanted = { keyId: newId(), tenant: 'hanbit-steel', keyType };
  return { ...wanted, publicKey: await holder.create(wanted) };
}

describe('a token in this process', () => {
  let token: Pkcs11Token;
  beforeAll(() => {
    token = Pkcs11Token.open(new PKCS11(), settings);
  });
  afterAll(() => token.close());

  it.each(['Ed25519', 'P-256', 'P-384'] as const)('makes %s keys, signs, and never lets them out', async (keyType) => {
    const keyId = newId();
    const publicKey = await token.create(keyId, 'hanbit-steel', keyType);
    const signature = await token.sign(keyId, keyType, data);
    expect(ALGORITHMS[keyType].verify(publicKey, data, signature)).toBe(true);
    expect(await token.find(keyId, keyType)).toEqual(publicKey);
    // Made again under its id, it is the same one.
    expect(await token.create(keyId, 'hanbit-steel', keyType)).toEqual(publicKey);

    const { module, session } = await openDirectly(hsm);
    module.C_FindObjectsInit(session, [
      { type: 0x00, value: 3 },
      { type: 0x102, value: Buffer.from(keyId, 'hex') },
    ]);
    const [privateKey] = module.C_FindObjects(session, 2);
    module.C_FindObjectsFinal(session);
    if (privateKey === undefined) throw new Error('the key is not in the token');
    const value = [{ type: 0x11 }];
    expect(() => module.C_GetAttributeValue(session, privateKey, value)).toThrow('CKR_ATTRIBUTE_SENSITIVE');
    // A control: what is not secret can be had.
    const label = module.C_GetAttributeValue(session, privateKey, [{ type: 0x03 }])[0]?.value.toString();
    expect(label).toBe('proofprint hanbit-steel');
    const wrapping = module.C_GenerateKey(session, { mechanism: 0x1080 }, [
      { type: 0x161, value: 32 },
      { type: 0x106, value: true },
      { type: 0x01, value: false },
    ]);
    const wrap = (): Buffer =>
      module.C_WrapKey(session, { mechanism: 0x210a }, wrapping, privateKey, Buffer.alloc(4096));
    expect(wrap).toThrow('CKR_KEY_UNEXTRACTABLE');
    expect(() => module.C_SetAttributeValue(session, privateKey, [{ type: 0x162, value: true }])).toThrow(
      /CKR_ATTRIBUTE_READ_ONLY/,
    );

    await token.destroy(keyId);
    await expect(token.sign(keyId, keyType, data)).rejects.toMatchObject({ kind: 'missing' });
    await token.destroy(keyId);
  });

  it('opens sessions anew that died, all of them at once and under way', async () => {
    const keyId = newId();
    const publicKey = await token.create(keyId, 'a', 'P-256');
    const { module, slot } = await openDirectly(hsm);
    for (let round = 0; round < 3; round += 1) {
      module.C_CloseAllSessions(slot);
      const signatures = await Promise.all(Array.from({ length: 8 }, () => token.sign(keyId, 'P-256', data)));
      for (const one of signatures) expect(ALGORITHMS['P-256'].verify(publicKey, data, one)).toBe(true);
    }
  });

  it('refuses a key that somebody put there in a way that lets it out', async () => {
    const keyId = newId();
    const { module, session } = await openDirectly(hsm);
    const id = { type: 0x102, value: Buffer.from(keyId, 'hex') };
    const onToken = { type: 0x01, value: true };
    await module.C_GenerateKeyPairAsync(
      session,
      { mechanism: 0x1055 },
      [id, onToken, { type: 0x180, value: Buffer.from('06032b6570', 'hex') }],
      [id, onToken, { type: 0x103, value: false }, { type: 0x162, value: true }],
    );
    await expect(token.find(keyId, 'Ed25519')).rejects.toMatchObject({ kind: 'settings' });
    await expect(token.create(keyId, 'a', 'Ed25519')).rejects.toMatchObject({ kind: 'settings' });
    await token.destroy(keyId);
  });
});

describe('a public key as modules show it', () => {
  const point = Buffer.concat([Buffer.of(4), Buffer.alloc(32, 7), Buffer.alloc(32, 9)]);
  it('is read wrapped and bare, and in no other form', () => {
    const compressed = Uint8Array.of(3, ...Buffer.alloc(32, 7));
    for (const form of [point, Buffer.concat([Buffer.of(4, 65), point])])
      expect(readPoint('P-256', form)).toEqual(compressed);
    const edwards = Buffer.alloc(32, 5);
    for (const before of [[], [4, 32], [3, 33, 0]])
      expect(readPoint('Ed25519', Buffer.concat([Buffer.from(before), edwards]))).toEqual(Uint8Array.from(edwards));
    const none = [
      point.subarray(1),
      Buffer.concat([Buffer.of(4, 64), point]),
      Buffer.concat([Buffer.of(2), point.subarray(1)]),
    ];
    for (const form of none) expect(() => readPoint('P-256', form)).toThrow(/in a form|not uncompressed/);
    expect(() => readPoint('Bls12381G2', point)).toThrow('PKCS#11 has no Bls12381G2 keys');
  });
});

describe('a holder', () => {
  const told: string[] = [];
  let holder: Pkcs11Holder;
  beforeAll(async () => {
    holder = new Pkcs11Holder(settings, (what) => told.push(what));
    await holder.start([]);
  });
  afterAll(() => holder.close());

  it('answers 20 at once', async () => {
    const key = await create(holder, 'Ed25519');
    const texts = Array.from({ length: 20 }, (_, at) => Buffer.from(`text ${at}`));
    const signatures = await Promise.all(texts.map((text) => holder.sign(key, text)));
    texts.forEach((text, at) => {
      expect(ALGORITHMS.Ed25519.verify(key.publicKey, text, signatures[at] ?? new Uint8Array())).toBe(true);
    });
  });

  it('has no keys for BBS', async () => {
    expect(await refusal(create(holder, 'Bls12381G2'))).toMatchObject({ code: 'CONFLICT', pointer: '/keyType' });
  });

  it('goes on by itself when the process behind it is killed, also while it signs', async () => {
    const key = await create(holder, 'P-256');
    const before = holder.pid ?? 0;
    const underWay = Array.from({ length: 4 }, () => holder.sign(key, data));
    await Promise.resolve();
    process.kill(before, 'SIGKILL');
    const signatures = await Promise.all([...underWay, holder.sign(key, data)]);
    for (const one of signatures) expect(ALGORITHMS['P-256'].verify(key.publicKey, data, one)).toBe(true);
    expect(holder.pid).not.toBe(before);
    expect(told).toEqual([]);
  });

  it('refuses while the token is away, says so once, and is back without anybody’s help', async () => {
    const key = await create(holder, 'Ed25519');
    await hsm.unplug();
    process.kill(holder.pid ?? 0, 'SIGKILL');
    const error = await refusal(holder.sign(key, data));
    expect(error).toMatchObject({ code: 'KEY_STORE', retryAfter: 5 });
    expect((await refusal(holder.sign(key, data))).code).toBe('KEY_STORE');
    expect(told).toEqual(['the keys in pkcs11 are out of reach: CKR_GENERAL_ERROR']);
    await hsm.plugIn();
    await rest(550);
    expect(ALGORITHMS.Ed25519.verify(key.publicKey, data, await holder.sign(key, data))).toBe(true);
    expect(told.slice(1)).toEqual(['the keys in pkcs11 are back']);
  });

  it('does not start without a key that it must have, nor with another in its place', async () => {
    const key = await create(holder, 'Ed25519');
    const other = await create(holder, 'Ed25519');
    const start = (must: HeldKey): Promise<void> => new Pkcs11Holder(settings, () => undefined).start([must]);
    const errors = await Promise.all([
      refusal(start({ ...key, keyId: newId() })),
      refusal(start({ ...key, publicKey: other.publicKey })),
    ]);
    expect(errors.map(({ code }) => code)).toEqual(['KEY_STORE', 'KEY_STORE']);
  });
});

it.each([
  [{ pin: 'not-the-pin-1' }, 'pin', 'the token refuses the PIN'],
  [{ module: '/nowhere/module.so' }, 'settings', '/nowhere/module.so cannot be loaded as a PKCS#11 module'],
  [{ token: 'another' }, 'failed', 'the module shows no token that fits PKCS11_TOKEN and PKCS11_SLOT'],
  [{ slot: 1 }, 'failed', 'the module shows no token that fits PKCS11_TOKEN and PKCS11_SLOT'],
])('a token is not opened with %o', (wrong, kind, message) => {
  const open = (): unknown => Pkcs11Token.open(new PKCS11(), { ...settings, ...wrong });
  expect(open).toThrow(expect.objectContaining({ kind, message }));
});
