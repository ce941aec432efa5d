import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
// @ts-expect-error the package brings no types
import Provider from 'oidc-provider';

export const CLIENT = { id: 'proofprint', secret: 'a-secret-of-the-test-client' } as const;

export interface Listening extends AsyncDisposable {
  readonly url: string;
  /** Answers from now on. */
  handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
}

/** A server on the loopback address whose answers are settled once its address is known. */
export async function listenLater(): Promise<Listening> {
  const listening = {
    handle: (_: IncomingMessage, response: ServerResponse): void | Promise<void> => void response.end(),
  };
  const server: Server = createServer((request, response) => void listening.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(listening, {
    url,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

/** Settings of a node where people of this provider sign in; their files are written to `folder`. */
export async function signInSettings(folder: string, issuer: string, mapping: object): Promise<Record<string, string>> {
  const [secret, file] = [join(folder, randomUUID()), join(folder, `${randomUUID()}.json`)];
  await writeFile(secret, `${CLIENT.secret}\n`);
  await writeFile(file, JSON.stringify(mapping));
  return {
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_CLIENT_SECRET_FILE: secret,
    OIDC_MAPPING_FILE: file,
  };
}

/** A real provider; whoever comes is signed in as `who`. */
export function provide(
  listening: Listening,
  redirectUri: string,
  people: { readonly who: { current: string }; readonly groups: Readonly<Record<string, readonly string[]>> },
): void {
  const provider = new Provider(listening.url, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] }],
    claims: { openid: ['sub', 'groups'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['only-a-test'] },
    findAccount: async (_: unknown, accountId: string) => ({
      accountId,
      claims: async () => ({ sub: accountId, groups: people.groups[accountId] }),
    }),
    interactions: { url: async () => '/interaction' },
    loadExistingGrant: async (ctx: { oidc: { session: { accountId: string }; client: { clientId: string } } }) => {
      const grant = new provider.Grant({ accountId: ctx.oidc.session.accountId, clientId: ctx.oidc.client.clientId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  } as never);
  const answer = provider.callback();
  listening.handle = (request, response) => {
    if (request.url?.startsWith('/interaction') !== true) return void answer(request, response);
    void provider.interactionFinished(request, response, { login: { accountId: people.who.current } });
  };
}

/** What a browser keeps: cookies by host, sent whatever their SameSite. */
export class Browser {
  readonly #jar = new Map<string, Map<string, string>>();
  readonly #reach: (url: string) => string;

  /** `reach`: the address at which a URL is really asked, as behind a load balancer. */
  constructor(reach = (url: string): string => url) {
    this.#reach = reach;
  }

  cookies(url: string): ReadonlyMap<string, string> {
    return this.#jar.get(new URL(url).host) ?? new Map();
  }

  async get(url: string): Promise<Response> {
    return this.send('GET', url);
  }

  async send(method: string, url: string, headers: Record<string, string> = {}, body?: string): Promise<Response> {
    const { host } = new URL(url);
    const jar = this.#jar.get(host) ?? new Map<string, string>();
    this.#jar.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(this.#reach(url), {
      method,
      redirect: 'manual',
      headers: { ...headers, ...(cookie === '' ? {} : { cookie }) },
      ...(body === undefined ? {} : { body }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const at = pair.indexOf('=');
      if (/Max-Age=0|expires=Thu, 01 Jan 1970/i.test(set)) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  /** Follow redirects until something else is answered. */
  async follow(url: string): Promise<Response> {
    let response = await this.get(url);
    for (let hop = 0, at = url; response.status >= 300 && response.status < 400 && hop < 10; hop += 1) {
      at = new URL(response.headers.get('location') ?? '', at).href;
      response = await this.get(at);
    }
    return response;
  }
}
