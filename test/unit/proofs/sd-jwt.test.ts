/** vc+sd-jwt: what a holder may leave out and what not, and what its token may say of itself. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { pointersFor } from '../../../src/credentials/audience.ts';
import { corePointersOf } from '../../../src/credentials/core-pointers.ts';
import { checkCredentialForm } from '../../../src/credentials/credential.ts';
import { contentOf, createSdEnvelope, isSdEnvelope, openEnvelope } from '../../../src/credentials/envelope.ts';
import { baseDigest, linkDigest } from '../../../src/credentials/link.ts';
import { findProfile, type Profile } from '../../../src/credentials/profiles/profile-table.ts';
import { loadSchemas } from '../../../src/credentials/schemas.ts';
import { MAX_TOKEN } from '../../../src/credentials/token.ts';
import type { KeyType, Signer } from '../../../src/crypto/signer.ts';
import { digestOfDisclosure, MAX_DISCLOSURES } from '../../../src/formats/sd-jwt.ts';
import { createDataIntegrity, isForHolderOnly } from '../../../src/proofs/data-integrity.ts';
import { createResolverDouble, createTestContexts, didDocumentOf, signerOf } from '../../support/data-integrity.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

const NOW = Date.parse('2027-04-15T00:00:00Z');
const DID = 'did:web:mill.example';
const contexts = createTestContexts();
const schemas = loadSchemas();
const integrity = createDataIntegrity({ contexts });
const claim: JsonObject = { ...(exampleCredentials('steel-coil').get('claim:coil') as JsonObject), issuer: DID };
const profile = findProfile(claim) as Profile;
const core = corePointersOf(claim, profile);
const withholdable = pointersFor('verifier', claim, profile);

const party = (keyType: KeyType, did = DID): Signer => signerOf(keyType, did);
const good = party('P-256');
const evil = party('P-256', 'did:web:evil.example');
const resolver = createResolverDouble([didDocumentOf(DID, good), didDocumentOf('did:web:evil.example', evil)]);

const issue = (document = claim, mandatoryPointers = core, signer = good) =>
  integrity.secureCredential(document, { signer, created: NOW, cryptosuite: 'vc+sd-jwt', mandatoryPointers });
const derive = (document: JsonObject, ...selectivePointers: string[]) =>
  integrity.deriveCredential(document, { selectivePointers });
const failures = async (document: JsonObject, with_ = resolver) =>
  (await integrity.checkCredentialProofs(document, { resolver: with_, now: NOW })).findings
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ check, code }) => [check, code]);
const codesOf = async (document: JsonObject) => [...new Set((await failures(document)).map(([, code]) => code))];
const contentIn = (document: JsonObject): JsonObject => {
  const content = contentOf(document);
  if (!content.ok) throw new Error(JSON.stringify(content.findings));
  return content.value;
};
const formCodes = (document: JsonObject) =>
  checkCredentialForm(contentIn(document), { contexts, schemas, shownInPart: isSdEnvelope(document) })
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ code, pointer }) => [code, pointer]);
const disclosuresOf = (document: JsonObject): string[] => String(document['id']).split('~').slice(1, -1);
const tokenOf = (document: JsonObject): string =>
  String(document['id']).slice('data:application/vc+sd-jwt,'.length).split('~')[0] ?? '';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const HEADER: JsonObject = { alg: 'ES256', typ: 'vc+sd-jwt', cty: 'vc', kid: good.id };
async function tokenWith(payload: JsonValue, header: JsonObject = HEADER, signer = good): Promise<string> {
  const input = `${part(header)}.${part(payload)}`;
  const signature = await signer.sign({ data: new TextEncoder().encode(input) });
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}
const envelope = (text: string): JsonObject => ({
  '@context': 'https://www.w3.org/ns/credentials/v2',
  id: `data:application/vc+sd-jwt,${text}`,
  type: 'EnvelopedVerifiableCredential',
});
/** The claim with these members of it in disclosures, as somebody else's issuer would make it. */
async function hiding(names: readonly string[], document = claim, more: JsonObject = {}) {
  const disclosures = names.map((name) => part(['a salt of theirs', name, document[name]]));
  const shown = Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)));
  const token = await tokenWith({ ...shown, ...more, _sd: disclosures.map(digestOfDisclosure) });
  return {
    token,
    disclosures,
    whole: createSdEnvelope({ token, disclosures }),
    none: createSdEnvelope({ token, disclosures: [] }),
  };
}

let base: JsonObject;
beforeAll(async () => {
  base = await issue();
});

describe.each([
  ['Ed25519', 'EdDSA'],
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
] as const)('a credential as an SD-JWT with %s', (keyType, alg) => {
  const signer = party(keyType);
  const own = createResolverDouble([didDocumentOf(DID, signer)]);

  it('verifies, and gives back the very credential', async () => {
    const secured = await issue(claim, core, signer);
    expect(secured).toMatchObject({ type: 'EnvelopedVerifiableCredential' });
    expect(JSON.parse(Buffer.from(tokenOf(secured).split('.')[0] ?? '', 'base64url').toString())).toEqual({
      alg,
      cty: 'vc',
      kid: signer.id,
      typ: 'vc+sd-jwt',
    });
    expect(contentIn(secured)).toEqual(claim);
    expect(disclosuresOf(secured)).toHaveLength(withholdable.length);
    expect(await failures(secured, own)).toEqual([]);
    expect(await failures(await derive(secured), own)).toEqual([]);
  });

  it('does not with another key of the same kind, nor with another payload', async () => {
    const secured = await issue(claim, core, signer);
    const other = createResolverDouble([didDocumentOf(DID, party(keyType))]);
    expect(await failures(secured, other)).toContainEqual(['proof.signature', 'PROOF_VERIFICATION_ERROR']);
    const [head, , tail] = tokenOf(secured).split('.');
    const forged = createSdEnvelope({ token: `${head}.${part(claim)}.${tail}`, disclosures: [] });
    expect(await failures(forged, own)).toContainEqual(['proof.signature', 'PROOF_VERIFICATION_ERROR']);
  });
});

describe('what is signed', () => {
  it('has the core in the clear, and of the rest nothing but digests', () => {
    const payload = JSON.parse(Buffer.from(tokenOf(base).split('.')[1] ?? '', 'base64url').toString());
    expect(payload._sd_alg).toBe('sha-256');
    expect(payload.credentialSubject._sd).toHaveLength(1);
    expect(payload.credentialSubject.goods[0]._sd.length).toBeGreaterThan(1);
    for (const [name, value] of Object.entries(claim))
      if (name !== 'credentialSubject') expect(payload[name]).toEqual(value);
    const text = JSON.stringify(payload);
    expect(text).not.toContain('"blinding"');
    expect(text).not.toContain('"attributedEmissions"');
  });

  it('has salts of 128 bits, never the same, and digests in an order that tells nothing', async () => {
    const all = [...disclosuresOf(base), ...disclosuresOf(await issue())];
    const salts = all.map((one) => JSON.parse(Buffer.from(one, 'base64url').toString())[0]);
    expect(new Set(salts).size).toBe(all.length);
    for (const salt of salts) expect(Buffer.from(salt, 'base64url')).toHaveLength(16);
    const lists = [
      ...Buffer.from(tokenOf(base).split('.')[1] ?? '', 'base64url')
        .toString()
        .matchAll(/"_sd":(\[[^\]]*\])/g),
    ];
    for (const [, list] of lists) {
      const digests = JSON.parse(String(list)) as string[];
      expect(digests).toEqual([...digests].sort());
    }
  });

  it('cannot have a name that the format keeps for itself', async () => {
    const strange = { ...claim, credentialSubject: { ...(claim['credentialSubject'] as JsonObject), _sd: ['x'] } };
    await expect(issue(strange)).rejects.toMatchObject({ code: 'PROOF_TRANSFORMATION_ERROR' });
    await expect(integrity.assertCanonicalisable(strange, 'vc+sd-jwt')).rejects.toMatchObject({
      code: 'PROOF_TRANSFORMATION_ERROR',
    });
    await expect(integrity.assertCanonicalisable(claim, 'vc+sd-jwt')).resolves.toBeUndefined();
  });

  it('cannot leave more to the holder than a verifier takes', async () => {
    const goods = Array.from({ length: MAX_DISCLOSURES + 1 }, () => ({ name: 'A good', quantity: '1' }));
    const long: JsonObject = { ...claim, credentialSubject: { ...(claim['credentialSubject'] as JsonObject), goods } };
    await expect(issue(long, corePointersOf(long, profile))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    const wide = { ...claim, description: 'x'.repeat(MAX_TOKEN) };
    await expect(issue(wide)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('is told which members are mandatory', async () => {
    await expect(issue(claim, [])).rejects.toMatchObject({ code: 'PROOF_GENERATION_ERROR' });
    const whole = await issue(claim, [...core, ...withholdable]);
    expect(disclosuresOf(whole)).toEqual([]);
    expect(await failures(whole)).toEqual([]);
    expect(isForHolderOnly(whole)).toBe(false);
  });
});

describe('a holder', () => {
  it('shows the core and hides the rest, and links to it hold', async () => {
    const shown = await derive(base);
    expect(disclosuresOf(shown)).toEqual([]);
    expect(await failures(shown)).toEqual([]);
    expect(formCodes(shown)).toEqual([]);
    expect(pointersFor('verifier', contentIn(shown), profile)).toEqual([]);
    expect(linkDigest(contentIn(shown))).toBe(linkDigest(claim));
    expect(baseDigest(contentIn(shown))).not.toBe(baseDigest(claim));
    expect(baseDigest(contentIn(base))).toBe(baseDigest(claim));
  });

  it('shows exactly what was selected', async () => {
    for (const pointer of withholdable) {
      const shown = await derive(base, pointer);
      expect(pointersFor('verifier', contentIn(shown), profile)).toEqual([pointer]);
      expect(await failures(shown)).toEqual([]);
      expect(await derive(shown, pointer)).toEqual(shown);
      await expect(derive(await derive(shown), pointer)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    expect(contentIn(await derive(base, ...withholdable))).toEqual(claim);
    expect(contentIn(await derive(base, '/credentialSubject'))).toEqual(claim);
  });

  it('cannot show a part of what its issuer hid as a whole', async () => {
    const statement: JsonObject = {
      ...(exampleCredentials('steel-coil').get('statement:coil') as JsonObject),
      issuer: DID,
    };
    const reliance = (statement['credentialSubject'] as JsonObject)['upstreamReliance'] as unknown as JsonObject[];
    expect(reliance.length).toBeGreaterThan(0);
    const secured = await issue(statement, corePointersOf(statement, findProfile(statement) as Profile));
    await expect(derive(secured, '/credentialSubject/upstreamReliance/0')).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      pointer: '/options/selectivePointers/0',
    });
    const shown = contentIn(await derive(secured, '/credentialSubject/upstreamReliance'));
    expect(shown['credentialSubject']).toMatchObject({ upstreamReliance: reliance });
    expect(shown['credentialSubject']).not.toHaveProperty('blinding');
  });

  it('keeps to itself what still shows everything', async () => {
    expect(isForHolderOnly(base)).toBe(true);
    expect(isForHolderOnly(await derive(base, ...withholdable))).toBe(true);
    expect(isForHolderOnly(await derive(base))).toBe(false);
    expect(isForHolderOnly(await derive(base, withholdable[0] ?? ''))).toBe(false);
  });
});

describe('the text of an SD-JWT', () => {
  const text = () => String(base['id']).slice('data:application/vc+sd-jwt,'.length);
  it.each<[string, () => string, string]>([
    ['without the last separator', () => text().slice(0, -1), 'PROOF_VERIFICATION_ERROR'],
    ['without any separator', () => tokenOf(base), 'PARSING_ERROR'],
    ['with a separator twice', () => `${text()}~`, 'PARSING_ERROR'],
    ['with a key binding', () => `${text()}${tokenOf(base)}`, 'PROOF_VERIFICATION_ERROR'],
    ['with a disclosure of another', () => `${text()}${part(['s', 'evil', 'x'])}~`, 'PROOF_VERIFICATION_ERROR'],
    ['with a disclosure twice', () => `${text()}${disclosuresOf(base)[0]}~`, 'PROOF_VERIFICATION_ERROR'],
    ['with too many disclosures', () => `${tokenOf(base)}~${'YQ~'.repeat(MAX_DISCLOSURES + 1)}`, 'LIMIT_EXCEEDED'],
    ['that is too long', () => `${tokenOf(base)}~${'a'.repeat(MAX_TOKEN)}~`, 'LIMIT_EXCEEDED'],
    ['with padding', () => text().replace('~', '=~'), 'PARSING_ERROR'],
    ['with a token of two parts', () => text().replace('.', ''), 'PARSING_ERROR'],
  ])('is refused %s', async (_name, change, code) => {
    expect(await codesOf(envelope(change()))).toEqual([code]);
    expect(await codesOf(envelope(text()))).toEqual([]);
  });

  it('is no vc+jwt, and a vc+jwt is none', async () => {
    const jwt = await integrity.secureCredential(claim, { signer: good, created: NOW, cryptosuite: 'vc+jwt' });
    const token = String(jwt['id']).slice('data:application/vc+jwt,'.length);
    expect(await codesOf(envelope(`${token}~`))).toEqual(['PROOF_VERIFICATION_ERROR']);
    const plain = { ...base, id: `data:application/vc+jwt,${tokenOf(base)}` };
    expect(await codesOf(plain)).toEqual(['PROOF_VERIFICATION_ERROR']);
    expect(await codesOf({ ...base, id: `data:application/vc+jwt,${text()}` })).toEqual(['PARSING_ERROR']);
    expect(await codesOf({ ...base, id: `data:application/sd-jwt,${text()}` })).toEqual(['MALFORMED_VALUE_ERROR']);
    expect(await codesOf({ ...base, id: `data:application/vc+sd-jwt;base64,${text()}` })).toEqual([
      'MALFORMED_VALUE_ERROR',
    ]);
    await expect(derive(jwt)).rejects.toMatchObject({ code: 'PROOF_GENERATION_ERROR' });
  });
});

describe('a header', () => {
  it.each<[string, JsonObject]>([
    ['without type', { alg: 'ES256', kid: good.id }],
    ['of a plain token', { ...HEADER, typ: 'vc+jwt' }],
    ['of an SD-JWT VC', { ...HEADER, typ: 'dc+sd-jwt' }],
    ['of an SD-JWT of any kind', { ...HEADER, typ: 'sd-jwt' }],
    ['of a presentation', { ...HEADER, typ: 'vp+sd-jwt' }],
    ['of another content', { ...HEADER, cty: 'vp' }],
    ['with alg none', { ...HEADER, alg: 'none' }],
    ['with the algorithm of another key', { ...HEADER, alg: 'ES384' }],
    ['with an HMAC', { ...HEADER, alg: 'HS256' }],
    ['that brings a key', { ...HEADER, jwk: { kty: 'EC' } }],
    ['with a critical member', { ...HEADER, crit: ['x'], x: 1 }],
    ['by another party', { ...HEADER, kid: evil.id }],
  ])('%s is refused, though the signature is good', async (_name, header) => {
    const signer = header['kid'] === evil.id ? evil : good;
    const token = await tokenWith(claim, header, signer);
    expect(await codesOf(envelope(`${token}~`))).toEqual(['PROOF_VERIFICATION_ERROR']);
    expect(await codesOf(envelope(`${await tokenWith(claim)}~`))).toEqual([]);
  });
});

describe('an issuer that leaves to the holder what the type always shows', () => {
  it.each(['issuer', 'validFrom', 'validUntil', 'credentialStatus', 'credentialSubject'])(
    'is refused: %s',
    async (name) => {
      const { whole, none } = await hiding([name]);
      expect(formCodes(whole)).toEqual([]);
      expect(await failures(whole)).toContainEqual(['proof.disclosure', 'MANDATORY_CLAIM_MISSING']);
      expect(await failures(none)).toContainEqual(
        name === 'issuer'
          ? ['proof.issuer', 'PROOF_VERIFICATION_ERROR']
          : ['proof.disclosure', 'MANDATORY_CLAIM_MISSING'],
      );
    },
  );

  it('is told which required member is missing', async () => {
    const { none } = await hiding(['validFrom', 'credentialStatus']);
    expect(formCodes(none)).toContainEqual(['MANDATORY_CLAIM_MISSING', '/validFrom']);
    expect(formCodes(none)).toContainEqual(['MANDATORY_CLAIM_MISSING', '/credentialStatus']);
  });

  it('is refused for an entry of an array, and for one that is not shown', async () => {
    const subject = claim['credentialSubject'] as JsonObject;
    const [first, ...others] = subject['goods'] as unknown as JsonObject[];
    const entry = part(['salt', first ?? null]);
    const goods = [{ '...': digestOfDisclosure(entry) }, ...others];
    const token = await tokenWith({ ...claim, credentialSubject: { ...subject, goods } });
    const whole = createSdEnvelope({ token, disclosures: [entry] });
    expect(contentIn(whole)).toEqual(claim);
    expect(await failures(whole)).toEqual([['proof.disclosure', 'MANDATORY_CLAIM_MISSING']]);
    const more = await tokenWith({
      ...claim,
      credentialSubject: { ...subject, goods: [first as JsonObject, { '...': digestOfDisclosure('x') }] },
    });
    expect(await failures(envelope(`${more}~`))).toEqual([['proof.disclosure', 'MANDATORY_CLAIM_MISSING']]);
  });

  it('may add decoys where something may be withheld, and nowhere else', async () => {
    const subject = claim['credentialSubject'] as JsonObject;
    const decoy = { _sd: [digestOfDisclosure('decoy')] };
    const beside = await tokenWith({ ...claim, credentialSubject: { ...subject, ...decoy } });
    expect(await failures(envelope(`${beside}~`))).toEqual([]);
    for (const payload of [
      { ...claim, ...decoy },
      { ...claim, credentialStatus: { ...(claim['credentialStatus'] as JsonObject), ...decoy } },
      { ...claim, credentialSubject: { ...subject, footprint: { ...(subject['footprint'] as JsonObject), ...decoy } } },
    ]) {
      const token = await tokenWith(payload);
      expect(await failures(envelope(`${token}~`))).toEqual([['proof.disclosure', 'MANDATORY_CLAIM_MISSING']]);
    }
  });

  it('may hide what may be withheld in parts', async () => {
    const statement: JsonObject = {
      ...(exampleCredentials('steel-coil').get('statement:coil') as JsonObject),
      issuer: DID,
    };
    const subject = statement['credentialSubject'] as JsonObject;
    const [first, ...others] = subject['upstreamReliance'] as unknown as JsonObject[];
    const entry = part(['salt of the entry', first ?? null]);
    const list = part(['salt of the list', 'upstreamReliance', [{ '...': digestOfDisclosure(entry) }, ...others]]);
    const { upstreamReliance: _, ...shown } = subject;
    const token = await tokenWith({ ...statement, credentialSubject: { ...shown, _sd: [digestOfDisclosure(list)] } });
    const whole = createSdEnvelope({ token, disclosures: [entry, list] });
    expect(contentIn(whole)).toEqual(statement);
    expect(await failures(whole)).toEqual([]);
    const one = await derive(whole, '/credentialSubject/upstreamReliance/0');
    expect(disclosuresOf(one).sort()).toEqual([entry, list].sort());
    await expect(derive(createSdEnvelope({ token, disclosures: [entry] }))).rejects.toMatchObject({
      code: 'PROOF_VERIFICATION_ERROR',
    });
  });
});

describe('claims about the token', () => {
  const until = Date.parse(String(claim['validUntil'])) / 1000;

  it('may say the same in the clear', async () => {
    const token = await tokenWith({ ...claim, iss: DID, jti: claim['id'] as string, exp: until, iat: NOW / 1000 });
    expect(await codesOf(envelope(`${token}~`))).toEqual([]);
    expect(contentIn(envelope(`${token}~`))).toEqual(claim);
  });

  it.each<[string, JsonObject]>([
    ['another issuer', { iss: 'did:web:evil.example' }],
    ['a later end', { exp: until + 1 }],
    ['a credential inside', { vc: { issuer: DID } }],
    ['a proof inside', { proof: { type: 'DataIntegrityProof' } }],
  ])('may not say %s, disclosed or not', async (_name, more) => {
    const token = await tokenWith({ ...claim, ...more });
    expect(await codesOf(envelope(`${token}~`))).toEqual(['MALFORMED_VALUE_ERROR']);
    const { whole } = await hiding(Object.keys(more), { ...claim, ...more });
    expect(await codesOf(whole)).toContain('MALFORMED_VALUE_ERROR');
  });

  it.each(['iss', 'exp', 'nbf', 'iat', 'jti', 'cnf', 'aud', 'status'])(
    'are not left to the holder: %s',
    async (name) => {
      const said: Record<string, JsonValue> = {
        iss: DID,
        exp: until,
        nbf: Date.parse(String(claim['validFrom'])) / 1000,
        iat: NOW / 1000,
        jti: claim['id'] as string,
      };
      const { whole } = await hiding([name], { ...claim, [name]: said[name] ?? 'x' });
      expect(await codesOf(whole)).toEqual(['PROOF_VERIFICATION_ERROR']);
    },
  );

  it('say when it was made, never in the future', async () => {
    const token = await tokenWith({ ...claim, iat: NOW / 1000 + 3600 });
    expect(await codesOf(envelope(`${token}~`))).toEqual(['PROOF_VERIFICATION_ERROR']);
    const opened = openEnvelope(base);
    expect(opened.ok && opened.value.issuedAt).toBe(NOW);
  });
});

describe('a conformance instance', () => {
  it('takes any type, whatever its issuer left to the holder', async () => {
    const open = createDataIntegrity({ contexts: createTestContexts() });
    const conformance = createDataIntegrity({ contexts: { ...contexts, intake: 'conformance' } });
    const { whole } = await hiding(['validUntil']);
    const outcome = async (checker: typeof open) =>
      (await checker.checkCredentialProofs(whole, { resolver, now: NOW })).findings.every(
        ({ outcome: o }) => o === 'passed',
      );
    expect(await outcome(open)).toBe(false);
    expect(await outcome(conformance)).toBe(true);
  });
});
