import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { checkLinkRef } from '../../src/credentials/link.ts';
import { digestOfJson } from '../../src/formats/digest.ts';
import { bareCredential, startNode, type TestNode } from '../support/node.ts';
import { publicDocumentsOf } from '../support/public-documents.ts';
import { EXAMPLE_NODE, type RelyingParty, settleRelyingParty } from '../support/relying-party.ts';

let node: TestNode;
let party: RelyingParty;
let evaluation: JsonObject;
beforeAll(async () => {
  node = await startNode(EXAMPLE_NODE);
  party = await settleRelyingParty(node);
  evaluation = (await party.ask()).body;
});
afterAll(() => node[Symbol.asyncDispose]());

const sign = (id: unknown, body?: unknown, headers?: Record<string, string>) =>
  party.post(`/evaluations/${id}/report-credential`, body, headers);
const subjectOf = (credential: JsonObject) => credential['credentialSubject'] as JsonObject;

describe('a signed report', () => {
  it('says what was found, under each regime, by digests and rule ids alone', async () => {
    const answer = await sign(evaluation['id']);
    expect(answer.status).toBe(201);
    const { verifiableCredential, report } = answer.body;
    expect(report).toEqual(evaluation['report']);
    expect(verifiableCredential).toMatchObject({
      type: ['VerifiableCredential', 'VerificationReport'],
      issuer: party.buyer.did,
      validFrom: '2027-04-15T00:00:00Z',
      validUntil: '2028-04-14T00:00:00Z',
    });
    const subject = subjectOf(verifiableCredential);
    expect(subject).toMatchObject({
      id: evaluation['id'],
      at: '2027-04-15T00:00:00Z',
      evaluatedAt: '2027-04-15T00:00:00Z',
      reportDigest: digestOfJson(report),
      policyDigest: report.policy,
    });
    expect(checkLinkRef(subject['claim'], party.credentials['claim:coil-pcf'] ?? {}).outcome).toBe('passed');
    const results = Object.fromEntries((subject['results'] as JsonObject[]).map((one) => [one['regime'], one]));
    expect(results['iso14067-pcf']).toMatchObject({ result: 'ACCEPT', wording: 'meets the checks for iso14067-pcf' });
    expect(
      checkLinkRef(results['iso14067-pcf']?.['statement'], party.credentials['statement:coil-pcf'] ?? {}).outcome,
    ).toBe('passed');
    expect(results['eu-cbam']).toMatchObject({
      result: 'REJECT',
      wording: 'does not meet the checks for eu-cbam',
      failedRules: expect.arrayContaining(['R1', 'R2']),
    });
    expect(JSON.stringify(verifiableCredential)).not.toMatch(/recogni[sz]ed|2\.4244|7208/i);
  });

  it('verifies at another node, and after revocation no longer does', async () => {
    const { verifiableCredential } = (await sign(evaluation['id'])).body;
    await using stranger = await startNode({ start: node.clock.now(), fetchJson: publicDocumentsOf(node) });
    await stranger.createParty('stranger');
    const verify = () => stranger.post('/verifiers/stranger/credentials/verify', { verifiableCredential });
    expect(await verify()).toMatchObject({ status: 200, body: { verified: true } });
    const altered = { ...verifiableCredential, credentialSubject: { ...verifiableCredential.credentialSubject } };
    altered.credentialSubject.at = '2027-04-14T00:00:00Z';
    const refused = await stranger.post('/verifiers/stranger/credentials/verify', { verifiableCredential: altered });
    expect(refused.body.problemDetails[0].code).toBe('PROOF_VERIFICATION_ERROR');
    const revoked = await node.post(
      '/issuers/the-buyer/credentials/status',
      { credentialId: verifiableCredential.id, statusPurpose: 'revocation', status: true },
      party.buyer.token,
    );
    expect(revoked.body.changed).toBe(true);
    stranger.clock.set(stranger.clock.now() + 3_600_000);
    expect((await verify()).body.problemDetails[0].code).toBe('REVOKED');
  });

  it('is issued once for one Idempotency-Key, also after a restart, and supersedes the one before', async () => {
    const asked = (await party.ask({ regimes: ['iso14067-pcf'] })).body;
    const headers = { 'idempotency-key': 'sign-once' };
    const first = await sign(asked.id, {}, headers);
    expect(first.status).toBe(201);
    expect(subjectOf(first.body.verifiableCredential)['supersedes']).toBeUndefined();
    await node.restart();
    expect((await sign(asked.id, {}, headers)).text).toBe(first.text);
    const second = await sign(asked.id, { validUntil: '2027-06-01T00:00:00Z' });
    expect(second.body.verifiableCredential.validUntil).toBe('2027-06-01T00:00:00Z');
    const link = subjectOf(second.body.verifiableCredential)['supersedes'] as JsonObject;
    expect(checkLinkRef(link, first.body.verifiableCredential).outcome).toBe('passed');
    expect(await sign(asked.id, { validUntil: '2027-06-01T00:00:00Z' }, headers)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  it('comes with the evaluation when it is asked for with it', async () => {
    const answer = (await party.ask({ options: { signReport: true } })).body;
    expect(subjectOf(answer.reportCredential)).toMatchObject({
      id: answer.id,
      reportDigest: digestOfJson(answer.report),
    });
    expect((await party.get(`/evaluations/${answer.id}`)).body.reportCredential).toBeUndefined();
    expect((await party.ask({ options: { signReport: false } })).body.reportCredential).toBeUndefined();
    expect(await party.ask({ options: { sign: true } })).toMatchObject({
      status: 400,
      body: { code: 'UNKNOWN_OPTION_PROVIDED', pointer: '/options/sign' },
    });
  });

  it('is refused where there is nothing to say, for others, and for a time that is over', async () => {
    const other = await node.createParty('other-party');
    const foreign = await node.post(
      `/verifiers/desk/evaluations/${evaluation['id']}/report-credential`,
      {},
      other.token,
    );
    expect(foreign).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(await sign('urn:uuid:none')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(await sign(evaluation['id'], { validUntil: '2027-04-14T23:59:59Z' })).toMatchObject({
      status: 400,
      body: { code: 'MALFORMED_VALUE_ERROR', pointer: '/validUntil' },
    });
    const issued = await node.post(
      '/issuers/the-buyer/credentials/issue',
      { credential: bareCredential(party.buyer.did, { validUntil: '2027-11-01T00:00:00Z' }) },
      party.buyer.token,
    );
    const nothing = await party.post('/evaluations', { credentials: [issued.body.verifiableCredential] });
    expect(nothing.status).toBe(200);
    expect(await sign(nothing.body.id)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  });

  it('is recognised for nothing: with or without it, no result is another', async () => {
    const { verifiableCredential } = (await sign(evaluation['id'])).body;
    for (const credentials of [
      party.question.credentials,
      party.question.credentials.slice(0, 3),
      party.question.credentials.slice(0, 2),
      party.question.credentials.slice(0, 1),
    ]) {
      const without = (await party.post('/evaluations', { credentials })).body;
      const withIt = (await party.post('/evaluations', { credentials: [verifiableCredential, ...credentials] })).body;
      expect(withIt.results).toEqual(without.results);
      expect(withIt.findings).toEqual(without.findings);
      const { lookedAt: _more, ...report } = withIt.report;
      const { lookedAt: _less, ...plain } = without.report;
      expect(report).toEqual(plain);
    }
    expect(
      (await party.post('/evaluations', { credentials: [verifiableCredential] })).body.results['iso14067-pcf'].result,
    ).not.toBe('ACCEPT');
  });
});
