import { describe, expect, it } from 'vitest';
import { loadContexts, V1_CONTEXT, V2_CONTEXT } from '../../../src/credentials/contexts.ts';
import { checkRelatedResources } from '../../../src/credentials/related-resources.ts';
import { encodeBase64urlMultibase } from '../../../src/formats/multibase.ts';

const contexts = loadContexts();
const hashesOf = (url: string) => contexts.publisherHashes(url) ?? (url === V1_CONTEXT ? 'unknown' : undefined);
const check = (...relatedResource: object[]) =>
  checkRelatedResources({ relatedResource: relatedResource as never }, hashesOf).map(
    ({ outcome, code }) => `${outcome} ${code ?? ''}`,
  );
const RIGHT = contexts.publisherHashes(V2_CONTEXT);
const bytes = (hex = '') => Buffer.from(hex, 'hex');
const sri = (algorithm: 'sha256' | 'sha384' | 'sha512', hex = RIGHT?.[algorithm]) =>
  `${algorithm}-${bytes(hex).toString('base64')}`;
const multihash = (code: number, hex?: string) =>
  encodeBase64urlMultibase(Uint8Array.from([code, bytes(hex).length, ...bytes(hex)]));

describe('digests of related resources', () => {
  it.each([
    ['sha256', { digestSRI: sri('sha256') }],
    ['sha384', { digestSRI: sri('sha384') }],
    ['sha512 with an option', { digestSRI: `${sri('sha512')}?later` }],
    ['several in one text', { digestSRI: `${sri('sha256')} ${sri('sha384')}` }],
    // Section 5.3 of VCDM 2.0, second example.
    [
      'the multihash that the recommendation prints',
      { digestMultibase: 'uEiBZlVztZpfWHgPyslVv6-UwirFoQoRvW1htfx963sknNA' },
    ],
    ['a multihash of sha384', { digestMultibase: multihash(0x20, RIGHT?.sha384) }],
    ['both forms', { digestSRI: [sri('sha256')], digestMultibase: multihash(0x12, RIGHT?.sha256) }],
  ])('are right: %s', (_name, stated) => {
    expect(check({ id: V2_CONTEXT, ...stated })).toEqual(['passed ']);
  });

  const zeros = (length: number) => '00'.repeat(length);
  it.each([
    ['another hash', { digestSRI: sri('sha256', zeros(32)) }],
    ['one of two is another', { digestSRI: `${sri('sha256')} ${sri('sha384', zeros(48))}` }],
    [
      'a right one in one form, a wrong one in the other',
      { digestSRI: sri('sha256'), digestMultibase: multihash(0x12, zeros(32)) },
    ],
  ])('do not match: %s', (_name, stated) => {
    expect(check({ id: V2_CONTEXT, ...stated })).toEqual(['failed CHAIN_DIGEST_MISMATCH']);
  });

  it.each([
    ['an unknown function', { digestSRI: 'md5-AAAAAAAAAAAAAAAAAAAAAA==' }],
    ['the length of another function', { digestSRI: sri('sha256', zeros(48)) }],
    [
      'the base64url alphabet',
      { digestSRI: 'sha384-_rCVIV7fSXXTNIvpiq26jRDyj8JG8TDjij-tD0ewLk4JpnXEz6a5AeeY_1qQ0d0P' },
    ],
    ['nothing', { digestSRI: '' }],
    ['a bare hash without its header', { digestMultibase: encodeBase64urlMultibase(bytes(RIGHT?.sha256)) }],
    ['another base', { digestMultibase: 'f1220' }],
  ])('are none: %s', (_name, stated) => {
    expect(check({ id: V2_CONTEXT, ...stated })).toEqual(['failed MALFORMED_VALUE_ERROR']);
  });

  it('of what is not used here are left alone, and of what cannot be compared undetermined', () => {
    expect(check({ id: 'https://picture.example/a.png', digestSRI: sri('sha256') })).toEqual(['skipped ']);
    expect(check({ id: V1_CONTEXT, digestSRI: sri('sha256') })).toEqual(['undetermined CHAIN_DIGEST_MISMATCH']);
  });
});
