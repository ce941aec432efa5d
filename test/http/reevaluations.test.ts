import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { checkLinkRef } from '../../src/credentials/link.ts';
import { jcs } from '../../src/formats/jcs.ts';
import { runCommand } from '../support/command-line.ts';
import { ADMIN_TOKEN, startNode, type TestNode } from '../support/node.ts';
import { publicDocumentsOf } from '../support/public-documents.ts';
import { EXAMPLE_NODE, type RelyingParty, settleRelyingParty } from '../support/relying-party.ts';

const REGIME = 'iso14067-pcf';

let node: TestNode;
let party: RelyingParty;
beforeEach(async () => {
  node = await startNode(EXAMPLE_NODE);
  party = await settleRelyingParty(node);
});
afterEach(() => node[Symbol.asyncDispose]());

const again = (id: string) => party.post(`/evaluations/${id}/reevaluate`, {});
const feed = async (after?: string) =>
  (await party.get(`/evaluations/changes${after === undefined ? '' : `?after=${after}`}`)).body;
const idOf = (key: string) => String(party.credentials[key]?.['id']);
const forward = (seconds: number) => node.clock.set(node.clock.now() + seconds * 1000);

/** A job as it stands when it is done. */
async function done(job: { id: string }): Promise<JsonObject> {
  return vi.waitFor(
    async () => {
      const answer = (await party.get(`/evaluations/reevaluations/${job.id}`)).body;
      expect(answer.state).toBe('done');
      return answer;
    },
    { timeout: 20_000, interval: 50 },
  );
}

describe('judging an evaluation again', () => {
  it('says what changed when the statement falls, and the feed says it once', async () => {
    const first = (await party.ask({ regimes: [REGIME] })).body;
    expect(first.results[REGIME].result).toBe('ACCEPT');
    const unchanged = await again(first.id);
    expect(unchanged).toMatchObject({ status: 201, body: { reevaluationOf: first.id, changes: {} } });
    expect(unchanged.body.results).toEqual(first.results);
    expect(await feed()).toMatchObject({ changes: [], more: false });

    await party.changeStatus('statement:coil-pcf', { reason: 'withdrawn' });
    forward(60);
    const fallen = await again(first.id);
    // The chain goes on from its newest evaluation, whichever of it is named.
    expect(fallen.body.reevaluationOf).toBe(unchanged.body.id);
    expect(fallen.body.results[REGIME].result).toBe('REJECT');
    expect(fallen.body.changes).toEqual({
      [REGIME]: {
        before: 'ACCEPT',
        after: 'REJECT',
        failing: ['time.statement'],
        passing: [],
        credentials: [idOf('statement:coil-pcf')],
      },
    });
    expect((await party.get(`/evaluations/${fallen.body.id}`)).body).toEqual(fallen.body);
    const { changes, cursor } = await feed();
    expect(changes).toEqual([
      {
        id: expect.stringMatching(/^urn:uuid:/),
        time: '2027-04-15T00:01:00Z',
        claim: party.claim,
        evaluation: fallen.body.id,
        reevaluationOf: unchanged.body.id,
        changes: fallen.body.changes,
      },
    ]);
    expect((await again(fallen.body.id)).body.changes).toEqual({});
    expect(await feed(cursor)).toEqual({ changes: [], cursor, more: false });
    expect(await again('urn:uuid:none')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(await party.get('/evaluations/changes?after=nonsense')).toMatchObject({ status: 400 });
  });

  it('asks at the present instant only where none was asked about', async () => {
    const at = '2027-04-01T00:00:00Z';
    const then = (await party.ask({ at })).body;
    const now = (await party.ask()).body;
    await party.changeStatus('statement:coil-pcf', { reason: 'withdrawn' });
    forward(86_400);
    expect((await again(then.id)).body).toMatchObject({ changes: {}, report: { at } });
    expect((await again(now.id)).body).toMatchObject({
      changes: { [REGIME]: { before: 'ACCEPT', after: 'REJECT' } },
      report: { at: '2027-04-16T00:00:00Z' },
    });
  });

  it('makes the same report as the command line does from the bundle, without a network', async () => {
    const first = (await party.ask({ regimes: [REGIME] })).body;
    await party.changeStatus('statement:coil-pcf', { reason: 'withdrawn' });
    forward(60);
    const judged = await again(first.id);
    const { report } = judged.body;
    expect(JSON.stringify(report)).not.toContain(first.id);
    const directory = await mkdtemp(join(tmpdir(), 'proofprint-again-'));
    const write = async (name: string, value: unknown) => {
      await writeFile(join(directory, name), JSON.stringify(value));
      return join(directory, name);
    };
    const policy = await write('policy.json', party.policy);
    const files = await Promise.all(party.question.credentials.map((one, place) => write(`${place}.json`, one)));
    const bundle = join(directory, 'bundle.json');
    const program = { fetchJson: publicDocumentsOf(node), now: () => node.clock.now() };
    const asked = ['--policy', policy, '--at', report.at, '--regime', REGIME];
    expect((await runCommand(['bundle', ...files, ...asked.slice(0, 4), '--out', bundle], program)).code).toBe(0);
    const offline = await runCommand(['verify', bundle, '--offline', ...asked, '--claim', party.claim, '--json'], {
      now: program.now,
    });
    expect(jcs(JSON.parse(offline.out).report)).toBe(jcs(report));

    // And the same as was signed, with no need to say again what was asked.
    const signed = await party.post(`/evaluations/${judged.body.id}/report-credential`, {});
    const file = await write('signed.json', signed.body);
    const compare = (more: string[], language: 'en' | 'ko' = 'en') =>
      runCommand(['verify', bundle, '--policy', policy, '--claim', party.claim, ...more], { ...program, language });
    expect(await compare(['--signed-report', file])).toMatchObject({
      code: 1,
      out: expect.stringContaining('The report is the one that was signed; the signature is good.'),
    });
    expect((await compare(['--signed-report', file], 'ko')).out).toContain(
      '서명된 평가 보고서와 같습니다; 서명이 확인되었습니다.',
    );
    const offlineToo = await compare(['--signed-report', file, '--offline', '--json']);
    expect(JSON.parse(offlineToo.out).signedReport).toEqual({ same: true, verdict: 'undetermined' });
    const earlier = await compare(['--signed-report', file, '--at', '2027-04-14T00:00:00Z', '--json']);
    expect(earlier.code).toBe(1);
    expect(JSON.parse(earlier.out).signedReport).toEqual({ same: false, verdict: 'accepted' });
    const forged = structuredClone(signed.body.verifiableCredential);
    forged.credentialSubject.results[0].failedRules = ['R9'];
    const unsigned = await compare(['--signed-report', await write('forged.json', forged), '--json']);
    expect(unsigned.code).toBe(1);
    expect(JSON.parse(unsigned.out).signedReport).toEqual({ same: true, verdict: 'rejected' });
    expect((await compare(['--signed-report', join(directory, '0.json')])).err).toContain('MALFORMED_VALUE_ERROR');
    expect((await runCommand(['verify', bundle, '--signed-report', file], program)).code).toBe(64);
    await rm(directory, { recursive: true, force: true });
  });

  it('has a later signed report supersede the one before', async () => {
    const first = (await party.ask()).body;
    const sign = async (id: string) =>
      (await party.post(`/evaluations/${id}/report-credential`, {})).body.verifiableCredential as JsonObject;
    const before = await sign(first.id);
    const between = (await again(first.id)).body;
    await party.changeStatus('statement:coil-pcf', {});
    const after = await sign((await again(between.id)).body.id);
    const subject = after['credentialSubject'] as JsonObject;
    expect(checkLinkRef(subject['supersedes'], before).outcome).toBe('passed');
    expect((subject['results'] as JsonObject[]).find(({ regime }) => regime === REGIME)).toMatchObject({
      result: 'REJECT',
      failedRules: ['time.statement'],
    });
  });
});

describe('judging many again', () => {
  it('goes through those that rested on a credential, and keeps what changed alone', async () => {
    const rested = [];
    for (let count = 0; count < 12; count += 1) rested.push((await party.ask()).body.id);
    const other = (await party.ask({ credentials: party.question.credentials.slice(0, 1) })).body.id;
    await party.changeStatus('statement:coil-pcf', {});
    const job = await party.post('/evaluations/reevaluate', { dependsOn: idOf('statement:coil-pcf') });
    expect(job).toMatchObject({ status: 202, body: { state: 'waiting', reason: 'request', checked: 0 } });
    expect((await node.get(String(job.headers.get('location')), party.buyer.token)).status).toBe(200);
    expect(await done(job.body)).toMatchObject({ checked: 12, changed: 12, failed: 0, failures: [] });
    const { changes } = await feed();
    expect(changes).toHaveLength(12);
    expect(new Set(changes.map((entry: JsonObject) => entry['reevaluationOf']))).toEqual(new Set(rested));

    const all = await party.post('/evaluations/reevaluate', { all: true });
    expect(await done(all.body)).toMatchObject({ checked: 13, changed: 0 });
    expect((await feed()).changes).toHaveLength(12);
    // Nothing changed, so nothing was kept again.
    expect((await party.get('/evaluations?limit=200')).body.evaluations).toHaveLength(25);
    expect((await party.get(`/evaluations/${other}`)).body.reevaluationOf).toBeUndefined();
  });

  it('goes on after a restart, and the cursor of the feed with it', async () => {
    for (let count = 0; count < 25; count += 1) await party.ask();
    await party.changeStatus('statement:coil-pcf', {});
    const job = (await party.post('/evaluations/reevaluate', { all: true })).body;
    await vi.waitFor(async () => expect((await feed()).changes.length).toBeGreaterThan(0), { interval: 5 });
    const { changes: early, cursor } = await feed();
    await node.restart();
    expect(await done(job)).toMatchObject({ state: 'done' });
    const { changes: late } = await feed(cursor);
    expect(early.length + late.length).toBe(25);
    expect(new Set([...early, ...late].map((entry: JsonObject) => entry['evaluation'])).size).toBe(25);
  });

  it('is refused without a choice, and unknown to others', async () => {
    for (const body of [{}, { all: true, dependsOn: 'urn:uuid:1' }, { all: false }]) {
      expect(await party.post('/evaluations/reevaluate', body)).toMatchObject({
        status: 400,
        body: { code: 'BAD_REQUEST' },
      });
    }
    const job = (await party.post('/evaluations/reevaluate', { all: true })).body;
    await done(job);
    const other = await node.createParty('other-party');
    for (const path of ['evaluations/changes', `evaluations/reevaluations/${job.id}`, 'watch']) {
      expect((await node.get(`/verifiers/desk/${path}`, other.token)).status).toBe(404);
    }
    expect((await party.get('/evaluations/reevaluations/none')).status).toBe(404);
  });

  it('names what it could not judge', async () => {
    const id = (await party.ask({ regimes: [REGIME] })).body.id;
    await node.node.store.saveEvaluation({
      id: 'urn:uuid:broken',
      verifier: 'desk',
      dependsOn: [],
      request: { credentials: [], regimes: ['none'] },
      answer: { results: {} },
      evaluatedAt: '2027-04-15T00:00:00Z',
    });
    const job = await done((await party.post('/evaluations/reevaluate', { all: true })).body);
    expect(job).toMatchObject({
      checked: 2,
      changed: 0,
      failed: 1,
      failures: [{ evaluation: 'urn:uuid:broken', code: 'NOTHING_PRESENTED' }],
    });
    expect((await again(id)).status).toBe(201);
  });
});

describe('a watch', () => {
  it('is off unless asked for, and says how the last pass went', async () => {
    expect((await party.get('/watch')).body).toEqual({ watch: false });
    const id = (await party.ask()).body.id;
    await party.changeStatus('statement:coil-pcf', {});
    forward(86_400);
    expect((await feed()).changes).toEqual([]);
    expect((await party.post('/watch', { watch: true, reevaluateEverySeconds: 60 })).body).toEqual({
      watch: true,
      reevaluateEverySeconds: 60,
      nextPassAt: '2027-04-16T00:01:00Z',
    });
    forward(60);
    node.node.wake();
    await vi.waitFor(async () => expect((await feed()).changes).toHaveLength(1), { timeout: 20_000 });
    expect((await feed()).changes[0]).toMatchObject({ reevaluationOf: id });
    await vi.waitFor(async () => {
      expect((await party.get('/watch')).body.lastPass).toMatchObject({ checked: 1, changed: 1, failed: 0 });
    });
    expect((await party.post('/watch', { watch: false })).body).toEqual({ watch: false });
    for (const reevaluateEverySeconds of [59, 60.5, 3_000_000]) {
      expect((await party.post('/watch', { watch: true, reevaluateEverySeconds })).status).toBe(400);
    }
  });

  it('judges again at once when a status changes on this node', async () => {
    const id = (await party.ask()).body.id;
    await party.post('/watch', { watch: true });
    await party.changeStatus('accreditation:kr', { reason: 'annulled' });
    await vi.waitFor(async () => expect((await feed()).changes).toHaveLength(1), { timeout: 20_000 });
    const [entry] = (await feed()).changes;
    expect(entry).toMatchObject({ reevaluationOf: id, changes: { [REGIME]: { before: 'ACCEPT', after: 'REJECT' } } });
    expect(entry.changes[REGIME].credentials).toContain(idOf('accreditation:kr'));
  });

  it('comes back when what fell is reinstated, though the refusal no longer rested on it', async () => {
    await node[Symbol.asyncDispose]();
    node = await startNode(EXAMPLE_NODE);
    party = await settleRelyingParty(node, (policy) => ({
      ...policy,
      regimes: [{ id: REGIME, accreditationInForce: 'statement-and-now' }],
    }));
    await party.ask();
    await party.post('/watch', { watch: true });
    await party.changeStatus('accreditation:kr', { purpose: 'suspension' });
    await vi.waitFor(async () => expect((await feed()).changes).toHaveLength(1), { timeout: 20_000 });
    forward(86_400);
    await party.changeStatus('accreditation:kr', { purpose: 'suspension', status: false });
    await vi.waitFor(async () => expect((await feed()).changes).toHaveLength(2), { timeout: 20_000 });
    const [fell, rose] = (await feed()).changes;
    expect(fell.changes[REGIME]).toMatchObject({ before: 'ACCEPT', after: 'REJECT' });
    expect(rose).toMatchObject({ reevaluationOf: fell.evaluation });
    expect(rose.changes[REGIME]).toMatchObject({ before: 'REJECT', after: 'ACCEPT', failing: [] });
    expect(rose.changes[REGIME].passing).toEqual(fell.changes[REGIME].failing);
  });

  it('may be asked for by the operator with the instance', async () => {
    const create = (id: string, more: object) =>
      node.post('/admin/organizations/the-buyer/verifiers', { id, ...more }, ADMIN_TOKEN);
    const watchOf = async (id: string) => (await node.get(`/verifiers/${id}/watch`, party.buyer.token)).body;
    for (const [id, more, expected] of [
      ['w-one', { watch: true }, { watch: true, reevaluateEverySeconds: 3600 }],
      ['w-two', { reevaluateEverySeconds: 600 }, { watch: true, reevaluateEverySeconds: 600 }],
      ['w-three', { watch: false, reevaluateEverySeconds: 600 }, { watch: false }],
      ['w-four', {}, { watch: false }],
    ] as const) {
      expect((await create(id, more)).status).toBe(201);
      expect(await watchOf(id)).toMatchObject(expected);
    }
    expect((await create('w-five', { reevaluateEverySeconds: 5 })).status).toBe(400);
  });

  it('ends with its organisation', async () => {
    await party.ask();
    await party.post('/watch', { watch: true });
    const gone = await node.request('DELETE', '/admin/organizations/the-buyer?confirm=the-buyer', {
      token: ADMIN_TOKEN,
    });
    expect(gone.status).toBe(204);
    expect(await node.node.store.findWatch('desk')).toBeUndefined();
  });
});
