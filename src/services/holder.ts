import type { Clock } from '../base/clock.ts';
import { refuse, ServiceError } from '../base/error.ts';
import { type Finding, owed, verdictOf } from '../base/finding.ts';
import { deepFreeze, type JsonObject } from '../base/json.ts';
import { type Audience, pointersFor, shownBeyond } from '../credentials/audience.ts';
import { type Contexts, V2_CONTEXT } from '../credentials/contexts.ts';
import { checkCredentialForm, typesOf } from '../credentials/credential.ts';
import {
  contentOf,
  formOf,
  isSdEnvelope,
  isSdJwtVcEnvelope,
  openEnvelope,
  readableOf,
} from '../credentials/envelope.ts';
import { baseDigest, isShownWhole } from '../credentials/link.ts';
import { checkPresentationForm } from '../credentials/presentation.ts';
import { findProfile } from '../credentials/profiles/profile-table.ts';
import type { Schemas } from '../credentials/schemas.ts';
import type { Signer } from '../crypto/signer.ts';
import type { DidResolver } from '../dids/resolver.ts';
import { formatDateTime } from '../formats/date-time.ts';
import { digestOfJson } from '../formats/digest.ts';
import { type DataIntegrity, isForHolderOnly, type PresentationExpectation } from '../proofs/data-integrity.ts';
import { findPresentationMechanism, PRESENTATION_MECHANISM_NAMES } from '../proofs/mechanisms.ts';
import type { HeldCredential, InstanceRecord, Page, Store } from '../store/store.ts';

export interface ProveRequest {
  readonly credentials: readonly JsonObject[];
  /** They come out of the holder's own store, and were checked when they went in. */
  readonly areHeld?: boolean | undefined;
  readonly challenge: string;
  readonly domain: string;
  /** Who is to see it: nothing in the presentation shows more than such an audience is shown, and base proofs are derived from. */
  readonly audience?: Audience | undefined;
  /** How the presentation is secured; as the instance says unless given. */
  readonly mechanism?: string | undefined;
}

/** What is shown beside the core: what an audience is shown by default, and what is pointed at. */
export interface Disclosure {
  readonly audience?: Audience | undefined;
  readonly selectivePointers?: readonly string[] | undefined;
}

interface HolderDeps {
  readonly store: Store;
  readonly proofs: DataIntegrity;
  readonly contexts: Contexts;
  readonly schemas: Schemas;
  readonly resolver: DidResolver;
  readonly clock: Clock;
  readonly signerOf: (instance: InstanceRecord) => Promise<{ signer: Signer; did: string; cryptosuite: string }>;
}

const MAX_PRESENTED = 64;

/** An organisation's own wallet: keeps what it received and presents it. */
export class Holder {
  readonly #deps: HolderDeps;

  constructor(deps: HolderDeps) {
    this.#deps = deps;
  }

  /**
   * Keep a credential. Its form and every proof must hold, so that nothing forged is ever handed on from here; period and status are
   * the buyer's question and change with time.
   * Errors: the codes of the failed check.
   */
  async store(instance: InstanceRecord, credential: JsonObject): Promise<HeldCredential> {
    const document = deepFreeze(credential);
    const inside = await this.#assertGenuine(document);
    const record: HeldCredential = {
      holder: instance.id,
      id: digestOfJson(document),
      credentialId: typeof inside['id'] === 'string' ? inside['id'] : undefined,
      types: typesOf(inside),
      document,
      storedAt: formatDateTime(this.#deps.clock.now()),
    };
    await this.#deps.store.holdCredential(record);
    return record;
  }

  list(instance: InstanceRecord, page: { cursor?: string; limit: number }): Promise<Page<HeldCredential>> {
    return this.#deps.store.listHeld(instance.id, page);
  }

  async requireHeld(instance: InstanceRecord, id: string): Promise<HeldCredential> {
    const record = await this.#deps.store.findHeld(instance.id, id);
    if (record === undefined) throw new ServiceError('NOT_FOUND', 'no such credential');
    return record;
  }

  async remove(instance: InstanceRecord, id: string): Promise<void> {
    if (!(await this.#deps.store.removeHeld(instance.id, id)))
      throw new ServiceError('NOT_FOUND', 'no such credential');
  }

  /**
   * What the mandatory part and the pointers select, with a proof derived from the base proof, checked as a verifier will. Where the suite
   * can, a proof that goes into a presentation is good for that one alone; a credential that is bound to the key of its holder is shown
   * with that key.
   * Errors: BAD_REQUEST for a pointer to nothing and for blinding beside a withheld member, PROOF_GENERATION_ERROR for a credential that cannot be derived from
   * or is bound to another key, the codes of the failed check.
   */
  async derive(
    instance: InstanceRecord,
    credential: JsonObject,
    shown: Disclosure,
    presentedTo?: PresentationExpectation,
  ): Promise<JsonObject> {
    const document = deepFreeze(credential);
    const content = contentOf(document);
    if (!content.ok) return refuse(content.findings);
    const selectivePointers = pointersOf(content.value, shown);
    const form = this.#checkForm(document, content.value);
    if (verdictOf(form) !== 'accepted') refuse(form.filter((finding) => finding.outcome !== 'passed'));
    // Proofs beside the one that is derived from do not go into what is shown, so nobody after this would ever find them bad.
    if (Array.isArray(document['proof'])) await this.#assertGenuine(document);
    const holder =
      presentedTo !== undefined && isSdEnvelope(document)
        ? { signer: (await this.#deps.signerOf(instance)).signer, created: this.#deps.clock.now() }
        : undefined;
    const derived = deepFreeze(
      await this.#deps.proofs.deriveCredential(document, { selectivePointers, presentedTo, holder }),
    );
    // With it, a digest over the whole would tell whoever guesses a hidden figure of few digits (docs/domain.md, section 2).
    const result = readableOf(derived);
    if (isShownWhole(result) && baseDigest(result) !== baseDigest(content.value)) {
      throw new ServiceError('BAD_REQUEST', 'blinding is withheld whenever anything else is', {
        pointer: '/options/selectivePointers',
      });
    }
    const now = this.#deps.clock.now();
    const report = await this.#deps.proofs.checkCredentialProofs(derived, {
      resolver: this.#deps.resolver,
      now,
      presentedTo,
    });
    const findings = owed('proof.form', 'PROOF_VERIFICATION_ERROR', report.findings);
    if (verdictOf(findings) !== 'accepted') refuse(findings.filter((finding) => finding.outcome !== 'passed'));
    return derived;
  }

  /**
   * The content of a credential whose form and every proof hold: what nobody will take is neither kept nor handed on. Period and status
   * are the buyer's question and change with time.
   * Errors: the codes of the failed check, with pointers below `place`.
   */
  async #assertGenuine(document: JsonObject, place = ''): Promise<JsonObject> {
    const content = contentOf(document);
    if (!content.ok) return refuse(content.findings.map((finding) => below(place, finding)));
    const findings = this.#checkForm(document, content.value);
    if (verdictOf(findings) === 'accepted') {
      const report = await this.#deps.proofs.checkCredentialProofs(document, {
        resolver: this.#deps.resolver,
        now: this.#deps.clock.now(),
        stage: 'held',
      });
      findings.push(...owed('proof.form', 'PROOF_VERIFICATION_ERROR', report.findings));
    }
    if (verdictOf(findings) !== 'accepted') {
      refuse(findings.filter((finding) => finding.outcome !== 'passed').map((finding) => below(place, finding)));
    }
    return content.value;
  }

  #checkForm(received: JsonObject, content: JsonObject): Finding[] {
    const { contexts, schemas } = this.#deps;
    return checkCredentialForm(content, { contexts, schemas, ...formOf(received) });
  }

  /**
   * Base proofs hold the keys to all that may be withheld, and an SD-JWT as issued shows it, so neither is ever presented: what the
   * audience may see is derived from it, and without an audience the request is refused. Where one is named, what cannot be withheld from a credential any more is not shown to it.
   */
  async #presentable(
    instance: InstanceRecord,
    { credentials, audience, challenge, domain }: ProveRequest,
  ): Promise<readonly JsonObject[]> {
    const shown: JsonObject[] = [];
    const to = { challenge, domain };
    for (const [place, credential] of credentials.entries()) {
      const isWhole = isForHolderOnly(credential);
      // From an SD-JWT more can be left out at any time.
      const derives = isWhole || isSdEnvelope(credential);
      if (audience !== undefined && derives) shown.push(await this.derive(instance, credential, { audience }, to));
      else if (!isWhole) shown.push(await this.#asIs(instance, assertFit(credential, audience, place), to));
      else {
        const detail =
          'what its issuer made for the holder stays with the holder; name an audience, or derive what is to be shown';
        throw new ServiceError('BAD_REQUEST', detail, { pointer: `/verifiableCredential/${place}` });
      }
    }
    return shown;
  }

  /** What was derived before, with nothing left out of it; an SD-JWT VC that is bound to the holder's key with that key. */
  #asIs(instance: InstanceRecord, credential: JsonObject, to: PresentationExpectation): Promise<JsonObject> {
    const opened = isSdJwtVcEnvelope(credential) ? openEnvelope(credential) : undefined;
    if (opened?.ok !== true) return Promise.resolve(credential);
    const selectivePointers = (opened.value.disclosure?.disclosed ?? []).map(({ pointer }) => pointer);
    return this.derive(instance, credential, { selectivePointers }, to);
  }

  /**
   * A signed presentation for one verifier (domain) and one use (challenge); purpose `authentication`, always. A holder does not put its
   * name to a credential that is forged or damaged, so what is handed in is checked as if it were to be kept.
   * Errors: NOTHING_PRESENTED, LIMIT_EXCEEDED, BAD_REQUEST for a mechanism that does not go with the key and for what is not for the
   * audience, the codes of a form that no verifier would take and of a proof that does not hold.
   */
  async prove(instance: InstanceRecord, request: ProveRequest): Promise<JsonObject> {
    if (request.credentials.length === 0)
      throw new ServiceError('NOTHING_PRESENTED', 'no credential to present', { pointer: '/verifiableCredential' });
    if (request.credentials.length > MAX_PRESENTED)
      throw new ServiceError('LIMIT_EXCEEDED', `more than ${MAX_PRESENTED} credentials`, {
        pointer: '/verifiableCredential',
      });
    if (request.areHeld !== true && this.#deps.contexts.intake === 'product') {
      for (const [place, credential] of request.credentials.entries()) {
        await this.#assertGenuine(deepFreeze(credential), `/verifiableCredential/${place}`);
      }
    }
    const credentials = await this.#presentable(instance, request);
    const { signer, did, cryptosuite } = await this.#deps.signerOf(instance);
    const mechanism = mechanismFor(request.mechanism ?? cryptosuite, signer);
    const unsigned: JsonObject = {
      '@context': [V2_CONTEXT],
      type: ['VerifiablePresentation'],
      holder: did,
      verifiableCredential: credentials,
    };
    // Every verifier looks at the form of all that is presented, so what has not got it is not signed.
    const form = checkPresentationForm(unsigned, { contexts: this.#deps.contexts, schemas: this.#deps.schemas });
    if (verdictOf(form) !== 'accepted') refuse(form.filter((finding) => finding.outcome !== 'passed'));
    return this.#deps.proofs.securePresentation(unsigned, {
      signer,
      cryptosuite: mechanism,
      created: this.#deps.clock.now(),
      challenge: request.challenge,
      domain: request.domain,
    });
  }
}

const below = (place: string, finding: Finding): Finding =>
  place === '' ? finding : { ...finding, pointer: `${place}${finding.pointer ?? ''}` };

function mechanismFor(name: string, { keyType }: Signer): string {
  const mechanism = findPresentationMechanism(name);
  if (mechanism?.keyTypes.includes(keyType) === true) return mechanism.name;
  const detail =
    mechanism === undefined
      ? `presentations are secured with ${PRESENTATION_MECHANISM_NAMES.join(', ')}`
      : `this holder has a ${keyType} key, which ${name} does not sign with`;
  throw new ServiceError('BAD_REQUEST', detail, { pointer: '/options/mechanism' });
}

/** Errors: BAD_REQUEST for a credential that shows more than the audience is shown. */
function assertFit(credential: JsonObject, audience: Audience | undefined, place: number): JsonObject {
  const document = readableOf(credential);
  const profile = findProfile(document);
  const [beyond] = audience === undefined || profile === undefined ? [] : shownBeyond(audience, document, profile);
  if (beyond === undefined) return credential;
  const detail = `shows ${beyond}, which is not for this audience; derive from a base credential, or name no audience`;
  throw new ServiceError('BAD_REQUEST', detail, { pointer: `/verifiableCredential/${place}` });
}

function pointersOf(document: JsonObject, { selectivePointers, audience }: Disclosure): readonly string[] {
  const profile = findProfile(document);
  const usual = audience === undefined || profile === undefined ? [] : pointersFor(audience, document, profile);
  return [...new Set([...usual, ...(selectivePointers ?? [])])];
}
