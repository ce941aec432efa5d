/** Token Status Lists: the examples of the draft, ours written and read, and every reason not to believe one. */
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { judgeStatus } from '../../../src/credentials/status-history.ts';
import { Bitstring } from '../../../src/formats/bitstring.ts';
import { encodeBase64url } from '../../../src/formats/multibase.ts';
import type { FetchJson, FetchOutcome } from '../../../src/net/safe-fetch.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import { observeStatus, type StatusSources } from '../../../src/status/check-status.ts';
import { createStatusListLoader } from '../../../src/status/load-status-list.ts';
import { MIN_LENGTH } from '../../../src/status/status-list.ts';
import {
  createStatusListToken,
  issuerOfToken,
  LONGEST_STATUS_TOKEN,
  readStatusToken,
  readTokenStatusList,
  statusListClaims,
} from '../../../src/status/token-status-list.ts';
import { createParty, createResolverDouble, createTestContexts } from '../../support/data-integrity.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 15, 12);
const good = createParty('did:web:good.example');
const evil = createParty('did:web:evil.example');
const resolver = createResolverDouble([good.didDocument, evil.didDocument]);
const integrity = createDataIntegrity({ contexts: createTestContexts() });
const url = 'https://good.example/token-status-lists/a';

const claimsOf = (more: JsonObject = {}, { revoked = [3], suspended = [5, 6], from = NOW - 1000 } = {}): JsonObject => {
  const bits = new Bitstring(MIN_LENGTH);
  for (const place of revoked) bits.set(place, true);
  const period = { validFrom: from, validUntil: from + DAY };
  return { ...statusListClaims({ url, issuer: good.did, revoked: bits, suspended, ...period }), ...more };
};
const listOf = async (claims: JsonObject = claimsOf(), signer = good.signer): Promise<JsonObject> =>
  createStatusListToken(url, await integrity.signStatusList(claims, signer));
const read = (document: JsonObject) => readTokenStatusList(document, { url, issuers: [good.did] });

const checkList: StatusSources['checkList'] = async (document) => {
  const token = readStatusToken(document);
  if (!token.ok) return token.findings;
  const { header, payload } = token.value;
  const issuer = issuerOfToken(header, payload) ?? '';
  return (await integrity.checkStatusList({ ...token.value, issuer }, { resolver, now: NOW })).findings;
};
const credential: JsonObject = { issuer: good.did };
async function judge(document: JsonObject, idx: number, more: Partial<StatusSources> = {}, at = NOW) {
  const sources: StatusSources = {
    load: async () => ({ ok: true, document }),
    checkList,
    stapled: [],
    now: NOW,
    ...more,
  };
  const { history } = await observeStatus(credential, sources, [at], { uri: url, idx });
  return judgeStatus(history, at, { now: NOW }).map(({ outcome, code }) => code ?? outcome);
}

describe('a Token Status List', () => {
  it.each([
    // Section 4.1 of the draft, both examples: the bits as they are packed there, and the statuses they stand for.
    [1, '78dadbb918000217015d', [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]],
    [2, '78da3be9f2130003df0207', [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]],
  ])('with %i bits is read as the draft has it', async (bits, packed, statuses) => {
    const lst = encodeBase64url(Buffer.from(packed, 'hex'));
    const list = read(await listOf(claimsOf({ status_list: { bits, lst } })));
    if (!list.ok) throw new Error(JSON.stringify(list.findings));
    expect(list.value.bits.length).toBe(statuses.length);
    const meaning = statuses.map((status) => (status === 3 ? [undefined, undefined] : [status === 1, status === 2]));
    expect(
      statuses.map((_, place) => [list.value.bits.get(place, 'revocation'), list.value.bits.get(place, 'suspension')]),
    ).toEqual(meaning);
  });

  it('says of ours what is revoked and what is suspended, and revoked where it is both', async () => {
    const list = await listOf(claimsOf({}, { revoked: [0, 6, MIN_LENGTH - 1], suspended: [5, 6, 7] }));
    expect(await judge(list, 4)).toEqual(['passed', 'passed']);
    for (const place of [0, 6, MIN_LENGTH - 1]) expect(await judge(list, place)).toEqual(['REVOKED', 'passed']);
    for (const place of [5, 7]) expect(await judge(list, place)).toEqual(['passed', 'SUSPENDED']);
    expect(await judge(list, MIN_LENGTH)).toEqual(['RANGE_ERROR', 'RANGE_ERROR']);
  });

  const lst = (bytes: Uint8Array): string => encodeBase64url(Uint8Array.from(deflateSync(bytes)));
  const ofBytes = (bytes: Uint8Array): JsonObject => ({ status_list: { bits: 2, lst: lst(bytes) } });
  it.each<[string, JsonObject, string]>([
    ['another subject', { sub: `${url}2` }, 'STATUS_VERIFICATION_ERROR'],
    ['another issuer', { iss: evil.did }, 'STATUS_VERIFICATION_ERROR'],
    ['no end', { exp: null }, 'STATUS_VERIFICATION_ERROR'],
    ['no start', { iat: '1' }, 'STATUS_VERIFICATION_ERROR'],
    ['an end before its start', { exp: 1000 }, 'STATUS_VERIFICATION_ERROR'],
    ['a ttl of nothing', { ttl: 0 }, 'STATUS_VERIFICATION_ERROR'],
    ['a status of its own', { status: {} }, 'STATUS_VERIFICATION_ERROR'],
    ['no list', { status_list: null }, 'STATUS_VERIFICATION_ERROR'],
    ['three bits', { status_list: { bits: 3, lst: lst(Uint8Array.of(0)) } }, 'STATUS_VERIFICATION_ERROR'],
    ['bits as a text', { status_list: { bits: '2', lst: lst(Uint8Array.of(0)) } }, 'STATUS_VERIFICATION_ERROR'],
    ['padding', { status_list: { bits: 2, lst: `${lst(Uint8Array.of(0))}=` } }, 'STATUS_VERIFICATION_ERROR'],
    ['nothing in it', ofBytes(new Uint8Array(0)), 'STATUS_VERIFICATION_ERROR'],
    [
      'something behind the stream',
      { status_list: { bits: 2, lst: encodeBase64url(Buffer.concat([deflateSync(Uint8Array.of(0)), Buffer.of(0)])) } },
      'STATUS_VERIFICATION_ERROR',
    ],
    ['a stream without end', ofBytes(new Uint8Array(1_048_577)), 'LIMIT_EXCEEDED'],
  ])('is not believed with %s', async (_, change, code) => {
    const list = read(await listOf(claimsOf(change)));
    expect(list.ok ? [] : list.findings.map((finding) => finding.code)).toEqual([code]);
    expect(await judge(await listOf(claimsOf(change)), 4)).toEqual([code, code]);
  });

  it('is read up to its limits, and not beyond', async () => {
    expect(read(await listOf(claimsOf(ofBytes(new Uint8Array(1_048_576))))).ok).toBe(true);
    const long = createStatusListToken(url, 'x'.repeat(LONGEST_STATUS_TOKEN + 1));
    expect(read(long)).toMatchObject({ findings: [{ code: 'LIMIT_EXCEEDED' }] });
    expect(read({ ...(await listOf()), more: 1 })).toMatchObject({ findings: [{ code: 'STATUS_VERIFICATION_ERROR' }] });
  });

  it('is believed by a key of its issuer alone, and as a Status List Token alone', async () => {
    const refused = ['STATUS_VERIFICATION_ERROR', 'STATUS_VERIFICATION_ERROR'];
    expect(await judge(await listOf(claimsOf({ iss: evil.did }), evil.signer), 4)).toEqual(refused);
    const stolen = { ...evil.signer, id: good.signer.id };
    expect(await judge(await listOf(claimsOf(), stolen), 4)).toEqual(refused);
    const [, body] = String((await listOf())['statusListToken']).split('.');
    const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const header of [
      { alg: 'none', typ: 'statuslist+jwt', kid: good.signer.id },
      { alg: 'HS256', typ: 'statuslist+jwt', kid: good.signer.id },
      { alg: 'EdDSA', typ: 'JWT', kid: good.signer.id },
      { alg: 'EdDSA', typ: 'statuslist+jwt', kid: good.signer.id, crit: ['exp'] },
    ]) {
      const input = `${segment(header)}.${body}`;
      const signature = Buffer.from(await good.signer.sign({ data: Buffer.from(input) })).toString('base64url');
      expect(await judge(createStatusListToken(url, `${input}.${signature}`), 4)).toEqual(refused);
    }
  });

  it('is out of date after its end, not good before its start, and never older than one seen before', async () => {
    const doubt = ['STATUS_VERIFICATION_ERROR', 'STATUS_VERIFICATION_ERROR'];
    expect(await judge(await listOf(claimsOf({}, { from: NOW - 2 * DAY })), 4)).toEqual(doubt);
    expect(await judge(await listOf(claimsOf({}, { from: NOW + DAY })), 4)).toEqual(doubt);
    const rememberSeen = async () => ({ validFrom: NOW, digest: 'newer' });
    expect(await judge(await listOf(), 4, { rememberSeen })).toEqual(['STATUS_ROLLBACK', 'STATUS_ROLLBACK']);
    // It can still show that something is revoked.
    expect(await judge(await listOf(claimsOf({}, { from: NOW - 2 * DAY })), 3)).toEqual(['REVOKED', doubt[0]]);
  });

  it('answers for an instant that lies between its start and its end, and for no other', async () => {
    const then = NOW - 3 * DAY;
    const [now, past] = [
      await listOf(),
      await listOf(claimsOf({}, { revoked: [], suspended: [5], from: then - 1000 })),
    ];
    const load: StatusSources['load'] = async (_, at) => ({ ok: true, document: at === undefined ? now : past });
    expect(await judge(now, 5, { load }, then)).toEqual(['passed', 'SUSPENDED']);
    const wrong: StatusSources['load'] = async () => ({ ok: true, document: now });
    const unknown = ['STATUS_RETRIEVAL_ERROR', 'STATUS_RETRIEVAL_ERROR'];
    expect(await judge(now, 4, { load: wrong }, then)).toEqual(unknown);
    expect(await judge(now, 4, { load: wrong, stapled: [past] }, then)).toEqual(['passed', 'passed']);
  });
});

describe('the loader', () => {
  it('asks for a token by its media type, and for the past by seconds', async () => {
    const asked: unknown[] = [];
    const document = await listOf();
    const bytes = new TextEncoder().encode(String(document['statusListToken']));
    const fetchJson: FetchJson = async (address, options): Promise<FetchOutcome> => {
      asked.push([address, options?.accept, options?.mediaType]);
      return { status: 'ok', url: address, bytes, mediaType: 'application/statuslist+jwt' };
    };
    const load = createStatusListLoader({ fetchJson, clock: { now: () => NOW } });
    expect(await load(url, undefined, 'token')).toEqual({ ok: true, document });
    expect(await load(url, NOW + 999, 'token')).toEqual({ ok: true, document });
    const type = 'application/statuslist+jwt';
    expect(asked).toEqual([
      [url, type, type],
      [`${url}?time=${NOW / 1000}`, type, type],
    ]);
  });
});
