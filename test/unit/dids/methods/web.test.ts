import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDidWeb, didWebUrl, resolveDidWeb } from '../../../../src/dids/methods/web.ts';
import type { FetchOutcome } from '../../../../src/net/safe-fetch.ts';
import { makeDidDocument } from '../../../support/did-documents.ts';

describe('didWebUrl', () => {
  it.each([
    ['did:web:w3c-ccg.github.io', 'https://w3c-ccg.github.io/.well-known/did.json'],
    ['did:web:w3c-ccg.github.io:user:alice', 'https://w3c-ccg.github.io/user/alice/did.json'],
    ['did:web:example.com%3A3000:user:alice', 'https://example.com:3000/user/alice/did.json'],
    ['did:web:good.example%3A8443', 'https://good.example:8443/.well-known/did.json'],
    ['did:web:good.example%3a8443', 'https://good.example:8443/.well-known/did.json'],
    ['did:web:localhost%3A8443:steel', 'https://localhost:8443/steel/did.json'],
    ['did:web:good.example%3A443', 'https://good.example/.well-known/did.json'],
    ['did:web:xn--9n2bp8q.example:%ED%95%9C', 'https://xn--9n2bp8q.example/%ED%95%9C/did.json'],
    ['did:web:good.example:a.b_c-d:...', 'https://good.example/a.b_c-d/.../did.json'],
  ])('%s', (did, url) => {
    expect(didWebUrl(did)).toBe(url);
  });

  it.each([
    ['another method', 'did:key:good.example'],
    ['no host', 'did:web:'],
    ['upper case', 'did:web:Good.example'],
    ['a trailing dot', 'did:web:good.example.'],
    ['an underscore', 'did:web:good_host.example'],
    ['an empty label', 'did:web:good..example'],
    ['a label too long', `did:web:${'a'.repeat(64)}.example`],
    ['an IPv4 address', 'did:web:169.254.169.254:latest:meta-data'],
    ['an IPv4 address with a port', 'did:web:127.0.0.1%3A8443'],
    ['a decimal address', 'did:web:2130706433'],
    ['a hexadecimal address', 'did:web:0x7f000001'],
    ['an octal address', 'did:web:0177.0.0.1'],
    ['a short address', 'did:web:127.1'],
    ['a bracketed IPv6 address', 'did:web:%5Bfc00%3A%3A1%5D'],
    ['NAT64', 'did:web:%5B64%3Aff9b%3A%3A7f00%3A1%5D'],
    ['6to4', 'did:web:%5B2002%3A7f00%3A1%3A%3A%5D'],
    ['user information', 'did:web:good.example%40evil.example'],
    ['user information with a port', 'did:web:good.example%3A80%40evil.example'],
    ['a path in the host', 'did:web:evil.example%2Fadmin%3Fx%3D'],
    ['a fragment in the host', 'did:web:evil.example%23'],
    ['CR LF', 'did:web:host.example%0d%0aHost%3A%20x'],
    ['NUL', 'did:web:host.example%00.evil.example'],
    ['an escaped dot', 'did:web:good%2Eexample'],
    ['full-width letters', 'did:web:%EF%BD%81.example'],
    ['port 0', 'did:web:good.example%3A0'],
    ['a port with a zero before it', 'did:web:good.example%3A08443'],
    ['a port that is none', 'did:web:good.example%3A65536'],
    ['a port in letters', 'did:web:good.example%3Ahttps'],
    ['an empty port', 'did:web:good.example%3A'],
    ['two ports', 'did:web:good.example%3A1%3A2'],
    ['an empty segment', 'did:web:good.example::a'],
    ['an empty last segment', 'did:web:good.example:'],
    ['a dot', 'did:web:good.example:.'],
    ['two dots', 'did:web:good.example:a:..:b'],
    ['two escaped dots', 'did:web:good.example:%2e%2E'],
    ['a slash', 'did:web:good.example:a%2Fb'],
    ['a back slash', 'did:web:good.example:a%5Cb'],
    ['a question mark', 'did:web:good.example:a%3Fb'],
    ['a number sign', 'did:web:good.example:a%23b'],
    ['an at sign', 'did:web:good.example:a%40b'],
    ['a control character', 'did:web:good.example:a%0Ab'],
    ['NUL in the path', 'did:web:good.example:a%00'],
    ['an escape inside an escape', 'did:web:good.example:%252e%252e'],
    ['bytes that are no UTF-8', 'did:web:good.example:%FF'],
    ['a fragment', 'did:web:good.example#key-1'],
    ['5000 segments', `did:web:host.example${':a'.repeat(5000)}`],
  ])('refuses %s', (_what, did) => {
    expect(didWebUrl(did)).toBeUndefined();
  });

  it('stands at 512 characters exactly', () => {
    const start = 'did:web:good.example:';
    expect(didWebUrl(start + 'a'.repeat(512 - start.length))).toBeDefined();
    expect(didWebUrl(start + 'a'.repeat(513 - start.length))).toBeUndefined();
  });

  it('never leaves the host that the text names, whatever follows it', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '%40',
        '%2F',
        '%3F',
        '%23',
        '%5C',
        '%3A',
        '%2e%2e',
        '%00',
        '%0d%0a',
        ':',
        '.',
        '..',
        '%',
        '@',
        '/',
        '?',
        '#',
      ),
      fc.stringMatching(/^[a-z0-9]{1,6}$/),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const url = didWebUrl(`did:web:good.example${pieces.join('')}`);
        if (url === undefined) return;
        const { protocol, hostname, search, hash, username, pathname } = new URL(url);
        expect({ protocol, search, hash, username }).toEqual({
          protocol: 'https:',
          search: '',
          hash: '',
          username: '',
        });
        expect(hostname.startsWith('good.example')).toBe(true);
        expect(pathname.endsWith('/did.json')).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('createDidWeb', () => {
  it.each([
    ['https://good.example', undefined, 'did:web:good.example'],
    ['https://good.example/', 'steel', 'did:web:good.example:steel'],
    ['https://good.example:8443/nodes/a/', 'steel', 'did:web:good.example%3A8443:nodes:a:steel'],
    ['https://good.example:443', 'a.b', 'did:web:good.example:a.b'],
    ['http://localhost:8080', 'steel', 'did:web:localhost%3A8080:steel'],
  ])('%s with slug %s', (publicUrl, slug, did) => {
    expect(createDidWeb(publicUrl, slug)).toBe(did);
  });

  it.each(['http://127.0.0.1:8080', 'https://[::1]/', 'not a URL', 'https://good.example/a%2Fb', ''])(
    'refuses the public URL %j',
    (publicUrl) => {
      expect(() => createDidWeb(publicUrl)).toThrow(expect.objectContaining({ code: 'CONFIG_REFUSED' }));
    },
  );

  it.each(['', '.', '..', '.well-known', 'a/b', 'a:b', 'a%2Fb', 'a b', '한국'])('refuses the slug %j', (slug) => {
    expect(() => createDidWeb('https://good.example', slug)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});

describe('resolveDidWeb', () => {
  const DID = 'did:web:good.example';
  const withBody = (body: string | Uint8Array): FetchOutcome => ({
    status: 'ok',
    url: 'https://good.example/.well-known/did.json',
    mediaType: 'application/did',
    bytes: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  });
  const answer = async (outcome: FetchOutcome, did = DID): Promise<unknown> => {
    const read = await resolveDidWeb(did, () => Promise.resolve(outcome));
    return read.ok ? 'ok' : `${read.findings[0]?.outcome} ${read.findings[0]?.code}`;
  };

  it('asks for the URL of the DID, with the cap of a DID document', async () => {
    const asked: unknown[] = [];
    await resolveDidWeb(`${DID}:steel`, (url, options) => {
      asked.push(url, options?.maxBytes);
      return Promise.resolve({ status: 'not-found', gone: false });
    });
    expect(asked).toEqual(['https://good.example/steel/did.json', 262_144]);
  });

  it('asks nobody for what is no did:web', async () => {
    const read = await resolveDidWeb('did:web:127.0.0.1', () => Promise.reject(new Error('asked')));
    expect(read).toMatchObject({ ok: false, findings: [{ code: 'INVALID_DID' }] });
  });

  it.each<[FetchOutcome, string]>([
    [withBody(JSON.stringify(makeDidDocument(DID))), 'ok'],
    [{ status: 'not-found', gone: false }, 'failed NOT_FOUND_DID'],
    [{ status: 'not-found', gone: true }, 'failed DID_DEACTIVATED'],
    [{ status: 'blocked', rule: 'address' }, 'failed HOST_BLOCKED'],
    [{ status: 'too-large', maxBytes: 1 }, 'failed LIMIT_EXCEEDED'],
    [{ status: 'invalid-url', reason: 'x' }, 'failed INVALID_DID'],
    [{ status: 'unreachable', reason: 'redirect' }, 'failed NOT_FOUND_DID'],
    [{ status: 'unreachable', reason: 'timeout' }, 'undetermined DID_RESOLUTION_ERROR'],
    [{ status: 'unreachable', reason: 'tls' }, 'undetermined DID_RESOLUTION_ERROR'],
    [{ status: 'unreachable', reason: 'status' }, 'undetermined DID_RESOLUTION_ERROR'],
    [{ status: 'unreachable', reason: 'media-type' }, 'undetermined DID_RESOLUTION_ERROR'],
    [withBody('<html></html>'), 'failed INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    [withBody(''), 'failed INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    [withBody('[]'), 'failed INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    [withBody(`{"id":"${DID}","id":"${DID}"}`), 'failed INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    [withBody(Uint8Array.of(0x22, 0xff, 0x22)), 'failed INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    [withBody(`{"id":"${DID}","x":${'['.repeat(40)}${']'.repeat(40)}}`), 'failed LIMIT_EXCEEDED'],
    [withBody(JSON.stringify({ id: DID, x: Array(200).fill(Array(50).fill(0)) })), 'failed LIMIT_EXCEEDED'],
    [
      withBody(JSON.stringify(makeDidDocument('did:web:evil.example'))),
      'failed INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID',
    ],
  ])('%j → %s', async (outcome, expected) => {
    expect(await answer(outcome)).toBe(expected);
  });
});
