/** Layer `did`: hosts that redirect, lie about their address, or never stop (docs/threats.md, section 5.7). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { createParty } from '../../support/data-integrity.ts';
import { bareCredential, secured } from '../bases.ts';
import { specimen } from '../surfaces.ts';
import { type Builder, credentialTrials, type Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { underOthers } from './under-mechanisms.ts';

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** The same with the document on the TLS host, under a path of its own. */
async function onTlsHost(world: World, name: string, form: string, respond: Respond): Promise<Trial[]> {
  const host = `${name}.tls.example`;
  world.hosts.name(host, ['127.0.0.1']);
  const segment = `f${respondents.size}`;
  respondents.set(`/${segment}/did.json`, respond);
  serve(world);
  const party = createParty(`did:web:${host}%3A${world.tls.port}:${segment}`);
  return credentialTrials(world, specimen(form, await secured(bareCredential({}, party))));
}

/** Let the TLS host answer as its respondents do. */
export function serve(world: World): void {
  world.tls.handle = (request, response) => {
    const found = respondents.get((request.url ?? '').split('?')[0] ?? '');
    if (found === undefined) response.writeHead(404).end();
    else found(request, response);
  };
}

/** By path; what else the TLS host serves is registered here too. */
export const respondents = new Map<string, Respond>();

const redirects: Builder = async (world) => {
  const to =
    (status: number, location: string): Respond =>
    (_request, response) => {
      response.writeHead(status, { location }).end();
    };
  const hops =
    (count: number): Respond =>
    (request, response) => {
      const hop = Number(new URL(request.url ?? '', 'https://x').searchParams.get('hop') ?? 0);
      if (hop < count) response.writeHead(302, { location: `${request.url?.split('?')[0]}?hop=${hop + 1}` }).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    };
  const forms: readonly [string, Respond][] = [
    ['302 to http on a private address', to(302, 'http://127.0.0.1:1/did.json')],
    ['302 to the metadata service', to(302, 'http://169.254.169.254/latest/meta-data')],
    ['301 from https to http', to(301, 'http://good.example/.well-known/did.json')],
    ['307 to another host', to(307, 'https://good.example/.well-known/did.json')],
    ['308 to https on a private address', to(308, 'https://10.0.0.1/did.json')],
    ['1 hop', hops(1)],
    ['5 hops', hops(5)],
    ['50 hops', hops(50)],
  ];
  return (await Promise.all(forms.map(([form, respond]) => onTlsHost(world, 'redirect', form, respond)))).flat();
};

const mixedAddresses: Builder = async (world) => {
  const forms: readonly [string, readonly string[]][] = [
    ['as the case says', ['203.0.113.5', '10.0.0.1']],
    ['a public one first', ['8.8.8.8', '10.0.0.1']],
    ['a public one last', ['127.0.0.1', '8.8.8.8']],
    ['a public one and a mapped one', ['8.8.8.8', '::ffff:127.0.0.1']],
    ['only private ones', ['192.168.1.1', 'fd00::1']],
  ];
  const trials: Trial[] = [];
  for (const [index, [form, addresses]] of forms.entries()) {
    const host = `addresses-${index}.example`;
    world.hosts.name(host, addresses);
    const party = createParty(`did:web:${host}`);
    trials.push(
      ...credentialTrials(world, specimen(form, await secured(bareCredential({}, party)))),
      ...(await underOthers(world, form, () => party)),
    );
  }
  return trials;
};

const MIB = 1024 * 1024;

const hugeAnswers: Builder = async (world) => {
  const json = { 'content-type': 'application/json' };
  const endless: Respond = (request, response) => {
    response.writeHead(200, json);
    const timer = setInterval(() => response.write(' '.repeat(16_384)), 2);
    request.on('close', () => clearInterval(timer));
  };
  const trickle: Respond = (request, response) => {
    response.writeHead(200, json);
    const timer = setInterval(() => response.write(' '), 20);
    request.on('close', () => clearInterval(timer));
  };
  const large = Buffer.alloc(50 * MIB, 0x20);
  const forms: readonly [string, string, Respond][] = [
    ['endless', 'bytes for ever', endless],
    ['slow', 'one byte after another, for ever', trickle],
    ['slow', 'headers that never come', () => undefined],
    [
      'large',
      '50 MB with a length',
      (_request, response) => response.writeHead(200, { ...json, 'content-length': large.length }).end(large),
    ],
    ['large', '50 MB without a length', (_request, response) => response.writeHead(200, json).end(large)],
    [
      'bomb',
      '50 MB in gzip',
      (_request, response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync(large)),
    ],
  ];
  return (await Promise.all(forms.map(([host, form, respond]) => onTlsHost(world, host, form, respond)))).flat();
};

export const DID_HOST_BUILDERS: Readonly<Record<string, Builder>> = {
  'DID-006': redirects,
  'DID-007': mixedAddresses,
  'DID-008': hugeAnswers,
};
