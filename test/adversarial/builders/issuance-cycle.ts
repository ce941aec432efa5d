/** Layer `issuance`: one request, one credential, whatever breaks in between (docs/threats.md, sections 5.13 and 8.2). */
import { silentLog } from '../../../src/app.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Signer } from '../../../src/crypto/signer.ts';
import { type Reply, startNode, type TestNode } from '../../support/node.ts';
import { readReply } from '../answer.ts';
import { bareCredential } from '../bases.ts';
import { NOW } from '../parties.ts';
import { type Builder, checked, type Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { requestFor } from './issuance.ts';

/** A node of its own for what would disturb the others; `log` tells of alarms. */
export async function withNode<Answer>(
  world: World,
  act: (node: TestNode, maker: { did: string; token: string }, alarms: string[]) => Promise<Answer>,
): Promise<Answer> {
  const alarms: string[] = [];
  const log = { ...silentLog, event: (name: string) => void alarms.push(name) };
  const node = await startNode({ start: NOW, fetchJson: world.hosts.fetchJson, log });
  world.connections.expect(Number(new URL(node.url).port));
  try {
    return await act(node, await node.createParty('maker'), alarms);
  } finally {
    await node[Symbol.asyncDispose]();
  }
}

const issueOn = (node: TestNode, maker: { did: string; token: string }, key?: string): Promise<Reply> =>
  node.post(
    '/issuers/maker/credentials/issue',
    { credential: requestFor(maker.did) },
    maker.token,
    key === undefined ? {} : { 'idempotency-key': key },
  );

async function issuedOn(node: TestNode, maker: { token: string }): Promise<readonly JsonObject[]> {
  return (await node.get('/issuers/maker/credentials?limit=200', maker.token)).body.credentials;
}

const AT_ONCE = 100;

const idempotency: Builder = async (world) => [
  checked(`${AT_ONCE} at once with one key, then after a restart`, 'issue', () =>
    withNode(world, async (node, maker) => {
      const wrong: string[] = [];
      const replies = await Promise.all(Array.from({ length: AT_ONCE }, () => issueOn(node, maker, 'one-key')));
      const good = replies.filter(({ status }) => status === 201);
      if (good.length === 0) wrong.push('nobody got the credential');
      for (const { status } of replies) if (status !== 201 && status !== 409) wrong.push(`answered ${status}`);
      if (new Set(good.map(({ text }) => text)).size > 1) wrong.push('two different answers for one key');
      await node.restart();
      if ((await issueOn(node, maker, 'one-key')).text !== good[0]?.text)
        wrong.push('another answer after the restart');
      if ((await issuedOn(node, maker)).length !== 1) wrong.push('more than one credential for one key');
      return wrong;
    }),
  ),
];

type Act = 'recordIntent' | 'markIssued';

/** Where the process dies: before an act of the store, or after it, before anybody is told. */
const CRASHES: readonly [string, (node: TestNode) => void][] = [
  ['before the intent', (node) => dieAt(node, 'recordIntent', 'before')],
  ['after the intent', (node) => dieAt(node, 'recordIntent', 'after')],
  ['before the signature', (node) => failToSign(node)],
  ['before it is marked as issued', (node) => dieAt(node, 'markIssued', 'before')],
  ['after it was marked as issued', (node) => dieAt(node, 'markIssued', 'after')],
];

class Death extends Error {}

/** A dying process abandons nothing either. */
function dieAt(node: TestNode, act: Act, when: 'before' | 'after'): void {
  const { store } = node.node;
  const original = store[act].bind(store) as (...args: unknown[]) => Promise<unknown>;
  Object.defineProperty(store, act, {
    value: async (...args: unknown[]) => {
      if (when === 'after') await original(...args);
      throw new Death();
    },
  });
  Object.defineProperty(store, 'abandonIntent', { value: () => Promise.reject(new Death()) });
}

function failToSign(node: TestNode): void {
  const { identity, store } = node.node;
  const signerOf = identity.signerOf.bind(identity);
  identity.signerOf = async (instance) => {
    const found = await signerOf(instance);
    return { ...found, signer: { ...found.signer, sign: () => Promise.reject(new Death()) } };
  };
  Object.defineProperty(store, 'abandonIntent', { value: () => Promise.reject(new Death()) });
}

/** The process itself is killed in test/unit/store/level-crash.test.ts and by `npm run torture -- store`. */
const crashes: Builder = async (world) =>
  CRASHES.map(([form, die]) =>
    checked(form, 'issue', () =>
      withNode(world, async (node, maker) => {
        die(node);
        const broken = await issueOn(node, maker, 'the-key');
        await node.restart();
        const retried = await issueOn(node, maker, 'the-key');
        const again = await issueOn(node, maker, 'the-key');
        const issued = await issuedOn(node, maker);
        const good = issued.filter(({ state }) => state === 'issued');
        const places = issued.flatMap(({ statusEntries }) =>
          (statusEntries as JsonObject[]).map((entry) => JSON.stringify(entry)),
        );
        return [
          ...(broken.status === 201 ? ['the crash was answered like a success'] : []),
          ...(retried.status === 201 ? [] : [`the retry answered ${retried.status}`]),
          ...(retried.text === again.text ? [] : ['two answers for one key']),
          ...(good.length === 1 ? [] : [`${good.length} credentials for one key`]),
          ...(new Set(places).size === places.length ? [] : ['a status entry was given out twice']),
          ...((await node.node.store.listOpenIntents()).length === 0 ? [] : ['an intent stayed open']),
        ];
      }),
    ),
  );

const FAULTY_SIGNERS: readonly [string, (signer: Signer, other: Signer) => Signer][] = [
  ['a flipped bit', (signer) => ({ ...signer, sign: async (input) => flipped(await signer.sign(input)) })],
  ['another key', (signer, other) => ({ ...signer, sign: (input) => other.sign(input) })],
  ['a signature of other data', (signer) => ({ ...signer, sign: ({ data }) => signer.sign({ data: flipped(data) }) })],
];

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[7] = (copy[7] ?? 0) ^ 1;
  return copy;
}

const faultySigner: Builder = async (world) =>
  FAULTY_SIGNERS.map(
    ([form, spoil]): Trial => ({
      form,
      surface: 'issue',
      run: () =>
        withNode(world, async (node, maker, alarms) => {
          const { identity } = node.node;
          const signerOf = identity.signerOf.bind(identity);
          const other = bareCredential().signer;
          identity.signerOf = async (instance) => {
            const found = await signerOf(instance);
            return { ...found, signer: spoil(found.signer, other) };
          };
          const started = performance.now();
          const reply = await issueOn(node, maker);
          const answer = readReply(reply, performance.now() - started, '', world.secrets);
          const breaches = [...answer.breaches];
          if ('verifiableCredential' in (reply.body as object)) breaches.push('a credential in the answer');
          if ((await issuedOn(node, maker)).some(({ state }) => state === 'issued')) breaches.push('stored as issued');
          if (!alarms.includes('alarm')) breaches.push('no alarm');
          // 500 with the code of its own is what the case asks for.
          return { ...answer, outcome: 'refused', breaches };
        }),
    }),
  );

export const CYCLE_BUILDERS: Readonly<Record<string, Builder>> = {
  'VCI-005': idempotency,
  'VCI-006': crashes,
  'VCI-007': faultySigner,
};
