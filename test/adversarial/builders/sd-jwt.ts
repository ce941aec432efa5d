/** Layer `sd-jwt`, digests and disclosures (docs/threats.md, section 5.10): what an issuer may not sign, and what a holder may not make of it. */
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { at, DAY, evil, NOW } from '../parties.ts';
import { digestOf, disclosureOf, disclosureText, hide, type SdParts, sdEnvelope, withDigest } from '../sd-jwts.ts';
import type { Builder } from '../trial.ts';
import type { Secure } from './everywhere.ts';
import { keyOfIssuer } from './jose-forms.ts';
import { alsoHidden, changedValue, EVIL, type Form, FREE, first, made, of, sdForms, without } from './sd-jwt-forms.ts';

const unreferenced = of([
  ['a member that nobody signed', ({ disclosures }) => ({ disclosures: [...disclosures, EVIL] })],
  [
    'an entry of an array that nobody signed',
    ({ disclosures }) => ({ disclosures: [...disclosures, disclosureOf('s', 'x')] }),
  ],
  ['nothing else', () => ({ disclosures: [EVIL] })],
  ['a value changed by the holder', (parts) => ({ disclosures: without(parts, changedValue(first(parts))) })],
  ['a salt changed by the holder', (parts) => ({ disclosures: without(parts, first(parts).replace(/^WyJh/, 'WyJi')) })],
  [
    'the same JSON written otherwise',
    (parts) => ({
      disclosures: without(parts, disclosureText(` ${Buffer.from(first(parts), 'base64url').toString()}`)),
    }),
  ],
  [
    'one that lies in another which is not shown',
    (parts) => {
      const inner = disclosureOf('s', 'description', 'inner');
      const outer = disclosureOf('s', 'description', { _sd: [digestOf(inner)] });
      return { ...alsoHidden(parts, outer), disclosures: [...parts.disclosures, inner] };
    },
  ],
  [
    'one of another credential',
    (parts) => ({ disclosures: without(parts, ...hide({ credentialSubject: { name: 'Another' } }, FREE).disclosures) }),
  ],
]);

const digestTwice = of([
  [
    'twice in one list',
    (parts) => ({ payload: withDigest(parts.payload, '/credentialSubject', digestOf(first(parts))) }),
  ],
  ['in two places', (parts) => ({ payload: withDigest(parts.payload, '', digestOf(first(parts))) })],
  [
    'twice, of nothing',
    ({ payload }) => ({
      payload: withDigest(
        withDigest(payload, '/credentialSubject', digestOf('x')),
        '/credentialSubject',
        digestOf('x'),
      ),
    }),
  ],
  [
    'once in a disclosure',
    (parts) => alsoHidden(parts, disclosureOf('s', 'description', { _sd: [digestOf(first(parts))] })),
  ],
  [
    'in a list and in an array',
    (parts) => alsoHidden(parts, disclosureOf('s', 'description', [{ '...': digestOf(first(parts)) }])),
  ],
  ['the disclosure twice', (parts) => ({ disclosures: [...parts.disclosures, first(parts)] })],
]);

const named = (name: JsonValue, value: JsonValue = 'x'): Form => [
  `named ${JSON.stringify(name)}`,
  (parts) => alsoHidden(parts, disclosureOf('s', name, value)),
];

const reservedName = of([
  named('_sd', [digestOf('x')]),
  named('...'),
  named('_sd_alg', 'sha-256'),
  named('__proto__', { issuer: evil.did }),
  named('constructor'),
]);

const formOf = of([
  ['four elements', (parts) => alsoHidden(parts, disclosureOf('s', 'description', 'x', 'y'))],
  ['two elements', (parts) => alsoHidden(parts, disclosureOf('s', 'x'))],
  ['none', (parts) => alsoHidden(parts, disclosureOf())],
  ['an object', (parts) => alsoHidden(parts, disclosureText('{"0":"s","1":"description","2":"x","length":3}'))],
  ['a text', (parts) => alsoHidden(parts, disclosureText('"description"'))],
  named(7),
  named(['description']),
  named({ toString: 'description' }),
  ['a salt that is a number', (parts) => alsoHidden(parts, disclosureOf(7, 'description', 'x'))],
  ['no salt', (parts) => alsoHidden(parts, disclosureOf(null, 'description', 'x'))],
  [
    'three elements in an array',
    (parts) => {
      const entry = disclosureOf('s', 'description', 'x');
      const list = disclosureOf('s', 'description', [{ '...': digestOf(entry) }]);
      return { ...alsoHidden(parts, list), disclosures: [...parts.disclosures, list, entry] };
    },
  ],
]);

const ALWAYS = ['/issuer', '/validFrom', '/validUntil', '/credentialStatus', '/credentialSubject', '/id'];
const seconds = (text: JsonValue | undefined): number => Date.parse(String(text)) / 1000;

const hiddenClaims: Builder = (world) =>
  sdForms(world, [
    ...ALWAYS.map((place): [string, Secure] => [`${place} hidden`, made(() => ({ disclosures: [] }), [place])]),
    ...[...ALWAYS, '/type', '/@context'].map((place): [string, Secure] => [
      `${place} shown`,
      made(() => ({}), [place]),
    ]),
    ...['exp', 'nbf', 'iat', 'iss', 'cnf', 'vct', 'status'].map((claim): [string, Secure] => [
      `${claim} shown`,
      made((parts, unsecured) => {
        const said: JsonObject = {
          exp: seconds(unsecured['validUntil']),
          nbf: seconds(unsecured['validFrom']),
          iat: (NOW - DAY) / 1000,
          iss: unsecured['issuer'] ?? '',
        };
        const disclosure = disclosureOf('s', claim, said[claim] ?? {});
        return {
          payload: withDigest(parts.payload, '', digestOf(disclosure)),
          disclosures: [...parts.disclosures, disclosure],
        };
      }),
    ]),
  ]);

const allDropped: Builder = (world) =>
  sdForms(world, [
    [
      'issuer JWT and ~',
      async (unsecured, party) => {
        const places = Object.keys(unsecured).filter((name) => !['@context', 'type', 'issuer'].includes(name));
        const parts = hide(
          unsecured,
          places.map((name) => `/${name}`),
        );
        return sdEnvelope({ ...parts, disclosures: [] }, keyOfIssuer(party));
      },
    ],
  ]);

const strangeDigest = of([
  ['no list', ({ payload }) => ({ payload: { ...payload, _sd: digestOf('x') } })],
  ['an object', ({ payload }) => ({ payload: { ...payload, _sd: { 0: digestOf('x') } } })],
  ['a number', ({ payload }) => ({ payload: withDigest(payload, '/credentialSubject', 7) })],
  ['a list in the list', ({ payload }) => ({ payload: withDigest(payload, '/credentialSubject', [digestOf('x')]) })],
  ['an empty text', ({ payload }) => ({ payload: withDigest(payload, '/credentialSubject', '') })],
  [
    'in hexadecimal',
    ({ payload }) => ({
      payload: withDigest(payload, '/credentialSubject', Buffer.from(digestOf('x'), 'base64url').toString('hex')),
    }),
  ],
  ['with padding', ({ payload }) => ({ payload: withDigest(payload, '/credentialSubject', `${digestOf('x')}=`) })],
  [
    'an entry with a neighbour',
    (parts) => alsoHidden(parts, disclosureOf('s', 'description', [{ '...': digestOf('x'), more: 1 }])),
  ],
  [
    'an entry outside of an array',
    (parts) => alsoHidden(parts, disclosureOf('s', 'description', { '...': digestOf('x') })),
  ],
]);

const hiddenInPlaces: Builder = (world) =>
  sdForms(world, [
    ['something at the top', made(({ payload }) => ({ payload: withDigest(payload, '', digestOf('x')) }))],
    [
      'something in the status',
      made(({ payload }) => ({ payload: withDigest(payload, '/credentialStatus', digestOf('x')) })),
    ],
    ['the index of the status, shown', made(() => ({}), ['/credentialStatus/statusListIndex'])],
    ['the subject itself, shown', made(() => ({}), ['/credentialSubject/id'])],
  ]);

const overridden = of([
  ['the issuer', (parts) => over(parts, '', 'issuer', evil.did)],
  ['the end of validity', (parts) => over(parts, '', 'validUntil', at(NOW + 3000 * DAY))],
  ['the subject', (parts) => over(parts, '/credentialSubject', 'id', evil.did)],
  [
    'two of one name',
    (parts) => alsoHidden(parts, disclosureOf('s', 'description', 'one'), disclosureOf('t', 'description', 'other')),
  ],
]);
function over(parts: SdParts, place: string, name: string, value: JsonValue): Partial<SdParts> {
  const disclosure = disclosureOf('s', name, value);
  return {
    payload: withDigest(parts.payload, place, digestOf(disclosure)),
    disclosures: [...parts.disclosures, disclosure],
  };
}

export const SD_JWT_BUILDERS: Readonly<Record<string, Builder>> = {
  'SDJ-001': unreferenced,
  'SDJ-002': digestTwice,
  'SDJ-003': reservedName,
  'SDJ-004': formOf,
  'SDJ-005': hiddenClaims,
  'SDJ-006': allDropped,
  'SDJ-011': strangeDigest,
  'SDJ-014': hiddenInPlaces,
  'SDJ-015': overridden,
};
