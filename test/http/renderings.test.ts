import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command-line.ts';
import { readExample } from '../support/example-credentials.ts';
import { issueOnNode, settleExample } from '../support/issue-on-node.ts';
import { type Party, startNode, type TestNode } from '../support/node.ts';
import type { IssuedExample } from '../support/worked-examples.ts';

let node: TestNode;
let buyer: Party;
let issued: IssuedExample;
beforeAll(async () => {
  node = await startNode({ start: Date.UTC(2024, 0, 1) });
  const settled = await settleExample(node, readExample('steel-coil'));
  issued = await issueOnNode(node, settled.example, settled.parties);
  node.clock.set(Date.UTC(2027, 3, 15));
  buyer = await node.createParty('buyer', 'relying-party');
});
afterAll(() => node[Symbol.asyncDispose]());

const of = (key: string) => {
  const found = issued.credentials.get(key);
  if (found === undefined) throw new Error(key);
  return found;
};
const post = (body: unknown, token = buyer.token) => node.post('/holders/buyer/credentials/export', body, token);

describe('POST /holders/{id}/credentials/export', () => {
  it('renders held and sent credentials together, with what is lost in words', async () => {
    const kept = await node.post(
      '/holders/buyer/credentials',
      { verifiableCredential: of('accreditation:kr') },
      buyer.token,
    );
    const body = { as: 'untp-dcc', credentials: [of('statement:coil-pcf'), of('arrangement:kr-mra'), kept.body.id] };
    const answer = await post(body);
    expect(answer.status).toBe(200);
    expect(answer.body.as).toBe('untp-dcc');
    const [{ document, losses }] = answer.body.renderings;
    expect(document.credentialSubject.assessmentLevel).toBe('authority-globalmra');
    expect(document.proof).toBeUndefined();
    expect(losses[0]).toMatchObject({
      key: 'unsigned',
      carried: false,
      text: expect.stringMatching(/signed original/),
    });
    const korean = await node.request('POST', '/holders/buyer/credentials/export', {
      ...{ token: buyer.token, body, headers: { 'accept-language': 'ko' } },
    });
    expect(korean.body.renderings[0].losses[0].text).toMatch(/서명 원본/);
    expect(korean.body.renderings[0].document).toEqual(document);
  });

  it('renders nothing that is not authentic', async () => {
    const original = of('accreditation:kr');
    const subject = { ...(original['credentialSubject'] as object), accreditationId: 'KR-VV-999' };
    const forged = { ...original, credentialSubject: subject };
    const answer = await post({ as: 'recognized-entity', credentials: [of('arrangement:kr-mra'), forged] });
    expect([answer.status, answer.body.code]).toEqual([400, 'PROOF_VERIFICATION_ERROR']);
    expect(answer.body.pointer).toMatch(/^\/credentials\/1/);
    expect((await post({ as: 'recognized-entity', credentials: [original] })).status).toBe(200);
    const { proof: _, ...unsigned } = original;
    expect((await post({ as: 'recognized-entity', credentials: [unsigned] })).status).toBe(400);
  });

  it.each([
    [
      'no credential of the form',
      () => ({ as: 'untp-dia', credentials: [of('accreditation:kr')] }),
      'NOTHING_PRESENTED',
    ],
    ['a form nobody knows', () => ({ as: 'pdf', credentials: [of('accreditation:kr')] }), 'BAD_REQUEST'],
    ['no credential', () => ({ as: 'untp-dia', credentials: [] }), 'BAD_REQUEST'],
    [
      'a conformity credential on its way in',
      () => ({ as: 'identity-anchor', credentials: [{ type: ['DigitalConformityCredential'] }] }),
      'MALFORMED_VALUE_ERROR',
    ],
  ])('refuses %s', async (_, body, code) => {
    const answer = await post(body());
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });

  it('is open to its organisation alone', async () => {
    const body = { as: 'recognized-entity', credentials: [of('accreditation:kr')] };
    expect((await post(body, 'wrong-token-wrong-token')).status).toBe(401);
    const stranger = await node.createParty('stranger');
    expect((await post(body, stranger.token)).status).toBe(404);
  });
});

describe('proofprint export', () => {
  const run = (argv: readonly string[], document: unknown, language: 'en' | 'ko' = 'en') =>
    runCommand(['export', ...argv, 'a.json'], {
      files: { 'a.json': JSON.stringify(document) },
      language,
      now: () => Date.UTC(2027, 3, 15),
    });

  it('writes the document to standard output and what is lost to standard error', async () => {
    const { code, out, err } = await run(['--as', 'recognized-entity', '--offline'], of('accreditation:kr'));
    expect(code).toBe(0);
    expect(JSON.parse(out).type).toEqual(['VerifiableCredential', 'RecognizedEntityCredential']);
    expect(err).toMatch(
      /- unsigned \/proof: .*\n {2}- recognized-entity\.past .*\n {2}~ recognized-entity\.scope \/credentialSubject\/scopes: /,
    );
    expect((await run(['--as', 'recognized-entity', '--offline'], of('accreditation:kr'), 'ko')).err).toMatch(
      /서명 원본/,
    );
  });
  it('puts both in one document with --json', async () => {
    const { code, out, err } = await run(['--as', 'untp-dcc', '--json'], of('statement:coil-pcf'));
    expect([code, err]).toEqual([0, '']);
    const { as, renderings } = JSON.parse(out);
    expect(as).toBe('untp-dcc');
    expect(renderings[0].losses.map(({ key }: { key: string }) => key)).toContain('dcc.no-accreditation');
  });
  it('refuses a forgery with exit 1, a wrong form with exit 64', async () => {
    const forged = { ...of('accreditation:kr'), validUntil: '2039-01-01T00:00:00Z' };
    expect((await run(['--as', 'recognized-entity'], forged)).code).toBe(1);
    expect((await run(['--as', 'pdf'], of('accreditation:kr'))).code).toBe(64);
    expect((await run([], of('accreditation:kr'))).code).toBe(64);
  });
});
