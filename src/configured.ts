/** Makes of the configuration what is read once and not kept: clock, policy, sign-in. */

import { readFile } from 'node:fs/promises';
import { type Clock, createManualClock, createShiftedClock, systemClock } from './base/clock.ts';
import { ServiceError } from './base/error.ts';
import { readJson } from './base/json.ts';
import type { Config } from './config.ts';
import { createProviderFetch } from './net/provider-fetch.ts';
import { readMapping } from './services/sign-in/mapping.ts';
import { IdentityProvider } from './services/sign-in/provider.ts';
import { SignIn } from './services/sign-in/sign-in.ts';
import { readPolicyObject, readPolicyText } from './services/verifier/policy-source.ts';
import type { Policy } from './trust/policy.ts';

export function clockOf(config: Config): Clock {
  switch (config.clock.kind) {
    case 'system':
      return systemClock;
    case 'manual':
      return createManualClock(config.clock.start ?? systemClock.now());
    case 'from':
      return createShiftedClock(config.clock.start);
  }
}

/** Errors: CONFIG_REFUSED when the file is there but cannot be used; a node told `none` evaluates nothing. */
export async function loadPolicy(file: string | undefined): Promise<Policy | undefined> {
  if (file === undefined || file === 'none') return undefined;
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new ServiceError('CONFIG_REFUSED', `POLICY_FILE: ${file} cannot be read`, { cause });
  });
  try {
    return readPolicyObject(readPolicyText(bytes));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new ServiceError(
      'CONFIG_REFUSED',
      `POLICY_FILE: ${error.pointer ? `${error.pointer} ` : ''}${error.message}`,
      {
        findings: error.findings,
      },
    );
  }
}

/** Errors: CONFIG_REFUSED when a file cannot be used. The provider itself is first asked when somebody signs in. */
export async function createSignIn(
  { oidc }: Config,
  deps: Omit<ConstructorParameters<typeof SignIn>[0], 'provider' | 'issuer' | 'mapping'>,
): Promise<SignIn | undefined> {
  if (oidc === undefined) return undefined;
  const { issuer, clientId, clientSecretFile, mappingFile } = oidc;
  const [secret, text] = await Promise.all(
    [clientSecretFile, mappingFile].map((file) =>
      readFile(file, 'utf8').catch((cause: unknown) => {
        throw new ServiceError('CONFIG_REFUSED', `OIDC: ${file} cannot be read`, { cause });
      }),
    ),
  );
  const clientSecret = (secret ?? '').trim();
  if (clientSecret.length < 16)
    throw new ServiceError('CONFIG_REFUSED', 'OIDC_CLIENT_SECRET_FILE: at least 16 characters');
  const read = readJson(new TextEncoder().encode(text));
  if (!read.ok) throw new ServiceError('CONFIG_REFUSED', 'OIDC_MAPPING_FILE: not a JSON object');
  const mapping = readMapping(read.value);
  const origins = [new URL(issuer).origin, ...(mapping.origins ?? [])];
  const provider = new IdentityProvider({ issuer, clientId, clientSecret }, createProviderFetch({ origins }));
  return new SignIn({ ...deps, provider, issuer, mapping });
}
