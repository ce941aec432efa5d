/** Layer `input`: media types, paths, queries and heads of requests (docs/threats.md, section 5.1). */
import { readReply } from '../answer.ts';
import { bareCredential, secured } from '../bases.ts';
import { rawExchange, rawHttp } from '../raw-http.ts';
import type { Builder, Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { onEveryRoute } from './input.ts';

const mediaTypes: Builder = async (world) => {
  const wrong = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/json; charset=utf-16',
  ];
  const body = `{"verifiableCredential":${JSON.stringify(await secured(bareCredential()))}}`;
  const read = ['application/vc', 'application/ld+json', 'application/json; charset=utf-8'].map(
    (type): Trial => ({
      form: `${type} is read`,
      surface: 'verify',
      run: () =>
        rawHttp(world, {
          method: 'POST',
          path: '/verifiers/maker/credentials/verify',
          headers: { 'content-type': type },
          body,
        }),
      expected: { verdict: 'accept' },
    }),
  );
  return [
    ...wrong.flatMap((type) => onEveryRoute(world, type, '{}', { 'content-type': type })),
    ...onEveryRoute(world, 'none', '{}', {}),
    ...read,
  ];
};

const pathNoise: Builder = async (world) => {
  const body = `{"verifiableCredential":${JSON.stringify(await secured(bareCredential()))}}`;
  const json = { 'content-type': 'application/json' };
  const requests: readonly [string, Parameters<typeof rawHttp>[1]][] = [
    ['/%E0%A4%A', { method: 'GET', path: '/%E0%A4%A' }],
    ['/issuers/%E0%A4%A/credentials', { method: 'GET', path: '/issuers/%E0%A4%A/credentials' }],
    ['/%00', { method: 'GET', path: '/%00/did.json' }],
    ['//credentials', { method: 'GET', path: '//credentials' }],
    ['/credentials/..%2f..%2fetc', { method: 'GET', path: '/credentials/..%2f..%2fetc' }],
    ['/../../etc/passwd', { method: 'GET', path: '/../../etc/passwd' }],
    [
      'a[__proto__][x]=1',
      { method: 'POST', path: '/verifiers/maker/credentials/verify?a[__proto__][x]=1', headers: json, body },
    ],
    ['?__proto__=1', { method: 'GET', path: '/status-lists/none?__proto__=1&constructor=2' }],
  ];
  const trials = requests.map(([form, asked]): Trial => ({ form, surface: 'HTTP', run: () => rawHttp(world, asked) }));
  const header = `GET /health/live HTTP/1.1\r\nHost: x\r\nX-Noise: ${'a'.repeat(20_480)}\r\nConnection: close\r\n\r\n`;
  const lines: readonly [string, string][] = [
    ['20 KB header', header],
    ['a request line that is none', 'HELLO\r\n\r\n'],
    [
      'two lengths',
      'POST /verifiers/maker/challenges HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    ],
  ];
  for (const [form, text] of lines) trials.push({ form, surface: 'HTTP', run: () => rawText(world, text) });
  return trials;
};

async function rawText(world: World, text: string) {
  const started = performance.now();
  const reply = await rawExchange(world.node.url, text);
  return readReply(reply, performance.now() - started, text, world.secrets);
}

export const NOISE_BUILDERS: Readonly<Record<string, Builder>> = {
  'IN-010': mediaTypes,
  'IN-011': pathNoise,
};
