/** What nothing can be derived from, and why: said before anything is reckoned. */
import { ServiceError } from '../base/error.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { decodeProofValue, suiteOf } from './cryptosuites.ts';
import { type DisclosureStage, stageOf } from './disclosure-value.ts';

/** Errors: ServiceError `PROOF_GENERATION_ERROR` with a pointer unless the credential has a base proof, by its first bytes. */
export function assertDerivable(credential: JsonObject): void {
  const proofs = asArray(credential['proof'] as JsonValue).filter(isObject);
  const stages = proofs.map(stageIn);
  const at = '/verifiableCredential/proof';
  if (stages.includes('base')) {
    const bases = proofs.filter((_, place) => stages[place] === 'base');
    if (isObject(credential['proof']) || bases.some(({ cryptosuite }) => cryptosuite !== 'bbs-2023')) return;
    throw refusal('a bbs-2023 proof is derived from where it stands alone', at);
  }
  const single = isObject(credential['proof']) ? `${at}/proofValue` : at;
  if (stages.includes('presented'))
    throw refusal('a derived proof is not derived from again; the base proof is what the issuer sent', single);
  const selective = proofs.map(suiteOf).find((suite) => suite?.selective === true);
  if (selective !== undefined) throw refusal(`not a base proof of ${selective.name}`, single);
  const [name] = proofs.map((proof) => suiteOf(proof)?.name ?? 'an unknown suite');
  const whole = `a proof of ${name} shows the whole credential; only a base proof is derived from`;
  throw refusal(name === undefined ? 'there is no proof to derive from' : whole, at);
}

function stageIn(proof: JsonObject): DisclosureStage | undefined {
  const suite = suiteOf(proof);
  if (suite?.selective !== true) return undefined;
  return stageOf(suite.name, decodeProofValue(proof['proofValue'], suite));
}

const refusal = (detail: string, pointer: string): ServiceError =>
  new ServiceError('PROOF_GENERATION_ERROR', detail, { pointer });
