/** Evidence that no honest party would make: circles, and chains of suppliers that all lead to the same few. */
import type { JsonObject } from '../../../src/base/json.ts';
import { createLinkRef } from '../../../src/credentials/link.ts';
import type { Admitted } from '../../../src/trust/admitted.ts';
import type { EvaluationInput } from '../../../src/trust/evaluation.ts';
import { CBAM, requestFor } from '../trust-cases.ts';
import type { Base } from '../trust-worlds.ts';
import { admitted } from '../worked-examples.ts';

/** A statement of a forged world: whom it is about, and on which statements it says it relies. */
export interface Knot {
  readonly onClaim: boolean;
  readonly own: boolean;
  readonly relies: readonly number[];
}

/**
 * What a statement relies on may be withheld, so it is no part of the digest by which others link to it: these circles are made of links
 * that hold, as no honest issuer could sign them in this order.
 */
export function tangledRequest(base: Base, knots: readonly Knot[]): EvaluationInput {
  const honest = base.kept.find(({ type }) => type === 'VerificationStatement');
  if (honest === undefined) throw new Error('no statement');
  const { blinding: _blinding, ...subject } = honest.subject;
  let links = 256;
  const wrong = createLinkRef(honest.document);
  const bare = knots.map(({ onClaim, own }, at): JsonObject => {
    const claim = onClaim ? (subject['claim'] ?? null) : wrong;
    return {
      ...honest.document,
      id: `urn:uuid:99999999-0000-4000-8000-${String(at).padStart(12, '0')}`,
      issuer: own ? honest.issuer : 'did:web:ab-korea.example',
      credentialSubject: { ...subject, claim },
    };
  });
  const refs = bare.map(createLinkRef);
  const tied = bare.map((document, at): Admitted => {
    const relies = (knots[at]?.relies ?? []).slice(0, links).flatMap((to) => refs[to % refs.length] ?? []);
    links -= relies.length;
    const body = document['credentialSubject'] as JsonObject;
    const change = { status: honest.status };
    return admitted({ ...document, credentialSubject: { ...body, upstreamReliance: relies } }, change);
  });
  return { ...base.request, admitted: [...base.kept, ...tied].slice(0, 64) };
}

/**
 * One claim above the other, each with several precursors that name the same statement below: as many ways down as `width` to the power
 * of `depth`, over no more than twice `depth` credentials.
 */
export type Ladder = (depth: number, width: number) => EvaluationInput;

export async function createLadders(): Promise<Ladder> {
  const request = await requestFor(CBAM);
  const find = (type: string, id?: string): Admitted => {
    const found = request.admitted.find((one) => one.type === type && (id === undefined || one.id === id));
    if (found === undefined) throw new Error(`no ${type}`);
    return found;
  };
  const claim = find('EmbeddedEmissionsClaim', request.claim);
  const statement = find('VerificationStatement');
  const [precursor] = claim.subject['precursors'] as readonly JsonObject[];
  const accreditation = find('VerifierAccreditation');
  const made = new Map<string, EvaluationInput>();
  return (depth, width) => {
    const known = made.get(`${depth} ${width}`);
    if (known !== undefined) return known;
    const steps: Admitted[] = [];
    let below: JsonObject | undefined;
    for (let level = depth; level >= 0; level -= 1) {
      const link = below === undefined ? undefined : createLinkRef(below);
      const precursors =
        link === undefined ? [] : Array.from({ length: width }, () => ({ ...precursor, statement: link }));
      const body = { ...claim.subject, precursors, precursorCount: String(precursors.length) };
      const id = level === 0 ? claim.id : named(level, 1);
      const above = admitted({ ...claim.document, id, credentialSubject: body });
      const about = { ...statement.subject, claim: createLinkRef(above.document) };
      const verified = admitted({ ...statement.document, id: named(level, 2), credentialSubject: about });
      steps.push(above, verified);
      below = verified.document;
    }
    const whole = { ...request, admitted: [...steps, accreditation] };
    made.set(`${depth} ${width}`, whole);
    return whole;
  };
}

const named = (level: number, kind: number): string =>
  `urn:uuid:6666666${kind}-0000-4000-8000-${String(level).padStart(12, '0')}`;
