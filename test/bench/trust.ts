/** What judging a presentation costs beside the signatures it carries, and what the worst of them costs. */
import type { CheckedCredential } from '../../src/credentials/checked-credential.ts';
import { evaluate } from '../../src/trust/evaluate.ts';
import type { EvaluationInput } from '../../src/trust/evaluation.ts';
import { createLadders, tangledRequest } from '../support/trust-properties/tangles.ts';
import { createBase, type LinkSpec, requestIn } from '../support/trust-worlds.ts';
import { type Measurement, measure } from './interleaved.ts';
import { createPresentation } from './presentation.ts';

export interface TrustFigures {
  readonly credentials: number;
  readonly lists: number;
  /** Microseconds. */
  readonly credentialProofs: number;
  readonly listProofs: number;
  readonly trust: number;
  readonly trustAgain: number;
  readonly rawVerify: number;
  readonly worst: readonly { readonly name: string; readonly result: string; readonly microseconds: number }[];
}

export async function measureTrust(rawVerify: () => unknown): Promise<TrustFigures> {
  const presentation = await createPresentation();
  const worst = await worstShapes();
  const measured = await measure([
    { name: 'credential proofs', run: presentation.checkCredentials },
    { name: 'list proofs', run: presentation.checkLists },
    {
      name: 'trust',
      fresh: presentation.fresh,
      run: (checked) => presentation.judge(checked as readonly CheckedCredential[]),
    },
    { name: 'trust again', run: presentation.judgeAgain },
    { name: 'raw verify', run: rawVerify },
    ...worst.map(({ name, request }) => ({ name, run: () => evaluate(request) })),
  ]);
  const of = (name: string): number => (measured.find((one) => one.name === name) as Measurement).microseconds;
  return {
    credentials: presentation.credentials,
    lists: presentation.lists,
    credentialProofs: of('credential proofs'),
    listProofs: of('list proofs'),
    trust: of('trust'),
    trustAgain: of('trust again'),
    rawVerify: of('raw verify'),
    worst: worst.map(({ name, request }) => ({ name, result: resultOf(request), microseconds: of(name) })),
  };
}

/** 64 credentials with as many links as the limits allow, in the shapes that take longest. */
async function worstShapes(): Promise<readonly { readonly name: string; readonly request: EvaluationInput }[]> {
  const [base, ladders] = await Promise.all([createBase(), createLadders()]);
  // Twelve accreditations, with the one that every world has, and twenty arrangements: 252 links looked at. The rest is beside the way.
  const link = (accredits: boolean, about: string, index: number): LinkSpec => ({
    accredits,
    issuer: accredits ? 'did:web:ab-korea.example' : 'did:web:global-mra.example',
    about,
    period: 'usual',
    history: index % 2 === 0 ? 'before' : 'clear',
    programmes: ['own', 'iso14067-pcf'],
    standards: ['ISO 14064-3:2019', 'ISO 14065:2020'],
    level2: 'verification',
  });
  const links = Array.from({ length: 61 }, (_, index) => {
    if (index < 11) return link(true, 'did:web:verify-kr.example', index);
    return link(false, index < 31 ? 'did:web:ab-korea.example' : 'did:web:owner-two.example', index);
  });
  const anchor = {
    did: 'did:web:global-mra.example',
    role: 'arrangement-owner',
    programmes: ['own'],
    validUntil: '2032-01-01',
  };
  const world = { links, anchors: [anchor, anchor], claim: 'clear', statement: 'clear', named: 'clear' };
  const relies = (at: number): number[] => Array.from({ length: 5 }, (_, step) => at + 7 * step + 1);
  const knots = Array.from({ length: 61 }, (_, at) => ({ onClaim: true, own: true, relies: relies(at) }));
  return [
    {
      name: '12 accreditations under each of 20 arrangements, the anchor twice in the policy: 480 paths',
      request: requestIn(base, world),
    },
    { name: '61 statements on one claim that rely on each other in circles', request: tangledRequest(base, knots) },
    { name: '31 claims one above the other, 8 ways from each to the next', request: ladders(30, 8) },
  ];
}

function resultOf(request: EvaluationInput): string {
  return Object.values(evaluate(request).results)
    .map(({ result }) => result)
    .join(', ');
}

/** The rows for docs/performance.md. */
export function trustTable(figures: TrustFigures): string {
  const { credentials, lists, credentialProofs, listProofs, trust, trustAgain, rawVerify, worst } = figures;
  const signatures = credentialProofs + listProofs;
  const row = (name: string, microseconds: number): string => {
    const share = `${((100 * microseconds) / signatures).toFixed(1)} %`;
    return `| ${name} | ${microseconds.toFixed(0)} | ${share} | ${(microseconds / rawVerify).toFixed(1)} |`;
  };
  return [
    '| part | µs | of the signature checks | in raw Ed25519 verifications |',
    '|---|---|---|---|',
    row(`proofs of ${credentials} credentials`, credentialProofs),
    row(`proofs of ${lists} status lists`, listProofs),
    row('signature checks together', signatures),
    row('trust and rules: admit and evaluate', trust),
    row('the same credentials judged once more', trustAgain),
    row(`${credentials + lists} raw Ed25519 verifications, nothing else`, (credentials + lists) * rawVerify),
    '',
    '| 64 credentials, worst shapes | result | µs | in raw Ed25519 verifications |',
    '|---|---|---|---|',
    ...worst.map(
      ({ name, result, microseconds }) =>
        `| ${name} | ${result} | ${microseconds.toFixed(0)} | ${(microseconds / rawVerify).toFixed(0)} |`,
    ),
  ].join('\n');
}
