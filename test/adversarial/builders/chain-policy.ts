/** Layer `chain`: the policy and the names in it, references to the net, levels of assurance; and the control with four links. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNode } from '../../../src/app.ts';
import { ServiceError } from '../../../src/base/error.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { problemType } from '../../../src/base/problem.ts';
import { BUNDLE_FORMAT } from '../../../src/cli/documents.ts';
import { readConfig } from '../../../src/config.ts';
import { ADMIN_TOKEN } from '../../support/node.ts';
import type { Answer } from '../answer.ts';
import { buildChain, type Chain, credential, instantOf, signExtra, subjectOf } from '../chain-base.ts';
import { type EvaluationRequest, evaluationTrials } from '../evaluating.ts';
import { ask, runCli } from '../surfaces.ts';
import type { Builder, Trial } from '../trial.ts';
import { AB, ACCREDITATION, HONEST, honest, replace, SHORT, STATEMENT, shortTrials } from './chain.ts';

const otherSpelling: Builder = async (world) => {
  const spellings = [
    'did:web:AB-Italy.example',
    'did:web:AB-ITALY.EXAMPLE',
    'did:web:ab-italy.example.',
    'DID:web:ab-italy.example',
  ];
  const trials: Trial[] = [];
  for (const did of spellings) {
    trials.push(...(await shortTrials(world, `${did} issues`, { patch: [replace(`${ACCREDITATION}/issuer`, did)] })));
  }
  // The other way round: the policy has the odd spelling, and the honest body is not the anchor it names.
  for (const did of spellings.slice(0, 3)) {
    trials.push(
      ...(await shortTrials(world, `${did} in the policy`, { patch: [replace('/policy/anchors/0/did', did)] })),
    );
  }
  return trials;
};

const BAD_POLICIES: readonly [string, string][] = [
  ['broken JSON', '{"anchors":['],
  ['empty file', ''],
  ['an empty object', '{}'],
  ['anchors []', '{"anchors":[],"regimes":[{"id":"eu-cbam"}]}'],
  ['a list', '[]'],
];

const badPolicies: Builder = async (world) => {
  const chain = await buildChain(world, { keys: SHORT });
  const unknown: JsonObject = { ...chain.policy, trustEverybody: true };
  const policies: readonly [string, string][] = [...BAD_POLICIES, ['an unknown member', JSON.stringify(unknown)]];
  const bundle = JSON.stringify({ format: BUNDLE_FORMAT, credentials: SHORT.map((key) => credential(chain, key)) });
  const start = policies.map(([form, text]): Trial => ({ form, surface: 'start', run: () => startWith(text) }));
  const cli = policies.map(
    ([form, text]): Trial => ({
      form,
      surface: 'cli evaluate',
      run: () =>
        runCli(
          world,
          world.kit,
          ['verify', 'bundle.json', '--policy', 'policy.json', '--at', instantOf(chain.example)],
          bundle,
          { 'policy.json': text },
        ),
    }),
  );
  const route = policies
    .filter(([, text]) => text.startsWith('{"') || text === '{}')
    .filter(([form]) => form !== 'broken JSON')
    .map(
      ([form, text]): Trial => ({
        form,
        surface: 'POST /admin/organizations/{slug}/verifiers',
        run: () =>
          ask(world, 'POST', '/admin/organizations/maker/verifiers', {
            token: ADMIN_TOKEN,
            body: { id: 'bad-policy', policy: JSON.parse(text) },
          }),
      }),
    );
  const none: Trial = {
    form: 'no policy at all',
    surface: 'evaluations',
    run: () =>
      ask(world, 'POST', '/verifiers/maker/evaluations', {
        token: world.maker.token,
        body: { credentials: [credential(chain, 'claim:slab')] },
      }),
  };
  return [...start, ...cli, ...route, none];
};

async function startWith(policy: string): Promise<Answer> {
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-corpus-'));
  const started = performance.now();
  try {
    const file = join(directory, 'policy.json');
    await writeFile(file, policy);
    const config = readConfig({ DATA_DIR: join(directory, 'data'), ADMIN_TOKEN, POLICY_FILE: file });
    const node = await createNode(config);
    await node.close();
    return { outcome: 'accepted', types: [], milliseconds: performance.now() - started, breaches: [] };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const milliseconds = performance.now() - started;
    return { outcome: 'refused', types: [problemType(error.code)], milliseconds, breaches: [], detail: error.message };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const PRIVATE_URLS = [
  'https://10.0.0.1/statement',
  'https://169.254.169.254/latest/meta-data',
  'https://internal.example/statement',
];

/** Links are names with a digest and are never loaded; status lists are, and only from public addresses. */
const fromTheNet: Builder = async (world) => {
  world.hosts.name('internal.example', ['10.0.0.1']);
  const trials: Trial[] = [];
  for (const url of PRIVATE_URLS) {
    const relinked = async (chain: Chain): Promise<Partial<EvaluationRequest>> => {
      const { proof: _, ...statement } = credential(chain, 'statement:slab');
      const subject = subjectOf(statement);
      const link = { ...(subject['accreditation'] as JsonObject), target: url };
      const signed = await signExtra(world, { ...statement, credentialSubject: { ...subject, accreditation: link } });
      return { credentials: [credential(chain, 'claim:slab'), signed] };
    };
    trials.push(...(await shortTrials(world, `a link to ${url}`, {}, undefined, relinked)));
    const listUrl = (issuer: string, purpose: string): string | undefined =>
      issuer === AB ? `${url}/${purpose}` : undefined;
    trials.push(...(await shortTrials(world, `a status list at ${url}`, { listUrl })));
  }
  return trials;
};

const inflated: Builder = async (world) => [
  ...(await shortTrials(world, 'limited assurance where reasonable is needed', {
    patch: [replace(`${STATEMENT}/credentialSubject/levelOfAssurance`, 'limited')],
  })),
  ...(await shortTrials(world, 'the claim says reasonable, the statement says limited', {
    patch: [
      replace(`${STATEMENT}/credentialSubject/levelOfAssurance`, 'limited'),
      { op: 'add', path: '/credentials/claim:slab/credentialSubject/levelOfAssurance', value: 'reasonable' },
    ],
  })),
];

/** The two presentations of the example: five credentials under CBAM, and four links over a recognition between bodies. */
const fourLinks: Builder = async (world) => {
  const chain = await buildChain(world);
  const { example, policy } = chain;
  const request = (presentation: string, regime: string, more: Partial<EvaluationRequest> = {}): EvaluationRequest => {
    const shown = (example['presentations'] as Record<string, JsonObject>)[presentation] ?? {};
    const keys = shown['credentials'] as readonly string[];
    return {
      credentials: keys.map((key) => credential(chain, key)),
      policy,
      regime,
      claim: String(credential(chain, String(shown['claim']))['id']),
      at: instantOf(example),
      ...more,
    };
  };
  const imported = example['import'] as JsonObject | undefined;
  const reversed = request('customer', 'iso14067-pcf');
  return [
    ...(await honest(world)),
    ...evaluationTrials(
      world,
      'claim, statement, accreditation, recognition',
      request('customer', 'iso14067-pcf'),
      HONEST,
    ),
    ...evaluationTrials(
      world,
      'the same in reverse order',
      { ...reversed, credentials: [...reversed.credentials].reverse() },
      HONEST,
    ),
    ...evaluationTrials(
      world,
      'claim and precursor under CBAM',
      request('declarant', 'eu-cbam', imported === undefined ? {} : { import: imported }),
      HONEST,
    ),
  ];
};

export const POLICY_BUILDERS: Readonly<Record<string, Builder>> = {
  'CH-012': otherSpelling,
  'CH-013': badPolicies,
  'CH-014': fromTheNet,
  'CH-015': inflated,
  'OK-016': fourLinks,
};
