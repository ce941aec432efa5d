/** The report of an evaluation, member by member. */
import { describe, expect, it } from 'vitest';
import { failed, passed, undetermined } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { linkDigest } from '../../../src/credentials/link.ts';
import { digestOfJson } from '../../../src/formats/digest.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { EvaluationInput } from '../../../src/trust/evaluation.ts';
import {
  type Bend,
  CBAM,
  CELL,
  CUSTOMER,
  noLists,
  PUBLIC,
  requestFor,
  SCHEME,
  type Story,
  set,
  subject,
} from '../../support/trust-cases.ts';

const byDigest = (a: { digest: string }, b: { digest: string }): number => (a.digest < b.digest ? -1 : 1);

/** What a reader finds in it of everything that came along, made from the request by itself. */
function lookedAt({ admitted, refused, worksheets = [] }: EvaluationInput) {
  const once = <Entry>(entries: readonly Entry[]) =>
    [...new Set(entries.map((entry) => JSON.stringify(entry)))].sort().map((text) => JSON.parse(text) as JsonObject);
  const lists = admitted.flatMap(({ status }) => status.flatMap(({ observations }) => observations));
  return {
    credentials: [
      ...admitted.map(({ digest, document, id, type, issuer }) => ({
        ...{ digest, linkDigest: linkDigest(document), id, type, issuer, verdict: 'accepted' },
      })),
      ...refused.map(({ digest, findings }) => ({
        ...{ digest, verdict: findings.some(({ outcome }) => outcome === 'failed') ? 'rejected' : 'undetermined' },
      })),
    ].sort(byDigest),
    didDocuments: once(
      admitted.map(({ issuer: did }) => ({ did, digest: digestOfJson({ id: did }), source: 'pinned' })),
    ),
    statusLists: once(lists.map(({ list: { url, digest } }) => ({ url, digest }))),
    worksheets: worksheets.map((sheet) => digestOfJson(JSON.parse(JSON.stringify(sheet)))).sort(),
  };
}

describe('a report', () => {
  const refuse: Bend['refuse'] = {
    'accreditation:eu': [failed('proof.signature', 'PROOF_VERIFICATION_ERROR', 'no')],
    'statement:slab': [passed('schema'), undetermined('proof.key', 'DID_RESOLUTION_ERROR', 'no answer')],
  };

  it('says what was asked, what was looked at and what came of it', async () => {
    const request = await requestFor(CBAM, { refuse });
    const { report, results, findings } = evaluate(request);
    expect(report).toStrictEqual({
      ...{ type: 'EvaluationReport', version: '1', at: '2027-04-15T00:00:00Z', policy: request.policy.digest },
      claim: 'urn:uuid:00000000-0000-4000-8000-000000000012',
      regimes: ['eu-cbam'],
      import: { cnCode: '72083700', date: '2026-11-18', netMass: { value: '2000', unit: 't' } },
      reference: { cbamGoods: '2026-10-10', defaultValues: '2026-10-10' },
      lookedAt: lookedAt(request),
      ...{ results, findings },
    });
    const told = [refuse?.['accreditation:eu'], refuse?.['statement:slab']?.slice(1)].flatMap((one) => one ?? []);
    expect(findings.map(({ params: _, ...finding }) => finding)).toEqual(expect.arrayContaining(told));
    expect(findings).toHaveLength(2);
    expect(findings.map(({ params }) => params?.['credential']).sort()).toEqual(
      request.refused.map(({ digest }) => digest).sort(),
    );
  });
  it('says nothing of what was not asked', async () => {
    const { claim: _claim, import: _import, ...request } = await requestFor(CUSTOMER);
    const { report, results } = evaluate(request);
    expect(report).toStrictEqual({
      ...{ type: 'EvaluationReport', version: '1', at: '2027-04-15T00:00:00Z', policy: request.policy.digest },
      regimes: ['iso14067-pcf'],
      reference: { cbamGoods: '2026-10-10', defaultValues: '2026-10-10' },
      lookedAt: lookedAt(request),
      ...{ results, findings: [] },
    });
  });
  it('names worksheets and DID documents by digest, each once, in one order', async () => {
    const request = await requestFor(CELL);
    const [sheet = { leaves: [] }] = request.worksheets ?? [];
    const worksheets = [{ leaves: [] }, sheet, { leaves: sheet.leaves.slice(1) }, sheet];
    const once = { ...request, worksheets: [...new Set(worksheets)] };
    const [, ...rest] = request.admitted;
    const [first = request.admitted[0]] = request.admitted;
    if (first === undefined) throw new Error('nothing admitted');
    expect(evaluate({ ...request, worksheets }).report['lookedAt']).toStrictEqual(lookedAt(once));
    const shuffled = { ...request, admitted: [...rest.reverse(), first], worksheets: worksheets.reverse() };
    expect(evaluate(shuffled).report).toStrictEqual(evaluate({ ...request, worksheets }).report);
  });
  it.each<[string, Story, Bend]>([
    ['accepted', CBAM, {}],
    ['accepted on a decision', SCHEME, {}],
    ['accepted with conditions', CUSTOMER, { patch: [set(subject('arrangement:kr-mra', '/conditions'), ['fee'])] }],
    ['for review', CUSTOMER, { patch: [set(subject('claim:coil-pcf', '/footprint/status'), 'Deprecated')] }],
    ['refused', PUBLIC, { hide: ['arrangement:kr-mra'] }],
    ['refused for its precursor', CBAM, { status: { 'accreditation:eu': noLists } }],
    ['without its claim', CBAM, { hide: ['claim:coil'] }],
    ['without its statement', CBAM, { hide: ['statement:coil'] }],
    ['of a claim that was refused', CBAM, { refuse: { 'claim:coil': [failed('schema', 'PARSING_ERROR', '')] } }],
    ['cut short', CBAM, { policy: [set('/limits', { links: 1 })] }],
  ])('of a claim %s is JSON as it stands', async (_, story, bend) => {
    const { report, results, findings } = evaluate(await requestFor(story, bend));
    const made = { report, results, findings };
    expect(made).toStrictEqual(JSON.parse(JSON.stringify(made)));
  });
});
