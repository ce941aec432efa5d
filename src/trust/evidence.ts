/**
 * Everything that was admitted, found by what the rules join on: DIDs and digests, never names (docs/trust.md, section 5). Built once
 * for an evaluation; every list comes out in one order, whatever order the presentation had.
 */
import { verdictOf } from '../base/finding.ts';
import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import type { ProblemCode } from '../base/problem.ts';
import { baseDigest, isLinkRef, isShownWhole, linkDigest } from '../credentials/link.ts';
import type { Candidate } from './candidate.ts';
import { markCompromised } from './compromise.ts';
import type { RefusedCredential } from './evaluation.ts';
import { objectAt, textAt } from './member.ts';
import { byText } from './order.ts';
import type { CompromisedKey } from './policy.ts';

/** Where a link leads. */
export type LinkEnd =
  | { readonly state: 'resolved'; readonly target: Candidate }
  /** Something stands at that name, but it is not the document that was linked. */
  | { readonly state: 'mismatch'; readonly code: ProblemCode; readonly why: 'digest' | 'base' | 'target' }
  /** The document is here and was not admitted. */
  | { readonly state: 'refused'; readonly code: ProblemCode }
  /** The document is here, but whether it may be believed could not be found out. */
  | { readonly state: 'undetermined'; readonly code: ProblemCode }
  | { readonly state: 'absent' };

export class Evidence {
  /** By id, then by digest; each received document once. */
  readonly admitted: readonly Candidate[];
  readonly refused: readonly RefusedCredential[];
  readonly #byLinkDigest = new Map<string, Candidate[]>();
  readonly #bySubject = new Map<string, Candidate[]>();
  readonly #byId = new Map<string, Candidate[]>();
  readonly #byType = new Map<string, Candidate[]>();
  readonly #ends = new Map<JsonObject, LinkEnd>();

  constructor(
    candidates: readonly Candidate[],
    refused: readonly RefusedCredential[],
    compromisedKeys: readonly CompromisedKey[] = [],
  ) {
    const admitted = markCompromised(candidates, compromisedKeys);
    const once = new Map(admitted.map((credential) => [credential.digest, credential]));
    this.admitted = [...once.values()].sort((a, b) => byText(a.id, b.id) || byText(a.digest, b.digest));
    const refusedOnce = new Map(refused.map((credential) => [credential.digest, credential]));
    this.refused = [...refusedOnce.values()].sort((a, b) => byText(a.digest, b.digest));
    for (const credential of this.admitted) {
      push(this.#byLinkDigest, this.linkDigestOf(credential), credential);
      push(this.#byId, credential.id, credential);
      push(this.#byType, credential.type, credential);
      const subject = textAt(credential.subject, 'id');
      if (subject !== undefined) push(this.#bySubject, subject, credential);
    }
  }

  /** The digest that a link to this credential carries. */
  linkDigestOf(credential: Candidate): string {
    return linkDigest(credential.document);
  }

  /** What was received under this identifier, in all its forms. */
  named(id: string): readonly Candidate[] {
    return this.#byId.get(id) ?? [];
  }

  ofType(type: string): readonly Candidate[] {
    return this.#byType.get(type) ?? [];
  }

  /** Credentials of one type whose subject is this DID, as the very string. */
  about(did: string, type: string): readonly Candidate[] {
    return (this.#bySubject.get(did) ?? []).filter((credential) => credential.type === type);
  }

  /** Credentials of one type whose link `member` names this target, by identifier or by digest. Whether it holds is for `follow`. */
  linkedTo(target: Candidate, type: string, member: string): readonly Candidate[] {
    const digest = this.linkDigestOf(target);
    return this.ofType(type).filter((credential) => {
      const link = objectAt(credential.subject, member);
      return textAt(link, 'target') === target.id || textAt(link, 'digestMultibase') === digest;
    });
  }

  /** Each link is followed once; several rules ask about the same one. */
  follow(link: JsonValue | undefined): LinkEnd {
    if (!isObject(link)) return this.#follow(link);
    const end = this.#ends.get(link) ?? this.#follow(link);
    this.#ends.set(link, end);
    return end;
  }

  #follow(link: JsonValue | undefined): LinkEnd {
    if (!isLinkRef(link)) return { state: 'mismatch', code: 'CHAIN_DIGEST_MISMATCH', why: 'digest' };
    const ends = (this.#byLinkDigest.get(link.digestMultibase) ?? []).map((target) => this.#compareEnd(link, target));
    const resolved = ends.find((end) => end.state === 'resolved');
    if (resolved !== undefined) return resolved;
    if (ends[0] !== undefined) return ends[0];
    if (this.named(link.target).length > 0) {
      return { state: 'mismatch', code: 'CHAIN_DIGEST_MISMATCH', why: 'digest' };
    }
    return this.#followRefused(link.target, link.digestMultibase);
  }

  /** The target of a link that holds, or nothing. */
  targetOf(link: JsonValue | undefined): Candidate | undefined {
    const end = this.follow(link);
    return end.state === 'resolved' ? end.target : undefined;
  }

  /** Whether a link holds and leads to a credential of this name. */
  leadsTo(link: JsonValue | undefined, target: Candidate): boolean {
    return this.targetOf(link)?.id === target.id;
  }

  /**
   * Why the absence of a credential of this type proves nothing: one that may be of it could not be judged. Nothing when all could.
   * A type that nobody could read counts as any type.
   */
  doubtAbout(type: string): ProblemCode | undefined {
    for (const refused of this.refused) {
      if (refused.type !== undefined && refused.type !== type) continue;
      if (verdictOf(refused.findings) === 'undetermined') return codeOf(refused);
    }
    return undefined;
  }

  #compareEnd(link: JsonObject, target: Candidate): LinkEnd {
    if (link['target'] !== target.id || link['targetType'] !== target.type) {
      return { state: 'mismatch', code: 'CHAIN_BROKEN', why: 'target' };
    }
    if (isShownWhole(target.document) && link['baseDigestMultibase'] !== baseDigest(target.document)) {
      return { state: 'mismatch', code: 'CHAIN_DIGEST_MISMATCH', why: 'base' };
    }
    return { state: 'resolved', target };
  }

  #followRefused(id: string, digest: string): LinkEnd {
    const refused = this.refused.find((candidate) =>
      candidate.linkDigest === undefined ? candidate.id === id : candidate.linkDigest === digest,
    );
    if (refused === undefined) return { state: 'absent' };
    const state = verdictOf(refused.findings) === 'undetermined' ? 'undetermined' : 'refused';
    return { state, code: codeOf(refused) };
  }
}

function codeOf(refused: RefusedCredential): ProblemCode {
  const told = refused.findings.filter((finding) => finding.code !== undefined);
  const worst =
    told.find((finding) => finding.outcome === 'failed') ?? told.find((finding) => finding.outcome === 'undetermined');
  return worst?.code ?? 'CHAIN_BROKEN';
}

function push(map: Map<string, Candidate[]>, key: string, value: Candidate): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
