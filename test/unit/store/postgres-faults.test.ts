/** A database that goes away, a commit nobody answers, processes that are killed: nothing lost, nothing doubled, and nobody left waiting. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { inspectPostgres } from '../../../src/store/postgres/inspect.ts';
import { createPostgresStore } from '../../../src/store/postgres/postgres-store.ts';
import { createIntent, intend } from '../../suite/store.ts';
import { postgresPlace, runCrashCycles } from '../../support/crash-cycles.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { createRandom } from '../../support/random.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
  return async () => {
    await server[Symbol.asyncDispose]();
  };
});

const times = (n: number) => Array.from({ length: n }, (_, at) => at);
const outcomes = (findings: readonly { check: string; outcome: string }[]) =>
  findings.map(({ check, outcome }) => `${check} ${outcome}`);

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}

describe('a PostgreSQL store', () => {
  test('says what of its address is to be mended, in words of its own', async () => {
    const url = await server.createDatabase();
    const starts: readonly (readonly [string, string])[] = [
      [url.replace(/:[^:@/]+@/, ':another@'), 'SQLSTATE 28P01: wrong user or password'],
      [`${url}0`, 'SQLSTATE 3D000: there is no such database'],
      [`${url}?sslmode=verify-full`, 'the server speaks no TLS, and sslmode asks for it'],
      [`${url}?sslmode=verify-full&sslrootcert=/nowhere.pem`, 'a file that the URL names cannot be read'],
    ];
    for (const [address, words] of starts) {
      const refused = expect.objectContaining({ code: 'CONFIG_REFUSED', message: expect.stringContaining(words) });
      await expect(createPostgresStore({ url: address })).rejects.toEqual(refused);
    }
  });

  test('two processes over one database give out each entry once and write one journal', async () => {
    const url = await server.createDatabase();
    await using one = await createPostgresStore({ url });
    await using two = await createPostgresStore({ url });
    const records = await Promise.all(times(200).map((n) => intend(n % 2 === 0 ? one : two, createIntent(n))));
    const entries = records.map(({ statusEntries: [entry] }) => `${entry?.listId}/${entry?.index}`);
    expect(new Set(entries).size).toBe(200);
    expect(await one.journalHead()).toEqual(await two.journalHead());
    expect(outcomes(await inspectPostgres(url)).filter((line) => !line.endsWith('passed'))).toEqual([]);
  });

  test('what one process wrote the other one sees at once, also what it had read before', async () => {
    const url = await server.createDatabase();
    await using one = await createPostgresStore({ url });
    await using two = await createPostgresStore({ url });
    for (const n of times(6)) {
      const [writer, reader] = n % 2 === 0 ? [one, two] : [two, one];
      await writer.writeSetting('turn', n);
      expect(await reader.readSetting('turn')).toBe(n);
      expect(await reader.settleSetting('turn', 'other')).toBe(n);
    }
  });

  test('keeps texts of every kind as they are', async () => {
    await using store = await createPostgresStore({ url: await server.createDatabase() });
    const texts = [
      '',
      '"\\"',
      '{a,"b",NULL}',
      '\\N',
      "'; --",
      '\r\n\t\u0000\u2028',
      '탄소 발자국 é 🜁',
      '\ud800 alone',
      'x'.repeat(70_000),
    ];
    await Promise.all(texts.map((text, at) => store.writeSetting(`text ${at}`, text)));
    for (const [at, text] of texts.entries()) expect(await store.readSetting(`text ${at}`)).toBe(text);
  });

  test('asks once for what many acts are going to read, and believes it no longer than the turn of nobody else', async () => {
    const url = await server.createDatabase();
    await using one = await createPostgresStore({ url });
    await using two = await createPostgresStore({ url });
    const intent = (n: number) => ({ ...createIntent(n), credentialId: `urn:test:${n}` });
    await Promise.all(times(20).map((n) => intend(one, intent(n))));
    // All of these ids are foreseen as free by `two`, then taken by `one`, then asked for by `two`.
    await Promise.all(times(20).map((n) => intend(two, intent(20 + n))));
    await Promise.all(times(20).map((n) => intend(one, intent(40 + n))));
    const again = await Promise.allSettled(times(60).map((n) => two.recordIntent(intent(n))));
    expect(again.map((one) => (one.status === 'rejected' ? one.reason.code : one.status))).toEqual(
      Array.from({ length: 60 }, () => 'CONFLICT'),
    );
  });

  test('what was read in a turn that wrote nothing is not believed after somebody else wrote', async () => {
    const url = await server.createDatabase();
    await using one = await createPostgresStore({ url });
    await using two = await createPostgresStore({ url });
    await one.writeSetting('turn', 0);
    expect(await two.settleSetting('turn', 9)).toBe(0);
    await one.writeSetting('turn', 1);
    expect(await two.settleSetting('turn', 9)).toBe(1);
  });

  test('two processes with turns that write, read, and are refused, in any order, agree on everything', async () => {
    const url = await server.createDatabase();
    await using one = await createPostgresStore({ url });
    await using two = await createPostgresStore({ url });
    const random = createRandom(20260104);
    const entries = new Set<string>();
    let value = -1;
    for (const n of times(120)) {
      const store = random() < 0.5 ? one : two;
      const chosen = random();
      if (chosen < 0.3) {
        const [entry] = (await intend(store, createIntent(n))).statusEntries;
        expect(entries.has(`${entry?.listId}/${entry?.index}`)).toBe(false);
        entries.add(`${entry?.listId}/${entry?.index}`);
      } else if (chosen < 0.5) {
        value = n;
        await store.writeSetting('value', n);
      } else if (chosen < 0.8) {
        if (value >= 0) expect(await store.settleSetting('value', 'other')).toBe(value);
      } else {
        const late = store.abandonIntent('urn:uuid:nobody', { at: '2026-01-02T03:04:05Z', reason: 'r' });
        await expect(late).rejects.toMatchObject({ code: 'NOT_FOUND' });
      }
    }
  });

  test('a name too long for the database is refused alone, and what waited beside it is done', async () => {
    const url = await server.createDatabase();
    await using store = await createPostgresStore({ url });
    const noise = times(3000)
      .map((n) => createHash('sha256').update(String(n)).digest('hex'))
      .join('');
    const outcomes = await Promise.allSettled([
      intend(store, createIntent(1)),
      store.writeSetting(noise, 1),
      intend(store, createIntent(2)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'LIMIT_EXCEEDED' } });
    expect((await store.recordIntent(createIntent(3))).kind).toBe('intended');
  });

  test('while the server is away everybody is told so in a moment, and a store can be closed', async () => {
    const url = await server.createDatabase();
    const store = await createPostgresStore({ url });
    await server.kill();
    try {
      const asked = await Promise.allSettled([intend(store, createIntent(1)), store.findIssuance('urn:uuid:1')]);
      expect(asked).toMatchObject([{ reason: { code: 'UNAVAILABLE' } }, { reason: { code: 'UNAVAILABLE' } }]);
      const last = intend(store, createIntent(2));
      await Promise.allSettled([last, store[Symbol.asyncDispose]()]);
      await expect(last).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    } finally {
      await server.start();
    }
  });

  test('work falls to one holder of a lease until it has not been heard of', async () => {
    const url = await server.createDatabase();
    let now = Date.UTC(2026, 0, 1);
    await using store = await createPostgresStore({ url, clock: { now: () => now } });
    const take = (holder: string) => store.takeLease({ name: 'background', holder, ms: 1000 });
    expect([await take('one'), await take('two'), await take('one')]).toEqual([true, false, true]);
    now += 1000;
    expect([await take('two'), await take('one')]).toEqual([true, false]);
  });

  test('what another process began a moment ago is not taken from it, and is taken once it is left behind', async () => {
    const url = await server.createDatabase();
    let now = Date.UTC(2026, 0, 1);
    const clock = { now: () => now };
    await using one = await createPostgresStore({ url, clock });
    const at = new Date(now).toISOString();
    await intend(one, createIntent(1, { at }));
    const claim = { scope: 's', key: 'k', requestDigest: 'd' };
    expect((await one.claimIdempotency(claim, at)).kind).toBe('new');
    await using two = await createPostgresStore({ url, clock });
    await two.releaseLeftBehind();
    expect(await two.listOpenIntents()).toEqual([]);
    expect((await two.claimIdempotency(claim, at)).kind).toBe('in-flight');
    now += 10 * 60_000;
    await two.releaseLeftBehind();
    expect((await two.listOpenIntents()).map(({ credentialId }) => credentialId)).toEqual(['urn:uuid:1']);
    expect((await two.claimIdempotency(claim, at)).kind).toBe('new');
  });

  test('a record changed by hand is named', async () => {
    const url = await server.createDatabase();
    await using store = await createPostgresStore({ url });
    await store.writeSetting('colour', 'blue');
    await query(url, "UPDATE proofprint_entry SET value = '\"red\"' WHERE key = 'setting/colour'");
    expect(await inspectPostgres(url)).toContainEqual(
      expect.objectContaining({ check: 'store.index', code: 'STORE_INTEGRITY', detail: '1 different in setting' }),
    );
    await query(url, "UPDATE proofprint_journal SET line = replace(line, 'blue', 'grey') WHERE line LIKE '%blue%'");
    expect(await inspectPostgres(url)).toContainEqual(
      expect.objectContaining({ check: 'store.journal', code: 'STORE_INTEGRITY' }),
    );
  });

  test('tables of a later version are refused, and so is a server that is not there', async () => {
    const url = await server.createDatabase();
    await (await createPostgresStore({ url }))[Symbol.asyncDispose]();
    await query(url, 'INSERT INTO proofprint_schema VALUES (99, now())');
    await expect(createPostgresStore({ url })).rejects.toMatchObject({ code: 'CONFIG_REFUSED' });
    const nowhere = new URL(url);
    nowhere.port = '1';
    await expect(createPostgresStore({ url: nowhere.href })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('a commit whose answer is lost is acknowledged once the server has said what became of it', async () => {
    const url = await server.createDatabase();
    await using proxy = await startProxy(url);
    await using store = await createPostgresStore({ url: proxy.url });
    proxy.loseNextCommit();
    const record = await intend(store, createIntent(1));
    expect(proxy.lost).toBe(1);
    expect((await store.findIssuance('urn:uuid:1'))?.statusEntries).toEqual(record.statusEntries);
    expect((await store.recordIntent(createIntent(2))).kind).toBe('intended');
  });

  test('a database that is killed and comes back: each act is done or refused, none of them twice', async () => {
    const url = await server.createDatabase();
    await using store = await createPostgresStore({ url });
    await intend(store, createIntent('before'));
    const ask = (n: number) =>
      intend(store, createIntent(n)).then(
        () => `urn:uuid:${n}`,
        (error: { code?: string }) => error.code,
      );
    const asked = times(150).map(ask);
    await server.kill();
    asked.push(...times(150).map((n) => ask(n + 150)));
    await server.start();
    const answers = await Promise.all(asked);
    const done = answers.filter((answer) => answer?.startsWith('urn:'));
    expect(answers.filter((answer) => !answer?.startsWith('urn:') && answer !== 'UNAVAILABLE')).toEqual([]);
    await intend(store, createIntent('after'));
    for (const id of done) expect((await store.findIssuance(id ?? ''))?.credentialId).toBe(id);
    expect(outcomes(await inspectPostgres(url)).filter((line) => !line.endsWith('passed'))).toEqual([]);
  });

  test('processes that are killed at work lose nothing that was acknowledged', async () => {
    const place = postgresPlace(await server.createDatabase());
    const report = await runCrashCycles({ place, cycles: 4, longestLife: 1500, random: createRandom(20260103) });
    expect(report.cycles).toBe(4);
    expect(report.acknowledged).toBeGreaterThan(20);
  }, 120_000);

  test('four processes at once give no entry out twice', async () => {
    const url = await server.createDatabase();
    const lives = times(4).map(async (n) => {
      const worker = spawn(process.execPath, ['--import', 'tsx', WORKER, url, `w${n}`, '4'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      worker.stdin.write('go\n');
      const entries: string[] = [];
      let rest = '';
      for await (const text of worker.stdout.setEncoding('utf8')) {
        const lines = (rest + String(text)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const said = JSON.parse(line) as { said: string; entries?: readonly string[] };
          if (said.said === 'did') entries.push(...(said.entries ?? []));
        }
        if (entries.length >= 50 && !worker.killed) worker.kill('SIGKILL');
      }
      if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
      return entries;
    });
    const entries = (await Promise.all(lives)).flat();
    expect(entries.length).toBeGreaterThanOrEqual(200);
    expect(new Set(entries).size).toBe(entries.length);
    expect(outcomes(await inspectPostgres(url)).filter((line) => !line.endsWith('passed'))).toEqual([]);
  }, 120_000);
});

const WORKER = fileURLToPath(new URL('../../support/store-worker.ts', import.meta.url));

/** Between a store and its server; breaks a connection after a COMMIT went through and before its answer came back. */
async function startProxy(url: string) {
  const target = new URL(url);
  const state = { armed: false, lost: 0 };
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let silent = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (bytes) => {
      if (state.armed && bytes.includes('COMMIT')) {
        state.armed = false;
        state.lost += 1;
        silent = true;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (!silent) client.write(bytes);
      else client.destroy();
    });
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const there = new URL(url);
  there.port = String((listener.address() as { port: number }).port);
  return {
    url: there.href,
    loseNextCommit: () => {
      state.armed = true;
    },
    get lost() {
      return state.lost;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
    },
  };
}
