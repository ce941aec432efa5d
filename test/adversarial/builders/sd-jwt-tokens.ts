/** Layer `sd-jwt`, tokens and envelopes (docs/threats.md, section 5.10), and the honest SD-JWTs beside them. */
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { bareCredential, statusEntry } from '../bases.ts';
import { evil, holder, keyOf, NOW, VERIFIER_DOMAIN } from '../parties.ts';
import {
  digestOf,
  disclosureOf,
  disclosureText,
  hide,
  SD_ADDRESS,
  type SdParts,
  sdEnvelope,
  withDigest,
} from '../sd-jwts.ts';
import { envelopeOf, signToken, tokenOf } from '../tokens.ts';
import type { Builder, Trial, TrialExpectation } from '../trial.ts';
import { everywhere, type Secure } from './everywhere.ts';
import { keyOfIssuer } from './jose-forms.ts';
import { alsoHidden, type Form, FREE, made, of, sdForms } from './sd-jwt-forms.ts';

/** None is asked for here, so none is taken, whatever it says. */
const keyBinding: Builder = (world) => {
  const claims: JsonObject = { nonce: 'a challenge', aud: VERIFIER_DOMAIN, iat: NOW / 1000 };
  const header: JsonObject = { alg: 'EdDSA', typ: 'kb+jwt' };
  const bindings: readonly [string, JsonObject, JsonObject][] = [
    ['as it should be', header, claims],
    ['wrong nonce', header, { ...claims, nonce: 'another' }],
    ['wrong aud', header, { ...claims, aud: 'https://evil.example' }],
    ['old iat', header, { ...claims, iat: 1_000_000_000 }],
    ['future iat', header, { ...claims, iat: 4_070_908_800 }],
    ['typ', { ...header, typ: 'JWT' }, claims],
    ['alg', { ...header, alg: 'none' }, claims],
  ];
  return sdForms(
    world,
    bindings.map(([form, head, payload]): [string, Secure] => [
      form,
      async (unsecured, party) => {
        const parts = hide({ ...unsecured, cnf: { kid: holder.signer.id } }, FREE);
        const plain = await sdEnvelope(parts, keyOfIssuer(party));
        const hash = digestOf(String(plain['id']).slice(SD_ADDRESS.length));
        const tail = await tokenOf(head, { ...payload, sd_hash: hash }, holder.signer);
        return { ...plain, id: `${plain['id']}${tail}` };
      },
    ]),
  );
};

const typeOfToken = of(
  [
    'JWT',
    undefined,
    'vc+jwt',
    'dc+sd-jwt',
    'sd-jwt',
    'vp+sd-jwt',
    'vc+ld+json+sd-jwt',
    'application/vc+sd-jwt',
    'VC+SD-JWT',
  ].map((typ): Form => [`typ ${typ ?? 'left out'}`, () => ({ header: { typ } })]),
);

function nested(count: number): SdParts['disclosures'] {
  const disclosures = [disclosureOf('s', 'description', 'x')];
  for (let index = 1; index < count; index += 1)
    disclosures.push(disclosureOf('s', 'description', { _sd: [digestOf(String(disclosures.at(-1)))] }));
  return disclosures;
}
const volume = of([
  ...[3000, 501, 400, 18].map(
    (count): Form => [
      `${count} nested disclosures`,
      (parts) => {
        const chain = nested(count);
        const outer = digestOf(String(chain.at(-1)));
        return {
          payload: withDigest(parts.payload, '/credentialSubject', outer),
          disclosures: [...parts.disclosures, ...chain],
        };
      },
    ],
  ),
  [
    '501 disclosures side by side',
    (parts) => alsoHidden(parts, ...Array.from({ length: 501 }, (_, index) => disclosureOf('s', `n${index}`, 1))),
  ],
  [
    '3000 empty disclosures',
    ({ disclosures }) => ({ disclosures: [...disclosures, ...Array.from({ length: 3000 }, () => '')] }),
  ],
  [
    'a disclosure of 270 000 letters',
    (parts) => alsoHidden(parts, disclosureOf('s', 'description', 'x'.repeat(202_500))),
  ],
]);

const hash = of([
  ...['sha-512', 'md5', 'SHA-256', 'sha256', '', 7, null, ['sha-256']].map(
    (name): Form => [`_sd_alg ${JSON.stringify(name)}`, ({ payload }) => ({ payload: { ...payload, _sd_alg: name } })],
  ),
  ['a weak one, nothing disclosed', (_, unsecured) => ({ payload: { ...unsecured, _sd_alg: 'md5' }, disclosures: [] })],
  [
    'a second one inside',
    ({ payload }) => ({
      payload: {
        ...payload,
        credentialSubject: { ...(payload['credentialSubject'] as JsonObject), _sd_alg: 'sha-256' },
      },
    }),
  ],
]);

const spelling: Builder = async (world) => {
  const change =
    (respell: (text: string) => string): Secure =>
    async (unsecured, party) => {
      const plain = await sdEnvelope(hide(unsecured, FREE), keyOfIssuer(party));
      return { ...plain, id: SD_ADDRESS + respell(String(plain['id']).slice(SD_ADDRESS.length)) };
    };
  return sdForms(world, [
    ['no separator at the end', change((text) => text.slice(0, -1))],
    ['no separator', change((text) => text.split('~')[0] ?? '')],
    ['a separator twice', change((text) => text.replace('~', '~~'))],
    ['a separator more at the end', change((text) => `${text}~`)],
    ['a separator before the token', change((text) => `~${text}`)],
    ['a space at the end', change((text) => `${text} `)],
    ['a line break at the end', change((text) => `${text}\n`)],
    ['padding of a disclosure', change((text) => `${text.slice(0, -1)}=~`)],
    ['padding of the token', change((text) => text.replace('~', '=~'))],
    ['stray bits in a disclosure', change((text) => `${text.slice(0, -2)}_~`)],
    ['escaped separators', change((text) => text.replaceAll('~', '%7E'))],
    ['broken JSON that the issuer signed', made((parts) => alsoHidden(parts, disclosureText('["s","description",')))],
    [
      'a member twice in a disclosure',
      made((parts) => alsoHidden(parts, disclosureText('["s","description",{"a":1,"a":2}]'))),
    ],
  ]);
};

const envelopes: Builder = (world) => {
  const at_ =
    (address: string): Secure =>
    async (unsecured, party) => {
      const plain = await sdEnvelope(hide(unsecured, FREE), keyOfIssuer(party));
      return { ...plain, id: address + String(plain['id']).slice(SD_ADDRESS.length) };
    };
  return sdForms(world, [
    ...[
      'data:application/vc+jwt,',
      'data:application/sd-jwt,',
      'data:application/dc+sd-jwt,',
      'data:application/vp+sd-jwt,',
      'data:application/vc+sd-jwt;base64,',
      'data:application/VC+SD-JWT,',
    ].map((address): [string, Secure] => [address, at_(address)]),
    [
      'a plain token with a separator',
      async (unsecured, party) => envelopeOf(`${await signToken(unsecured, keyOfIssuer(party))}~`, SD_ADDRESS),
    ],
    [
      'the token alone, as a plain one',
      async (unsecured, party) => {
        const plain = await sdEnvelope(hide(unsecured, FREE), keyOfIssuer(party));
        return envelopeOf(String(plain['id']).slice(SD_ADDRESS.length).split('~')[0] ?? '');
      },
    ],
    ['by the key of another', async (unsecured) => sdEnvelope(hide(unsecured, FREE), keyOfIssuer(evil))],
    [
      'an envelope in a disclosure',
      made((parts, unsecured) => ({
        payload: withDigest(
          { '@context': unsecured['@context'] ?? [], issuer: unsecured['issuer'] ?? '' },
          '',
          digestOf(disclosureOf('s', 'type', ['EnvelopedVerifiableCredential'])),
        ),
        disclosures: [disclosureOf('s', 'type', ['EnvelopedVerifiableCredential'])],
        ...(parts.tail === undefined ? {} : { tail: parts.tail }),
      })),
    ],
  ]);
};

/** Each kind of key, each choice of what is shown, and each way to write it that the RFC allows. */
const honest: Builder = async (world) => {
  const accept: TrialExpectation = { verdict: 'accept' };
  const withKey =
    (keyType: 'Ed25519' | 'P-256' | 'P-384', make: Form[1] = () => ({})): Secure =>
    async (unsecured, party) => {
      const parts = hide(unsecured, FREE);
      return sdEnvelope({ ...parts, ...make(parts, unsecured) }, keyOf(party, keyType));
    };
  const decoy: Form[1] = ({ payload }) => ({ payload: withDigest(payload, '/credentialSubject', digestOf('a decoy')) });
  const bare = bareCredential({ credentialStatus: statusEntry() }).unsecured;
  const alone = (form: string, make: Form[1]): Promise<Trial[]> =>
    everywhere(world, form, withKey('P-256', make), { bare, expected: accept });
  return [
    ...(await sdForms(
      world,
      (['Ed25519', 'P-256', 'P-384'] as const).map((keyType): [string, Secure] => [
        `${keyType}, all shown`,
        withKey(keyType),
      ]),
      accept,
    )),
    ...(await alone('nothing hidden, nothing to show', (_, unsecured) => ({ payload: unsecured, disclosures: [] }))),
    ...(await alone('the hash named', ({ payload }) => ({ payload: { ...payload, _sd_alg: 'sha-256' } }))),
    ...(await alone('in another order', ({ disclosures }) => ({ disclosures: [...disclosures].reverse() }))),
    ...(await alone('a decoy beside what may be withheld', decoy)),
    ...(await alone('an empty list of digests', ({ payload }) => ({ payload: { ...payload, _sd: [] } }))),
    ...(await alone('without cty', () => ({ header: { cty: undefined } }))),
    ...(await everywhere(
      world,
      'nothing shown',
      withKey('P-256', () => ({ disclosures: [] })),
      { bare, expected: accept },
    )),
    ...(
      await everywhere(
        world,
        'spaces in a disclosure',
        async (unsecured, party) => {
          const written = disclosureText('[ "a salt" ,\n "name" , "A product" ]');
          const { name: _, ...subject } = unsecured['credentialSubject'] as Record<string, JsonValue>;
          const payload = withDigest(
            { ...unsecured, credentialSubject: subject },
            '/credentialSubject',
            digestOf(written),
          );
          return sdEnvelope({ payload, disclosures: [written] }, keyOfIssuer(party));
        },
        { bare, expected: accept },
      )
    )
      // The claim of an evaluation has no name.
      .filter(({ surface }) => !surface.includes('evaluat')),
  ];
};

export const SD_JWT_TOKEN_BUILDERS: Readonly<Record<string, Builder>> = {
  'SDJ-008': keyBinding,
  'SDJ-009': typeOfToken,
  'SDJ-010': volume,
  'SDJ-012': hash,
  'SDJ-013': spelling,
  'SDJ-016': envelopes,
  'OK-024': honest,
};
