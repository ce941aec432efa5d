import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNode } from '../../src/app.ts';
import { systemClock } from '../../src/base/clock.ts';
import { readConfig } from '../../src/config.ts';
import { logLeaf, rootOfInclusion } from '../../src/formats/merkle-log.ts';
import { writeNoteVerifier } from '../../src/formats/signed-note.ts';
import { openKeyCopies } from '../../src/kept.ts';
import { placeOf as storePlaceOf } from '../../src/services/backups/places.ts';
import { type RestorePlace, restoreBackup } from '../../src/services/backups/restore-backup.ts';
import { command, emptyPlace, issueOne, revoke, verdictOf } from '../support/backups.ts';
import { PUBLIC_URL, placeOf } from '../support/issued-places.ts';
import { ADMIN_TOKEN, START, startNode } from '../support/node.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { createTemporaryDirectory } from '../support/temporary-directory.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

/** STORE of an empty store. */
const stores: Readonly<Record<string, () => Promise<Record<string, string>>>> = {
  level: async () => ({}),
  postgres: async () => ({ STORE: await server.createDatabase() }),
};
const MINUTE = 60_000;

describe.each(['level', 'postgres'])('a backup of a node over %s', (kind) => {
  it('is taken under load, and what is restored from it gives out nothing twice', async () => {
    const store = (await stores[kind]?.()) ?? {};
    const directory = await createTemporaryDirectory();
    const file = join(await createTemporaryDirectory(), 'node.tar');
    const before = await startNode({ directory, environment: { PUBLIC_URL, ...store } });
    const party = await before.createParty('maker');
    const issued = [await issueOne(before, party), await issueOne(before, party)];
    const [revoked, good] = issued;
    await revoke(before, party, revoked.id);

    // Four clients who go on and on while the backup is taken.
    let over = false;
    const client = async (): Promise<void> => {
      while (!over) issued.push(await issueOne(before, party));
    };
    const clients = Array.from({ length: 4 }, client);
    const taken = await command(['backup', file, '--json'], directory, store);
    over = true;
    await Promise.all(clients);
    expect(taken).toMatchObject({ code: 0 });
    const report = JSON.parse(taken.out);
    expect(report).toMatchObject({ file, keys: 1, unjournalled: kind === 'postgres' });
    expect(issued.length).toBeGreaterThan(2);

    // What the backup does not know, and a list that the world has seen since.
    before.clock.set(START + MINUTE);
    const after = [await issueOne(before, party), await issueOne(before, party)];
    issued.push(...after);
    await revoke(before, party, after[0].id);
    const seen = (await before.get(new URL(good.credentialStatus.statusListCredential).pathname)).body;
    await before[Symbol.asyncDispose]();

    const secrets = [party.token, ADMIN_TOKEN, (await readFile(join(directory, 'node.key'), 'utf8')).trim()];
    const archive = await readFile(file, 'latin1');
    for (const secret of secrets) expect(archive.includes(secret)).toBe(false);

    // Into a store of the same kind and of the other; with the gap that leaves nothing to chance, and with one that was counted.
    for (const [other, gap] of [
      [kind, []],
      [kind === 'level' ? 'postgres' : 'level', ['--gap', '1000']],
    ] as const) {
      const place = await emptyPlace(directory);
      const target = (await stores[other]?.()) ?? {};
      const restored = await command(['restore', file, ...gap, '--json'], place, target);
      expect(restored).toMatchObject({ code: 0 });
      expect(JSON.parse(restored.out)).toMatchObject({
        head: report.head,
        restored: { sequence: report.head.sequence + 1 },
        gap: gap.length === 0 ? 131_072 : 1000,
      });
      const inspected = await command(['fsck'], place, target);
      expect(inspected).toMatchObject({ code: 0 });
      await using node = await startNode({
        directory: place,
        start: START + 2 * MINUTE,
        environment: { PUBLIC_URL, ...target },
      });
      expect(await verdictOf(node, party, good)).toBe('verified');
      expect(await verdictOf(node, party, revoked)).toBe('REVOKED');
      const next = await Promise.all(Array.from({ length: 20 }, () => issueOne(node, party)));
      const places = [...issued, ...next].map(placeOf);
      expect(new Set(places).size).toBe(places.length);
      const list = (await node.get(new URL(good.credentialStatus.statusListCredential).pathname)).body;
      expect(Date.parse(list.validFrom)).toBeGreaterThan(Date.parse(seen.validFrom));
      // The act itself stands in the journal, and a second backup goes on from there.
      const again = join(await createTemporaryDirectory(), 'again.tar');
      expect(await command(['backup', again], place, target)).toMatchObject({ code: 0 });
      expect(await readFile(again, 'latin1')).toMatch(/"act":"restore","why":"backup of \S+Z, record \d+; gap \d+"/);
    }
  });
});

describe.each(['level', 'postgres'])('a checkpoint of the journal over %s', (kind) => {
  it('holds the node to every record, and finds a journal that was cut, written anew or taken back', async () => {
    const store = (await stores[kind]?.()) ?? {};
    const directory = await createTemporaryDirectory();
    const folder = await createTemporaryDirectory();
    const node = await startNode({ directory, environment: { PUBLIC_URL, ...store } });
    const party = await node.createParty('maker');
    const checkpoint = async (name: string): Promise<string> => {
      const answer = await node.get('/admin/journal/checkpoint', ADMIN_TOKEN);
      expect(answer.status).toBe(200);
      await writeFile(join(folder, name), answer.text);
      return answer.body.verifier;
    };
    const fsck = async (name: string, place: string, more: Record<string, string>, verifier?: string) => {
      const key = verifier === undefined ? [] : ['--verifier', verifier];
      const { code, out } = await command(['fsck', '--checkpoint', join(folder, name), ...key, '--json'], place, more);
      const { code: why, ...finding } = JSON.parse(out).findings[0];
      return { ...finding, why, code };
    };
    await issueOne(node, party);
    const verifier = await checkpoint('early');
    const file = join(folder, 'node.tar');
    expect(await command(['backup', file], directory, store)).toMatchObject({ code: 0 });
    await issueOne(node, party);
    expect(await checkpoint('late')).toBe(verifier);

    // While the node runs.
    const good = { code: 0, outcome: 'passed', check: 'store.checkpoint' };
    expect(await fsck('early', directory, store)).toMatchObject(good);
    expect(await fsck('late', directory, store, verifier)).toMatchObject(good);

    // Every record is in it, at the size of now and at an earlier one.
    const late = JSON.parse(await readFile(join(folder, 'late'), 'utf8'));
    const prove = (query: string) => node.get(`/admin/journal/proof?${query}`, ADMIN_TOKEN);
    for (const sequence of [1, 2, late.size - 1, late.size]) {
      const { status, body } = await prove(`sequence=${sequence}&size=${late.size}`);
      expect(status).toBe(200);
      const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
      const leaf = logLeaf(Buffer.from(body.record));
      const root = rootOfInclusion(leaf, { index: body.index, size: body.size, path: body.path.map(bytes) });
      expect([Buffer.from(leaf).toString('base64'), JSON.parse(body.record).seq]).toEqual([body.leaf, sequence]);
      expect([Buffer.from(root ?? []).toString('base64'), body.root]).toEqual([late.root, late.root]);
    }
    expect(await prove(`sequence=${late.size + 1}`)).toMatchObject({ status: 404 });
    expect((await prove(`sequence=2&size=1`)).body.code).toBe('RANGE_ERROR');
    for (const query of ['', 'sequence=0', 'sequence=x', 'sequence=1&size=-1', 'sequence=1&to=2'])
      expect((await prove(query)).body.code).toBe('BAD_REQUEST');
    expect((await node.get('/admin/journal/proof?sequence=1', party.token)).status).toBe(401);
    expect((await node.get('/admin/journal/checkpoint')).status).toBe(401);
    await node[Symbol.asyncDispose]();

    // Taken back: to the records of the early one and on from there, not on from the late one.
    const place = await emptyPlace(directory);
    const target = (await stores[kind]?.()) ?? {};
    expect(await command(['restore', file], place, target)).toMatchObject({ code: 0 });
    expect(await fsck('early', place, target)).toMatchObject(good);
    expect(await fsck('late', place, target)).toMatchObject({ code: 1, why: 'STORE_ROLLBACK' });
    await using again = await startNode({ directory: place, environment: { PUBLIC_URL, ...target } });
    for (let count = 0; count < 5; count += 1) await issueOne(again, party);
    expect(await fsck('late', place, target)).toMatchObject({ code: 1, why: 'STORE_INTEGRITY' });

    // Another's word, a changed one, and none at all.
    const other = writeNoteVerifier({ name: 'maker.example/journal', publicKey: new Uint8Array(32).fill(1) });
    expect(await fsck('early', place, target, other)).toMatchObject({ code: 1, why: 'PROOF_VERIFICATION_ERROR' });
    const text = await readFile(join(folder, 'early'), 'utf8');
    const note = JSON.parse(text).checkpoint as string;
    await writeFile(join(folder, 'note'), note);
    expect(await fsck('note', place, target)).toMatchObject(good);
    await writeFile(
      join(folder, 'changed'),
      note.replace(/\n(\d+)\n/, (_, size: string) => `\n${Number(size) - 1}\n`),
    );
    expect(await fsck('changed', place, target)).toMatchObject({ code: 1, why: 'PROOF_VERIFICATION_ERROR' });
    await writeFile(join(folder, 'nothing'), '{}');
    expect(await fsck('nothing', place, target)).toMatchObject({ code: 1, why: 'MALFORMED_VALUE_ERROR' });
  });
});

/** A small node that was stopped, and a backup of it. */
async function smallBackup(): Promise<{ directory: string; file: string }> {
  const directory = await createTemporaryDirectory();
  const node = await startNode({ directory, environment: { PUBLIC_URL } });
  await issueOne(node, await node.createParty('maker'));
  await node[Symbol.asyncDispose]();
  const file = join(directory, 'node.tar');
  const { code, out } = await command(['backup', file, '--json'], directory);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ unjournalled: true });
  return { directory, file };
}

describe('what is not a whole backup of this node', () => {
  it('is refused with a code, and nothing is written', async () => {
    const { directory, file } = await smallBackup();
    const place = await emptyPlace(directory);
    const bytes = await readFile(file);
    const refused = async (name: string, changed: Uint8Array, codes: RegExp): Promise<void> => {
      const copy = join(place, 'changed.tar');
      await writeFile(copy, changed);
      const { code, err } = await command(['restore', copy], place);
      expect([name, err]).toEqual([name, expect.stringMatching(codes)]);
      expect(code).not.toBe(0);
    };
    for (let cut = 0; cut < bytes.length; cut += Math.ceil(bytes.length / 25)) {
      await refused(`cut at ${cut}`, bytes.subarray(0, cut), /^BACKUP_INVALID/);
    }
    await refused('longer', Buffer.concat([bytes, Buffer.alloc(512)]), /^BACKUP_INVALID/);
    await refused('something else', Buffer.from('{"format":"proofprint-backup-1"}'), /^BACKUP_INVALID/);
    for (let at = 3; at < bytes.length; at += Math.ceil(bytes.length / 60)) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      await refused(`byte ${at}`, flipped, /^(BACKUP_INVALID|KEY_STORE)/);
    }
    expect((await readdir(place)).sort()).toEqual(['changed.tar', 'node.key']);
    // The twin: the archive as it was.
    expect(await command(['restore', '--check', file], place)).toMatchObject({ code: 0 });
    expect(await command(['restore', file], place)).toMatchObject({ code: 0 });
    expect(await command(['fsck'], place)).toMatchObject({ code: 0 });
  });

  it('another node, or a node without its secret, restores nothing', async () => {
    const { file } = await smallBackup();
    const other = await smallBackup();
    const stranger = await command(['restore', file], await emptyPlace(other.directory));
    expect(stranger).toMatchObject({ code: 70, err: expect.stringMatching(/^KEY_STORE/) });
    const without = await createTemporaryDirectory();
    expect(await command(['restore', file], without)).toMatchObject({ code: 70 });
    expect(await readdir(without)).toEqual([]);
  });

  it('a backup replaces nothing, and a restore neither', async () => {
    const { directory, file } = await smallBackup();
    const twice = await command(['backup', file], directory);
    expect(twice).toMatchObject({ code: 1, err: expect.stringMatching(/^CONFLICT/) });
    const upon = await command(['restore', file], directory);
    expect(upon).toMatchObject({ code: 1, err: expect.stringMatching(/^CONFLICT/) });
    expect(await command(['fsck'], directory)).toMatchObject({ code: 0 });
    const nothing = await command(['backup', join(directory, 'x.tar')], await createTemporaryDirectory());
    expect(nothing).toMatchObject({ code: 1, err: expect.stringMatching(/^NOT_FOUND/) });
    // Into a folder it gets a name of its own.
    const folder = await createTemporaryDirectory();
    const named = await command(['backup', folder], directory);
    expect(named).toMatchObject({ code: 0, out: expect.stringContaining('proofprint-20261122T120000Z.tar') });
    expect(named.err).toContain('NOT in it');
    expect((await command(['backup'], directory)).code).toBe(64);
    expect((await command(['restore', file, '--gap', '0'], directory)).code).toBe(64);
  });
});

describe.each(['level', 'postgres'])('a restore over %s that is broken off', (kind) => {
  it('is told, not taken for a whole one, and begun anew', async () => {
    const { directory, file } = await smallBackup();
    const store = (await stores[kind]?.()) ?? {};
    const place = await emptyPlace(directory);
    const environment = { DATA_DIR: place, PUBLIC_URL, ADMIN_TOKEN, ...store };
    const config = readConfig(environment);
    const real = storePlaceOf(config, systemClock);
    const brokenOff = (restore: RestorePlace['restore']) =>
      restoreBackup(file, {
        dataDirectory: place,
        place: { ...real, restore },
        openKeys: (copy) => openKeyCopies(config, copy),
        gap: 1000,
        onProgress: () => undefined,
      });
    const power = new Error('the power went');
    const afterThree: RestorePlace['restore'] = (contents, ...more) =>
      real.restore(
        {
          ...contents,
          lines: async function* () {
            let lines = 0;
            for await (const line of contents.lines()) {
              yield line;
              lines += 1;
              if (lines === 3) throw power;
            }
          },
        },
        ...more,
      );
    const atTheEnd: RestorePlace['restore'] = async (...all) => {
      await real.restore(...all);
      throw power;
    };
    for (const restore of [afterThree, atTheEnd]) {
      await expect(brokenOff(restore)).rejects.toBe(power);
      await expect(createNode(config)).rejects.toMatchObject({ code: 'STORE_INTEGRITY' });
      const inspected = await command(['fsck'], place, store);
      expect(inspected).toMatchObject({ code: 70, err: expect.stringContaining('run it again') });
    }
    expect(await command(['restore', file], place, store)).toMatchObject({ code: 0 });
    expect(await command(['fsck'], place, store)).toMatchObject({ code: 0 });
    expect((await readdir(place)).sort()).toEqual(['keystore', 'node.key', ...(kind === 'level' ? ['store'] : [])]);
    const node = await createNode(config);
    await node.close();
    const upon = await command(['restore', file], place, store);
    expect(upon).toMatchObject({ code: 1, err: expect.stringMatching(/^CONFLICT/) });
  });
});
