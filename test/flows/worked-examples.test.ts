import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { readDateTime } from '../../src/formats/date-time.ts';
import { jcs } from '../../src/formats/jcs.ts';
import { runCommand } from '../support/command-line.ts';
import { compositeCases } from '../support/composite-cases.ts';
import { EXAMPLE_NAMES, readExample } from '../support/example-credentials.ts';
import { issueOnNode, settleExample } from '../support/issue-on-node.ts';
import { ADMIN_TOKEN, startNode, type TestNode } from '../support/node.ts';
import { publicDocumentsOf } from '../support/public-documents.ts';
import {
  casesOf,
  type ExampleCase,
  type ExpectedRow,
  issueLeaves,
  policyOfExample,
  withoutWithheld,
} from '../support/worked-examples.ts';

interface Results {
  readonly [regime: string]: {
    readonly result: string;
    readonly rules: readonly { id: string; severity: string; outcome: string; causes?: readonly { id: string }[] }[];
    readonly values: Readonly<Record<string, string>>;
  };
}

/** Everything one case needs, issued and settled on a node, with the documents a buyer holds in a folder. */
async function prepare(node: TestNode, { example, asIssued, row }: ExampleCase, directory: string) {
  const { example: settled, parties } = await settleExample(node, {
    both: [withoutWithheld(asIssued, row.presentation), withoutWithheld(example, row.presentation)],
    organisations: asIssued['organisations'] ?? {},
  });
  const [issuedFrom, shown] = settled['both'] as unknown as [JsonObject, JsonObject];
  const issued = await issueOnNode(node, issuedFrom, parties);
  const { worksheets } = asIssued === example ? issued : await issueLeaves(shown, issued);
  const presentation = (
    shown['presentations'] as Record<string, { claim: string; credentials: string[]; worksheet?: string }>
  )[row.presentation];
  const leaves = presentation?.worksheet === undefined ? undefined : worksheets.get(presentation.worksheet);
  const instant = String(shown['instant']);
  node.clock.set(readDateTime(instant) ?? 0);
  // What a presentation withholds was left out on issuing: this cryptosuite cannot derive.
  const credentials = (presentation?.credentials ?? []).map((key) => issued.credentials.get(key) as JsonObject);
  const request = {
    credentials,
    claim: issued.credentials.get(presentation?.claim ?? '')?.['id'],
    regimes: [row.regime],
    at: instant,
    ...(shown['import'] === undefined ? {} : { import: shown['import'] }),
    ...(leaves === undefined ? {} : { worksheets: [{ leaves }] }),
  };
  const policy = policyOfExample(shown);
  const files = [
    join(directory, 'policy.json'),
    ...credentials.map((_, place) => join(directory, `${place}.json`)),
    ...(leaves === undefined ? [] : [join(directory, 'sheet.json')]),
  ];
  const documents = [policy, ...credentials, ...(leaves === undefined ? [] : [{ leaves }])];
  for (const [place, file] of files.entries()) await writeFile(file, JSON.stringify(documents[place]));
  return { request, policy, files: files.slice(1), policyFile: join(directory, 'policy.json') };
}

function expectRow(results: Results, row: ExpectedRow): void {
  const one = results[row.regime];
  const failed = [
    ...new Set(
      (one?.rules ?? []).filter((rule) => rule.outcome === 'failed' && rule.severity !== 'N').map((rule) => rule.id),
    ),
  ];
  expect({ result: one?.result, failed }).toEqual({
    result: row.result,
    failed: row.match === 'exact' ? row.rules : expect.arrayContaining([...row.rules]),
  });
  for (const [id, causes] of Object.entries(row.causes ?? {})) {
    const nested = (one?.rules ?? []).filter((rule) => rule.id === id).flatMap((rule) => rule.causes ?? []);
    expect(nested.map((cause) => cause.id)).toEqual(expect.arrayContaining([...causes]));
  }
  expect(one?.values).toMatchObject(row.values ?? {});
}

const EXITS: Readonly<Record<string, number>> = { ACCEPT: 0, REJECT: 1, REVIEW: 2 };

const CASES: readonly (readonly [string, readonly ExampleCase[]])[] = [
  ...EXAMPLE_NAMES.map((name) => [name, casesOf(readExample(name))] as const),
  ['steel-coil, with what rests on it', compositeCases()],
];

describe.each(CASES)('the worked example %s, really signed', (_example, cases) => {
  it.each(cases.map((one) => [one.name, one] as const))(
    '%s: HTTP, command line and offline bundle agree',
    async (_name, one) => {
      const directory = await mkdtemp(join(tmpdir(), 'proofprint-example-'));
      await using node = await startNode({
        environment: { PUBLIC_URL: 'https://node.example' },
        start: Date.UTC(2024, 10, 1),
      });
      const { request, policy, files, policyFile } = await prepare(node, one, directory);
      const buyer = await node.createParty('the-buyer', 'relying-party');
      expect(
        (await node.post('/admin/organizations/the-buyer/verifiers', { id: 'desk', policy }, ADMIN_TOKEN)).status,
      ).toBe(201);

      const answer = await node.post('/verifiers/desk/evaluations', request, buyer.token);
      expect(answer.status).toBe(200);
      expectRow(answer.body.results, one.row);
      for (const text of one.row.mustNotShow ?? []) expect(answer.text).not.toContain(text);
      expect((await node.get(`/verifiers/desk/evaluations/${answer.body.id}`, buyer.token)).body).toEqual(answer.body);
      const resting = await node.get(`/verifiers/desk/evaluations?dependsOn=${request.claim}`, buyer.token);
      expect(resting.body.evaluations.map((entry: { id: string }) => entry.id)).toEqual([answer.body.id]);

      const program = { fetchJson: publicDocumentsOf(node), now: () => node.clock.now() };
      const asked = [
        '--policy',
        policyFile,
        '--regime',
        one.row.regime,
        '--at',
        request.at,
        '--claim',
        String(request.claim),
        '--json',
      ];
      const imported = request.import === undefined ? [] : [join(directory, 'import.json')];
      if (request.import !== undefined)
        await writeFile(
          imported[0] ?? '',
          JSON.stringify({ format: 'proofprint-evidence-bundle/1', import: request.import }),
        );
      const online = await runCommand(['verify', ...files, ...imported, ...asked], program);
      expect(online.code).toBe(EXITS[one.row.result]);
      expect(jcs(JSON.parse(online.out).report)).toBe(jcs(answer.body.report));

      const bundle = join(directory, 'bundle.json');
      expect(
        await runCommand(
          ['bundle', ...files, ...imported, '--policy', policyFile, '--at', request.at, '--out', bundle],
          program,
        ),
      ).toMatchObject({ code: 0, err: '' });
      const offline = await runCommand(['verify', bundle, '--offline', ...asked], { now: program.now });
      expect(jcs(JSON.parse(offline.out).report)).toBe(jcs(answer.body.report));
      const korean = await runCommand(['verify', bundle, '--offline', ...asked.slice(0, -1)], {
        now: program.now,
        language: 'ko',
      });
      expect(korean.out).toContain(`${one.row.regime}: ${one.row.result}`);
      const unasked = await runCommand(['verify', bundle, '--offline', '--policy', policyFile], { now: program.now });
      expect(unasked.err).toMatch(/^judged as of the instant that the bundle names: \d{4}-/);
      await rm(directory, { recursive: true, force: true });
    },
  );
});
