/** Layer `chain`, shared: the chain of three credentials under CBAM, with a change, evaluated (docs/threats.md, section 5.14). */
import type { PatchOperation } from '../../support/json-patch.ts';
import { buildChain, type Chain, type ChainOptions, credential, instantOf } from '../chain-base.ts';
import { type EvaluationRequest, evaluationTrials } from '../evaluating.ts';
import type { Trial, TrialExpectation } from '../trial.ts';
import type { World } from '../world.ts';

export const AB = 'did:web:ab-italy.example';

export const VERIFIER = 'did:web:verify-eu.example';

export const COMPANY = 'did:web:daehan-slab.example';

export const ATTACKER = 'did:web:ab-of-the-attacker.example';

/** Claim, statement and accreditation, evaluated under CBAM: three credentials, whose anchor is the accreditation body. */
export const SHORT = ['claim:slab', 'statement:slab', 'accreditation:eu'] as const;

export function shortRequest(chain: Chain, more: Partial<EvaluationRequest> = {}): EvaluationRequest {
  return {
    credentials: SHORT.map((key) => credential(chain, key)),
    policy: chain.policy,
    regime: 'eu-cbam',
    claim: String(credential(chain, 'claim:slab')['id']),
    at: instantOf(chain.example),
    ...more,
  };
}

/** The chain with a change, evaluated. */
export async function shortTrials(
  world: World,
  form: string,
  options: ChainOptions,
  expected?: TrialExpectation,
  more: (chain: Chain) => Promise<Partial<EvaluationRequest>> | Partial<EvaluationRequest> = () => ({}),
): Promise<Trial[]> {
  const chain = await buildChain(world, { keys: SHORT, ...options });
  return evaluationTrials(world, form, shortRequest(chain, await more(chain)), expected);
}

export const replace = (path: string, value: PatchOperation['value']): PatchOperation => ({
  op: 'replace',
  path,
  value: value ?? null,
});

export const ACCREDITATION = '/credentials/accreditation:eu';

export const STATEMENT = '/credentials/statement:slab';

export const HONEST = { verdict: 'accept' } as const;

/** The twin of every case here: the same chain without a change. */
export const honest = (world: World): Promise<Trial[]> => shortTrials(world, 'the honest chain', {}, HONEST);
