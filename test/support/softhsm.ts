import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Handle, PKCS11 } from 'pkcs11js';

const run = promisify(execFile);

export const PIN = '864209-of-the-test';
const SO_PIN = '975310-of-the-test';
const PLACES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

/** A token of SoftHSM 2 in a folder of its own; processes started from here see it, and no other one. */
export interface SoftHsm {
  readonly module: string;
  readonly token: string;
  /** Settings of a node that keeps its keys in it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Pull the plug: the token is not there for whoever looks from now on. */
  unplug(): Promise<void>;
  plugIn(): Promise<void>;
}

/** In `directory`, which the caller removes. */
export async function createSoftHsm(directory: string): Promise<SoftHsm> {
  const module = PLACES.find((path) => existsSync(path));
  if (module === undefined) throw new Error('SoftHSM 2 is not there: install softhsm2 (Debian, Ubuntu) or softhsm');
  const tokens = join(directory, 'tokens');
  await mkdir(tokens);
  const configuration = join(directory, 'softhsm2.conf');
  await writeFile(configuration, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  process.env['SOFTHSM2_CONF'] = configuration;
  const token = 'proofprint test';
  await run('softhsm2-util', ['--init-token', '--free', '--label', token, '--so-pin', SO_PIN, '--pin', PIN]);
  return {
    module,
    token,
    environment: { KEYS: 'pkcs11', PKCS11_MODULE: module, PKCS11_TOKEN: token, PKCS11_PIN: PIN },
    unplug: () => rename(tokens, `${tokens}-away`),
    plugIn: () => rename(`${tokens}-away`, tokens),
  };
}

/** The module as anybody on this machine may use it who knows the PIN. */
export async function openDirectly(hsm: SoftHsm): Promise<{ module: PKCS11; slot: Handle; session: Handle }> {
  const { PKCS11 } = await import('pkcs11js');
  const module = new PKCS11();
  module.load(hsm.module);
  try {
    module.C_Initialize({ flags: 2 });
  } catch {
    // By the token under test, in this very process.
  }
  const slot = module.C_GetSlotList(true).find((one) => module.C_GetTokenInfo(one).label.trimEnd() === hsm.token);
  if (slot === undefined) throw new Error('no such token');
  const session = module.C_OpenSession(slot, 6);
  if (module.C_GetSessionInfo(session).state !== 3) module.C_Login(session, 1, PIN);
  return { module, slot, session };
}
