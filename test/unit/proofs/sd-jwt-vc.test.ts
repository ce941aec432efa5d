/** dc+sd-jwt: a credential as the claims of an SD-JWT VC and back, what its token may say, and the key of its holder. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { pointersFor } from '../../../src/credentials/audience.ts';
import { corePointersOf } from '../../../src/credentials/core-pointers.ts';
import {
  contentOf,
  createSdJwtVcEnvelope,
  formOf,
  openEnvelope,
  statusListBeside,
} from '../../../src/credentials/envelope.ts';
import { baseDigest, linkDigest } from '../../../src/credentials/link.ts';
import { findProfile, type Profile } from '../../../src/credentials/profiles/profile-table.ts';
import { integrityOf, typeMetadataOf, VCTS, vctOf } from '../../../src/credentials/type-metadata.ts';
import { writePublicJwk } from '../../../src/crypto/public-jwk.ts';
import type { KeyType, Signer } from '../../../src/crypto/signer.ts';
import { sha256 } from '../../../src/formats/digest.ts';
import { digestOfDisclosure } from '../../../src/formats/sd-jwt.ts';
import { createDataIntegrity, isForHolderOnly } from '../../../src/proofs/data-integrity.ts';
import { createResolverDouble, createTestContexts, didDocumentOf, signerOf } from '../../support/data-integrity.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

const NOW = Date.parse('2027-04-15T00:00:00Z');
const SECONDS = NOW / 1000;
const DID = 'did:web:mill.example';
const TO = { challenge: 'a challenge of ours', domain: 'https://buyer.example' };
const integrity = createDataIntegrity({ contexts: createTestContexts() });
const claim: JsonObject = { ...(exampleCredentials('steel-coil').get('claim:coil') as JsonObject), issuer: DID };
const profile = findProfile(claim) as Profile;
const core = corePointersOf(claim, profile);
const withholdable = pointersFor('verifier', claim, profile);

const party = (keyType: KeyType, did = DID): Signer => signerOf(keyType, did);
const good = party('P-256');
const holder = party('Ed25519', 'did:web:holder.example');
const evil = party('Ed25519', 'did:web:evil.example');
const resolver = createResolverDouble([didDocumentOf(DID, good)]);
const holderKey = writePublicJwk(holder.publicKeyMultibase);
const statusList = { uri: 'https://mill.example/token-status-lists/a', idx: 7 };

const issue = (token: { holderKey?: JsonObject; statusList?: typeof statusList } = {}, document = claim) =>
  integrity.secureCredential(document, {
    signer: good,
    created: NOW,
    cryptosuite: 'dc+sd-jwt',
    mandatoryPointers: core,
    token,
  });
type Options = Partial<Parameters<typeof integrity.checkCredentialProofs>[1]>;
const failures = async (document: JsonObject, options: Options = {}) =>
  (await integrity.checkCredentialProofs(document, { resolver, now: NOW, ...options })).findings
    .filter(({ outcome }) => outcome === 'failed' || outcome === 'undetermined')
    .map(({ code, pointer }) => [code, pointer]);
const codes = async (document: JsonObject, options?: Options) => [
  ...new Set((await failures(document, options)).map(([code]) => code)),
];
const contentIn = (document: JsonObject): JsonObject => {
  const content = contentOf(document);
  if (!content.ok) throw new Error(JSON.stringify(content.findings));
  return content.value;
};

const ADDRESS = 'data:application/dc+sd-jwt,';
const textOf = (document: JsonObject): string => String(document['id']).slice(ADDRESS.length);
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decoded = (token: string, at: number): JsonObject =>
  JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString()) as JsonObject;
async function tokenOf(payload: JsonObject, header: JsonObject, signer: Signer): Promise<string> {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${Buffer.from(await signer.sign({ data: Buffer.from(input) })).toString('base64url')}`;
}
const HEADER: JsonObject = { alg: 'ES256', kid: good.id, typ: 'dc+sd-jwt' };
/** What our own issuer signs, changed and signed anew. */
async function resigned(change: (payload: JsonObject) => JsonObject, header: JsonObject = HEADER, more: string[] = []) {
  const [token = '', ...disclosures] = textOf(bound).split('~');
  const parts = [await tokenOf(change(decoded(token, 1)), header, good), ...disclosures.slice(0, -1), ...more, ''];
  return createSdJwtVcEnvelope(parts.join('~'));
}
const disclosed = (...content: JsonValue[]): { text: string; digest: string } => {
  const text = part(['a salt of theirs', ...content]);
  return { text, digest: digestOfDisclosure(text) };
};

let plain: JsonObject;
let bound: JsonObject;
beforeAll(async () => {
  plain = await issue({ statusList });
  bound = await issue({ holderKey, statusList });
});

describe('a credential as an SD-JWT VC', () => {
  it('says in claims what a wallet asks for, and gives back the very credential', async () => {
    const [token = ''] = textOf(bound).split('~');
    expect(decoded(token, 0)).toEqual(HEADER);
    const { ld, status, ...claims } = decoded(token, 1);
    const vct = 'https://w3id.org/proofprint/vct/v1/EmbeddedEmissionsClaim';
    expect(claims).toEqual({
      iss: DID,
      vct,
      'vct#integrity': integrityOf(vct),
      nbf: Date.parse(String(claim['validFrom'])) / 1000,
      exp: Date.parse(String(claim['validUntil'])) / 1000,
      iat: SECONDS,
      cnf: { jwk: holderKey },
      _sd_alg: 'sha-256',
    });
    expect(status).toEqual({ status_list: statusList, bitstring_status_list: claim['credentialStatus'] });
    for (const name of ['type', 'issuer', 'validFrom', 'validUntil', 'credentialStatus'])
      expect(ld).not.toHaveProperty(name);
    expect(contentIn(bound)).toEqual(claim);
    expect(await failures(bound)).toEqual([]);
    expect(JSON.stringify(ld)).not.toContain('"blinding"');
  });

  it.each(['Ed25519', 'P-256', 'P-384'] as const)(
    'is signed with %s, and with no other key of its kind',
    async (keyType) => {
      const signer = party(keyType);
      const secured = await integrity.secureCredential(claim, {
        signer,
        created: NOW,
        cryptosuite: 'dc+sd-jwt',
        mandatoryPointers: core,
      });
      const own = createResolverDouble([didDocumentOf(DID, signer)]);
      const other = createResolverDouble([didDocumentOf(DID, party(keyType))]);
      expect(await codes(secured, { resolver: own })).toEqual([]);
      expect(await codes(secured, { resolver: other })).toEqual(['PROOF_VERIFICATION_ERROR']);
    },
  );

  it('is the same target of a link whatever is shown of it', async () => {
    const shown = await integrity.deriveCredential(bound, { selectivePointers: [] });
    expect(linkDigest(contentIn(shown))).toBe(linkDigest(claim));
    expect(baseDigest(contentIn(bound))).toBe(baseDigest(claim));
    expect(baseDigest(contentIn(shown))).not.toBe(baseDigest(claim));
    expect(await failures(shown)).toEqual([]);
    expect([isForHolderOnly(bound), isForHolderOnly(shown)]).toEqual([true, false]);
  });

  it('is not made of what would not come back as it is', async () => {
    const cases: JsonObject[] = [
      { ...claim, issuer: { id: DID } },
      { ...claim, validUntil: '2028-01-01T00:00:00.5Z' },
      { ...claim, validUntil: '2028-01-01T09:00:00+09:00' },
      { ...claim, type: ['EmbeddedEmissionsClaim', 'VerifiableCredential'] },
      { ...claim, type: ['VerifiableCredential', 'SomethingElse'] },
    ];
    for (const document of cases) {
      await expect(issue({}, document)).rejects.toMatchObject({ code: 'PROOF_TRANSFORMATION_ERROR' });
      await expect(integrity.assertCanonicalisable(document, 'dc+sd-jwt')).rejects.toMatchObject({
        code: 'PROOF_TRANSFORMATION_ERROR',
      });
    }
    await expect(integrity.assertCanonicalisable(claim, 'dc+sd-jwt')).resolves.toBeUndefined();
  });

  it('is judged by its own status entries, and by its place in a token list only where it has none', async () => {
    expect(formOf(plain)).toEqual({ shownInPart: true, statusBeside: false });
    const alone = await resigned((payload) => ({ ...payload, status: { status_list: statusList } }));
    expect(await codes(alone)).toEqual([]);
    expect(statusListBeside(alone)).toEqual(statusList);
    expect(formOf(alone)).toEqual({ shownInPart: true, statusBeside: true });
    expect(contentIn(alone)).not.toHaveProperty('credentialStatus');
  });
});

describe('what its token says', () => {
  it('is taken as the issuer made it, with aliases, a repeated id, other disclosures and a decoy beside what may be hidden', async () => {
    expect(await codes(await resigned((payload) => payload))).toEqual([]);
    const more = { aka_vcts: ['https://other.example/type'], jti: claim['id'] as string };
    expect(await codes(await resigned((payload) => ({ ...payload, ...more })))).toEqual([]);
    const subject = (payload: JsonObject) => (payload['ld'] as JsonObject)['credentialSubject'] as JsonObject;
    const decoy = await resigned((payload) => ({
      ...payload,
      ld: {
        ...(payload['ld'] as JsonObject),
        credentialSubject: {
          ...subject(payload),
          _sd: [...(subject(payload)['_sd'] as string[]), digestOfDisclosure('a decoy')],
        },
      },
    }));
    expect(await codes(decoy)).toEqual([]);
  });

  const omit =
    (name: string) =>
    ({ [name]: _, ...payload }: JsonObject): JsonObject =>
      payload;
  const within =
    (name: string, more: JsonObject) =>
    (payload: JsonObject): JsonObject => ({ ...payload, [name]: { ...(payload[name] as JsonObject), ...more } });
  it.each<[string, (payload: JsonObject) => JsonObject, string]>([
    ['no type', omit('vct'), 'MALFORMED_VALUE_ERROR'],
    ['no issuer', omit('iss'), 'MALFORMED_VALUE_ERROR'],
    ['a credential that is none', (p) => ({ ...p, ld: 'x', _sd_alg: 'sha-256' }), 'PROOF_VERIFICATION_ERROR'],
    ['a type of somebody else', (p) => ({ ...p, vct: 'https://evil.example/type' }), 'CONTEXT_NOT_ALLOWED'],
    ['a type that is none here', (p) => ({ ...p, vct: `${VCTS[0]}x` }), 'CONTEXT_NOT_ALLOWED'],
    ['another type metadata', (p) => ({ ...p, 'vct#integrity': integrityOf(VCTS[0] ?? '') }), 'CONTEXT_NOT_ALLOWED'],
    [
      'an issuer that is not the signer',
      (p) => ({ ...p, iss: evil.id.split('#')[0] ?? '' }),
      'PROOF_VERIFICATION_ERROR',
    ],
    ['the issuer twice', within('ld', { issuer: 'did:web:evil.example' }), 'MALFORMED_VALUE_ERROR'],
    ['the end twice', within('ld', { validUntil: '2099-01-01T00:00:00Z' }), 'MALFORMED_VALUE_ERROR'],
    ['a status twice', within('ld', { credentialStatus: [] }), 'MALFORMED_VALUE_ERROR'],
    ['an end in fractions', (p) => ({ ...p, exp: 1_900_000_000.5 }), 'MALFORMED_VALUE_ERROR'],
    ['an end as a text', (p) => ({ ...p, exp: '1900000000' }), 'MALFORMED_VALUE_ERROR'],
    ['a claim that nobody would be shown', (p) => ({ ...p, footprint: '1' }), 'MALFORMED_VALUE_ERROR'],
    ['another id', (p) => ({ ...p, jti: 'urn:uuid:0' }), 'MALFORMED_VALUE_ERROR'],
    ['its own type as an alias', (p) => ({ ...p, aka_vcts: [p['vct'] as string] }), 'MALFORMED_VALUE_ERROR'],
    ['no aliases', (p) => ({ ...p, aka_vcts: [] }), 'MALFORMED_VALUE_ERROR'],
    ['another kind of status', within('status', { identifier_list: {} }), 'STATUS_UNSUPPORTED'],
    ['an empty status', (p) => ({ ...p, status: {} }), 'MALFORMED_VALUE_ERROR'],
    ['no place', within('status', { status_list: { idx: -1, uri: 'https://a.example' } }), 'MALFORMED_VALUE_ERROR'],
    ['another hash', (p) => ({ ...p, _sd_alg: 'sha-512' }), 'PROOF_VERIFICATION_ERROR'],
    ['something hidden at the top', (p) => ({ ...p, _sd: [digestOfDisclosure('x')] }), 'MANDATORY_CLAIM_MISSING'],
    [
      'something hidden in the status',
      within('status', { _sd: [digestOfDisclosure('x')] }),
      'PROOF_VERIFICATION_ERROR',
    ],
    ['something hidden in cnf', within('cnf', { _sd: [digestOfDisclosure('x')] }), 'PROOF_VERIFICATION_ERROR'],
    ['something hidden in the core', within('ld', { _sd: [digestOfDisclosure('x')] }), 'MANDATORY_CLAIM_MISSING'],
  ])('is refused with %s', async (_, change, code) => {
    expect(await codes(await resigned(change))).toContain(code);
  });

  it('is refused without a credential in it', async () => {
    const [token = ''] = textOf(bound).split('~');
    for (const change of [omit('ld'), (p: JsonObject): JsonObject => ({ ...p, ld: [] })]) {
      const changed = `${await tokenOf(change(decoded(token, 1)), HEADER, good)}~`;
      expect(await codes(createSdJwtVcEnvelope(changed))).toEqual(['MALFORMED_VALUE_ERROR']);
    }
  });

  it.each(['JWT', 'vc+sd-jwt', 'sd-jwt', 'dc+SD-JWT', undefined])('is refused as a token of type %s', async (typ) => {
    const header = Object.fromEntries(Object.entries({ ...HEADER, typ }).filter(([, value]) => value !== undefined));
    expect(await codes(await resigned((payload) => payload, header as JsonObject))).toEqual([
      'PROOF_VERIFICATION_ERROR',
    ]);
  });

  it.each(['iss', 'nbf', 'exp', 'iat', 'cnf', 'vct', 'vct#integrity', 'aka_vcts', 'status', 'ld'])(
    'is refused with %s in a disclosure, shown or not',
    async (name) => {
      const content = decoded(textOf(bound).split('~')[0] ?? '', 1)[name] ?? ['https://other.example/type'];
      const { text, digest } = disclosed(name, content);
      const hidden = (payload: JsonObject): JsonObject => ({ ...omit(name)(payload), _sd: [digest] });
      expect(await codes(await resigned(hidden, HEADER, [text]))).toContain('PROOF_VERIFICATION_ERROR');
      expect(await codes(await resigned(hidden))).not.toEqual([]);
      const over = (payload: JsonObject): JsonObject => ({ ...payload, _sd: [digest] });
      expect(await codes(await resigned(over, HEADER, [text]))).toContain('PROOF_VERIFICATION_ERROR');
    },
  );

  it('is refused with a disclosure that nobody signed, one twice, and one that was changed', async () => {
    const text = textOf(bound);
    const [token, first = '', ...rest] = text.split('~');
    const stranger = disclosed('evil', 'x').text;
    const [salt, name] = JSON.parse(Buffer.from(first, 'base64url').toString()) as string[];
    for (const changed of [
      `${text}${stranger}~`,
      `${text}${first}~`,
      [token, part([salt, name, 'another']), ...rest].join('~'),
    ])
      expect(await codes(createSdJwtVcEnvelope(changed))).toEqual(['PROOF_VERIFICATION_ERROR']);
  });

  it('hides every figure behind 128 bits of its own', () => {
    const disclosures = textOf(bound).split('~').slice(1, -1);
    const salts = disclosures.map((one) => (JSON.parse(Buffer.from(one, 'base64url').toString()) as string[])[0] ?? '');
    expect(salts.every((salt) => Buffer.from(salt, 'base64url').length === 16)).toBe(true);
    expect(new Set(salts).size).toBe(withholdable.length);
  });
});

describe('the key of the holder', () => {
  const at = (created: number, signer = holder) => ({ signer, created });
  const show = (document = bound, created = NOW) =>
    integrity.deriveCredential(document, { selectivePointers: [], presentedTo: TO, holder: at(created) });
  /** The shown part with another key binding behind it. */
  async function rebound(claims: JsonObject, header: JsonObject = {}, signer = holder): Promise<JsonObject> {
    const text = textOf(await show());
    const shown = text.slice(0, text.lastIndexOf('~') + 1);
    const hash = Buffer.from(sha256(shown)).toString('base64url');
    const payload = { iat: SECONDS, aud: TO.domain, nonce: TO.challenge, sd_hash: hash, ...claims };
    return createSdJwtVcEnvelope(shown + (await tokenOf(payload, { alg: 'EdDSA', typ: 'kb+jwt', ...header }, signer)));
  }
  const presented = (document: JsonObject) => codes(document, { presentedTo: TO });

  it('is shown with every presentation, for one challenge and one domain', async () => {
    const shown = await show();
    const opened = openEnvelope(shown);
    if (!opened.ok) throw new Error('does not open');
    const { keyBinding = '' } = opened.value.vc ?? {};
    expect(decoded(keyBinding, 0)).toEqual({ alg: 'EdDSA', typ: 'kb+jwt' });
    expect(Object.keys(decoded(keyBinding, 1)).sort()).toEqual(['aud', 'iat', 'nonce', 'sd_hash']);
    expect(await presented(shown)).toEqual([]);
    expect(await presented(await rebound({}))).toEqual([]);
    // Handed on, it still holds; for whom it was made is then nobody's question.
    expect(await codes(shown)).toEqual([]);
    expect(await codes(shown, { now: NOW + 86_400_000 })).toEqual([]);
  });

  it('is owed wherever the token names one and a presentation is asked for, whatever was sent', async () => {
    const shown = await integrity.deriveCredential(bound, { selectivePointers: [] });
    expect(await codes(shown)).toEqual([]);
    expect(await presented(shown)).toEqual(['PROOF_VERIFICATION_ERROR']);
    const free = await integrity.deriveCredential(plain, { selectivePointers: [], presentedTo: TO, holder: at(NOW) });
    expect(await presented(free)).toEqual([]);
    expect(textOf(free)).toMatch(/~$/);
  });

  it.each<[string, JsonObject, JsonObject, string]>([
    ['another challenge', { nonce: 'another' }, {}, 'INVALID_CHALLENGE_ERROR'],
    ['another domain', { aud: 'https://evil.example' }, {}, 'INVALID_DOMAIN_ERROR'],
    ['several domains', { aud: [TO.domain, 'https://evil.example'] }, {}, 'PROOF_VERIFICATION_ERROR'],
    ['an old time', { iat: SECONDS - 301 }, {}, 'PROOF_VERIFICATION_ERROR'],
    ['a time to come', { iat: SECONDS + 301 }, {}, 'PROOF_VERIFICATION_ERROR'],
    ['no time', { iat: '1' }, {}, 'PROOF_VERIFICATION_ERROR'],
    ['an end that is past', { exp: SECONDS - 301 }, {}, 'PROOF_VERIFICATION_ERROR'],
    ['a hash of something else', { sd_hash: Buffer.alloc(32).toString('base64url') }, {}, 'PROOF_VERIFICATION_ERROR'],
    ['another type', {}, { typ: 'JWT' }, 'PROOF_VERIFICATION_ERROR'],
    ['no algorithm', {}, { alg: 'none' }, 'PROOF_VERIFICATION_ERROR'],
    ['the algorithm of another key', {}, { alg: 'ES256' }, 'PROOF_VERIFICATION_ERROR'],
    ['a key of its own', {}, { jwk: writePublicJwk(evil.publicKeyMultibase) }, 'PROOF_VERIFICATION_ERROR'],
  ])('is not shown by a binding with %s', async (_, claims, header, code) => {
    expect(await presented(await rebound(claims, header))).toEqual([code]);
  });

  it('is not shown by another key, by a binding of other disclosures, or by one with nothing to be bound to', async () => {
    expect(await presented(await rebound({}, {}, evil))).toEqual(['PROOF_VERIFICATION_ERROR']);
    const text = textOf(await show());
    const tail = text.slice(text.lastIndexOf('~') + 1);
    expect(await presented(createSdJwtVcEnvelope(textOf(bound) + tail))).toEqual(['PROOF_VERIFICATION_ERROR']);
    expect(await presented(createSdJwtVcEnvelope(textOf(plain) + tail))).toEqual(['PROOF_VERIFICATION_ERROR']);
    await expect(
      integrity.deriveCredential(bound, { selectivePointers: [], presentedTo: TO, holder: at(NOW, evil) }),
    ).rejects.toMatchObject({ code: 'PROOF_GENERATION_ERROR' });
  });

  it('is not shown to a holder, who gets a credential without anybody’s', async () => {
    expect(await codes(await show(), { stage: 'held' })).toEqual(['PROOF_VERIFICATION_ERROR']);
    expect(await codes(bound, { stage: 'held' })).toEqual([]);
  });

  it.each<[string, JsonValue]>([
    ['by its name', { kid: holder.id }],
    ['beside another', { jwk: holderKey, kid: holder.id }],
    ['with its private part', { jwk: { ...holderKey, d: 'AAAA' } }],
    ['of another kind', { jwk: { kty: 'oct', k: 'AAAA' } }],
  ])('is refused %s', async (_, cnf) => {
    expect(await codes(await resigned((payload) => ({ ...payload, cnf })))).toEqual(['PROOF_VERIFICATION_ERROR']);
  });
});

describe('type metadata', () => {
  it('is there for every type that is issued, in both languages, under the digest that credentials state', () => {
    expect(VCTS).toHaveLength(11);
    for (const vct of VCTS) {
      const document = JSON.parse(typeMetadataOf(vct) ?? '') as JsonObject;
      expect(document).toMatchObject({ vct, display: [{ locale: 'en' }, { locale: 'ko' }] });
    }
    expect(vctOf(['VerifiableCredential'])).toBe(VCTS.at(-1));
    for (const types of [undefined, 'VerifiableCredential', ['VerifiableCredential', 'VerifiableCredential'], ['X']])
      expect(vctOf(types)).toBeUndefined();
  });

  it('does not change: whoever has a credential in hand goes by these bytes', () => {
    expect(Object.fromEntries(VCTS.map((vct) => [vct.split('/').at(-1), integrityOf(vct)]))).toMatchInlineSnapshot(`
      {
        "CarbonFootprintClaim": "sha256-CHkQzEwYVZrsMg9zMGMMKJRmJ3PMbOjGFNtVjDflSjs=",
        "CarbonPricePaid": "sha256-VyIMiN4Ib0wZ+EYJBEJFOYwGgiqIpPizTj5GYR2tnZM=",
        "EmbeddedEmissionsClaim": "sha256-KPwXZSJR8S6a7M86cOkBZIMjVpQ7zj+5rpDGk0Hw9pQ=",
        "IdentityAnchor": "sha256-PIEWXB/ZVl2XAKad0OPHhDChvMr/LIdiXdGDqi9RMYI=",
        "RecognitionArrangement": "sha256-K/j1cSyfVquSsWia5yl/Ond6tlXbdHh9LSPfw4Jhl7k=",
        "RecognitionDecision": "sha256-jpoI2er8TbAAM+VJuZDaw6NPAcUNWi50AsB97qKv8bc=",
        "ShipmentAllocation": "sha256-pJJuJJkgQ0n+yx73MMoWNdIpn3+B1qnU4MIztLWu+b8=",
        "VerifiableCredential": "sha256-tAYGNKm/XCBlP3vUko43FZR5Bf7jgES6O03u3QLvrS4=",
        "VerificationReport": "sha256-THNGs8onEtMXs1LMBls/Rr06J8fGaGiRJ4sR8jnW5hQ=",
        "VerificationStatement": "sha256-wbNyqPoxsri8qSFCa1TOxyB/Tfa2NQYjG0Kd5COisgk=",
        "VerifierAccreditation": "sha256-5NUIpF+/70u2ToRPSRWdTxMLWlwAgaHYKhlbqAZP9PM=",
      }
    `);
  });
});
