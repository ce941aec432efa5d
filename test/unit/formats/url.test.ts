import { describe, expect, it } from 'vitest';
import { isAbsoluteUrl, LONGEST_URL } from '../../../src/formats/url.ts';

describe('an absolute URL', () => {
  it.each([
    'https://steel.example',
    'https://steel.example/credentials/1?a=b#c',
    'https://steel.example:8443/%EA%B0%95',
    'http://[2001:db8::1]/',
    'HTTPS://STEEL.EXAMPLE/',
    'urn:uuid:6a9f5b2e-6d3b-4b64-9d0a-2f2f3a0c9b11',
    'urn:pact:steel.example:product-id:hrc-7208-37-00',
    'URN:ISBN:0451450523',
    'did:web:steel.example',
    'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp#z6Mk',
    'mailto:office@steel.example',
    'data:,a',
  ])('%s', (text) => {
    expect(isAbsoluteUrl(text)).toBe(true);
  });

  it.each([
    '',
    '_:b0',
    '_:',
    '#key-1',
    '/credentials/1',
    '//steel.example/1',
    'credentials/1',
    '?a=b',
    '.',
    'steel.example',
    'https:',
    'https://',
    'https:///path',
    'https:steel.example',
    'https://?a',
    'https://#a',
    'https://steel.example:99999/',
    'https://steel .example/',
    'https://steel.example/a b',
    'https://steel.example/\n',
    ' https://steel.example/',
    'https://steel.example/ ',
    'https://steel.example/\u0000',
    'https://steel.example/<a>',
    'https://steel.example/"a"',
    'https://steel.example/{a}',
    'https://steel.example/a|b',
    'https://steel.example/a\\b',
    'https:\\\\steel.example',
    'https://steel.example/^',
    'https://steel.example/`',
    'https://steel.example/%',
    'https://steel.example/%zz',
    'https://steel.example/#a#b',
    'https://강철.example/',
    'https://steel.example/강철',
    'https://steel.example/\u202e',
    'urn:',
    'urn:uuid',
    'urn:uuid:',
    'urn:u:1',
    'urn:-a:1',
    'urn:a-:1',
    `urn:${'a'.repeat(33)}:1`,
    '1a:b',
    ':a',
    'a:',
    7,
    null,
    undefined,
    ['https://steel.example'],
  ])('%j is none', (text) => {
    expect(isAbsoluteUrl(text)).toBe(false);
  });

  it('has a length, judged quickly', () => {
    const long = (length: number): string => `https://a.example/${'a'.repeat(length - 18)}`;
    expect(isAbsoluteUrl(long(LONGEST_URL))).toBe(true);
    expect(isAbsoluteUrl(long(LONGEST_URL + 1))).toBe(false);
    const start = performance.now();
    expect(isAbsoluteUrl(`https://a.example/${'%41'.repeat(670)}%`)).toBe(false);
    expect(isAbsoluteUrl(`a:${'a'.repeat(1_000_000)} `)).toBe(false);
    expect(performance.now() - start).toBeLessThan(20);
  });
});
