/** Layer `jose`, presentations (docs/threats.md, sections 5.9 and 5.12): what holds for a token with a credential holds for these too. */
import { createHmac } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { V2_CONTEXT } from '../../../src/credentials/contexts.ts';
import type { Signer } from '../../../src/crypto/signer.ts';
import { type Base, bareCredential, expiredCredential, revokedCredential, secured } from '../bases.ts';
import { type CorpusKeyType, ecdsaSigner } from '../ecdsa-keys.ts';
import { good, holder, NOW, thief, VERIFIER_DOMAIN } from '../parties.ts';
import { unsigned } from '../surfaces.ts';
import {
  envelopeOf,
  type HeaderChanges,
  presentationEnvelopeOf,
  presentationHeader,
  signToken,
  tokenOf,
} from '../tokens.ts';
import type { Builder, Trial, TrialExpectation } from '../trial.ts';
import type { World } from '../world.ts';
import { keyOfIssuer } from './jose-forms.ts';
import { presentationTrials } from './proof.ts';

/** One presentation, as whoever makes it wants it. */
interface Made {
  readonly credentials?: readonly JsonObject[];
  readonly header?: HeaderChanges;
  /** Beside or instead of what an honest one says; what is `undefined` is left out. */
  readonly claims?: Readonly<Record<string, JsonValue | undefined>>;
  readonly signer?: Pick<Signer, 'sign'>;
  /** The text of the payload, and the token, after everything else. */
  readonly payload?: (text: string) => string;
  readonly token?: (token: string) => string;
  readonly envelope?: (envelope: JsonObject) => JsonObject;
}

const SECONDS = NOW / 1000;

async function make(made: Made, challenge: string): Promise<string> {
  const credentials = made.credentials ?? [await secured(bareCredential())];
  const honest = { iss: holder.did, aud: VERIFIER_DOMAIN, nonce: challenge, iat: SECONDS };
  const payload = defined({ ...unsigned(holder, credentials), ...honest, ...made.claims });
  const text = made.payload?.(JSON.stringify(payload)) ?? JSON.stringify(payload);
  const bytes = new TextEncoder().encode(text);
  const token = await tokenOf(presentationHeader(holder.signer, made.header), bytes, made.signer ?? holder.signer);
  const envelope = presentationEnvelopeOf(made.token?.(token) ?? token);
  return JSON.stringify(made.envelope?.(envelope) ?? envelope);
}

const defined = (members: Readonly<Record<string, JsonValue | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(members).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined));

function forms(world: World, list: readonly (readonly [string, Made])[], expected?: TrialExpectation): Trial[] {
  return list
    .flatMap(([form, made]) => presentationTrials(world, form, (challenge) => make(made, challenge)))
    .map((trial) => (expected === undefined ? trial : { ...trial, expected }));
}

const macBy = (secret: string): Pick<Signer, 'sign'> => ({
  sign: async ({ data }) => new Uint8Array(createHmac('sha256', secret).update(data).digest()),
});
const zeros: Pick<Signer, 'sign'> = { sign: async () => new Uint8Array(64) };

const headers: Builder = async (world) =>
  forms(world, [
    ['alg none, a signature of zeros', { header: { alg: 'none' }, signer: zeros }],
    ['alg none, a good signature', { header: { alg: 'none' } }],
    ['alg NONE', { header: { alg: 'NONE' } }],
    ['no alg', { header: { alg: undefined } }],
    ['a list of algorithms', { header: { alg: ['EdDSA'] } }],
    ['an HMAC by the public key', { header: { alg: 'HS256' }, signer: macBy(holder.signer.publicKeyMultibase) }],
    ['the algorithm of another key', { header: { alg: 'ES256' } }],
    ['RSA', { header: { alg: 'RS256' } }],
    ['the type of a credential', { header: { typ: 'vc+jwt' } }],
    ['the type of a login', { header: { typ: 'JWT' } }],
    ['no type', { header: { typ: undefined } }],
    ['a type with its media type', { header: { typ: 'application/vp+jwt' } }],
    ['the content of a credential', { header: { cty: 'vc' } }],
    ['a critical member', { header: { crit: ['x'], x: 1 } }],
    ['a payload as it is', { header: { crit: ['b64'], b64: false } }],
    ['a key that comes along', { header: { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AA' } } }],
    ['the address of keys', { header: { jku: 'https://attacker.example/keys' } }],
    ['the address of a certificate', { header: { x5u: 'https://attacker.example/certificate' } }],
    ['a certificate', { header: { x5c: ['MIIBszCCAVmgAwIBAgIU'] } }],
    ['no kid', { header: { kid: undefined } }],
    ['a kid that is a number', { header: { kid: 1 } }],
    ['signed by another under the name of the holder', { signer: thief.signer }],
    ['changed after it was signed', { token: withPayload({ aud: VERIFIER_DOMAIN, type: 'VerifiablePresentation' }) }],
  ]);

/** The signature of one payload under another that says the same about challenge and domain. */
const withPayload =
  (more: JsonObject) =>
  (token: string): string => {
    const [head, body = '', tail] = token.split('.');
    const said = JSON.parse(Buffer.from(body, 'base64url').toString()) as JsonObject;
    return [head, Buffer.from(JSON.stringify({ ...said, ...more })).toString('base64url'), tail].join('.');
  };

const challenges: Builder = async (world) =>
  forms(world, [
    ['none', { claims: { nonce: undefined } }],
    ['another', { claims: { nonce: 'a challenge that nobody gave out' } }],
    ['an empty one', { claims: { nonce: '' } }],
    ['a number', { claims: { nonce: 7 } }],
    ['under the name that proofs have for it', { claims: { nonce: undefined, challenge: 'x' } }],
  ]).map((trial) =>
    trial.form.startsWith('under')
      ? { ...trial, expected: { verdict: 'refuse', types: MALFORMED_TOO } as const }
      : trial,
  );
const MALFORMED_TOO = [
  'https://w3id.org/security#INVALID_CHALLENGE_ERROR',
  'https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR',
];

const domains: Builder = async (world) =>
  forms(world, [
    ['none', { claims: { aud: undefined } }],
    ['another', { claims: { aud: 'https://evil.example' } }],
    ['ours with a slash', { claims: { aud: `${VERIFIER_DOMAIN}/` } }],
    ['ours in capitals', { claims: { aud: VERIFIER_DOMAIN.toUpperCase() } }],
    ['ours and theirs', { claims: { aud: [VERIFIER_DOMAIN, 'https://evil.example'] } }],
    ['theirs and ours', { claims: { aud: ['https://evil.example', VERIFIER_DOMAIN] } }],
    ['ours alone, in a list', { claims: { aud: [VERIFIER_DOMAIN] } }],
  ]);

const holders: Builder = async (world) =>
  forms(world, [
    ['no holder', { claims: { holder: undefined, iss: undefined } }],
    ['the victim as holder, the kid of the thief', { header: { kid: thief.signer.id }, signer: thief.signer }],
    [
      'the thief as holder of what is bound to the victim',
      {
        claims: { holder: thief.did, iss: thief.did },
        header: { kid: thief.signer.id },
        signer: thief.signer,
      },
    ],
    [
      'no subject id to compare with',
      { credentials: [await secured(bareCredential({ credentialSubject: { name: 'A product' } }))] },
    ],
  ]);

const contradictions: Builder = async (world) =>
  forms(world, [
    ['another issuer of the token than the holder', { claims: { iss: thief.did } }],
    ['an issuer of the token, no holder', { claims: { holder: undefined } }],
    ['another subject', { claims: { sub: thief.did } }],
    ['another id', { claims: { jti: 'urn:uuid:6a1676b8-b51f-41ed-937b-d76685a20ff5' } }],
    ['a presentation in the manner of version 1.1', { claims: { vp: { holder: holder.did } } }],
    ['a credential in the manner of version 1.1', { claims: { vc: { issuer: good.did } } }],
    ['a proof as well', { claims: { proof: { type: 'DataIntegrityProof', cryptosuite: 'eddsa-rdfc-2022' } } }],
    ['an end in words', { claims: { exp: '2027-05-01T00:00:00Z' } }],
    ['an end as a text of digits', { claims: { exp: String(SECONDS + 60) } }],
    ['a start below nothing', { claims: { nbf: -1 } }],
    ['a time of making with 16 digits', { claims: { iat: 1e15 } }],
    [';base64', { envelope: (e) => renamed(e, 'vp+jwt,', 'vp+jwt;base64,') }],
    ['a character set', { envelope: (e) => renamed(e, 'vp+jwt,', 'vp+jwt;charset=utf-8,') }],
    ['another media type', { envelope: (e) => renamed(e, 'vp+jwt', 'jwt') }],
    ['the media type of a credential', { envelope: (e) => renamed(e, 'vp+jwt', 'vc+jwt') }],
    ['the media type in capitals', { envelope: (e) => renamed(e, 'vp+jwt', 'VP+JWT') }],
    ['an address of the web', { envelope: (e) => ({ ...e, id: 'https://attacker.example/token' }) }],
    ['no address', { envelope: ({ id: _, ...e }) => e }],
    ['a holder around it', { envelope: (e) => ({ ...e, holder: holder.did }) }],
    ['a proof around it', { envelope: (e) => ({ ...e, proof: { type: 'DataIntegrityProof' } }) }],
    ['two types', { envelope: (e) => ({ ...e, type: ['EnvelopedVerifiablePresentation', 'VerifiablePresentation'] }) }],
    ['another context', { envelope: (e) => ({ ...e, '@context': [V2_CONTEXT, 'https://www.w3.org/ns/did/v1'] }) }],
    ['an envelope in an envelope', { payload: () => inner(presentationEnvelopeOf('e30.e30.AA')) }],
    ['the envelope of a credential in an envelope', { payload: () => inner(envelopeOf('e30.e30.AA')) }],
  ]);

const inner = (envelope: JsonObject): string => JSON.stringify({ ...envelope, holder: holder.did });
const renamed = (envelope: JsonObject, from: string, to: string): JsonObject => ({
  ...envelope,
  id: String(envelope['id']).replace(from, to),
});

const spellings: Builder = async (world) => {
  const after = (text: string, more: string): string => text.replace('{', `{${more},`);
  return forms(world, [
    ['nonce twice', { payload: (text) => after(text, '"nonce":"x"') }],
    ['aud twice', { payload: (text) => after(text, '"aud":"https://evil.example"') }],
    ['holder twice', { payload: (text) => after(text, `"holder":"${thief.did}"`) }],
    ['an escaped name', { payload: (text) => after(text, '"\\u006eonce":"x"') }],
    ['a byte order mark', { payload: (text) => `\ufeff${text}` }],
    ['an array', { payload: (text) => `[${text}]` }],
    ['a text', { payload: (text) => JSON.stringify(text) }],
    ['a line break at the end', { token: (token) => `${token}\n` }],
    ['padding', { token: (token) => `${token}=` }],
    ['the other alphabet', { token: (token) => `${token.slice(0, -4)}+/+/` }],
    ['no signature', { token: (token) => token.split('.').slice(0, 2).join('.') }],
    ['an empty signature', { token: (token) => `${token.split('.').slice(0, 2).join('.')}.` }],
    ['five parts', { token: (token) => `${token}.AA.AA` }],
    ['nothing', { token: () => '' }],
  ]);
};

const lives: Builder = async (world) =>
  forms(world, [
    ['ended ten minutes ago', { claims: { exp: SECONDS - 600 } }],
    ['begins in ten minutes', { claims: { nbf: SECONDS + 600 } }],
    ['made in ten minutes', { claims: { iat: SECONDS + 600 } }],
  ]);

/** What is wrong inside is found inside, whatever the presentation is secured with. */
const inside: Builder = async (world) => {
  const changed = async (base: Base): Promise<JsonObject> => ({
    ...(await secured(base)),
    validUntil: '2031-01-01T00:00:00Z',
  });
  const token = await signToken(bareCredential().unsecured, keyOfIssuer(good));
  const [head, , tail] = token.split('.');
  const other = Buffer.from(
    JSON.stringify({ ...bareCredential().unsecured, validUntil: '2031-01-01T00:00:00Z' }),
  ).toString('base64url');
  const badly: readonly [string, JsonObject, readonly string[]][] = [
    ['a changed one', await changed(bareCredential()), ['https://w3id.org/security#PROOF_VERIFICATION_ERROR']],
    ['an expired one', await secured(expiredCredential()), ['LOCAL:expired']],
    ['a revoked one', await secured(revokedCredential()), ['LOCAL:revoked']],
    [
      'a token with the signature of another',
      envelopeOf(`${head}.${other}.${tail}`),
      ['https://w3id.org/security#PROOF_VERIFICATION_ERROR'],
    ],
    ['an unsigned one', bareCredential().unsecured, ['https://w3id.org/security#PROOF_VERIFICATION_ERROR']],
    ['a presentation', presentationEnvelopeOf(token), ['https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR']],
  ];
  const honest = await secured(bareCredential());
  return [
    ...badly.flatMap(([form, bad, types]) =>
      forms(world, [[form, { credentials: [honest, bad] }]], { verdict: 'refuse', types }),
    ),
    ...forms(world, [['nothing', { claims: { verifiableCredential: undefined } }]], {
      verdict: 'refuse',
      types: ['LOCAL:nothing-presented'],
    }),
  ];
};

/** Under a did:key of each kind, with credentials of both forms. */
const honest: Builder = async (world) => {
  const byKind = (keyType: CorpusKeyType): Made & { readonly did: string } => {
    const signer =
      keyType === 'Ed25519'
        ? holder.signer
        : ecdsaSigner(keyType, `the holder with ${keyType}`, (key) => `did:key:${key}#${key}`);
    return {
      did: signer.id.split('#')[0] ?? '',
      signer,
      header: { alg: presentationHeader(signer)['alg'], kid: signer.id },
    };
  };
  const kinds = (['Ed25519', 'P-256', 'P-384'] as const).map(async (keyType): Promise<[string, Made]> => {
    const { did, ...by } = byKind(keyType);
    const base = bareCredential({ credentialSubject: { id: did } });
    const credentials = [
      await secured(base),
      envelopeOf(await signToken({ ...base.unsecured, id: 'urn:example:in-a-token' }, keyOfIssuer(good))),
    ];
    return [`by ${keyType}`, { ...by, credentials, claims: { holder: did, iss: did } }];
  });
  return forms(world, [
    ...(await Promise.all(kinds)),
    ['no claim but what is asked for', { claims: { iss: undefined, iat: undefined }, header: { cty: undefined } }],
    [
      'every claim, each as the presentation says',
      {
        claims: {
          id: 'urn:example:presentation',
          jti: 'urn:example:presentation',
          sub: holder.did,
          nbf: SECONDS - 60,
          exp: SECONDS + 60,
        },
      },
    ],
    ['within the skew', { claims: { exp: SECONDS - 240, nbf: SECONDS + 240, iat: SECONDS + 240 } }],
    [
      'context and type as texts',
      { envelope: (e) => ({ ...e, '@context': V2_CONTEXT, type: 'EnvelopedVerifiablePresentation' }) },
    ],
  ]);
};

export const PRESENTATION_TOKEN_BUILDERS: Readonly<Record<string, Builder>> = {
  'JOSE-014': headers,
  'JOSE-015': challenges,
  'JOSE-016': domains,
  'JOSE-017': holders,
  'JOSE-018': contradictions,
  'JOSE-019': spellings,
  'JOSE-020': lives,
  'JOSE-021': inside,
  'OK-023': honest,
};
