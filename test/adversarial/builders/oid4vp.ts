/** OpenID4VP (docs/threats.md, sections 5.7 and 5.12): responses to what was asked, and requests that holders are led to. */
import type { JsonObject } from '../../../src/base/json.ts';
import { encryptedFor, pathOf } from '../../support/wallet.ts';
import { type Answer, readReply } from '../answer.ts';
import { bareCredential, secured } from '../bases.ts';
import { holder } from '../parties.ts';
import { ask, present } from '../surfaces.ts';
import type { Builder, Trial, TrialExpectation } from '../trial.ts';
import type { World } from '../world.ts';
import { respondents, serve } from './did-hosts.ts';

const TYPE = 'VerifiableCredential';
const VERIFIERS = '/verifiers/maker/presentation-requests';
const BAD_REQUEST: TrialExpectation = { verdict: 'refuse', types: ['LOCAL:bad-request'] };

// biome-ignore lint/suspicious/noExplicitAny: parameters are read by path
type Request = any;

const queryOf = (more: object = {}) => ({ id: 'one', format: 'ldp_vc', meta: { type_values: [[TYPE]] }, ...more });

/** What a wallet finds behind the link of a new request. */
async function requested(world: World, more: object = {}): Promise<Request> {
  const asked = { dcql_query: { credentials: [queryOf()] }, responseMode: 'direct_post', ...more };
  const made = await world.node.post(VERIFIERS, asked, world.maker.token);
  if (made.status !== 201) throw new Error(made.text);
  const fetched = await world.node.get(pathOf(made.body.requestUri));
  return JSON.parse(Buffer.from(fetched.text.split('.')[1] ?? '', 'base64url').toString());
}

async function honestFor(request: Request): Promise<JsonObject> {
  return present(holder, [await secured(bareCredential())], { challenge: request.nonce, domain: request.client_id });
}

async function post(world: World, url: string, form: Readonly<Record<string, unknown>>): Promise<Answer> {
  const texts = Object.entries(form).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const raw = new URLSearchParams(Object.fromEntries(texts)).toString();
  const started = performance.now();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const reply = await world.node.request('POST', pathOf(url), { raw, headers });
  return readReply(reply, performance.now() - started, raw, world.secrets);
}

const respond = (form: string, run: () => Promise<Answer>, expected?: TrialExpectation): Trial => ({
  form,
  surface: 'respond',
  run,
  ...(expected === undefined ? {} : { expected }),
});

/** Two requests, and the response to one of them sent to the other. */
export const swappedResponses = async (world: World): Promise<readonly Trial[]> => [
  respond('two requests to wallets, the answers exchanged', async () => {
    const [one, two] = [await requested(world), await requested(world)];
    return post(world, two.response_uri, { vp_token: { one: [await honestFor(one)] }, state: two.state });
  }),
  respond(
    'a request to a wallet, and its own answer',
    async () => {
      const request = await requested(world);
      return post(world, request.response_uri, { vp_token: { one: [await honestFor(request)] }, state: request.state });
    },
    { verdict: 'accept' },
  ),
];

const states: Builder = async (world) => {
  const send = async (request: Request, more: object, url: string = request.response_uri): Promise<Answer> =>
    post(world, url, { vp_token: { one: [await honestFor(request)] }, state: request.state, ...more });
  return [
    respond('a random state', async () => send(await requested(world), { state: 'r'.repeat(43) })),
    respond('the state of another request', async () =>
      send(await requested(world), { state: (await requested(world)).state }),
    ),
    respond('an address that was never given out', async () =>
      send(await requested(world), {}, `https://node.example/openid4vp/responses/${'r'.repeat(43)}`),
    ),
    respond('a request that was answered', async () => {
      const request = await requested(world);
      await send(request, {});
      return send(request, {});
    }),
    respond('a request that is over', async () => {
      const request = await requested(world);
      const now = world.node.clock.now();
      world.node.clock.set(now + 300_000);
      try {
        return await send(request, {});
      } finally {
        world.node.clock.set(now);
      }
    }),
  ];
};

const otherAnswers: Builder = async (world) => {
  const answered = (form: string, query: object, vpToken: (presentation: JsonObject) => object): Trial =>
    respond(form, async () => {
      const request = await requested(world, { dcql_query: { credentials: [queryOf(query)] } });
      return post(world, request.response_uri, { vp_token: vpToken(await honestFor(request)), state: request.state });
    });
  const plainly = (presentation: JsonObject): object => ({ one: [presentation] });
  const two = async (): Promise<Answer> => {
    const request = await requested(world);
    const credentials = [await secured(bareCredential()), await secured(bareCredential())];
    const both = await present(holder, credentials, { challenge: request.nonce, domain: request.client_id });
    return post(world, request.response_uri, { vp_token: { one: [both] }, state: request.state });
  };
  return [
    answered('another type', { meta: { type_values: [['CarbonFootprintClaim']] } }, plainly),
    answered('a claim that is not there', { claims: [{ path: ['credentialSubject', 'unheardOf'] }] }, plainly),
    answered('another issuer', { claims: [{ path: ['issuer'], values: ['did:web:evil.example'] }] }, plainly),
    answered('under another id', {}, (presentation) => ({ two: [presentation] })),
    answered('something beside it', {}, (presentation) => ({ one: [presentation], two: [presentation] })),
    respond('two credentials at once', two),
  ];
};

const encrypted: Builder = async (world) => {
  const withHeader = (form: string, header: JsonObject): Trial =>
    respond(form, async () => {
      const request = await requested(world, { responseMode: 'direct_post.jwt' });
      const [, ...rest] = (await encryptedFor(request, { vp_token: {}, state: request.state })).split('.');
      const response = [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.');
      return post(world, request.response_uri, { response });
    });
  return [
    withHeader('a password and 2^31 rounds', {
      alg: 'PBES2-HS256+A128KW',
      enc: 'A128GCM',
      p2s: 'AAAAAAAAAAAAAAAA',
      p2c: 2 ** 31,
    }),
    withHeader('compressed', { alg: 'ECDH-ES', enc: 'A128GCM', zip: 'DEF' }),
    withHeader('a key that comes along', { alg: 'dir', enc: 'A128GCM' }),
    withHeader('a critical member', { alg: 'ECDH-ES', enc: 'A128GCM', crit: ['exp'], exp: 1 }),
  ];
};

/** The maker's holder is given a link. */
function led(
  world: World,
  form: string,
  parameters: Readonly<Record<string, unknown>>,
  expected?: TrialExpectation,
): Trial {
  const texts = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const link = `openid4vp://?${new URLSearchParams(Object.fromEntries(texts))}`;
  return {
    form,
    surface: 'link',
    run: () => ask(world, 'POST', '/holders/maker/openid4vp/requests', { body: { link }, token: world.maker.token }),
    ...(expected === undefined ? {} : { expected }),
  };
}

const byValue = (responseUri: string, more: object = {}): Readonly<Record<string, unknown>> => ({
  client_id: `redirect_uri:${responseUri}`,
  response_type: 'vp_token',
  response_mode: 'direct_post',
  response_uri: responseUri,
  nonce: 'n'.repeat(22),
  dcql_query: { credentials: [queryOf()] },
  ...more,
});

const privateHosts: Builder = async (world) => {
  world.hosts.name('inside.example', ['10.0.0.1']);
  world.hosts.name('redirect.tls.example', ['127.0.0.1']);
  respondents.set('/openid4vp/request', (_request, response) => {
    response.writeHead(307, { location: 'https://inside.example/request' }).end();
  });
  serve(world);
  const byReference = (url: string) => ({ client_id: `decentralized_identifier:${holder.did}`, request_uri: url });
  const redirecting = `https://redirect.tls.example:${world.tls.port}/openid4vp/request`;
  return [
    ...[
      'https://127.0.0.1/r',
      'https://2130706433/r',
      'https://0x7f.1/r',
      'https://[::1]/r',
      'https://inside.example/r',
    ].map((url) => led(world, `a request at ${url}`, byReference(url))),
    led(world, 'a request over http', byReference('http://127.0.0.1/r'), BAD_REQUEST),
    led(world, 'a request that redirects', byReference(redirecting), BAD_REQUEST),
    led(world, 'a response to a private address', byValue('https://10.0.0.1/r')),
    led(world, 'a response over http', byValue('http://127.0.0.1/r'), BAD_REQUEST),
    led(world, 'an honest link', byValue('https://buyer.example/r'), { verdict: 'accept' }),
  ];
};

const queryBombs: Builder = async (world) => {
  const many = (count: number, one: (place: number) => object) =>
    Array.from({ length: count }, (_, place) => one(place));
  const bombs: readonly (readonly [string, object])[] = [
    ['10 000 queries', { credentials: many(10_000, (place) => queryOf({ id: `q${place}` })) }],
    ['33 queries', { credentials: many(33, (place) => queryOf({ id: `q${place}` })) }],
    ['101 claims', { credentials: [queryOf({ claims: many(101, (place) => ({ path: [`c${place}`] })) })] }],
    ['a path of 17 steps', { credentials: [queryOf({ claims: [{ path: many(17, () => null as never) }] })] }],
    [
      '65 sets of claims',
      { credentials: [queryOf({ claims: [{ id: 'a', path: ['a'] }], claim_sets: many(65, () => ['a']) })] },
    ],
    ['65 options', { credentials: [queryOf()], credential_sets: [{ options: many(65, () => ['one']) }] }],
  ];
  return bombs.flatMap(([form, query]): Trial[] => [
    {
      form,
      surface: 'ask',
      run: () => ask(world, 'POST', VERIFIERS, { body: { dcql_query: query }, token: world.maker.token }),
    },
    led(world, form, byValue('https://buyer.example/r', { dcql_query: query })),
  ]);
};

export const OID4VP_BUILDERS: Readonly<Record<string, Builder>> = {
  'JOSE-009': encrypted,
  'VP-009': states,
  'VP-010': otherAnswers,
  'VP-011': privateHosts,
  'VP-012': queryBombs,
};
