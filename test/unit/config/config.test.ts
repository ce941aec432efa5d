import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../../src/base/error.ts';
import { readConfig } from '../../../src/config.ts';
import { SECRETS } from '../../../src/settings.ts';
import { createTemporaryDirectory } from '../../support/temporary-directory.ts';

describe('the environment', () => {
  it('has sensible defaults', () => {
    expect(readConfig({})).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      dataDirectory: './data',
      publicUrl: 'http://127.0.0.1:8080',
      clock: { kind: 'system' },
      unconfigured: true,
      conformance: false,
    });
  });

  it('is read whole', () => {
    const config = readConfig({
      PORT: '9443',
      PUBLIC_URL: 'https://localhost:9443',
      TLS_CERT: 'c.pem',
      TLS_KEY: 'k.pem',
      ALLOWED_HOSTS: 'localhost:9443, localhost:9444',
      CLOCK: '2027-04-15T00:00:00Z',
      KEY_PASSPHRASE: 'a long enough passphrase',
      POLICY_FILE: 'none',
    });
    expect(config).toMatchObject({
      port: 9443,
      publicUrl: 'https://localhost:9443',
      tls: { certificateFile: 'c.pem', keyFile: 'k.pem' },
      allowedHosts: ['localhost:9443', 'localhost:9444'],
      clock: { kind: 'from', start: Date.UTC(2027, 3, 15) },
      unconfigured: false,
    });
  });

  it('has conformance instances only where it is told to', () => {
    expect(readConfig({ PROFILE: 'conformance', HOST: 'localhost', POLICY_FILE: 'none' })).toMatchObject({
      conformance: true,
      unconfigured: false,
    });
  });

  it('keeps records in files, or in a database', () => {
    const url = 'postgres://node:secret@db.example/proofprint?sslmode=verify-full';
    expect(readConfig({}).store).toEqual({ kind: 'level' });
    expect(readConfig({ STORE: url }).store).toEqual({ kind: 'postgres', url });
  });

  describe('a secret in a file', () => {
    const good: Record<string, string> = {
      STORE: 'postgres://node:secret@db.example/proofprint?sslmode=verify-full',
      KEY_PASSPHRASE: '충분히 긴 암호 문구입니다',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20of-the-collector,x-tenant=a',
    };
    const goodOf = (name: string): string => good[name] ?? 'a-token-that-is-long-enough';
    const beside: Record<string, Record<string, string>> = {
      ADMIN_TOKEN_NEXT: { ADMIN_TOKEN: 'another-token-that-is-long' },
      OTEL_EXPORTER_OTLP_HEADERS: { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example', STORE: 'level' },
    };
    const more = (name: string): Record<string, string> => beside[name] ?? {};

    it.each(SECRETS)('%s is the same as in the environment', async (name) => {
      const file = join(await createTemporaryDirectory(), 'secret');
      await writeFile(file, `${goodOf(name)}\n`);
      const config = readConfig({ ...more(name), [`${name}_FILE`]: file });
      expect(config).toEqual(readConfig({ ...more(name), [name]: goodOf(name) }));
      expect(config.unconfigured).toBe(false);
    });

    it.each([
      ['empty', '\n'],
      ['of two lines', 'a-token-that-is-long-enough\nand more\n'],
      ['that is no text', '\0'.repeat(20)],
      ['too long to be one', 'x'.repeat(20_000)],
      ['too short to be one', 'short'],
    ])('stops the start when it is %s, and is not shown', async (_, content) => {
      const file = join(await createTemporaryDirectory(), 'secret');
      await writeFile(file, content);
      const start = (): unknown => readConfig({ ADMIN_TOKEN_FILE: file });
      expect(start).toThrow(
        expect.objectContaining({ code: 'CONFIG_REFUSED', message: expect.stringMatching(/^ADMIN_TOKEN(_FILE)?: /) }),
      );
      if (content.trim() !== '') expect(start).not.toThrow(content.trim());
    });

    it('stops the start when it is not there, or stands in the environment as well', () => {
      expect(() => readConfig({ ADMIN_TOKEN_FILE: '/nowhere/token' })).toThrow(
        'ADMIN_TOKEN_FILE: /nowhere/token cannot be read',
      );
      const both = { ADMIN_TOKEN: 'a-token-that-is-long-enough', ADMIN_TOKEN_FILE: '/nowhere/token' };
      expect(() => readConfig(both)).toThrow('ADMIN_TOKEN: give either ADMIN_TOKEN or ADMIN_TOKEN_FILE, not both');
    });
  });

  it('takes a hardware module, and makes keys in it where it is told to', () => {
    const module = { PKCS11_MODULE: '/lib/hsm.so', PKCS11_TOKEN: 'body', PKCS11_PIN_FILE: '/run/secrets/pin' };
    expect(readConfig({ ...module, KEYS: 'pkcs11' })).toMatchObject({
      newKeys: 'pkcs11',
      pkcs11: { module: '/lib/hsm.so', token: 'body', slot: undefined, pin: { file: '/run/secrets/pin' }, sessions: 4 },
      unconfigured: false,
    });
    expect(readConfig(module).newKeys).toBe('sealed');
    expect(readConfig({}).pkcs11).toBeUndefined();
  });

  it.each([
    [{ PORT: '70000' }, 'PORT'],
    [{ PORT: 'eighty' }, 'PORT'],
    [{ PUBLIC_URL: 'ftp://x' }, 'PUBLIC_URL'],
    [{ PUBLIC_URL: 'http://node.example' }, 'PUBLIC_URL'],
    [{ PUBLIC_URL: 'https://node.example/path' }, 'PUBLIC_URL'],
    [{ TLS_CERT: 'c.pem' }, 'TLS_CERT'],
    [{ ALLOWED_HOSTS: 'localhost:1', PUBLIC_URL: 'https://node.example' }, 'ALLOWED_HOSTS'],
    [{ ALLOWED_HOSTS: 'localhost' }, 'ALLOWED_HOSTS'],
    [{ STORE: 'mysql://db/name' }, 'STORE'],
    [{ STORE: 'postgres:///name' }, 'STORE'],
    [{ STORE: 'postgres' }, 'STORE'],
    [{ STORE: 'postgres://node:secret@db.example/proofprint' }, 'STORE'],
    [{ CLOCK: 'manual', HOST: '0.0.0.0' }, 'CLOCK'],
    [{ CLOCK: 'yesterday' }, 'CLOCK'],
    [{ KEY_PASSPHRASE: 'short' }, 'KEY_PASSPHRASE'],
    [{ KEY_PASSPHRASE: 'a long enough passphrase', KEY_FILE: 'k' }, 'KEY_PASSPHRASE'],
    [{ ADMIN_TOKEN: 'short' }, 'ADMIN_TOKEN'],
    [{ ADMIN_TOKEN: 'a token with spaces in it' }, 'ADMIN_TOKEN'],
    [{ ADMIN_TOKEN: 'x'.repeat(201) }, 'ADMIN_TOKEN'],
    [{ ALLOWED_HOSTS: 'localhost:1', HOST: '0.0.0.0', PORT: '0' }, 'ALLOWED_HOSTS'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [{ RATE_LIMIT: '0' }, 'RATE_LIMIT'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://user:secret@collector.example' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=b' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example', OTEL_EXPORTER_OTLP_HEADERS: 'a=b' },
      'OTEL_EXPORTER_OTLP_HEADERS',
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example', OTEL_EXPORTER_OTLP_HEADERS: 'a=%0d%0ab' },
      'OTEL_EXPORTER_OTLP_HEADERS',
    ],
    [{ OTEL_TRACES_SAMPLER_ARG: '2' }, 'OTEL_TRACES_SAMPLER_ARG'],
    [{ STOP_DELAY: '21' }, 'STOP_DELAY'],
    [{ STOP_DELAY: '5s' }, 'STOP_DELAY'],
    [{ PROFILE: 'lax' }, 'PROFILE'],
    [{ PROFILE: 'conformance', HOST: '0.0.0.0' }, 'PROFILE'],
    [{ PROFILE: 'conformance', PUBLIC_URL: 'https://node.example' }, 'PROFILE'],
    [{ PROFILE: 'conformance', POLICY_FILE: 'policy.json' }, 'PROFILE'],
    [{ TYPES_DIR: 'types' }, 'TYPES_DIR'],
    [{ KEYS: 'pkcs11' }, 'KEYS'],
    [{ KEYS: 'kms' }, 'KEYS'],
    [{ PKCS11_PIN_FILE: 'pin' }, 'PKCS11_PIN_FILE'],
    [{ PKCS11_MODULE: 'libsofthsm2.so', PKCS11_TOKEN: 't', PKCS11_PIN: '1' }, 'PKCS11_MODULE'],
    [{ PKCS11_MODULE: '/lib/hsm.so', PKCS11_PIN: '1' }, 'PKCS11_TOKEN'],
    [{ PKCS11_MODULE: '/lib/hsm.so', PKCS11_SLOT: 'first', PKCS11_PIN: '1' }, 'PKCS11_SLOT'],
    [{ PKCS11_MODULE: '/lib/hsm.so', PKCS11_TOKEN: 't' }, 'PKCS11_PIN_FILE'],
    [{ PKCS11_MODULE: '/lib/hsm.so', PKCS11_TOKEN: 't', PKCS11_PIN: '1', PKCS11_PIN_FILE: 'pin' }, 'PKCS11_PIN'],
    [{ PKCS11_MODULE: '/lib/hsm.so', PKCS11_TOKEN: 't', PKCS11_PIN: '1', PKCS11_SESSIONS: '65' }, 'PKCS11_SESSIONS'],
  ])('stops the start with one clear line for %j', (environment, name) => {
    const start = (): unknown => readConfig(environment);
    expect(start).toThrow(ServiceError);
    expect(start).toThrow(
      expect.objectContaining({ code: 'CONFIG_REFUSED', message: expect.stringMatching(new RegExp(`^${name}: .+`)) }),
    );
  });
});
