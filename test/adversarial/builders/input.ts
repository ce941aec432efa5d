/** Layer `input`: bytes and JSON before they are a document (docs/threats.md, section 5.1). */
import { gzipSync } from 'node:zlib';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Route } from '../../../src/http/route.ts';
import { ADMIN_TOKEN } from '../../support/node.ts';
import { bareCredential, emissionsClaim, secured } from '../bases.ts';
import { rawHttp } from '../raw-http.ts';
import { joined, type Specimen } from '../surfaces.ts';
import { asRequested, type Builder, credentialTrials, issueTrials, type Trial } from '../trial.ts';
import type { World } from '../world.ts';

/** Every route that takes a body, with the right token and a path that exists. */
function routesWithBody(
  world: World,
): readonly { readonly route: Route; readonly path: string; readonly token?: string }[] {
  return world.node.node.routes
    .filter(({ request }) => request !== undefined)
    .map((route) => {
      const path = route.path.replace(/\{\w+\}/g, 'maker');
      const token = { public: undefined, admin: ADMIN_TOKEN, organisation: world.maker.token }[route.access];
      return { route, path, ...(token === undefined ? {} : { token }) };
    });
}

/** One body on every route that reads one. */
export function onEveryRoute(
  world: World,
  form: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
): Trial[] {
  return routesWithBody(world).map(({ route, path, token }) => ({
    form,
    surface: `${route.method} ${route.path}`,
    run: () =>
      rawHttp(world, {
        method: route.method,
        path,
        headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        body,
      }),
  }));
}

/** The member as raw text in an honest credential of either type, since a parser or an object literal would lose it. */
const prototypeMembers: Builder = async (world) => {
  const texts = [JSON.stringify(await secured(emissionsClaim())), JSON.stringify(await secured(bareCredential()))];
  const members = ['"constructor":{"prototype":{"polluted":1}}', '"prototype":{"polluted":1}'];
  const places: readonly [string, RegExp][] = [
    ['at the root', /^\{/],
    ['in the subject', /"credentialSubject":\{/],
  ];
  return texts.flatMap((text) =>
    members.flatMap((member) =>
      places.flatMap(([where, place]) => {
        const changed = text.replace(place, (found) => `${found}${member},`);
        return credentialTrials(world, { form: `${member} ${where}`, text: changed, document: JSON.parse(text) });
      }),
    ),
  );
};

const deep: Builder = async (world) => {
  const levels = 10_000;
  const text = `${'{"p":'.repeat(levels)}1${'}'.repeat(levels)}`;
  const alive: Trial = {
    form: 'the process is alive afterwards',
    surface: 'GET /health/live',
    run: () => rawHttp(world, { method: 'GET', path: '/health/live' }),
    expected: { verdict: 'accept' },
  };
  return [
    ...onEveryRoute(world, 'as the body', text),
    ...credentialTrials(world, { form: 'as the credential', text }),
    alive,
  ];
};

const compressedBody: Builder = async (world) => {
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 0x20), { level: 9 });
  const small = gzipSync('{}');
  const headers = (coding: string) => ({ 'content-type': 'application/json', 'content-encoding': coding });
  return [
    ...onEveryRoute(world, '50 MB of spaces in gzip', bomb, headers('gzip')),
    ...onEveryRoute(world, 'a small body in gzip', small, headers('gzip')),
    ...onEveryRoute(world, 'gzip called deflate', small, headers('deflate')),
  ];
};

const malformedBodies: Builder = async (world) => {
  const bodies = [
    '{"a":',
    '{"a":1}}',
    '{"a":1,}',
    "{'a':1}",
    'null',
    '"text"',
    '[]',
    '{"a":01}',
    '\ufeff{}',
    '{"a":1} x',
  ];
  return bodies.flatMap((body) => {
    // A scalar or an array is well-formed, and no request of ours.
    const wellFormed = /^(?:null|"text"|\[\])$/.test(body);
    const expected = wellFormed ? { verdict: 'refuse', types: ['LOCAL:bad-request'], http: [400] } : undefined;
    return [
      ...onEveryRoute(world, body, body).map((trial) =>
        expected === undefined ? trial : { ...trial, expected: { ...expected, verdict: 'refuse' as const } },
      ),
      ...credentialTrials(world, { form: body, text: body }, { surfaces: ['cli verify'] }),
    ];
  });
};

const invalidUtf8: Builder = async (world) => {
  const bodies: readonly [string, readonly number[]][] = [
    ['a byte that never occurs', [0xff]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate in three bytes', [0xed, 0xa0, 0x80]],
    ['a sequence cut short', [0xe2, 0x82]],
  ];
  const honest = JSON.stringify(await secured(bareCredential()));
  const [before = '', after = ''] = honest.split('A product');
  return bodies.flatMap(([form, bytes]) => [
    ...onEveryRoute(world, form, joined('{"a":"', Uint8Array.from(bytes), '"}')),
    ...credentialTrials(world, {
      form,
      text: joined(before, Uint8Array.from(bytes), after),
      document: JSON.parse(honest),
    }),
  ]);
};

const loneSurrogate: Builder = async (world) => {
  const base = emissionsClaim();
  const text = JSON.stringify(await secured(emissionsClaim({ operator: operatorNamed('\ud800') })));
  const changed = text.replace('\\ud800', '\\udfff');
  const honest = await secured(base);
  return [
    ...credentialTrials(world, { form: '\\ud800 as signed', text, document: honest }),
    ...credentialTrials(world, { form: 'sent as \\udfff', text: changed, document: honest }),
    ...issueTrials(world, '\\ud800 to be signed', (did) =>
      JSON.stringify(
        asRequested(
          emissionsClaim({ operator: { ...operatorNamed('\ud800'), id: did } }, { ...base, did, didDocument: {} })
            .unsecured,
        ),
      ),
    ),
  ];
};

function operatorNamed(name: string) {
  const operator = (emissionsClaim().unsecured['credentialSubject'] as { operator: Record<string, string> }).operator;
  return { ...operator, name };
}

/** Whoever presents it signs what a parser makes of the text. */
const presentable = (form: string, text: string): Specimen => ({
  form,
  text,
  document: JSON.parse(text) as JsonObject,
});

const infinity: Builder = async (world) => {
  const honest = await secured(emissionsClaim());
  const put = (text: string, number: string): string =>
    text.replace('"specificDirect":"90.0"', `"specificDirect":${number}`);
  return ['1e400', '-1e400', '1e-400', '12345678901234567890', '90.0', '0.1000000000000000055'].flatMap((number) => [
    ...credentialTrials(world, presentable(`${number} after signing`, put(JSON.stringify(honest), number))),
    ...issueTrials(world, number, (did) =>
      put(
        JSON.stringify(
          asRequested(emissionsClaim({}, { did, signer: emissionsClaim().signer, didDocument: {} }).unsecured),
        ),
        number,
      ),
    ),
  ]);
};

export const INPUT_BUILDERS: Readonly<Record<string, Builder>> = {
  'IN-002': prototypeMembers,
  'IN-003': deep,
  'IN-004': compressedBody,
  'IN-005': malformedBodies,
  'IN-006': invalidUtf8,
  'IN-007': loneSurrogate,
  'IN-008': infinity,
};
