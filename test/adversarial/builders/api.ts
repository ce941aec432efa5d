/** Layer `api`: doors and tokens (docs/threats.md, section 5.17). */
import { ADMIN_TOKEN, type Reply } from '../../support/node.ts';
import { bareCredential, secured } from '../bases.ts';
import { exchange, rawExchange, rawHttp } from '../raw-http.ts';
import { ask } from '../surfaces.ts';
import { type Builder, checked, type Trial } from '../trial.ts';

/** A token of the right form that was never given out. */
import { withNode } from './issuance-cycle.ts';

const WRONG_TOKEN = 'ppt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/** Routes that one node is asked with wrong tokens, of which it takes 60 a minute from one address. */
const AT_ONCE = 50;

/** Every route that is not public, without a token and with four that do not open it. On nodes of their own: guessing is counted. */
const everyRoute: Builder = async (world) => {
  const kinds: readonly [string, (tokens: { maker: string; expired: string }) => string | undefined][] = [
    ['without a token', () => undefined],
    ['a token that was never given out', () => `Bearer ${WRONG_TOKEN}`],
    ['a token that was replaced', ({ expired }) => `Bearer ${expired}`],
    ['the right token under another scheme', ({ maker }) => `Basic ${maker}`],
  ];
  const closed = world.node.node.routes.filter(({ access }) => access !== 'public');
  const pieces = [closed.slice(0, AT_ONCE), closed.slice(AT_ONCE, 2 * AT_ONCE), closed.slice(2 * AT_ONCE)];
  const asked = kinds.flatMap((kind) =>
    pieces.filter(({ length }) => length > 0).map((piece) => [...kind, piece] as const),
  );
  const trials = asked.map(([form, headerOf, piece]) =>
    checked(form, `${piece[0]?.path} and ${piece.length - 1} more routes`, () =>
      withNode(world, async (node) => {
        const expired = (await node.createParty('gone')).token;
        await node.post('/admin/organizations/gone/token', {}, ADMIN_TOKEN);
        const { token } = await node.createParty('asking');
        const wrong: string[] = [];
        for (const route of piece) {
          const path = route.path.replace(/\{\w+\}/g, 'maker');
          const authorization = headerOf({ maker: token, expired });
          const headers = {
            'content-type': 'application/json',
            ...(authorization === undefined ? {} : { authorization }),
          };
          const reply = await exchange(node.url, {
            method: route.method,
            path,
            headers,
            ...(route.method === 'POST' ? { body: '{}' } : {}),
          });
          if (reply.status !== 401 || reply.body.code !== 'UNAUTHORIZED')
            wrong.push(`${route.method} ${route.path} answered ${reply.status}`);
        }
        return wrong;
      }),
    ),
  );
  const admin = closed
    .filter(({ access }) => access === 'admin')
    .map(
      ({ method, path }): Trial => ({
        form: 'the token of an organisation',
        surface: `${method} ${path}`,
        run: () =>
          ask(world, method, path.replace(/\{\w+\}/g, 'maker'), {
            token: world.other.token,
            ...(method === 'POST' ? { body: {} } : {}),
          }),
      }),
    );
  return [...trials, ...admin];
};

const verbs: Builder = async (world) => {
  const json = { 'content-type': 'application/json' };
  const path = '/verifiers/maker/credentials/verify';
  const requests: readonly [string, Parameters<typeof rawHttp>[1]][] = [
    ['TRACE', { method: 'TRACE', path: '/health/live' }],
    ['PROPFIND', { method: 'PROPFIND', path }],
    [
      'OPTIONS',
      { method: 'OPTIONS', path, headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } },
    ],
    ['PUT', { method: 'PUT', path, headers: json, body: '{}' }],
    ['PATCH', { method: 'PATCH', path, headers: json, body: '{}' }],
    ['GET on a POST route', { method: 'GET', path }],
    [
      'POST that says it is GET',
      { method: 'POST', path: '/health/live', headers: { ...json, 'x-http-method-override': 'GET' }, body: '{}' },
    ],
    ['DELETE on a list', { method: 'DELETE', path: '/admin/organizations' }],
    ['TRACE on a path of nothing', { method: 'TRACE', path: '/nothing/here' }],
  ];
  const trials = requests.map(([form, asked]): Trial => ({ form, surface: 'HTTP', run: () => rawHttp(world, asked) }));
  const tunnel = checked('CONNECT', 'HTTP', async () => {
    const { status } = await rawExchange(
      world.node.url,
      'CONNECT good.example:443 HTTP/1.1\r\nHost: good.example:443\r\n\r\n',
    );
    return status === 0 || status === 404 || status === 405 || status === 400 ? [] : [`answered ${status}`];
  });
  const overridden = checked('DELETE in a header of a POST', 'HTTP', async () => {
    const before = (await world.node.get('/admin/organizations', ADMIN_TOKEN)).body.organizations.length;
    const headers = {
      ...json,
      authorization: `Bearer ${ADMIN_TOKEN}`,
      'x-http-method-override': 'DELETE',
      'x-method-override': 'DELETE',
    };
    const deleting = '/admin/organizations/other?confirm=other&_method=DELETE';
    const { status } = await exchange(world.node.url, { method: 'POST', path: deleting, headers, body: '{}' });
    const after = (await world.node.get('/admin/organizations', ADMIN_TOKEN)).body.organizations.length;
    return [
      ...(status === 404 || status === 405 ? [] : [`answered ${status}`]),
      ...(before === after ? [] : ['it was deleted']),
    ];
  });
  return [...trials, tunnel, overridden];
};

/** Whoever asks learns no more from one refusal than from another. */
const oracle: Builder = async (world) => [
  checked('a wrong token and a missing organisation', 'HTTP', () =>
    withNode(world, async (node, maker) => {
      const asked: readonly [string, () => Promise<Reply>][] = [
        ['a wrong token', () => node.get('/holders/maker/credentials', WRONG_TOKEN)],
        ['a wrong token, no such instance', () => node.get('/holders/nobody/credentials', WRONG_TOKEN)],
        ['a wrong token for the administrator', () => node.get('/admin/organizations', WRONG_TOKEN)],
        ['no token', () => node.get('/holders/maker/credentials')],
      ];
      const own: readonly [string, () => Promise<Reply>][] = [
        ['a foreign instance', async () => node.get('/holders/other/credentials', maker.token)],
        ['a missing instance', async () => node.get('/holders/nobody/credentials', maker.token)],
      ];
      await node.createParty('other');
      return [...(await differences(asked, 8)), ...(await differences(own, 20))];
    }),
  ),
];

/** Milliseconds by which answers may differ. */
const TIME_APART = 5;

async function differences(
  asked: readonly (readonly [string, () => Promise<Reply>])[],
  rounds: number,
): Promise<string[]> {
  const bodies = new Map<string, string[]>();
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, act] of asked) {
      const started = performance.now();
      const { status, body } = await act();
      times.set(name, [...(times.get(name) ?? []), performance.now() - started]);
      const { requestId: _, ...rest } = body;
      const text = JSON.stringify({ status, ...rest });
      bodies.set(text, [...(bodies.get(text) ?? []), name]);
    }
  }
  // The quickest of each: what a busy machine adds is no part of the answer.
  const quickest = [...times.values()].map((list) => Math.min(...list));
  const apart = Math.max(...quickest) - Math.min(...quickest);
  return [
    ...(bodies.size === 1 ? [] : [`answers differ: ${[...bodies.keys()].join(' | ')}`]),
    ...(apart <= TIME_APART ? [] : [`answers are ${apart.toFixed(1)} ms apart`]),
  ];
}

const foreignWallet: Builder = async (world) => {
  const raw = JSON.stringify({ verifiableCredential: await secured(bareCredential()) });
  const kept = await world.node.request('POST', '/holders/maker/credentials', { raw, token: world.maker.token });
  const path = `/holders/maker/credentials/${String(kept.body.id)}`;
  const { token } = world.other;
  const options = { challenge: 'a challenge of sixteen', domain: 'https://verifier.example' };
  const requests: readonly [string, string, string, object?][] = [
    ['list', 'GET', '/holders/maker/credentials'],
    ['read', 'GET', path],
    ['delete', 'DELETE', path],
    ['present', 'POST', '/holders/maker/presentations/prove', { credentials: [kept.body.id], options }],
    ['read under the own wallet', 'GET', path.replace('/holders/maker/', '/holders/other/')],
    [
      'present under the own wallet',
      'POST',
      '/holders/other/presentations/prove',
      { credentials: [kept.body.id], options },
    ],
    ['delete under the own wallet', 'DELETE', path.replace('/holders/maker/', '/holders/other/')],
  ];
  const trials = requests.map(
    ([form, method, where, body]): Trial => ({
      form,
      surface: `${method} holder`,
      run: () => ask(world, method, where, { token, ...(body === undefined ? {} : { body }) }),
    }),
  );
  const still: Trial = {
    form: 'its owner still has it',
    surface: 'GET holder',
    run: () => ask(world, 'GET', path, { token: world.maker.token }),
    expected: { verdict: 'accept' },
  };
  return [...trials, still];
};

export const API_BUILDERS: Readonly<Record<string, Builder>> = {
  'API-001': everyRoute,
  'API-002': verbs,
  'API-004': oracle,
  'API-005': foreignWallet,
};
