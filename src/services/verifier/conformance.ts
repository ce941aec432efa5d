/**
 * What a conformance instance does otherwise than every other verifier (docs/conformance.md). Its answers say so in their findings, and
 * no evaluation takes what it checked.
 */
import { type Finding, owed, skipped, verdictOf } from '../../base/finding.ts';
import type { JsonObject } from '../../base/json.ts';
import { checkCredentialForm } from '../../credentials/credential.ts';
import { contentOf } from '../../credentials/envelope.ts';
import type { CheckDeps } from './check-deps.ts';

/** Said in every answer of a conformance instance. */
export const CONFORMANCE_NOTICE =
  'checked by a conformance instance: its type needs no closed schema and may define its own terms; nothing can be relied on because of it';

/** Stands among the findings of whatever a conformance instance checked. */
export const conformanceFinding: Finding = skipped('conformance', CONFORMANCE_NOTICE);

/** Form and proofs and nothing else: not whether the signer is the issuer, not the period, not the status. */
export async function checkProofsAlone(received: JsonObject, deps: CheckDeps): Promise<readonly Finding[]> {
  const opened = contentOf(received);
  if (!opened.ok) return opened.findings;
  const form = checkCredentialForm(opened.value, { contexts: deps.contexts, schemas: deps.schemas });
  if (verdictOf(form) !== 'accepted') return form;
  const report = await deps.proofs.checkCredentialProofs(received, { resolver: deps.resolver, now: deps.now });
  const findings = owed('proof.form', 'PROOF_VERIFICATION_ERROR', report.findings);
  const unasked = ['proof.issuer', 'period', 'status.entry'].map((check) =>
    skipped(check, 'only proofs were asked for'),
  );
  return [...form, ...findings.filter(({ check }) => check !== 'proof.issuer'), ...unasked];
}
