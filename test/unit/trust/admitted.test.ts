import { describe, expect, it } from 'vitest';
import { failed, passed, undetermined } from '../../../src/base/finding.ts';
import type { CheckedCredential } from '../../../src/credentials/checked-credential.ts';
import { admit, assertAdmitted } from '../../../src/trust/admitted.ts';

const ISSUER = 'did:web:ab.example';
const document = {
  id: 'urn:uuid:00000000-0000-4000-8000-000000000001',
  type: ['VerifiableCredential', 'VerifierAccreditation'],
  issuer: ISSUER,
  validFrom: '2026-01-01T00:00:00Z',
  validUntil: '2027-01-01T00:00:00Z',
  credentialSubject: { id: 'did:web:vb.example' },
};
const checked = (change: Partial<CheckedCredential> = {}): CheckedCredential => ({
  document,
  findings: [passed('proof.signature')],
  verdict: 'accepted',
  digest: 'uEiExample',
  controllers: [ISSUER],
  keys: [],
  didDocuments: [],
  status: [],
  ...change,
});

describe('admit', () => {
  it('lets an accepted credential in and reads its envelope', () => {
    expect(admit(checked())).toMatchObject({
      id: document.id,
      type: 'VerifierAccreditation',
      issuer: ISSUER,
      validFrom: Date.UTC(2026, 0, 1),
      validUntil: Date.UTC(2027, 0, 1),
    });
  });
  it.each<[string, Partial<CheckedCredential>]>([
    ['was rejected', { verdict: 'rejected' }],
    ['is undetermined', { verdict: 'undetermined' }],
    ['says accepted over a failed check', { findings: [failed('proof.signature', 'PROOF_VERIFICATION_ERROR', '')] }],
    ['says accepted over a doubt', { findings: [passed('x'), undetermined('proof.key', 'DID_RESOLUTION_ERROR', '')] }],
    ['was not looked at', { findings: [] }],
    ['is proved by somebody else only', { controllers: ['did:web:evil.example'] }],
    ['was checked by the rules of a conformance instance', { forConformance: true }],
    ['has no id', { document: { ...document, id: 1 } }],
    ['has a subject that is no object', { document: { ...document, credentialSubject: 'did:web:vb.example' } }],
    ['has no end', { document: { ...document, validUntil: 'soon' } }],
  ])('keeps out what %s', (_name, change) => {
    expect(admit(checked(change))).toBeUndefined();
  });
  it('freezes what it lets in, to the bottom', () => {
    const admitted = admit(checked({ document: structuredClone(document) }));
    expect(() => Object.assign(admitted?.document ?? {}, { issuer: 'did:web:evil.example' })).toThrow(TypeError);
    expect(() => Object.assign(admitted?.subject ?? {}, { id: 'did:web:evil.example' })).toThrow(TypeError);
  });
  it('gives no role to a credential of several types or of none', () => {
    expect(admit(checked({ document: { ...document, type: ['VerifiableCredential'] } }))?.type).toBe('');
    const several = { ...document, type: ['VerifiableCredential', 'VerifierAccreditation', 'RecognitionArrangement'] };
    expect(admit(checked({ document: several }))?.type).toBe('');
  });
});

describe('assertAdmitted', () => {
  it('knows what admit made from a copy of it', () => {
    const admitted = admit(checked());
    if (admitted === undefined) throw new Error('not admitted');
    expect(() => assertAdmitted([admitted])).not.toThrow();
    expect(() => assertAdmitted([{ ...admitted }])).toThrow(TypeError);
    expect(() => assertAdmitted([admitted, structuredClone({ ...admitted })])).toThrow(TypeError);
  });
});
