import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import { type Finding, failed, owed, passed, skipped, verdictOf } from '../../base/finding.ts';
import { asArray, deepFreeze, type JsonObject } from '../../base/json.ts';
import type { Contexts } from '../../credentials/contexts.ts';
import { subjectOf, typeOf } from '../../credentials/credential.ts';
import { presentationIn, readablePresentation } from '../../credentials/enveloped-presentation.ts';
import { checkPresentationForm, credentialsOf } from '../../credentials/presentation.ts';
import type { Schemas } from '../../credentials/schemas.ts';
import { judgeStatus } from '../../credentials/status-history.ts';
import { checkValidityPeriod } from '../../credentials/validity-period.ts';
import type { DidResolver } from '../../dids/resolver.ts';
import type { DataIntegrity, PresentationExpectation } from '../../proofs/data-integrity.ts';
import type { InstanceRecord, Store } from '../../store/store.ts';
import type { AuthorityQuestion } from '../../trust/authority-question.ts';
import type { AuthorityAnswer } from '../../trust/authorization.ts';
import type { Policy } from '../../trust/policy.ts';
import { answerFromFile } from './authority.ts';
import { type Checked, checkCredential } from './check-credential.ts';
import type { CheckDeps, LoadStatusList } from './check-deps.ts';
import { checkProofsAlone, conformanceFinding } from './conformance.ts';
import {
  type EvaluationAnswer,
  type EvaluationRequest,
  evaluatePresentation,
  type Gathered,
  gather,
  instantsOf,
} from './evaluation.ts';
import type { LoadSchema } from './load-schema.ts';
import { OutboundBudget } from './outbound-budget.ts';

/** How long a challenge may wait for its presentation. */
export const CHALLENGE_LIFE_MS = 300_000;
export const MAX_PRESENTED = 64;

export interface Verification {
  readonly verified: boolean;
  readonly verdict: 'accepted' | 'rejected' | 'undetermined';
  readonly findings: readonly Finding[];
  /** The document that was checked; present only when it was verified. */
  readonly document?: JsonObject;
}

export interface PresentationOptions {
  readonly challenge: unknown;
  readonly domain?: string | undefined;
  /** The challenge was not given out here: whoever asked has spent it before handing the presentation in. */
  readonly isSpent?: true | undefined;
  /** Where only who presents is asked for, and no credential. */
  readonly mayBeEmpty?: boolean | undefined;
}

interface VerifierDeps {
  readonly store: Pick<Store, 'addChallenge' | 'spendChallenge' | 'rememberSeenList'>;
  readonly contexts: Contexts;
  readonly schemas: Schemas;
  readonly proofs: DataIntegrity;
  readonly resolver: DidResolver;
  readonly loadStatusList: LoadStatusList;
  readonly loadSchema?: LoadSchema;
  readonly clock: Clock;
  /** The domain presentations must be made for, unless an instance has its own. */
  readonly domain: () => string;
}

/** Verifies credentials and presentations; evaluates them for a relying party (docs/verifying.md). */
export class Verifier {
  readonly #deps: VerifierDeps;

  constructor(deps: VerifierDeps) {
    this.#deps = deps;
  }

  /**
   * Is this credential authentic and good now? What could not be checked is *not verified*. `presentedTo`: it is shown by itself, for a
   * challenge that the caller has spent; what is bound to the key of a holder then has to be shown with it.
   */
  async verifyCredential(
    document: JsonObject,
    instance?: InstanceRecord,
    presentedTo?: PresentationExpectation,
  ): Promise<Verification> {
    const frozen = deepFreeze(document);
    const now = this.#deps.clock.now();
    if (this.#isOpen && instance?.settings['proofOnly'] === true) {
      const findings = await checkProofsAlone(frozen, this.#checkDeps(now));
      return verificationOf(frozen, [...findings, conformanceFinding]);
    }
    const deps = { ...this.#checkDeps(now), ...(presentedTo === undefined ? {} : { presentedTo }) };
    const checked = await checkCredential(frozen, deps);
    return verificationOf(frozen, [...this.#judgeNow(checked, now), ...this.#said()]);
  }

  /** The presentation's own proof first; only if it holds are the credentials looked at. */
  async verifyPresentation(
    instance: InstanceRecord,
    document: JsonObject,
    options: PresentationOptions,
  ): Promise<Verification> {
    const frozen = deepFreeze(document);
    const now = this.#deps.clock.now();
    const opening = await this.#checkOpening(instance, frozen, options, now);
    if (verdictOf(opening) !== 'accepted') return verificationOf(frozen, opening);
    const deps = { ...this.#checkDeps(now), presentedTo: this.#expectationOf(instance, options) };
    const findings = [...opening, ...this.#said()];
    const presentation = deepFreeze(readablePresentation(frozen));
    for (const [place, credential] of credentialsOf(presentation).entries()) {
      const at = `/verifiableCredential/${place}`;
      const checked = await checkCredential(credential, deps);
      const judged = [...this.#judgeNow(checked, now), this.#checkBinding(checked.document, presentation)];
      findings.push(...judged.map((finding) => ({ ...finding, pointer: at + (finding.pointer ?? '') })));
    }
    return verificationOf(frozen, findings);
  }

  async createChallenge(instance: InstanceRecord): Promise<{ challenge: string; expires: number }> {
    const challenge = randomBytes(24).toString('base64url');
    const expires = this.#deps.clock.now() + CHALLENGE_LIFE_MS;
    await this.#deps.store.addChallenge({ id: challenge, verifier: instance.id, expiresAt: expires });
    return { challenge, expires };
  }

  /** What presentations to this instance must be made for, unless something else is asked for. */
  domainOf({ settings }: InstanceRecord): string {
    return typeof settings['domain'] === 'string' ? settings['domain'] : this.#deps.domain();
  }

  /** May this relying party, under each regime asked for, rely on this claim, and why? */
  evaluate(request: EvaluationRequest, policy: Policy): Promise<EvaluationAnswer> {
    const now = this.#deps.clock.now();
    return evaluatePresentation(request, policy, this.#checkDeps(now));
  }

  /** May a body verify, or accredit, by these credentials and under this policy? What cannot be found out is no yes. */
  answerAuthority(
    question: AuthorityQuestion,
    credentials: readonly JsonObject[],
    policy: Policy,
  ): Promise<AuthorityAnswer> {
    return answerFromFile(question, credentials, policy, this.#checkDeps(question.now));
  }

  /**
   * Check credentials that are to support a draft which is not signed yet: each flat, with its status at `at` and at every date that
   * others, the draft among them, are judged by. With `lookups` no more than so many are made.
   */
  gatherFor(
    draft: JsonObject,
    credentials: readonly JsonObject[],
    { at, lookups }: { readonly at: number; readonly lookups?: number | undefined },
  ): Promise<Gathered> {
    const deps = this.#checkDeps(this.#deps.clock.now(), lookups);
    return gather(credentials, deps, instantsOf([...credentials, draft], at));
  }

  /** Form, challenge, proof, holder: everything about the presentation itself, cheapest first, stopping at the first failure. */
  async #checkOpening(
    instance: InstanceRecord,
    received: JsonObject,
    options: PresentationOptions,
    now: number,
  ): Promise<Finding[]> {
    const spent = await this.#settleChallenge(instance, options, now);
    if (spent.outcome === 'failed') return [spent];
    const opened = presentationIn(received);
    if (!opened.ok) return [spent, ...opened.findings];
    const presentation = opened.value;
    const form = checkPresentationForm(presentation, { contexts: this.#deps.contexts, schemas: this.#deps.schemas });
    if (verdictOf(form) !== 'accepted') return [spent, ...form];
    const content = checkContent(presentation, this.#isOpen || options.mayBeEmpty === true);
    if (content.outcome === 'failed') return [spent, ...form, content];
    const proof = await this.#deps.proofs.checkPresentationProof(received, {
      resolver: this.#deps.resolver,
      now,
      ...this.#expectationOf(instance, options),
    });
    return [spent, ...form, content, ...owed('proof.form', 'PROOF_VERIFICATION_ERROR', proof.findings)];
  }

  #expectationOf(instance: InstanceRecord, { challenge, domain }: PresentationOptions): PresentationExpectation {
    return { challenge: String(challenge), domain: domain ?? this.domainOf(instance) };
  }

  async #settleChallenge(
    instance: InstanceRecord,
    { challenge, isSpent }: PresentationOptions,
    now: number,
  ): Promise<Finding> {
    const check = 'presentation.challenge';
    if (this.#isOpen) return skipped(check, 'a conformance instance takes whatever challenge the caller names');
    return isSpent === true ? passed(check) : this.#spendChallenge(instance, challenge, now);
  }

  /** Spent before anything else is looked at, so that of many equal presentations sent at once exactly one is judged. */
  async #spendChallenge(instance: InstanceRecord, challenge: unknown, now: number): Promise<Finding> {
    const known =
      typeof challenge === 'string' &&
      challenge.length <= 128 &&
      (await this.#deps.store.spendChallenge({ id: challenge, verifier: instance.id, now }));
    return known
      ? passed('presentation.challenge')
      : failed(
          'presentation.challenge',
          'INVALID_CHALLENGE_ERROR',
          'not a challenge of this verifier, or used, or expired',
        );
  }

  get #isOpen(): boolean {
    return this.#deps.contexts.intake === 'conformance';
  }

  #said(): readonly Finding[] {
    return this.#isOpen ? [conformanceFinding] : [];
  }

  #checkBinding(credential: JsonObject, presentation: JsonObject): Finding {
    if (this.#isOpen) return skipped('presentation.binding', 'a conformance instance does not ask whose it is');
    return checkBinding(credential, presentation);
  }

  #judgeNow(checked: Checked, now: number): Finding[] {
    if (checked.verdict === 'rejected') return [...checked.findings];
    // A credential without a status entry got past its profile, so it needs none; the findings say that it carries none.
    const status = checked.status.length === 0 ? [] : judgeStatus(checked.status, now, { now });
    return [...checked.findings, ...checkValidityPeriod(checked.document, now), ...status];
  }

  #checkDeps(now: number, lookups?: number): CheckDeps {
    const { store, contexts, schemas, proofs, resolver, loadStatusList, loadSchema } = this.#deps;
    const budget = new OutboundBudget(undefined, lookups);
    return {
      contexts,
      schemas,
      proofs,
      resolver: budget.resolver(resolver),
      loadStatusList: budget.lists(loadStatusList),
      ...(loadSchema === undefined ? {} : { loadSchema: budget.schemas(loadSchema) }),
      rememberSeen: (url, seen) => store.rememberSeenList(url, seen),
      now,
    };
  }
}

function checkContent(presentation: JsonObject, mayBeEmpty: boolean): Finding {
  const check = 'presentation.content';
  const entries = asArray(presentation['verifiableCredential']);
  if (entries.length === 0 && mayBeEmpty) return skipped(check, 'no credential is presented');
  if (entries.length === 0)
    return failed(check, 'NOTHING_PRESENTED', 'no credential is presented', { pointer: '/verifiableCredential' });
  if (entries.length > MAX_PRESENTED)
    return failed(check, 'LIMIT_EXCEEDED', `more than ${MAX_PRESENTED} credentials`, {
      pointer: '/verifiableCredential',
    });
  return passed(check);
}

/**
 * The bare type is about its subject, so only its subject may present it. The project's own types speak about products,
 * installations and bodies; whoever holds them may hand them on, and the trust path says what they are worth.
 */
function checkBinding(credential: JsonObject, presentation: JsonObject): Finding {
  const check = 'presentation.binding';
  if (typeOf(credential) !== 'VerifiableCredential') {
    return skipped(check, 'this type is not bound to whoever presents it');
  }
  const subject = subjectOf(credential)?.['id'];
  return typeof subject === 'string' && subject === presentation['holder']
    ? passed(check)
    : failed(check, 'HOLDER_MISMATCH', 'the presenter is not the subject', { pointer: '/credentialSubject/id' });
}

function verificationOf(document: JsonObject, findings: readonly Finding[]): Verification {
  const verdict = verdictOf(findings);
  const verified = verdict === 'accepted';
  return { verified, verdict, findings, ...(verified ? { document } : {}) };
}

/** An instance that would accept any domain is a replay waiting to happen, and one for conformance tests is nobody's relying party. */
export function assertVerifierSettings(settings: JsonObject): void {
  const domain = settings['domain'];
  if (domain !== undefined && (typeof domain !== 'string' || domain === '')) {
    throw new ServiceError('CONFIG_REFUSED', 'a verifier needs a domain', { pointer: '/domain' });
  }
  if (settings['conformance'] === true && settings['policy'] !== undefined) {
    throw new ServiceError('CONFIG_REFUSED', 'a conformance instance evaluates nothing', { pointer: '/policy' });
  }
  if (settings['proofOnly'] === true && settings['conformance'] !== true) {
    throw new ServiceError('CONFIG_REFUSED', 'only a conformance instance looks at proofs alone', {
      pointer: '/proofOnly',
    });
  }
  if (settings['challenge'] === false) {
    throw new ServiceError('CONFIG_REFUSED', 'a verifier always demands a challenge', { pointer: '/challenge' });
  }
}
