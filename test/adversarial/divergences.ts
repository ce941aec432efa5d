/** Answers that differ from the case's and are right for a reason given here. Few; each is shown in the report. */

export interface Divergence {
  readonly case: string;
  /** Start of the form's name; every form of the case unless given. */
  readonly form?: string;
  readonly surfaces?: readonly string[];
  /** The types that are right here, named as in the cases. */
  readonly types: readonly string[];
  readonly reason: string;
}

const NOT_DERIVABLE = {
  surfaces: ['derive'],
  types: ['https://w3id.org/security#PROOF_GENERATION_ERROR', 'https://w3id.org/security#PROOF_VERIFICATION_ERROR'],
  reason: 'nothing can be derived from what is no base proof of the suite that it names; the answer says which',
} as const;

export const DIVERGENCES: readonly Divergence[] = [
  { case: 'PRF-009', ...NOT_DERIVABLE },
  { case: 'PRF-010', ...NOT_DERIVABLE },
  { case: 'PRF-017', ...NOT_DERIVABLE },
  {
    case: 'PRF-009',
    form: '"x"',
    surfaces: ['present', 'cli present'],
    types: ['https://w3id.org/security#DATA_LOSS_DETECTION_ERROR'],
    reason:
      'no presentation around a text in the place of a proof can be signed losslessly, and the proof of the presentation is judged before what is inside',
  },
  {
    case: 'PRF-010',
    form: '100 KB base58 proofValue, derived',
    types: ['https://w3id.org/security#PROOF_VERIFICATION_ERROR'],
    reason:
      'a proof of which a part is shown may be that long, but is written in base64url: nothing in base58 is ever decoded there',
  },
  {
    case: 'DID-005',
    form: '{"$repeat":":a"',
    types: ['https://www.w3.org/ns/did#INVALID_DID', 'LOCAL:limit-exceeded'],
    reason:
      'in a token so long a DID exceeds the cap of a header, or the token that of a string, before anybody reads it as a DID',
  },
  {
    case: 'DID-013',
    form: '{"$repeat"',
    types: ['LOCAL:limit-exceeded'],
    reason:
      'a DID of a million characters exceeds the cap of a request or of a string before anybody reads it as a DID',
  },
  {
    case: 'SD-005',
    form: 'a megabyte',
    types: ['LOCAL:limit-exceeded'],
    reason: 'a proof value longer than the cap of a string is refused before anybody decodes it',
  },
  {
    case: 'JOSE-010',
    form: 'ES256 with a secp256k1',
    types: ['https://w3id.org/security#INVALID_VERIFICATION_METHOD'],
    reason:
      'a key on that curve is none that may be used for anything, which is found before its algorithm is looked at',
  },
  {
    case: 'JOSE-010',
    form: 'EdDSA with an Ed448',
    types: ['https://w3id.org/security#INVALID_VERIFICATION_METHOD'],
    reason:
      'a key on that curve is none that may be used for anything, which is found before its algorithm is looked at',
  },
  {
    case: 'ST-003',
    form: 'as application/',
    types: ['https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR'],
    reason: 'what is no JSON document was never read as a list: undetermined, and not verified',
  },
  {
    case: 'API-002',
    types: ['LOCAL:method-not-allowed', 'LOCAL:not-found'],
    reason:
      'one code has one status: 405 and 404, which the case asks for, have codes of their own, and bad-request is 400',
  },
  {
    case: 'CH-014',
    form: 'a link to',
    types: ['LOCAL:chain-broken'],
    reason:
      'what a link names is never loaded, from anywhere: links are matched by digest among what was handed over, and one without its target is broken',
  },
];

export function findDivergence(id: string, form: string, surface: string): Divergence | undefined {
  return DIVERGENCES.find(
    (entry) =>
      entry.case === id &&
      (entry.form === undefined || form.startsWith(entry.form)) &&
      (entry.surfaces === undefined || entry.surfaces.includes(surface)),
  );
}
