import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../../src/base/json.ts';
import type { Signer } from '../../../../../src/crypto/signer.ts';
import { MAX_ENTRIES, MAX_LOG_BYTES } from '../../../../../src/dids/methods/webvh/log-entry.ts';
import { findVersion, type VerifiedLog, verifyLog } from '../../../../../src/dids/methods/webvh/verify-log.ts';
import { multihashOf, readWebvhDid } from '../../../../../src/dids/methods/webvh/webvh-did.ts';
import { formatDateTime } from '../../../../../src/formats/date-time.ts';
import { jcs } from '../../../../../src/formats/jcs.ts';
import { bytesOf, type EntryPlan, makeLog, makeUpdateKey } from '../../../../support/webvh.ts';

const NOW = Date.UTC(2026, 5, 1);
const a = makeUpdateKey();
const b = makeUpdateKey();
const c = makeUpdateKey();
const keys = (...signers: Signer[]): string[] => signers.map(({ publicKeyMultibase }) => publicKeyMultibase);
const hashes = (...signers: Signer[]): string[] => keys(...signers).map(multihashOf);

async function verify(bytes: Uint8Array, did: string, now = NOW) {
  const parts = readWebvhDid(did);
  if (parts === undefined) throw new Error('the fixture is wrong');
  return verifyLog(bytes, parts, now);
}

/** The code and detail of the first finding, or nothing for a log that holds. */
async function faultOf(...plans: [EntryPlan, ...EntryPlan[]]): Promise<{ code?: string; detail?: string } | undefined> {
  const log = await makeLog(...plans);
  const read = await verify(log.bytes, log.did);
  return read.ok ? undefined : (read.findings[0] as { code?: string; detail?: string });
}

const invalid = (detail: string) => ({ code: 'INVALID_DID', detail: expect.stringContaining(detail) });
const first: EntryPlan = { signer: a };
const committed: EntryPlan = { signer: a, parameters: { nextKeyHashes: hashes(b, c) } };

describe('the entry hash', () => {
  // The example of did:webvh 1.0, "Generate Entry Hash".
  it('is that of the specification', () => {
    const scid = 'QmdmPkUdYzbr9txmx8gM2rsHPgr5L6m3gHjJGAf4vUFoGE';
    const entry = {
      versionId: scid,
      versionTime: '2025-04-01T17:39:50Z',
      parameters: {
        witness: {
          threshold: 2,
          witnesses: [
            { id: 'did:key:z6Mkkc51mg2vpQzKWAbWQZupeGYhowaBjYkmvcKMTqteqHB4', weight: 1 },
            { id: 'did:key:z6MkuDdJdKLCgwZuQuEi9xG6LVgJJ9Tebr74CXPYPSumqgJs', weight: 1 },
            { id: 'did:key:z6MkoSWmQyp4fTk4ZQy4KUsss9dFX51XfEUzKKKj1J1JUsrF', weight: 1 },
          ],
        },
        updateKeys: ['z6MkgzBDcBFV3sk4ypPE5YXMZHmS213A3HpYY2LmcVKV15jr'],
        nextKeyHashes: ['QmZreDcjvWEpyRFznQeExWNCsvMLk5i59AcRJJuQC8UodJ'],
        method: 'did:webvh:0.5',
        scid,
      },
      state: { '@context': ['https://www.w3.org/ns/did/v1'], id: `did:webvh:${scid}:domain.example` },
    };
    expect(multihashOf(jcs(entry))).toBe('QmQ6FJ4fk2xheSSQoEjVpTgx9AQPKhJgtR9hn1nr4EeCrZ');
  });
});

describe('a log that holds', () => {
  it.each<[string, [EntryPlan, ...EntryPlan[]]]>([
    ['one entry', [first]],
    ['several by one key', [first, { signer: a }, { signer: a }]],
    [
      'keys replaced: the new ones write the entry after',
      [first, { signer: a, parameters: { updateKeys: keys(b) } }, { signer: b }],
    ],
    [
      'pre-rotation: the new ones write their own entry',
      [committed, { signer: b, parameters: { updateKeys: keys(b), nextKeyHashes: hashes(a) } }],
    ],
    [
      'pre-rotation given up, and the old rule from the entry after',
      [
        committed,
        { signer: b, parameters: { updateKeys: keys(b), nextKeyHashes: [] } },
        { signer: b, parameters: { updateKeys: keys(c) } },
        { signer: c },
      ],
    ],
    [
      'null for none, as old writers have it',
      [{ signer: a, parameters: { witness: null, watchers: null, ttl: null } }],
    ],
    [
      'members of a document that we do not know',
      [{ ...first, state: { id: 'did:webvh:{SCID}:log.example', more: { x: [1] } } }],
    ],
    [
      'a DID that moved and may',
      [
        { signer: a, parameters: { portable: true }, state: { id: 'did:webvh:{SCID}:old.example' } },
        { signer: a, twist: (entry) => ({ ...entry, state: moved(entry, 'old.example', 'log.example') }) },
      ],
    ],
    ['dated a little ahead', [{ ...first, versionTime: '2026-06-01T00:05:00Z' }]],
    ['an offset of nought', [{ ...first, versionTime: '2026-01-01T00:00:00.5+00:00' }]],
  ])('%s', async (_what, plans) => {
    expect(await faultOf(...plans)).toBeUndefined();
  });
});

it('holds a log of as many entries as a log may have', async () => {
  const plans = Array.from(
    { length: MAX_ENTRIES - 1 },
    (_, index): EntryPlan => ({
      signer: a,
      versionTime: formatDateTime(Date.UTC(2026, 0, 2) + index * 1000),
    }),
  );
  expect(await faultOf(first, ...plans)).toBeUndefined();
});

/** The document at its new place, naming the old one. The SCID is taken from the version before. */
function moved(entry: JsonObject, from: string, to: string): JsonObject {
  const id = String((entry['state'] as JsonObject)['id']);
  return { id: id.replace('log.example', to), alsoKnownAs: [id.replace('log.example', from)] };
}

describe('a log that does not hold', () => {
  it.each<[string, string, [EntryPlan, ...EntryPlan[]]]>([
    ['a stranger wrote an entry', 'not every proof', [first, { signer: b }]],
    ['a key wrote its own admission', 'not every proof', [first, { signer: b, parameters: { updateKeys: keys(b) } }]],
    [
      'a key that was replaced',
      'not every proof',
      [first, { signer: a, parameters: { updateKeys: keys(b) } }, { signer: a }],
    ],
    [
      'nobody may write any more',
      'not every proof',
      [first, { signer: a, parameters: { updateKeys: [] } }, { signer: a }],
    ],
    ['a P-256 key', 'not every proof', [{ signer: makeUpdateKey('P-256') }]],
    ['another cryptosuite', 'not every proof', [{ ...first, tamper: withProof({ cryptosuite: 'ecdsa-jcs-2019' }) }]],
    ['another purpose', 'not every proof', [{ ...first, tamper: withProof({ proofPurpose: 'authentication' }) }]],
    ['another type of proof', 'not every proof', [{ ...first, tamper: withProof({ type: 'Ed25519Signature2020' }) }]],
    ['a proof with a context', 'not every proof', [{ ...first, tamper: withProof({ '@context': ['x'] }) }]],
    [
      'a proof that has expired',
      'not every proof',
      [{ ...first, tamper: withProof({ expires: '2026-02-01T00:00:00Z' }) }],
    ],
    [
      'a proof under two keys',
      'not every proof',
      [
        {
          ...first,
          tamper: withProof({ verificationMethod: `did:key:${b.publicKeyMultibase}#${a.publicKeyMultibase}` }),
        },
      ],
    ],
    ['a second proof by a stranger', 'not every proof', [{ ...first, tamper: addProofBy(b) }]],
    ['no proof', 'eight proofs', [{ ...first, tamper: ({ proof: _gone, ...rest }) => rest }]],
    ['an empty list of proofs', 'eight proofs', [{ ...first, tamper: (entry) => ({ ...entry, proof: [] }) }]],
    [
      'a changed document',
      'entry hash',
      [first, { signer: a, tamper: (entry) => ({ ...entry, state: { ...(entry['state'] as JsonObject), x: '1' } }) }],
    ],
    [
      'a changed first document',
      'SCID is not the hash',
      [{ ...first, tamper: (entry) => ({ ...entry, state: { ...(entry['state'] as JsonObject), x: '1' } }) }],
    ],
    [
      'the placeholder in a first entry',
      'SCID is not the hash',
      [{ ...first, tamper: (entry) => ({ ...entry, state: { ...(entry['state'] as JsonObject), x: '{SCID}' } }) }],
    ],
    [
      'an entry that hangs on nothing',
      'entry hash',
      [first, { signer: a, twist: (entry) => ({ ...entry, versionId: `1-${'Q'.repeat(46)}` }) }],
    ],
    ['a gap in the numbers', 'version number', [first, { signer: a, tamper: renumber(3) }]],
    ['a number again', 'version number', [first, { signer: a, tamper: renumber(1) }]],
    ['a first entry that is the second', 'version number', [{ ...first, tamper: renumber(2) }]],
    [
      'two dashes',
      'versionId',
      [{ ...first, tamper: (entry) => ({ ...entry, versionId: String(entry['versionId']).replace('-', '--') }) }],
    ],
    [
      'a leading nought',
      'versionId',
      [{ ...first, tamper: (entry) => ({ ...entry, versionId: `0${entry['versionId']}` }) }],
    ],
    ['the same time', 'not later', [first, { signer: a, versionTime: '2026-01-01T00:00:00Z' }]],
    ['an earlier time', 'not later', [first, { signer: a, versionTime: '2025-12-31T23:59:59Z' }]],
    ['a time to come', 'future', [{ ...first, versionTime: '2026-06-01T00:05:01Z' }]],
    [
      'a time to come in the middle',
      'future',
      [first, { signer: a, versionTime: '2999-01-01T00:00:00Z' }, { signer: a, versionTime: '2999-01-02T00:00:00Z' }],
    ],
    ['a time without a zone', 'UTC', [{ ...first, versionTime: '2026-01-01T00:00:00' }]],
    ['a time of another zone', 'UTC', [{ ...first, versionTime: '2026-01-01T09:00:00+09:00' }]],
    ['another version of the method', 'did:webvh:1.0', [{ signer: a, parameters: { method: 'did:webvh:99.0' } }]],
    ['an older version later', 'did:webvh:1.0', [first, { signer: a, parameters: { method: 'did:webvh:0.5' } }]],
    ['no method', 'did:webvh:1.0', [{ ...first, twist: withoutParameter('method') }]],
    ['no SCID', 'names no SCID', [{ ...first, twist: withoutParameter('scid') }]],
    ['a SCID again', 'later entry', [first, { signer: a, parameters: { scid: 'x' } }]],
    ['no update key', 'no update key', [{ ...first, twist: withoutParameter('updateKeys') }]],
    ['a parameter of another version', 'does not have', [{ signer: a, parameters: { prerotation: true } }]],
    ['update keys that are no list', 'not a list', [{ signer: a, parameters: { updateKeys: 'z' } }]],
    ['portability that is no boolean', 'not a boolean', [{ signer: a, parameters: { portable: 'yes' } }]],
    ['a negative ttl', 'ttl', [{ signer: a, parameters: { ttl: -1 } }]],
    [
      'pre-rotation without update keys',
      'updateKeys and its nextKeyHashes',
      [committed, { signer: a, parameters: { nextKeyHashes: [] } }],
    ],
    [
      'pre-rotation without next hashes',
      'updateKeys and its nextKeyHashes',
      [committed, { signer: b, parameters: { updateKeys: keys(b) } }],
    ],
    [
      'pre-rotation to a key of nobody',
      'did not commit',
      [committed, { signer: a, parameters: { updateKeys: keys(a), nextKeyHashes: [] } }],
    ],
    [
      'pre-rotation to one key more',
      'did not commit',
      [committed, { signer: b, parameters: { updateKeys: keys(b, a), nextKeyHashes: [] } }],
    ],
    [
      'pre-rotation, written by the key before',
      'not every proof',
      [committed, { signer: a, parameters: { updateKeys: keys(b), nextKeyHashes: [] } }],
    ],
    [
      'something after the deactivation',
      'deactivation',
      [{ signer: a, parameters: { deactivated: true } }, { signer: a }],
    ],
    ['portability chosen later', 'first entry only', [first, { signer: a, parameters: { portable: true } }]],
    [
      'a move that was never allowed',
      'not portable',
      [first, { signer: a, twist: (entry) => ({ ...entry, state: moved(entry, 'log.example', 'away.example') }) }],
    ],
    ['a document of nobody', 'not of this SCID', [first, { signer: a, state: {} }]],
    [
      'a document of another SCID',
      'not of this SCID',
      [first, { signer: a, state: { id: `did:webvh:Qm${'1'.repeat(44)}:log.example` } }],
    ],
    ['a document of another method', 'not of this SCID', [first, { signer: a, state: { id: 'did:web:log.example' } }]],
    ['no threshold', 'threshold', [witnessed({ witnesses: [{ id: `did:key:${b.publicKeyMultibase}` }] })]],
    [
      'a threshold of nought',
      'threshold',
      [witnessed({ threshold: 0, witnesses: [{ id: `did:key:${b.publicKeyMultibase}` }] })],
    ],
    [
      'a threshold beyond the witnesses',
      'threshold',
      [witnessed({ threshold: 2, witnesses: [{ id: `did:key:${b.publicKeyMultibase}` }] })],
    ],
    [
      'half a threshold',
      'threshold',
      [witnessed({ threshold: 0.5, witnesses: [{ id: `did:key:${b.publicKeyMultibase}` }] })],
    ],
    ['no witnesses in the list', 'threshold', [witnessed({ threshold: 1, witnesses: [] })]],
    ['witnesses that are no list', 'neither empty', [witnessed({ threshold: 1, witnesses: 'all' })]],
    [
      'a witness twice',
      'twice',
      [
        witnessed({
          threshold: 1,
          witnesses: [{ id: `did:key:${b.publicKeyMultibase}` }, { id: `did:key:${b.publicKeyMultibase}` }],
        }),
      ],
    ],
    [
      'a witness that is no did:key',
      'not an Ed25519',
      [witnessed({ threshold: 1, witnesses: [{ id: 'did:web:w.example' }] })],
    ],
    [
      'a witness with a P-256 key',
      'not an Ed25519',
      [witnessed({ threshold: 1, witnesses: [{ id: `did:key:${makeUpdateKey('P-256').publicKeyMultibase}` }] })],
    ],
    ['a member that an entry does not have', 'member', [{ ...first, tamper: (entry) => ({ ...entry, extra: 1 }) }]],
    [
      'parameters that are no object',
      'not an object',
      [{ ...first, tamper: (entry) => ({ ...entry, parameters: [] }) }],
    ],
  ])('%s', async (_what, detail, plans) => {
    expect(await faultOf(...plans)).toEqual(expect.objectContaining(invalid(detail)));
  });

  it('the log of another DID', async () => {
    const log = await makeLog(first);
    const other = await makeLog({ signer: b });
    expect(await verify(log.bytes, other.did)).toMatchObject({
      findings: [invalid('the SCID is not the one of the DID')],
    });
    expect(await verify(log.bytes, log.did.replace('log.', 'other.'))).toMatchObject({
      findings: [invalid('no entry of the log')],
    });
    expect(await verify(log.bytes, log.did)).toMatchObject({ ok: true });
  });

  it('no JSON Lines', async () => {
    const { did, bytes } = await makeLog(first);
    const text = new TextDecoder().decode(bytes);
    for (const wrong of [
      '',
      '\n',
      `${text}\n`,
      `[${text}]`,
      text.replace('{', '{"versionId":"x",'),
      `${text}null\n`,
      text.slice(1),
    ]) {
      expect(await verify(new TextEncoder().encode(wrong), did)).toMatchObject({ findings: [{ code: 'INVALID_DID' }] });
    }
    for (const right of [text.trimEnd(), text.replace('\n', '\r\n')]) {
      expect(await verify(new TextEncoder().encode(right), did)).toMatchObject({ ok: true });
    }
  });

  it('more than the caps', async () => {
    const { did, entries } = await makeLog(first);
    const many = bytesOf(Array.from({ length: MAX_ENTRIES + 1 }, () => entries[0] ?? {}));
    expect(await verify(many, did)).toMatchObject({ findings: [{ code: 'LIMIT_EXCEEDED' }] });
    expect(await verify(new Uint8Array(MAX_LOG_BYTES + 1), did)).toMatchObject({
      findings: [{ code: 'LIMIT_EXCEEDED' }],
    });
  });
});

function withProof(changes: JsonObject): (entry: JsonObject) => JsonObject {
  return (entry) => ({ ...entry, proof: [{ ...(entry['proof'] as readonly JsonObject[])[0], ...changes }] });
}

function addProofBy({ id }: Signer): (entry: JsonObject) => JsonObject {
  return (entry) => {
    const [proof] = entry['proof'] as readonly JsonObject[];
    return { ...entry, proof: [{ ...proof }, { ...proof, verificationMethod: id }] };
  };
}

function renumber(number: number): (entry: JsonObject) => JsonObject {
  return (entry) => ({ ...entry, versionId: `${number}-${String(entry['versionId']).split('-')[1]}` });
}

function withoutParameter(name: string): (entry: JsonObject) => JsonObject {
  return (entry) => {
    const { [name]: _gone, ...parameters } = entry['parameters'] as JsonObject;
    return { ...entry, parameters };
  };
}

function witnessed(witness: JsonObject): EntryPlan {
  return { signer: a, parameters: { witness } };
}

describe('versions', () => {
  let log: VerifiedLog;
  beforeAll(async () => {
    const made = await makeLog(first, { signer: a }, { signer: a });
    const read = await verify(made.bytes, made.did);
    if (!read.ok) throw new Error('the fixture is wrong');
    log = read.value;
  });
  const numberOf = (query: Parameters<typeof findVersion>[1]): number | undefined =>
    findVersion(log, query)?.versionNumber;

  it('the newest, by number, by id, and by time', () => {
    expect(numberOf({})).toBe(3);
    expect(numberOf({ versionNumber: 2 })).toBe(2);
    expect(numberOf({ versionId: log.versions[0].versionId })).toBe(1);
    expect(numberOf({ versionTime: Date.UTC(2026, 0, 2) })).toBe(2);
    expect(numberOf({ versionTime: Date.UTC(2026, 0, 2) - 1 })).toBe(1);
    expect(numberOf({ versionTime: NOW })).toBe(3);
  });

  it('nothing where there was none, or where two wishes do not fit', () => {
    expect(numberOf({ versionNumber: 4 })).toBeUndefined();
    expect(numberOf({ versionId: '2-x' })).toBeUndefined();
    expect(numberOf({ versionTime: Date.UTC(2025, 11, 31) })).toBeUndefined();
    expect(numberOf({ versionTime: NOW, versionNumber: 2 })).toBeUndefined();
    expect(numberOf({ versionTime: NOW, versionNumber: 3 })).toBe(3);
  });
});

describe('hostile logs', () => {
  it('no changed byte of a log passes', async () => {
    const { did, bytes } = await makeLog(committed, {
      signer: b,
      parameters: { updateKeys: keys(b), nextKeyHashes: hashes(a) },
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 2), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ change;
        const read = await verify(changed, did);
        // White space that becomes other white space is the same log; there is none here but the line breaks.
        return !read.ok;
      }),
      { numRuns: 300 },
    );
  });

  it('whatever is served is judged, never thrown', async () => {
    const { did, entries } = await makeLog(first);
    const anything = fc.dictionary(
      fc.constantFrom('versionId', 'versionTime', 'parameters', 'state', 'proof', '__proto__', 'x'),
      fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...Object.values(entries[0] ?? {}))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 3 }), fc.uint8Array({ maxLength: 40 }), async (lines, tail) => {
        const read = await verify(Uint8Array.of(...bytesOf(lines as JsonObject[]), ...tail), did);
        return !read.ok;
      }),
      { numRuns: 300 },
    );
  });
});
