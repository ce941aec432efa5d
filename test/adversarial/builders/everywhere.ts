/**
 * A credential in every place that takes one: the bare type on every surface of single credentials, and the claim of the worked example
 * in an evaluation with its statement and accreditation, over HTTP and at the command line.
 */
import type { JsonObject } from '../../../src/base/json.ts';
import { withoutProof } from '../../../src/credentials/credential.ts';
import { createParty, type Party } from '../../support/data-integrity.ts';
import { bareCredential } from '../bases.ts';
import { buildChain, type Chain, credential } from '../chain-base.ts';
import { evaluationTrials } from '../evaluating.ts';
import { good } from '../parties.ts';
import { type CredentialSurface, specimen } from '../surfaces.ts';
import { credentialTrials, type Trial, type TrialExpectation } from '../trial.ts';
import type { World } from '../world.ts';
import { COMPANY, SHORT, shortRequest } from './chain.ts';

/** Secures a credential of this party, honestly or not. */
export type Secure = (unsecured: JsonObject, party: Party) => Promise<JsonObject>;

interface Options {
  readonly expected?: TrialExpectation;
  readonly surfaces?: readonly CredentialSurface[];
  /** The bare credential, where it is not the usual one. */
  readonly bare?: JsonObject;
}

export async function everywhere(world: World, form: string, secure: Secure, options: Options = {}): Promise<Trial[]> {
  const document = await secure(options.bare ?? bareCredential().unsecured, good);
  return [
    ...credentialTrials(world, specimen(form, document), options),
    ...(await inEvaluation(world, form, secure, options.expected)),
  ];
}

const chains = new WeakMap<World, Promise<Chain>>();

function chainOf(world: World): Promise<Chain> {
  const known = chains.get(world) ?? buildChain(world, { keys: SHORT });
  chains.set(world, known);
  return known;
}

export const company = createParty(COMPANY);

/** The claim of the worked example, as its issuer wrote it. */
export async function exampleClaim(world: World): Promise<JsonObject> {
  return withoutProof(credential(await chainOf(world), 'claim:slab'));
}

export async function inEvaluation(
  world: World,
  form: string,
  secure: Secure,
  expected?: TrialExpectation,
  more: readonly JsonObject[] = [],
): Promise<Trial[]> {
  const chain = await chainOf(world);
  const request = shortRequest(chain);
  const [, ...others] = request.credentials;
  const claim = await secure(await exampleClaim(world), company);
  return evaluationTrials(world, form, { ...request, credentials: [claim, ...more, ...others] }, expected);
}
