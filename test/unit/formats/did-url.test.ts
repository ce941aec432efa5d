import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONGEST_DID, readDid, readDidUrl } from '../../../src/formats/did-url.ts';

describe('a DID', () => {
  it.each([
    ['did:web:steel.example', 'web', 'steel.example'],
    ['did:web:node.example%3A8443:organisations:hanbit-steel', 'web', 'node.example%3A8443:organisations:hanbit-steel'],
    [
      'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp',
      'key',
      'z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp',
    ],
    ['did:example:a::b', 'example', 'a::b'],
    ['did:example::a', 'example', ':a'],
    ['did:3:A-b_c.9', '3', 'A-b_c.9'],
  ])('%s', (text, method, id) => {
    expect(readDid(text)).toEqual({ did: text, method, id });
  });

  it.each([
    '',
    'did',
    'did:',
    'did:web',
    'did:web:',
    'did::a',
    'did:web:a:',
    'did:Web:a',
    'DID:web:a',
    'did:we-b:a',
    'did:web:a b',
    'did:web:a\n',
    ' did:web:a',
    'did:web:a/',
    'did:web:a?',
    'did:web:a#b',
    'did:web:a%',
    'did:web:a%2',
    'did:web:a%zz',
    'did:web:ä',
    'did:web:a@b',
    'did:web:a~b',
    'did:web:[::1]',
    'urn:did:web:a',
    'https://steel.example',
    7,
    null,
  ])('%j is none', (text) => {
    expect(readDid(text)).toBeUndefined();
  });

  it('is at most so long, and judged quickly', () => {
    const long = (length: number): string => `did:web:${'a'.repeat(length - 8)}`;
    expect(readDid(long(LONGEST_DID))?.id).toHaveLength(LONGEST_DID - 8);
    expect(readDid(long(LONGEST_DID + 1))).toBeUndefined();
    const start = performance.now();
    for (const hard of [
      `did:web:${'a:'.repeat(252)}!`,
      `did:web:${'%41'.repeat(167)}%`,
      `did:web:${':'.repeat(500)}`,
    ]) {
      expect(readDid(hard)).toBeUndefined();
    }
    expect(performance.now() - start).toBeLessThan(20);
  });
});

describe('a DID URL', () => {
  const none = { path: '', query: undefined, fragment: undefined };
  it.each([
    ['did:web:a', none],
    ['did:web:a#key-1', { ...none, fragment: 'key-1' }],
    ['did:web:a#', { ...none, fragment: '' }],
    ['did:web:a?', { ...none, query: '' }],
    ['did:web:a/', { ...none, path: '/' }],
    ['did:web:a/b/c?versionId=1&x=/?#k/?', { path: '/b/c', query: 'versionId=1&x=/?', fragment: 'k/?' }],
    ['did:web:a?x#y', { path: '', query: 'x', fragment: 'y' }],
    ['did:web:a#%23', { ...none, fragment: '%23' }],
    ["did:web:a/~!$&'()*+,;=:@", { ...none, path: "/~!$&'()*+,;=:@" }],
  ])('%s', (text, parts) => {
    expect(readDidUrl(text)).toEqual({ did: 'did:web:a', method: 'web', id: 'a', ...parts });
  });

  it.each([
    '#key-1',
    'key-1',
    'did:web:#key-1',
    'did:web:a:#key-1',
    'did:web:a#b#c',
    'did:web:a# ',
    'did:web:a#\n',
    'did:web:a/ä',
    'did:web:a#%2',
    'did:web:a?<',
    'did:web:a/[',
    'did:web:a#b|c',
    'https://steel.example#key-1',
    undefined,
    {},
  ])('%j is none', (text) => {
    expect(readDidUrl(text)).toBeUndefined();
  });

  it('is its DID and its parts put together again', () => {
    const some = fc.stringMatching(/^[a-z0-9._~!$&'()*+,;=:@%/?-]{0,12}$/);
    fc.assert(
      fc.property(some, some, some, fc.integer({ min: 0, max: 7 }), (path, query, fragment, which) => {
        const text = `did:web:a${which & 1 ? `/${path}` : ''}${which & 2 ? `?${query}` : ''}${which & 4 ? `#${fragment}` : ''}`;
        const read = readDidUrl(text);
        if (read === undefined) return;
        const { did, path: p, query: q, fragment: f } = read;
        expect(did + p + (q === undefined ? '' : `?${q}`) + (f === undefined ? '' : `#${f}`)).toBe(text);
      }),
    );
  });

  it('is at most as long as a DID may be', () => {
    const long = (length: number): string => `did:web:a#${'k'.repeat(length - 10)}`;
    expect(readDidUrl(long(LONGEST_DID))).toBeDefined();
    expect(readDidUrl(long(LONGEST_DID + 1))).toBeUndefined();
  });
});
