/** Layer `status`: how a list is packed, and what happens to it on its way (docs/threats.md, section 5.11, rules 4 and 6). */
import { crc32, gzipSync } from 'node:zlib';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { bareCredential, secured, statusEntry } from '../bases.ts';
import { JUDGING_SURFACES, specimen } from '../surfaces.ts';
import { type Builder, credentialTrials, type Trial } from '../trial.ts';
import { respondents } from './did-hosts.ts';
import { listWith, listWithSubject, withList } from './status.ts';

const BYTES = Buffer.alloc(16_384);

const encoded = (bytes: Uint8Array): string => `u${Buffer.from(bytes).toString('base64url')}`;

/** A gzip member with a wrong sum at its end. */
function badSum(): Buffer {
  const member = gzipSync(BYTES);
  member.writeUInt32LE((crc32(BYTES) ^ 1) >>> 0, member.length - 8);
  return member;
}

const compressions: Builder = async (world) => {
  const whole = gzipSync(BYTES);
  const half = gzipSync(BYTES.subarray(0, 8192));
  const forms: readonly [string, Uint8Array][] = [
    ['two members', Buffer.concat([half, half])],
    ['a whole list and an empty member', Buffer.concat([whole, gzipSync('')])],
    ['trailing bytes', Buffer.concat([whole, Buffer.from('more')])],
    ['trailing zeros', Buffer.concat([whole, Buffer.alloc(8)])],
    ['a wrong CRC', badSum()],
    ['truncated by a byte', whole.subarray(0, -1)],
    ['truncated in the middle', whole.subarray(0, 20)],
    ['no gzip at all', BYTES],
  ];
  const trials: Trial[] = [];
  for (const [form, bytes] of forms) {
    const make = (url: string) => listWithSubject(url, (subject) => ({ ...subject, encodedList: encoded(bytes) }));
    trials.push(...(await withList(world, form, make)));
  }
  return trials;
};

const encodings: Builder = async (world) => {
  const whole = gzipSync(BYTES);
  const forms: readonly [string, JsonValue][] = [
    ['without u', whole.toString('base64url')],
    ['with padding', `u${whole.toString('base64url')}=`],
    ['as base64', `u${whole.toString('base64')}`],
    ['as multibase m', `m${whole.toString('base64').replaceAll('=', '')}`],
    ['empty', ''],
    ['only u', 'u'],
    ['an object', { '@value': encoded(whole) }],
    ['an array', [encoded(whole)]],
    ['a line break inside', `u${whole.toString('base64url').slice(0, 10)}\n${whole.toString('base64url').slice(10)}`],
  ];
  const trials: Trial[] = [];
  for (const [form, encodedList] of forms) {
    const make = async (url: string): Promise<JsonObject> => {
      const signed = await listWith(url);
      return { ...signed, credentialSubject: { ...(signed['credentialSubject'] as JsonObject), encodedList } };
    };
    trials.push(...(await withList(world, `${form}, changed after signing`, make)));
    if (typeof encodedList !== 'string' || encodedList === '') continue;
    const honest = (url: string) => listWithSubject(url, (subject) => ({ ...subject, encodedList }));
    trials.push(...(await withList(world, `${form}, as signed`, honest)));
  }
  return trials;
};

/** What happens to a list on its way, over a real connection. */
const unavailable: Builder = async (world) => {
  const { tls, hosts } = world;
  hosts.name('list.tls.example', ['127.0.0.1']);
  const forms: readonly [string, string, Parameters<typeof respondents.set>[1]][] = [
    ['404', '404', (_, response) => response.writeHead(404).end()],
    ['410', '410', (_, response) => response.writeHead(410).end()],
    ['500', '500', (_, response) => response.writeHead(500).end()],
    [
      '503 with a list',
      '503',
      (_, response) => response.writeHead(503, { 'content-type': 'application/vc' }).end('{}'),
    ],
    ['slow', 'slow', () => undefined],
    [
      'broken off',
      'broken',
      (_, response) => response.writeHead(200, { 'content-type': 'application/vc', 'content-length': 9 }).destroy(),
    ],
    ['HTML', 'html', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>')],
    [
      'HTML that says it is JSON',
      'json',
      (_, response) => response.writeHead(200, { 'content-type': 'application/vc' }).end('<html></html>'),
    ],
    [
      'a redirect',
      'moved',
      (_, response) => response.writeHead(302, { location: 'https://good.example/status-lists/1' }).end(),
    ],
  ];
  const trials: Trial[] = [];
  const urls: [string, string][] = [
    ['a name without an address', 'https://nowhere.example/list'],
    ['http', 'http://good.example/status-lists/1'],
  ];
  for (const [form, path, respond] of forms) {
    respondents.set(`/${path}`, respond);
    urls.push([form, `https://list.tls.example:${tls.port}/${path}`]);
  }
  for (const [form, url] of urls) {
    const credential = await secured(bareCredential({ credentialStatus: statusEntry({ url }) }));
    trials.push(...credentialTrials(world, specimen(form, credential), { surfaces: JUDGING_SURFACES }));
  }
  return trials;
};

export const STATUS_LIST_BUILDERS: Readonly<Record<string, Builder>> = {
  'ST-006': compressions,
  'ST-007': encodings,
  'ST-009': unavailable,
};
