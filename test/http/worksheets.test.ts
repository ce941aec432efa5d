/** A worksheet over HTTP: built, shown in part, and kept by nobody. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Party, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let party: Party;
let other: Party;
beforeAll(async () => {
  node = await startNode();
  party = await node.createParty('maker');
  other = await node.createParty('other');
});
afterAll(() => node[Symbol.asyncDispose]());

const ROWS = [
  { role: 'input', name: 'anode', quantity: '0.360', factor: '8.50' },
  { role: 'own', name: 'electricity', quantity: '12.40', factor: '0.434' },
];
const build = (body: unknown, token = party.token, headers: Record<string, string> = {}) =>
  node.post('/holders/maker/worksheets', body, token, headers);
const prove = (body: unknown) => node.post('/holders/maker/worksheets/prove', body, party.token);

describe('a worksheet over HTTP', () => {
  it('is built, and single lines of it are shown', async () => {
    const answer = await build({ rows: ROWS, pad: 4 });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { worksheet } = answer.body;
    expect(worksheet).toMatchObject({ total: '8.4416', aggregation: { leafCount: '4', leavesRoot: worksheet.root } });
    const shown = await prove({ worksheet, lines: [2] });
    expect(shown).toMatchObject({ status: 200, body: { worksheet: { root: worksheet.root } } });
    expect(shown.body.worksheet.leaves).toEqual([worksheet.leaves[1]]);
    expect(shown.body.warnings).toBeUndefined();
    const nearlyAll = await prove({ worksheet, lines: [1, 2, 3] });
    expect(nearlyAll.body.warnings.map(({ code }: { code: string }) => code)).toEqual(['RULE_FAILED']);
  });
  it('is kept by nobody: the same key gives another sheet', async () => {
    const headers = { 'idempotency-key': 'sheet-1' };
    const [first, second] = [
      await build({ rows: ROWS }, party.token, headers),
      await build({ rows: ROWS }, party.token, headers),
    ];
    expect(first.body.worksheet.root).not.toBe(second.body.worksheet.root);
    expect((await build({ rows: [] }, party.token, headers)).body.code).not.toBe('IDEMPOTENCY_KEY_REUSED');
  });
  it('is for its organisation alone', async () => {
    expect((await build({ rows: ROWS }, other.token)).status).toBe(404);
    expect((await build({ rows: ROWS }, '')).status).toBe(401);
  });
  it.each([
    ['a negative quantity', { rows: [{ ...ROWS[0], quantity: '-1' }] }, 'RANGE_ERROR', '/rows/0/quantity'],
    ['a JSON number', { rows: [ROWS[0], { ...ROWS[1], factor: 0.5 }] }, 'MALFORMED_VALUE_ERROR', '/rows/1/factor'],
    ['an unknown option', { rows: ROWS, salt: 'x' }, 'BAD_REQUEST', '/salt'],
    ['less padding than rows', { rows: ROWS, pad: 1 }, 'BAD_REQUEST', '/pad'],
  ])('refuses %s', async (_what, body, code, pointer) => {
    expect(await build(body)).toMatchObject({ status: 400, body: { code, pointer } });
  });
  it('shows no line of a sheet that does not hold, and none that is not there', async () => {
    const { worksheet } = (await build({ rows: ROWS })).body;
    const altered = { ...worksheet, leaves: [{ ...worksheet.leaves[0], name: 'x' }, worksheet.leaves[1]] };
    expect(await prove({ worksheet: altered, lines: [1] })).toMatchObject({
      body: { code: 'CHAIN_DIGEST_MISMATCH', pointer: '/worksheet/root' },
    });
    expect(await prove({ worksheet, lines: [3] })).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST', pointer: '/lines' },
    });
    const part = (await prove({ worksheet, lines: [1] })).body.worksheet;
    expect(await prove({ worksheet: part, lines: [1] })).toMatchObject({
      status: 400,
      body: { pointer: '/worksheet/paths' },
    });
  });
});
