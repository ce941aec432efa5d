/** Proofs that a wallet has a key (OpenID4VCI 1.0, appendix F): what can be refused without the key first, the rest on demand. */
import type { Clock } from '../../base/clock.ts';
import { type Finding, owed, verdictOf } from '../../base/finding.ts';
import { deepFreeze, isObject, type JsonValue } from '../../base/json.ts';
import { ProtocolError } from '../../base/protocol-error.ts';
import type { Contexts } from '../../credentials/contexts.ts';
import { isEnvelopedPresentation } from '../../credentials/enveloped-presentation.ts';
import { checkPresentationForm } from '../../credentials/presentation.ts';
import type { Schemas } from '../../credentials/schemas.ts';
import type { DidResolver } from '../../dids/resolver.ts';
import type { DataIntegrity } from '../../proofs/data-integrity.ts';
import { checkKeyProof, readKeyProof } from '../../proofs/key-proof.ts';
import type { CredentialRequest } from './requests.ts';

export interface KeyProofDeps {
  readonly contexts: Contexts;
  readonly schemas: Schemas;
  readonly proofs: DataIntegrity;
  readonly resolver: DidResolver;
  readonly clock: Clock;
}

/** A proof whose form is good. */
export interface ReadProof {
  /** As it stands there; whether it is one of ours is for the caller. */
  readonly nonce: string;
  /** The DID whose key it was made with. Errors: ProtocolError `invalid_proof`. */
  readonly check: () => Promise<string>;
}

interface Expectation {
  /** The Credential Issuer Identifier. */
  readonly issuer: string;
  readonly client: string | undefined;
}

/** Errors: ProtocolError `invalid_proof`. */
export function readProof(
  { kind, value }: CredentialRequest['proof'],
  expected: Expectation,
  deps: KeyProofDeps,
): ReadProof {
  return kind === 'jwt' ? readTokenProof(value, expected, deps) : readPresentationProof(value, expected, deps);
}

function readTokenProof(value: JsonValue, { issuer, client }: Expectation, deps: KeyProofDeps): ReadProof {
  const now = deps.clock.now();
  const read = readKeyProof(value, { audience: issuer, client, now });
  if (!read.ok) throw refusal(read.findings);
  return {
    nonce: read.value.nonce,
    check: async () => {
      const checked = await checkKeyProof(read.value, { resolver: deps.resolver, now });
      if (!checked.ok) throw refusal(checked.findings);
      return checked.value;
    },
  };
}

/** Appendix F.2: a presentation of nothing, whose proof names the nonce as its challenge and the issuer as its domain. */
function readPresentationProof(value: JsonValue, { issuer }: Expectation, deps: KeyProofDeps): ReadProof {
  if (!isObject(value) || isEnvelopedPresentation(value))
    throw invalid('a di_vp proof is a presentation with a Data Integrity proof');
  const presentation = deepFreeze(value);
  const { proof } = presentation;
  if (!isObject(proof)) throw invalid('a di_vp proof has exactly one proof');
  const { challenge, domain } = proof;
  if (typeof challenge !== 'string' || challenge === '') throw invalid('the challenge of the proof is the nonce');
  if (domain !== issuer) throw invalid('the proof was made for another domain');
  const form = checkPresentationForm(presentation, deps);
  if (verdictOf(form) !== 'accepted') throw refusal(form);
  return {
    nonce: challenge,
    check: async () => {
      const { findings, controllers } = await deps.proofs.checkPresentationProof(presentation, {
        resolver: deps.resolver,
        now: deps.clock.now(),
        challenge,
        domain: issuer,
        holderOptional: true,
      });
      const made = owed('proof.form', 'PROOF_VERIFICATION_ERROR', findings);
      const [controller] = controllers;
      if (verdictOf(made) !== 'accepted' || controller === undefined) throw refusal(made);
      return controller;
    },
  };
}

/** The first of what is wrong. What could not be looked at is no proof either. */
function refusal(findings: readonly Finding[]): ProtocolError {
  const wrong = findings.find(({ outcome }) => outcome === 'failed' || outcome === 'undetermined');
  return invalid(wrong?.detail ?? 'the key proof does not hold');
}

const invalid = (what: string): ProtocolError => new ProtocolError('invalid_proof', what);
