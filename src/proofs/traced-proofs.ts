import { inSpan } from '../base/trace.ts';
import type { DataIntegrity } from './data-integrity.ts';

/** The same, each piece of cryptographic work a span of the request that it is done for. */
export function tracedProofs(proofs: DataIntegrity): DataIntegrity {
  return {
    ...proofs,
    secureCredential: (unsecured, options) =>
      inSpan('proof create', { cryptosuite: options.cryptosuite }, () => proofs.secureCredential(unsecured, options)),
    securePresentation: (unsecured, options) =>
      inSpan('proof create', { cryptosuite: options.cryptosuite }, () => proofs.securePresentation(unsecured, options)),
    deriveCredential: (document, options) =>
      inSpan('proof derive', {}, () => proofs.deriveCredential(document, options)),
    checkCredentialProofs: (document, options) =>
      inSpan('proof check', {}, () => proofs.checkCredentialProofs(document, options)),
    checkPresentationProof: (document, options) =>
      inSpan('proof check', {}, () => proofs.checkPresentationProof(document, options)),
  };
}
