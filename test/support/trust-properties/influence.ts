/** Property 7: no member of a presentation outside an accepted proof can influence the result. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Finding, failed, undetermined } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { SeenDidDocument } from '../../../src/credentials/checked-credential.ts';
import { digestOfJson } from '../../../src/formats/digest.ts';
import type { Admitted } from '../../../src/trust/admitted.ts';
import type { EvaluationInput, RefusedCredential, RegimeResult } from '../../../src/trust/evaluation.ts';
import { requestIn, world } from '../trust-worlds.ts';
import { admitted } from '../worked-examples.ts';
import { accepts, define, judged, owing, shape, type TrustProperty } from './property.ts';

const TYPES = [
  ...['VerifierAccreditation', 'RecognitionArrangement', 'VerificationStatement', 'CarbonFootprintClaim'],
  ...['EmbeddedEmissionsClaim', 'RecognitionDecision', 'IdentityAnchor', 'VerifiableCredential'],
];

interface Stranger {
  readonly place: number;
  readonly type: string | undefined;
  /** What it says of itself: to be one that was admitted, by name or by digest, or something else. */
  readonly poses: 'as-itself' | 'by-id' | 'by-link-digest' | 'by-both';
  readonly salt: number;
}

const stranger: fc.Arbitrary<Stranger> = fc.record({
  place: fc.nat(20),
  type: fc.option(fc.constantFrom(...TYPES), { nil: undefined }),
  poses: fc.constantFrom('as-itself', 'by-id', 'by-link-digest', 'by-both'),
  salt: fc.nat(),
});

function refusedIn(request: EvaluationInput, { place, type, poses, salt }: Stranger, finding: Finding) {
  const posed = request.admitted[place % request.admitted.length];
  const byId = poses === 'by-id' || poses === 'by-both';
  const byDigest = poses === 'by-link-digest' || poses === 'by-both';
  const core = posed === undefined ? undefined : coreDigestIn(request, posed);
  const refused: RefusedCredential = {
    id: byId ? (posed?.id ?? '') : `urn:uuid:00000000-0000-4000-8000-${String(salt % 1e12).padStart(12, '0')}`,
    digest: digestOfJson(`refused ${salt}`),
    linkDigest: byDigest && core !== undefined ? core : digestOfJson(`core ${salt}`),
    findings: [finding],
  };
  return type === undefined ? refused : { ...refused, type };
}

/** The digest by which somebody in the world links to this credential, where anybody does. */
function coreDigestIn({ admitted: all }: EvaluationInput, { id }: Admitted): string | undefined {
  const links = all.flatMap(({ subject }) => Object.values(subject)) as readonly (JsonObject | null)[];
  return links
    .map((link) => (link?.['target'] === id ? link['digestMultibase'] : undefined))
    .find((digest) => typeof digest === 'string') as string | undefined;
}

const FORGED = failed('proof.signature', 'PROOF_VERIFICATION_ERROR', 'forged');
const UNSURE = undetermined('proof.key', 'DID_RESOLUTION_ERROR', 'no answer');

/** Everything that came along with a credential and that its accepted proof does not cover. */
function disguised(credential: Admitted, text: string, seen: readonly SeenDidDocument[]): Admitted {
  const proof = { type: 'DataIntegrityProof', proofValue: text, created: text, domain: text, [`x-${text}`]: text };
  return admitted({ ...credential.document, proof }, { status: credential.status, didDocuments: seen });
}

/** Sheets as strangers make them, well formed or not. */
const leaf = fc.record({
  role: fc.constantFrom('own', 'input', 'x'),
  quantity: fc.constantFrom('1', '0', '-1', 'x'),
  factor: fc.constantFrom('21.80', '1', ''),
  contribution: fc.constantFrom('21.80', '1', '0'),
  salt: fc.string({ maxLength: 4 }),
});
const leaves = fc.array(
  fc.array(leaf, { maxLength: 3 }).map((lines) => ({ leaves: lines })),
  { maxLength: 2 },
);

export const INFLUENCE: readonly TrustProperty[] = [
  define(7, 'credentials that were refused, whatever they pose as, change not one finding', ({ base }) =>
    fc.property(world, fc.array(stranger, { minLength: 1, maxLength: 4 }), (given, strangers) => {
      const request = requestIn(base, given);
      const refused = strangers.map((one) => refusedIn(request, one, FORGED));
      assert.deepEqual(shape(judged({ ...request, refused })), shape(judged(request)));
    }),
  ),
  define(7, 'credentials that could not be judged never help, and spoil nothing that was accepted', ({ base }) =>
    fc.property(world, fc.array(stranger, { minLength: 1, maxLength: 4 }), (given, strangers) => {
      const request = requestIn(base, given);
      const refused = strangers.map((one) => refusedIn(request, one, UNSURE));
      const [before, after] = [judged(request), judged({ ...request, refused })];
      assert.equal(accepts(after), accepts(before));
      // A refusal may become a doubt: the link that was missed may be the one that nobody could judge.
      if (before.result !== 'REJECT') assert.equal(after.result, before.result);
      else assert.ok(after.result === 'REJECT' || after.result === 'UNDETERMINED');
    }),
  ),
  define(7, 'proofs, once accepted, and the DID documents they were checked with say nothing more', ({ base }) =>
    fc.property(world, fc.string({ maxLength: 8 }), fc.nat(63), (given, text, mask) => {
      const request = requestIn(base, given);
      const seen: SeenDidDocument[] = [{ did: `did:web:${mask}.example`, digest: text, source: 'network' }];
      const changed = request.admitted.map((credential, index) =>
        (mask >> (index % 6)) % 2 === 0 ? credential : disguised(credential, text, seen),
      );
      assert.deepEqual(shape(judged({ ...request, admitted: changed })), shape(judged(request)));
    }),
  ),
  define(7, 'a sheet that proves to nothing here never helps', ({ stories }) => {
    const withoutSheet = new Map<string, RegimeResult>();
    return fc.property(fc.nat(1), fc.subarray(['A5', 'A6', 'A7']), leaves, (story, notOwed, sheet) => {
      const request = owing(stories[story] as EvaluationInput, notOwed);
      const key = `${story} ${notOwed.join()}`;
      const without = withoutSheet.get(key) ?? judged(request);
      withoutSheet.set(key, without);
      const own = request.worksheets;
      const shown = judged({ ...request, worksheets: [...(own ?? []), ...sheet] });
      // Beside the one that proves to the claim, no other sheet says anything at all; in its place, it speaks against the claim.
      if (own !== undefined) assert.deepEqual(shape(shown), shape(without));
      else assert.equal(accepts(shown), accepts(without) && sheet.length === 0);
    });
  }),
];
