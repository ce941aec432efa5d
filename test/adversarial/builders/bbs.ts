/** bbs-2023: proofs that were put together, proofs of other forms, what an issuer left open, and many at once (docs/threats.md, section 5.6). */
import { type BbsParts, deriveBbs, signBbs } from '../bbs-signing.ts';
import { good, keyOf } from '../parties.ts';
import { ask, specimen, verifyCredential } from '../surfaces.ts';
import { type Builder, checked, credentialTrials } from '../trial.ts';
import { bare, coreOf, derivation } from './selective-forms.ts';

const base = (withheld: readonly string[] = []) =>
  signBbs(
    bare(),
    keyOf(good, 'Bls12381G2'),
    coreOf(bare()).filter((pointer) => !withheld.includes(pointer)),
  );

/** An honest credential, shown without what may be withheld. */
export const derivedBbs = async () => deriveBbs(await base(), ['/credentialSubject/name']);

const CHANGES: readonly (readonly [string, (parts: BbsParts) => readonly unknown[]])[] = [
  ['a disclosed index twice', ([a, b, c, d, e]) => [a, b, c, [...d, ...d], e]],
  ['a disclosed index below nothing', ([a, b, c, d, e]) => [a, b, c, d.map(() => -1), e]],
  ['a disclosed index beyond all messages', ([a, b, c, d, e]) => [a, b, c, d.map((_, at) => 900 + at), e]],
  ['no disclosed index', ([a, b, c, , e]) => [a, b, c, [], e]],
  ['a mandatory index twice', ([a, b, c, d, e]) => [a, b, [...c, ...c], d, e]],
  ['a mandatory index beyond all statements', ([a, b, c, d, e]) => [a, b, [...c, 5000], d, e]],
  ['no mandatory index', ([a, b, , d, e]) => [a, b, [], d, e]],
  ['another label for all nodes', ([a, b, c, d, e]) => [a, new Map([...b.keys()].map((key) => [key, 7])), c, d, e]],
  ['a label for no node', ([a, b, c, d, e]) => [a, new Map([...b, [999, 999]]), c, d, e]],
  ['another presentation header', ([a, b, c, d]) => [a, b, c, d, Uint8Array.of(1)]],
  [
    'the identity for each point',
    ([a, ...rest]) => [a.map((_, at) => (at < 144 && at % 48 === 0 ? 0xc0 : 0)), ...rest],
  ],
  ['a proof of nothing', ([, ...rest]) => [new Uint8Array(272), ...rest]],
  ['a proof about thousands of messages', ([, ...rest]) => [new Uint8Array(80_000).fill(1), ...rest]],
  ['six parts', (parts) => [...parts, new Uint8Array()]],
  ['four parts', ([a, b, c, d]) => [a, b, c, d]],
];

/** Base and derived forms with features that are not spoken here, and the derived form of the other suite. */
const HEADERS = [0x01, 0x04, 0x05, 0x06, 0x07, 0x08, 0xff];

const proofInternals: Builder = async (world) => {
  const honest = await derivedBbs();
  const signed = await base();
  const name = ['/credentialSubject/name'];
  const changed = await Promise.all(
    CHANGES.map(async ([form, change]) => specimen(form, await deriveBbs(signed, name, change))),
  );
  const tagged = await Promise.all(
    HEADERS.map(async (tag) =>
      specimen(
        `form 0x${tag.toString(16)} of a proof value`,
        await deriveBbs(signed, name, undefined, [0xd9, 0x5d, tag]),
      ),
    ),
  );
  return [
    ...credentialTrials(world, specimen('as it was derived', honest), { expected: { verdict: 'accept' } }),
    ...[...changed, ...tagged].flatMap((given) => credentialTrials(world, given)),
    ...credentialTrials(world, specimen('a base proof', signed), { surfaces: ['verify', 'present'] }),
    derivation(world, 'a base proof, to be derived from', signed, { verdict: 'accept' }),
  ];
};

const withheld: Builder = async (world) => {
  const members = ['/validUntil', '/credentialStatus', '/validFrom'];
  const forms = await Promise.all(
    members.flatMap((member) => [
      base([member]).then(async (lax) =>
        specimen(`${member} by bbs-2023, left open and withheld`, await deriveBbs(lax, [])),
      ),
      base([member]).then(async (lax) =>
        specimen(`${member} by bbs-2023, left open and shown`, await deriveBbs(lax, [member])),
      ),
    ]),
  );
  return forms.flatMap((given) => credentialTrials(world, given, { surfaces: ['verify', 'present', 'import'] }));
};

const AT_ONCE = 200;

/** Who is turned away is told so, nobody is answered wrongly, and everybody else is served meanwhile. */
const manyAtOnce: Builder = async (world) => [
  checked(`${AT_ONCE} BBS verifications at once`, 'verify', async () => {
    const text = JSON.stringify(await derivedBbs());
    const asked = Array.from({ length: AT_ONCE }, () => verifyCredential(world, text));
    const health = await ask(world, 'GET', '/health/live', {});
    const answers = await Promise.all(asked);
    const wrong = answers.filter(({ outcome, status }) => outcome !== 'accepted' && status !== 503 && status !== 429);
    return [
      ...wrong.map(({ outcome, status }) => `a BBS proof was ${outcome} with ${status}`),
      ...(answers.some(({ outcome }) => outcome === 'accepted') ? [] : ['none was answered']),
      ...(health.outcome === 'accepted' ? [] : ['health was not answered']),
    ];
  }),
];

export const BBS_BUILDERS: Readonly<Record<string, Builder>> = {
  'SD-006': proofInternals,
  'SD-007': manyAtOnce,
  'SD-010': withheld,
};
