import { describe, expect, it } from 'vitest';
import { isHostName, MAX_URL, readRequestUrl } from '../../../src/net/request-url.ts';

describe('isHostName', () => {
  it.each([
    'a.example',
    'localhost',
    'xn--9n2bp8q.example',
    'a-b.c1.example',
    `${'a'.repeat(63)}.example`,
    '1a.example',
    '0x1.example',
  ])('accepts %s', (host) => {
    expect(isHostName(host)).toBe(true);
  });
  it.each([
    '',
    'A.example',
    'a.example.',
    '.example',
    'a..example',
    '-a.example',
    'a-.example',
    'a_b.example',
    'a b.example',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(124)}example`,
    '127.0.0.1',
    '1',
    'a.1',
    'a.0x1',
    'a.0x',
    '한국.example',
    'a.example:443',
    'a.example\n',
  ])('refuses %j', (host) => {
    expect(isHostName(host)).toBe(false);
  });
  it('stands at 253 characters exactly', () => {
    const label = 'a'.repeat(61);
    const host = `${label}.${label}.${label}.${label}`;
    expect(isHostName(`${host}.aaaaa`)).toBe(true);
    expect(`${host}.aaaaa`).toHaveLength(253);
    expect(isHostName(`${host}.aaaaaa`)).toBe(false);
  });
});

describe('readRequestUrl', () => {
  it('reads host, port and target', () => {
    expect(readRequestUrl('https://a.example:8443/x/did.json?y=1#z')).toEqual({
      ok: true,
      url: { host: 'a.example', port: 8443, target: '/x/did.json?y=1' },
    });
    expect(readRequestUrl('https://a.example')).toMatchObject({ ok: true, url: { port: 443, target: '/' } });
    expect(readRequestUrl('https://a.example:443/')).toMatchObject({ ok: true, url: { port: 443 } });
  });

  it.each([
    'http://a.example/',
    'ftp://a.example/',
    'HTTPS://a.example/',
    'https:a.example/',
    'https:///a.example/',
    'https:\\\\a.example/',
    'https://a.example\\@b.example/',
    'https://user@a.example/',
    'https://user:word@a.example/',
    'https://@a.example/',
    'https://A.example/',
    'https://a.example./',
    'https://a%2eexample/',
    'https://a\u3002example/',
    'https://\uff41.example/',
    'https://a\u00ad.example/',
    'https://a.exa\tmple/',
    ' https://a.example/',
    'https://a.example/\n',
    'https://a.example/ x',
    'https://a_b.example/',
    'https://a.example:/',
    'https://a.example:0/',
    'https://a.example:08443/',
    'https://a.example:65536/',
    'https://',
    'https://256.1.1.1/',
    'a.example',
    '//a.example',
    '',
  ])('refuses %j', (text) => {
    expect(readRequestUrl(text)).toMatchObject({ ok: false, blocked: false });
  });

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0/',
    'https://0177.0.0.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://127.0.0.1./',
    'https://\u2460\u2461\u2466.0.0.1/',
    'https://127%2e0%2e0%2e1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://8.8.8.8/',
  ])('blocks the address %j', (text) => {
    expect(readRequestUrl(text)).toEqual({ ok: false, blocked: true, reason: 'ip-literal' });
  });

  it('stands at the longest URL exactly', () => {
    const start = 'https://a.example/';
    expect(readRequestUrl(start + 'x'.repeat(MAX_URL - start.length))).toMatchObject({ ok: true });
    expect(readRequestUrl(start + 'x'.repeat(MAX_URL - start.length + 1))).toMatchObject({ ok: false });
  });
});
