/** What was admitted, as the rules find it: by name, by digest, by type, and where a link leads. */
import { beforeAll, describe, expect, it } from 'vitest';
import { failed, passed, undetermined } from '../../../src/base/finding.ts';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { createLinkRef, linkDigest } from '../../../src/credentials/link.ts';
import { digestOfJson } from '../../../src/formats/digest.ts';
import type { Admitted } from '../../../src/trust/admitted.ts';
import type { RefusedCredential } from '../../../src/trust/evaluation.ts';
import { Evidence } from '../../../src/trust/evidence.ts';
import { applyPatch } from '../../support/json-patch.ts';
import { CBAM, refusedAs, requestFor } from '../../support/trust-cases.ts';
import { admitted } from '../../support/worked-examples.ts';

let all: readonly Admitted[];
let coil: Admitted;
let part: Admitted;
beforeAll(async () => {
  all = (await requestFor(CBAM)).admitted;
  coil = claim('012');
  part = admitted(applyPatch(coil.document, [{ op: 'remove', path: '/credentialSubject/blinding' }]));
});

function claim(tail: string): Admitted {
  const found = all.find(({ id }) => id.endsWith(tail));
  if (found === undefined) throw new Error(tail);
  return found;
}
const withSubject = (one: Admitted, change: JsonObject): Admitted =>
  admitted({ ...one.document, credentialSubject: { ...one.subject, ...change } });
const evidenceOf = (admittedOnes: readonly Admitted[], ...refused: readonly RefusedCredential[]) =>
  new Evidence(admittedOnes, refused);
const link = (change: JsonObject = {}): JsonObject => ({ ...createLinkRef(coil.document), ...change });
const OTHER = digestOfJson('other');

describe('evidence', () => {
  it('is in one order, each document once, whatever was presented', () => {
    const twins = [coil, part].map(({ digest }) => digest).sort();
    const wanted = [...all, part].map(({ id, digest }) => `${id} ${digest}`).sort();
    for (const given of [[...all, part, coil], [part, ...all].reverse(), [coil, part, ...all]]) {
      const evidence = evidenceOf(given);
      expect(evidence.admitted.map(({ id, digest }) => `${id} ${digest}`)).toEqual(wanted);
      expect(evidence.named(coil.id).map(({ digest }) => digest)).toEqual(twins);
    }
    const [a, b, c] = ['a', 'b', 'c'].map((digest): RefusedCredential => ({ digest, findings: [] }));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three');
    expect(evidenceOf([], c, a, b, a).refused.map(({ digest }) => digest)).toEqual(['a', 'b', 'c']);
  });
  it('is found by type, by name and by the DID of its subject', () => {
    const nameless = withSubject(claim('002'), { id: 7 });
    const evidence = evidenceOf([...all, nameless]);
    expect(evidence.ofType('EmbeddedEmissionsClaim').map(({ id }) => id.slice(-3))).toEqual(['010', '012']);
    expect(evidence.ofType('IdentityAnchor')).toEqual([]);
    expect(evidence.named('urn:uuid:nowhere')).toEqual([]);
    expect(evidence.about('did:web:verify-eu.example', 'VerifierAccreditation')).toEqual([claim('002')]);
    expect(evidence.about('did:web:verify-eu.example', 'RecognitionArrangement')).toEqual([]);
    expect(evidence.about('did:web:nobody.example', 'VerifierAccreditation')).toEqual([]);
  });
  it('is found by what links to it, by name or by digest', () => {
    const ids = (change: JsonObject) => {
      const statement = withSubject(claim('013'), { claim: link(change) });
      return evidenceOf([coil, statement])
        .linkedTo(coil, 'VerificationStatement', 'claim')
        .map(({ id }) => id.slice(-3));
    };
    expect(ids({})).toEqual(['013']);
    expect(ids({ target: 'urn:uuid:other' })).toEqual(['013']);
    expect(ids({ digestMultibase: OTHER })).toEqual(['013']);
    expect(ids({ target: 'urn:uuid:other', digestMultibase: OTHER })).toEqual([]);
    expect(evidenceOf(all).linkedTo(coil, 'VerificationStatement', 'accreditation')).toEqual([]);
  });
});

describe('a link', () => {
  const mismatch = (why: string, code = 'CHAIN_DIGEST_MISMATCH') => ({ state: 'mismatch', code, why });
  it('leads to the document of its digest', () => {
    expect(evidenceOf(all).follow(link())).toEqual({ state: 'resolved', target: coil });
    expect(evidenceOf(all).targetOf(link())).toBe(coil);
  });
  it('leads to the form in which it was linked, of two that are here', () => {
    const part2 = applyPatch(coil.document, [
      { op: 'replace', path: '/credentialSubject/blinding', value: 'AAAAAAAAAAAAAAAAAAAAAA' },
    ]);
    for (const given of [
      [admitted(part2), coil],
      [coil, admitted(part2)],
    ]) {
      expect(evidenceOf(given).targetOf(link())).toBe(coil);
    }
    expect(evidenceOf([admitted(part2)]).follow(link())).toEqual(mismatch('base'));
    expect(evidenceOf([part]).follow(link())).toEqual({ state: 'resolved', target: part });
    expect(evidenceOf([part]).follow(link({ baseDigestMultibase: OTHER }))).toMatchObject({ state: 'resolved' });
  });
  it.each<[string, () => JsonValue | undefined, object]>([
    ['that is none', () => undefined, mismatch('digest')],
    ['that is a text', () => coil.id, mismatch('digest')],
    ['without a digest', () => ({ target: coil.id, targetType: coil.type }), mismatch('digest')],
    ['of another digest', () => link({ digestMultibase: OTHER }), mismatch('digest')],
    ['under another name', () => link({ target: 'urn:uuid:other' }), mismatch('target', 'CHAIN_BROKEN')],
    ['to another type', () => link({ targetType: 'IdentityAnchor' }), mismatch('target', 'CHAIN_BROKEN')],
    ['of another whole', () => link({ baseDigestMultibase: OTHER }), mismatch('base')],
    ['to what is not here', () => link({ target: 'urn:uuid:other', digestMultibase: OTHER }), { state: 'absent' }],
  ])('%s does not hold', (_, given, wanted) => {
    const evidence = evidenceOf(all);
    expect(evidence.follow(given())).toEqual(wanted);
    expect(evidence.targetOf(given())).toBeUndefined();
  });
});

describe('what was refused', () => {
  const bad = failed('proof.signature', 'PROOF_VERIFICATION_ERROR', '');
  const open = undetermined('proof.key', 'DID_RESOLUTION_ERROR', '');
  const others = () => all.filter((one) => one !== coil);
  const end = (...refused: readonly Partial<RefusedCredential>[]) =>
    evidenceOf(others(), ...refused.map((one, at) => ({ digest: String(at), findings: [], ...one }))).follow(link());

  it('is told from what is not here, by the digest that the link carries', () => {
    const whole = refusedAs(coil.document, [bad]);
    expect(end(whole)).toEqual({ state: 'refused', code: 'PROOF_VERIFICATION_ERROR' });
    expect(end({ ...whole, id: 'urn:uuid:other' })).toMatchObject({ state: 'refused' });
    expect(end({ ...whole, linkDigest: OTHER })).toEqual({ state: 'absent' });
    expect(end({ ...whole, findings: [open] })).toEqual({ state: 'undetermined', code: 'DID_RESOLUTION_ERROR' });
  });
  it('is found by its name where no digest could be read', () => {
    expect(end({ id: coil.id, findings: [bad] })).toMatchObject({ state: 'refused' });
    expect(end({ id: 'urn:uuid:other', findings: [bad] })).toEqual({ state: 'absent' });
    expect(end({ findings: [bad] })).toEqual({ state: 'absent' });
    expect(end({ id: 'urn:uuid:other', findings: [bad] }, { id: coil.id, findings: [open] })).toMatchObject({
      state: 'undetermined',
    });
  });
  it('gives the reason that counts most', () => {
    const code = (...findings: RefusedCredential['findings']) =>
      end({ linkDigest: linkDigest(coil.document), findings });
    expect(code(passed('proof'), open, bad)).toEqual({ state: 'refused', code: 'PROOF_VERIFICATION_ERROR' });
    expect(code(passed('x', { code: 'EXPIRED' }), open)).toEqual({
      ...{ state: 'undetermined', code: 'DID_RESOLUTION_ERROR' },
    });
    expect(code({ check: 'x', outcome: 'failed' }, bad)).toMatchObject({ code: 'PROOF_VERIFICATION_ERROR' });
    expect(code({ check: 'x', outcome: 'undetermined' }, open)).toMatchObject({ code: 'DID_RESOLUTION_ERROR' });
    expect(code({ check: 'x', outcome: 'failed' })).toEqual({ state: 'refused', code: 'CHAIN_BROKEN' });
    expect(code(passed('x', { code: 'EXPIRED' }))).toMatchObject({ code: 'CHAIN_BROKEN' });
  });
  it('leaves a doubt about a type only where it could not be judged and may be of it', () => {
    const doubt = (...refused: readonly Partial<RefusedCredential>[]) =>
      evidenceOf([], ...refused.map((one, at) => ({ digest: String(at), findings: [], ...one }))).doubtAbout('A');
    expect(doubt()).toBeUndefined();
    expect(doubt({ type: 'A', findings: [open] })).toBe('DID_RESOLUTION_ERROR');
    expect(doubt({ findings: [open] })).toBe('DID_RESOLUTION_ERROR');
    expect(doubt({ type: 'B', findings: [open] })).toBeUndefined();
    expect(doubt({ type: 'A', findings: [bad] })).toBeUndefined();
    expect(doubt({ type: 'B', findings: [open] }, { type: 'A', findings: [bad] }, { type: 'A', findings: [] })).toBe(
      'CHAIN_BROKEN',
    );
  });
});
