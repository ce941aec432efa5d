/** Layer `jose`, payloads, envelopes and spellings (docs/threats.md, section 5.9). */
import type { JsonObject } from '../../../src/base/json.ts';
import { V2_CONTEXT } from '../../../src/credentials/contexts.ts';
import type { Party } from '../../support/data-integrity.ts';
import { at, DAY, evil, good, NOW } from '../parties.ts';
import { envelopeOf, headerFor, signToken, tokenOf } from '../tokens.ts';
import type { Builder } from '../trial.ts';
import type { Secure } from './everywhere.ts';
import { ATTACKER, bytes, forms, keyOfIssuer, seconds, withHeader, withPayload } from './jose-forms.ts';

const credentialInside: Builder = (world) =>
  forms(world, [
    [
      'other values',
      withPayload((unsecured) => ({ ...unsecured, vc: { issuer: evil.did, validUntil: at(NOW + 900 * DAY) } })),
    ],
    ['the same values', withPayload((unsecured) => ({ ...unsecured, vc: unsecured }))],
    ['nothing', withPayload((unsecured) => ({ ...unsecured, vc: {} }))],
    ['nothing but the claim', withPayload((unsecured) => ({ iss: unsecured['issuer'] ?? '', vc: unsecured }))],
  ]);

/** As many envelopes one in another as there is room for in a token. */
const MOST_NESTED = 14;

async function nested(unsecured: JsonObject, party: Party, times: number): Promise<JsonObject> {
  let document = envelopeOf(await signToken(unsecured, keyOfIssuer(party)));
  for (let depth = 1; depth < times; depth += 1) {
    const issuer = unsecured['issuer'] ?? '';
    document = envelopeOf(await signToken({ ...document, issuer }, keyOfIssuer(party)));
  }
  return document;
}

const around =
  (change: (envelope: JsonObject, token: string) => JsonObject): Secure =>
  async (unsecured, party) => {
    const token = await signToken(unsecured, keyOfIssuer(party));
    return change(envelopeOf(token), token);
  };

const envelopeTricks: Builder = (world) =>
  forms(world, [
    [
      ';base64',
      around((_, token) => envelopeOf(Buffer.from(token).toString('base64'), 'data:application/vc+jwt;base64,')),
    ],
    [';base64 around the token itself', around((_, token) => envelopeOf(token, 'data:application/vc+jwt;base64,'))],
    ['a character set', around((_, token) => envelopeOf(token, 'data:application/vc+jwt;charset=utf-8,'))],
    ['another media type', around((_, token) => envelopeOf(token, 'data:application/jwt,'))],
    ['the media type of a presentation', around((_, token) => envelopeOf(token, 'data:application/vp+jwt,'))],
    ['the media type in capitals', around((_, token) => envelopeOf(token, 'data:application/VC+JWT,'))],
    ['an address of the web', around(() => envelopeOf('', `https://${ATTACKER}/token`))],
    ['no address', around(({ id: _, ...envelope }) => envelope)],
    ['members of a credential around it', around((envelope) => ({ ...envelope, issuer: evil.did }))],
    ['a proof around it', around((envelope) => ({ ...envelope, proof: { type: 'DataIntegrityProof' } }))],
    [
      'another context',
      around((envelope) => ({ ...envelope, '@context': [V2_CONTEXT, 'https://www.w3.org/ns/did/v1'] })),
    ],
    ['an envelope in an envelope', (unsecured, party) => nested(unsecured, party, 2)],
    [`${MOST_NESTED} envelopes one in another`, (unsecured, party) => nested(unsecured, party, MOST_NESTED)],
  ]);

const notAnObject: Builder = (world) =>
  forms(world, [
    ['an array', withPayload((unsecured) => [unsecured])],
    ['a text', withPayload((unsecured) => JSON.stringify(unsecured))],
    ['a byte order mark', withPayload((unsecured) => bytes(`\ufeff${JSON.stringify(unsecured)}`))],
    [
      'invalid UTF-8',
      withPayload((unsecured) => Uint8Array.from([...bytes(JSON.stringify(unsecured).slice(0, -1)), 0xff, 0x7d])),
    ],
  ]);

/** Parsers keep the last of two members; what was meant with the first is anybody's guess. */
const duplicates: Builder = async (world) => {
  const twice = (value: object, member: string): Uint8Array => bytes(JSON.stringify(value).replace('{', `{${member},`));
  const header =
    (member: string): Secure =>
    async (unsecured, party) => {
      const signer = keyOfIssuer(party);
      return envelopeOf(await tokenOf(twice(headerFor(signer), member), unsecured, signer));
    };
  return forms(world, [
    ['alg in the header', header('"alg":"none"')],
    ['kid in the header', header(`"kid":"${keyOfIssuer(evil).id}"`)],
    ['an escaped name in the header', header('"\\u0061lg":"none"')],
    [
      'iss in the payload',
      withPayload((unsecured) => twice({ ...unsecured, iss: unsecured['issuer'] }, `"iss":"${evil.did}"`)),
    ],
    ['issuer in the payload', withPayload((unsecured) => twice(unsecured, `"issuer":"${evil.did}"`))],
  ]);
};

/** Claims of RFC 7519 that say another thing than the credential, or that nobody else would read. */
const contradictions: Builder = (world) =>
  forms(
    world,
    (
      [
        ['another issuer', () => ({ iss: evil.did })],
        ['another id', () => ({ jti: 'urn:uuid:6a1676b8-b51f-41ed-937b-d76685a20ff5' })],
        ['another subject', () => ({ sub: evil.did })],
        ['a later end', ({ validUntil }) => ({ exp: seconds(validUntil) + 86_400 })],
        ['an earlier end', ({ validUntil }) => ({ exp: seconds(validUntil) - 1 })],
        ['an earlier start', ({ validFrom }) => ({ nbf: seconds(validFrom) - 86_400 })],
        ['an end in words', ({ validUntil }) => ({ exp: validUntil ?? '' })],
        ['an end as a text of digits', ({ validUntil }) => ({ exp: String(seconds(validUntil)) })],
        ['an end of a year with 12 digits', () => ({ exp: 1e15 })],
        ['a start below nothing', () => ({ nbf: -1 })],
        ['a proof', () => ({ proof: { type: 'DataIntegrityProof', cryptosuite: 'eddsa-rdfc-2022' } })],
        ['a presentation', () => ({ vp: { holder: good.did } })],
      ] satisfies readonly [string, (unsecured: JsonObject) => JsonObject][]
    ).map(([form, more]) => [form, withPayload((unsecured) => ({ ...unsecured, ...more(unsecured) }))]),
  );

const encodings: Builder = (world) => {
  const changed =
    (change: (token: string) => string): Secure =>
    async (unsecured, party) =>
      envelopeOf(change(await signToken(unsecured, keyOfIssuer(party))));
  const parts = (token: string): readonly string[] => token.split('.');
  return forms(world, [
    ['a line break at the end', changed((token) => `${token}\n`)],
    ['a space at the start', changed((token) => ` ${token}`)],
    ['padding', changed((token) => `${token}=`)],
    ['+ and /', changed((token) => `${token.slice(0, -4)}+/+/`)],
    ['stray bits in the last character', changed((token) => `${token.slice(0, -1)}${token.endsWith('B') ? 'C' : 'B'}`)],
    ['percent signs', changed((token) => token.replaceAll('.', '%2E'))],
    ['no signature', changed((token) => parts(token).slice(0, 2).join('.'))],
    ['an empty signature', changed((token) => `${parts(token).slice(0, 2).join('.')}.`)],
    ['an empty payload', changed((token) => `${parts(token)[0]}..${parts(token)[2]}`)],
    ['four parts', changed((token) => `${token}.AA`)],
    ['five parts, as of an encrypted one', changed((token) => `${token}.AA.AA`)],
    ['nothing', changed(() => '')],
    [
      'the JSON form',
      changed((token) => {
        const [head = '', payload = '', signature = ''] = parts(token);
        return JSON.stringify({ protected: head, payload, signature });
      }),
    ],
  ]);
};

const agreeing: Builder = (world) =>
  forms(world, [
    [
      'every claim, each as the credential says',
      withPayload((unsecured) => ({
        ...unsecured,
        iss: unsecured['issuer'] ?? '',
        jti: unsecured['id'] ?? '',
        sub: (unsecured['credentialSubject'] as JsonObject)['id'] ?? '',
        nbf: seconds(unsecured['validFrom']),
        exp: seconds(unsecured['validUntil']),
        iat: seconds(unsecured['validFrom']),
      })),
    ],
    ['no cty', withHeader({ cty: undefined })],
    [
      'context and type of the envelope as texts',
      around((envelope) => ({ ...envelope, '@context': V2_CONTEXT, type: 'EnvelopedVerifiableCredential' })),
    ],
    [
      'the algorithm by its newer name',
      async (unsecured, party) => envelopeOf(await signToken(unsecured, party.signer, { alg: 'Ed25519' })),
    ],
  ]);

export const TOKEN_BUILDERS: Readonly<Record<string, Builder>> = {
  'IN-001': duplicates,
  'JOSE-006': credentialInside,
  'JOSE-007': envelopeTricks,
  'JOSE-008': notAnObject,
  'JOSE-011': contradictions,
  'JOSE-012': encodings,
  'OK-022': agreeing,
};
