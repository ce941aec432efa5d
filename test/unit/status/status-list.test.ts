import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import type { StatusNotice } from '../../../src/credentials/status-history.ts';
import { Bitstring } from '../../../src/formats/bitstring.ts';
import {
  createStatusListCredential,
  LONGEST_ENCODED_LIST,
  MAX_LENGTH,
  MIN_LENGTH,
  MOST_NOTICES,
  readStatusList,
  readStatusListIndex,
  TTL_MS,
} from '../../../src/status/status-list.ts';
import { fastest } from '../../support/fastest.ts';

const url = 'https://good.example/status/1';
const issuer = 'did:web:good.example';
const expected = { url, issuers: [issuer], purpose: 'revocation' };
const from = Date.UTC(2026, 0, 1);
const until = Date.UTC(2026, 0, 2);

function listOf(
  bits = new Bitstring(MIN_LENGTH),
  notices: Parameters<typeof createStatusListCredential>[0]['notices'] = [],
) {
  return createStatusListCredential({
    url,
    issuer,
    purposes: ['revocation'],
    bits,
    notices,
    validFrom: from,
    validUntil: until,
  });
}
const withSubject = (change: JsonObject, document = listOf()): JsonObject => ({
  ...document,
  credentialSubject: { ...(document['credentialSubject'] as JsonObject), ...change },
});
const encoded = (packed: Uint8Array) => `u${Buffer.from(packed).toString('base64url')}`;
const packedList = (bytes: number) => gzipSync(Buffer.alloc(bytes));
function codesOf(document: JsonObject, want: object = expected) {
  const read = readStatusList(document, want as typeof expected);
  return read.ok ? 'read' : read.findings.map(({ code }) => code).join();
}
const readEncoded = (encodedList: JsonValue) => codesOf(withSubject({ encodedList }));

describe('createStatusListCredential', () => {
  it('makes the credential of Bitstring Status List 1.0, section 2.2', () => {
    expect(listOf()).toEqual({
      '@context': ['https://www.w3.org/ns/credentials/v2', 'https://w3id.org/proofprint/contexts/v1'],
      id: url,
      type: ['VerifiableCredential', 'BitstringStatusListCredential'],
      issuer,
      validFrom: '2026-01-01T00:00:00Z',
      validUntil: '2026-01-02T00:00:00Z',
      credentialSubject: {
        id: `${url}#list`,
        type: 'BitstringStatusList',
        statusPurpose: 'revocation',
        ttl: TTL_MS,
        encodedList: expect.stringMatching(/^uH4sI[A-Za-z0-9_-]+$/),
      },
    });
  });

  it('puts index 0 left-most: 1000 random indexes agree with an independent decoder', () => {
    const indexes = fc.uniqueArray(fc.integer({ min: 0, max: MIN_LENGTH - 1 }), { minLength: 200, maxLength: 200 });
    fc.assert(
      fc.property(indexes, (set) => {
        const bits = new Bitstring(MIN_LENGTH);
        for (const index of set) bits.set(index, true);
        const subject = listOf(bits)['credentialSubject'] as { encodedList: string };
        const bytes = gunzipSync(Buffer.from(subject.encodedList.slice(1), 'base64url'));
        const digits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
        const found = [...digits.matchAll(/1/g)].map((match) => match.index);
        expect(found).toEqual([...set].sort((a, b) => a - b));
      }),
      { numRuns: 5, seed: 20260115 },
    );
  });

  it('reads back what it wrote, notices included', () => {
    const bits = new Bitstring(MIN_LENGTH);
    bits.set(7, true);
    const notices = [{ index: '7', statusPurpose: 'revocation', reason: 'withdrawn', effectiveDate: '2026-01-01' }];
    const read = readStatusList(listOf(bits, notices), expected);
    if (!read.ok) throw new Error('not read');
    expect(read.value).toMatchObject({
      url,
      issuer,
      purposes: ['revocation'],
      notices,
      validFrom: from,
      validUntil: until,
    });
    expect([read.value.bits.get(6), read.value.bits.get(7), read.value.bits.get(8)]).toEqual([false, true, false]);
    expect(read.value.digest).toMatch(/^uEi/);
  });

  it('leaves out the oldest notices that change nothing once there are too many, and refuses when that is not enough', () => {
    const notice = (index: number, reason: string, statusPurpose = 'revocation') => ({
      index: String(index),
      statusPurpose,
      reason,
      effectiveDate: '2026-01-01',
    });
    const many = (count: number, reason: string, purpose?: string) =>
      Array.from({ length: count }, (_, index) => notice(index, reason, purpose));
    const published = (notices: StatusNotice[]) =>
      (listOf(undefined, notices)['credentialSubject'] as unknown as { notices: StatusNotice[] }).notices;
    const full = many(MOST_NOTICES, 'annulled');
    expect(published(full)).toEqual(full);
    const mixed = [...many(2, 'withdrawn'), ...many(MOST_NOTICES, 'annulled')];
    expect(published(mixed)).toEqual([...mixed.slice(0, 2), ...mixed.slice(4)]);
    for (const needed of [many(MOST_NOTICES + 1, 'withdrawn'), many(MOST_NOTICES + 1, 'suspended', 'suspension')]) {
      expect(published(needed.slice(1))).toHaveLength(MOST_NOTICES);
      expect(published(needed)).toEqual(needed.slice(1));
    }
    // One entry that came and went: only its last change is needed, earlier lists tell of the others.
    const restless = Array.from({ length: MOST_NOTICES + 5 }, (_, turn) => ({
      ...notice(7, turn % 2 === 0 ? 'suspended' : 'reinstated', 'suspension'),
      effectiveDate: `2026-01-${String((turn % 28) + 1).padStart(2, '0')}`,
    }));
    expect(published(restless)).toEqual(restless.slice(5));
  });

  it('refuses what a reader would refuse', () => {
    expect(() => listOf(new Bitstring(MIN_LENGTH - 1))).toThrow(RangeError);
    expect(() => listOf(new Bitstring(MAX_LENGTH + 1))).toThrow(RangeError);
    const draft = { url, issuer, bits: new Bitstring(MIN_LENGTH), notices: [], validFrom: from, validUntil: from };
    expect(() => createStatusListCredential({ ...draft, purposes: ['revocation'] })).toThrow(RangeError);
  });
});

describe('readStatusList', () => {
  it('reads the list printed in Bitstring Status List 1.0, section 2.2: 131 072 entries, none set', () => {
    const printed = {
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      id: 'https://example.com/credentials/status/3',
      type: ['VerifiableCredential', 'BitstringStatusListCredential'],
      issuer: 'did:example:12345',
      validFrom: '2021-04-05T14:27:40Z',
      credentialSubject: {
        id: 'https://example.com/status/3#list',
        type: 'BitstringStatusList',
        statusPurpose: 'revocation',
        encodedList: 'uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA',
      },
    };
    const read = readStatusList(printed, {
      url: printed.id,
      issuers: ['did:example:12345'],
      purpose: 'revocation',
    });
    if (!read.ok) throw new Error('not read');
    expect(read.value.bits.length).toBe(131_072);
    expect(read.value.bits.toBytes().every((byte) => byte === 0)).toBe(true);
    expect(read.value.validUntil).toBeUndefined();
  });

  it.each([
    ['another id', { id: 'https://good.example/status/2' }],
    ['another issuer', { issuer: 'did:web:evil.example' }],
    ['no issuer', { issuer: {} }],
    ['another type', { type: ['VerifiableCredential'] }],
    ['a status of its own', { credentialStatus: { type: 'BitstringStatusListEntry' } }],
    ['several subjects', { credentialSubject: [{}, {}] }],
    ['no date', { validFrom: 'yesterday' }],
    ['a period that ends before it begins', { validUntil: '2025-01-01T00:00:00Z' }],
    ['a period that ends as it begins', { validUntil: '2026-01-01T00:00:00Z' }],
    ['an end that is no date', { validUntil: 'tomorrow' }],
  ])('refuses a list with %s', (_, change) => {
    expect(codesOf(listOf())).toBe('read');
    expect(codesOf({ ...listOf(), ...change } as JsonObject)).toBe('STATUS_VERIFICATION_ERROR');
  });

  it.each([
    ['another purpose', { statusPurpose: 'suspension' }],
    ['no purpose', { statusPurpose: [] }],
    ['a purpose that is no text', { statusPurpose: ['revocation', 7] }],
    ['another type of subject', { type: 'StatusList2021' }],
    ['a ttl that is no number', { ttl: '60000' }],
    ['a negative ttl', { ttl: -1 }],
    ['notices that are none', { notices: ['withdrawn'] }],
  ])('refuses a list with %s', (_, change) => {
    expect(codesOf(withSubject(change as JsonObject))).toBe('STATUS_VERIFICATION_ERROR');
  });

  it.each([
    ['no date', { effectiveDate: undefined }],
    ['a date that no calendar has', { effectiveDate: '2026-02-30' }],
    ['no reason', { reason: undefined }],
    ['a reason that is no text', { reason: 7 }],
    ['no purpose', { statusPurpose: undefined }],
    ['no index', { index: undefined }],
    ['an index that is a number', { index: 7 }],
    ['an index of another form', { index: '7abc' }],
  ])('refuses a notice with %s', (_, change) => {
    const notice = { index: '7', statusPurpose: 'revocation', reason: 'withdrawn', effectiveDate: '2026-01-01' };
    expect(codesOf(withSubject({ notices: [notice] }))).toBe('read');
    expect(codesOf(withSubject({ notices: [notice, { ...notice, ...change }] as JsonValue }))).toBe(
      'STATUS_VERIFICATION_ERROR',
    );
  });

  it('accepts a list without a ttl, and one that asks to be read anew each time', () => {
    const { ttl: _, ...subject } = listOf()['credentialSubject'] as JsonObject;
    const silent = readStatusList({ ...listOf(), credentialSubject: subject }, expected);
    expect(silent.ok && silent.value.ttl).toBeUndefined();
    const anew = readStatusList(withSubject({ ttl: 0 }), expected);
    expect(anew.ok && anew.value.ttl).toBe(0);
  });

  it('accepts a list for several purposes, the one of the entry among them', () => {
    expect(codesOf(withSubject({ statusPurpose: ['revocation', 'suspension'] }))).toBe('read');
  });

  it('accepts a list of an issuer that the policy names', () => {
    const other = { ...listOf(), issuer: 'did:web:registry.example' };
    expect(codesOf(other, { ...expected, issuers: [issuer, 'did:web:registry.example'] })).toBe('read');
  });

  it.each([
    ['without u', encoded(packedList(16_384)).slice(1)],
    ['in base58', `z${encoded(packedList(16_384)).slice(1)}`],
    ['with padding', `${encoded(packedList(16_384))}=`],
    ['in base64', `u${Buffer.from(gzipSync(Buffer.alloc(16_384, 0xa7), { level: 0 })).toString('base64')}`],
    ['empty', ''],
    ['only the header', 'u'],
    ['an object', {}],
    ['a number', 7],
  ] as [string, JsonValue][])('refuses an encodedList %s', (_, value) => {
    expect(readEncoded(encoded(packedList(16_384)))).toBe('read');
    expect(readEncoded(value)).toBe('STATUS_VERIFICATION_ERROR');
  });

  it.each([
    ['two members', Buffer.concat([packedList(8192), packedList(8192)])],
    ['a whole list and a second member', Buffer.concat([packedList(16_384), packedList(16_384)])],
    ['trailing bytes', Buffer.concat([packedList(16_384), Buffer.from([0])])],
    ['a bad CRC', flip(packedList(16_384), -8)],
    ['a bad length', flip(packedList(16_384), -1)],
    ['its end cut off', packedList(16_384).subarray(0, -1)],
    ['its middle cut off', packedList(16_384).subarray(0, 20)],
    ['only a header', packedList(16_384).subarray(0, 10)],
    ['another method', flip(packedList(16_384), 2)],
    ['reserved flags', flip(packedList(16_384), 3, 0x80)],
  ])('refuses a gzip stream with %s', (_, packed) => {
    expect(readEncoded(encoded(packed))).toBe('STATUS_VERIFICATION_ERROR');
  });

  it('refuses a list that unpacks to too much, and takes one at the cap', async () => {
    expect(readEncoded(encoded(packedList(MAX_LENGTH / 8)))).toBe('read');
    expect(readEncoded(encoded(packedList(MAX_LENGTH / 8 + 1)))).toBe('LIMIT_EXCEEDED');
    const bomb = encoded(packedList(256 * 1024 * 1024));
    expect(readEncoded(bomb)).toBe('LIMIT_EXCEEDED');
    expect(await fastest(() => readEncoded(bomb))).toBeLessThan(100);
  });

  it('refuses an encodedList that is too long, by its length', () => {
    expect(readEncoded(`u${'A'.repeat(LONGEST_ENCODED_LIST)}`)).toBe('LIMIT_EXCEEDED');
    expect(readEncoded(`u${'A'.repeat(LONGEST_ENCODED_LIST - 1)}`)).toBe('STATUS_VERIFICATION_ERROR');
  });

  it('refuses a list that is too short: 8 bits, or one byte less than 131 072', () => {
    expect(readEncoded(encoded(packedList(16_384)))).toBe('read');
    expect(readEncoded(encoded(packedList(16_383)))).toBe('STATUS_LIST_LENGTH_ERROR');
    expect(readEncoded(encoded(packedList(1)))).toBe('STATUS_LIST_LENGTH_ERROR');
  });

  it('takes the optional parts of a gzip header, and refuses them broken', () => {
    const plain = packedList(16_384);
    const withHeader = (flags: number, extra: Uint8Array) =>
      Buffer.concat([plain.subarray(0, 3), Buffer.from([flags]), plain.subarray(4, 10), extra, plain.subarray(10)]);
    const named = withHeader(8, Buffer.from('list\0'));
    expect(gunzipSync(named)).toHaveLength(16_384);
    const summed = withHeader(2, Buffer.from([0, 0]));
    summed.writeUInt16LE(crc32(summed.subarray(0, 10)) & 0xffff, 10);
    expect(gunzipSync(summed)).toHaveLength(16_384);
    const good = [named, withHeader(16, Buffer.from('\0')), withHeader(4, Buffer.from([2, 0, 9, 9])), summed];
    for (const packed of good) expect(readEncoded(encoded(packed))).toBe('read');
    const bad = [
      flip(summed, 10),
      flip(summed, 11),
      flip(plain, 0),
      flip(plain, 1),
      named.subarray(0, 12),
      withHeader(4, Buffer.from([0xff, 0xff])),
      withHeader(4, Buffer.alloc(0)).subarray(0, 11),
      withHeader(2, Buffer.alloc(0)).subarray(0, 11),
    ];
    for (const packed of bad) expect(readEncoded(encoded(packed))).toBe('STATUS_VERIFICATION_ERROR');
  });

  it('sees a set bit whatever buffer the list was packed from', () => {
    const pool = Buffer.alloc(40_000);
    pool[20_000] = 0x80;
    const read = readStatusList(
      withSubject({ encodedList: encoded(gzipSync(pool.subarray(20_000, 36_384))) }),
      expected,
    );
    expect(read.ok && read.value.bits.get(0)).toBe(true);
    expect(read.ok && read.value.bits.get(1)).toBe(false);
  });

  it('agrees with zlib on random lists, and never throws on random bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16_384, maxLength: 20_000 }),
        fc.integer({ min: 0, max: 9 }),
        (bytes, level) => {
          const read = readStatusList(withSubject({ encodedList: encoded(gzipSync(bytes, { level })) }), expected);
          expect(read.ok && Buffer.from(read.value.bits.toBytes()).equals(Buffer.from(bytes))).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const disguised = Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), noise]);
        expect(readEncoded(encoded(noise))).toBe('STATUS_VERIFICATION_ERROR');
        expect(readEncoded(encoded(disguised))).not.toBe('read');
      }),
    );
  });
});

describe('readStatusListIndex', () => {
  it('reads decimal numbers and nothing that parseInt would make into one', () => {
    expect(['0', '7', '131071', '9007199254740991'].map(readStatusListIndex)).toEqual([
      0, 7, 131_071, 9_007_199_254_740_991,
    ]);
    const none = [
      '7abc',
      '0x7',
      ' 7',
      '7 ',
      '7\n',
      '7.9',
      '1e3',
      '-1',
      '',
      '07',
      '+7',
      '٧',
      '9007199254740993',
      '99999999999999999',
    ];
    for (const text of [...none, 7, null, undefined, ['7']]) expect(readStatusListIndex(text)).toBeUndefined();
  });
});

function flip(bytes: Uint8Array, at: number, mask = 0xff): Buffer {
  const changed = Buffer.from(bytes);
  const index = at < 0 ? changed.length + at : at;
  changed[index] = (changed[index] ?? 0) ^ mask;
  return changed;
}
