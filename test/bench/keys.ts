/** Signatures by keys that are kept in different places, and what each costs the process that answers requests. SoftHSM 2 stands for a module. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSigner } from '../../scripts/reference-signer.ts';
import type { Signer } from '../../src/crypto/signer.ts';
import { Pkcs11Holder } from '../../src/crypto/signers/pkcs11.ts';
import { RemoteHolder } from '../../src/crypto/signers/remote.ts';
import { SealedKeyStore } from '../../src/crypto/signers/sealed-file.ts';
import { createPeer } from '../../src/net/peer-request.ts';
import { createSoftHsm, PIN } from '../support/softhsm.ts';
import { createTestCertificate } from '../support/tls.ts';

const KEY_TYPES = ['Ed25519', 'P-256', 'P-384'] as const;
const SESSIONS = 4;
const AT_ONCE = 16;
const EACH = 400;
const ROUNDS = 5;
const data = new Uint8Array(64).fill(7);

interface KeyFigures {
  readonly place: string;
  readonly keyType: string;
  /** Median microseconds of one signature, one after the other, checked against the public key where somebody else made it. */
  readonly microseconds: number;
  /** With 16 asked for at once. */
  readonly perSecond: number;
  /** Median microseconds of processor time of this process for one of them: what is not spent elsewhere. */
  readonly processor: number;
}

export async function measureKeys(): Promise<readonly KeyFigures[]> {
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-bench-'));
  const secret = { key: randomBytes(32) };
  const quiet = (): void => undefined;
  const hsm = await createSoftHsm(directory);
  const tls = await createTestCertificate(['localhost']);
  const signer = await startSigner({
    keys: await SealedKeyStore.open({ directory: join(directory, 'signer'), secret }),
    tls,
    token: 'bench',
    tell: quiet,
  });
  const settings = { module: hsm.module, token: hsm.token, slot: undefined, pin: PIN, sessions: SESSIONS };
  const keys = await SealedKeyStore.open({
    directory: join(directory, 'keystore'),
    secret,
    holders: {
      pkcs11: new Pkcs11Holder(settings, quiet),
      signer: new RemoteHolder('signer', createPeer({ url: signer.url, ca: tls.cert, token: 'bench' }), quiet),
    },
  });
  try {
    const figures: KeyFigures[] = [];
    for (const holder of ['sealed', 'pkcs11', 'signer'])
      for (const keyType of KEY_TYPES) {
        const { keyId } = await keys.createKey({ tenant: 'bench', keyType, holder });
        figures.push({ place: holder, keyType, ...(await figuresOf(await keys.signer(keyId, `#${keyId}`))) });
      }
    return figures;
  } finally {
    await keys.close();
    await signer.close();
    await rm(directory, { recursive: true });
  }
}

async function figuresOf(signer: Signer): Promise<Pick<KeyFigures, 'microseconds' | 'perSecond' | 'processor'>> {
  const single: number[] = [];
  const together: number[] = [];
  const processor: number[] = [];
  for (let warm = 0; warm < 50; warm += 1) await signer.sign({ data });
  for (let round = 0; round < ROUNDS; round += 1) {
    let begun = performance.now();
    for (let count = 0; count < EACH; count += 1) await signer.sign({ data });
    single.push(((performance.now() - begun) * 1000) / EACH);
    let left = EACH;
    const line = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await signer.sign({ data });
      }
    };
    begun = performance.now();
    const before = process.cpuUsage();
    await Promise.all(Array.from({ length: AT_ONCE }, line));
    const { user, system } = process.cpuUsage(before);
    processor.push((user + system) / EACH);
    together.push((EACH * 1000) / (performance.now() - begun));
  }
  return { microseconds: median(single), perSecond: median(together), processor: median(processor) };
}

export function keysTable(figures: readonly KeyFigures[]): string {
  const places: Readonly<Record<string, string>> = {
    sealed: 'sealed file, in this process',
    pkcs11: `SoftHSM 2, ${SESSIONS} sessions in a process of its own`,
    signer: 'the reference signer, over https in the same process',
  };
  return [
    `| where the key is | key | one signature, µs | signatures a second, ${AT_ONCE} at once | processor time of the node, µs |`,
    '|---|---|---|---|---|',
    ...figures.map(
      ({ place, keyType, microseconds, perSecond, processor }) =>
        `| ${places[place]} | ${keyType} | ${microseconds.toFixed(0)} | ${perSecond.toFixed(0)} | ${processor.toFixed(0)} |`,
    ),
  ].join('\n');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
