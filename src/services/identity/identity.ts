import type { Clock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { FOUR_EYES_ACTS, type FourEyesAct } from '../../base/scope.ts';
import type { KeyType, Signer } from '../../crypto/signer.ts';
import type { SealedKeyStore } from '../../crypto/signers/sealed-file.ts';
import { createDidJwk } from '../../dids/methods/jwk.ts';
import { createDidKey } from '../../dids/methods/key.ts';
import { createDidWeb } from '../../dids/methods/web.ts';
import { createWebvhTemplate } from '../../dids/methods/webvh/webvh-did.ts';
import { formatDateTime } from '../../formats/date-time.ts';
import {
  findMechanism,
  findPresentationMechanism,
  MECHANISM_NAMES,
  type Mechanism,
  PRESENTATION_MECHANISM_NAMES,
} from '../../proofs/mechanisms.ts';
import type { InstanceRecord, KeyRecord, OrganisationRecord, Store } from '../../store/store.ts';
import { type DidMethod, isHosted, methodOf } from './hosted-did.ts';
import { activeKey, documentOf, findActiveKey } from './organisation-keys.ts';
import { keptHost, keptLog, type PublishedDids } from './published-dids.ts';
import { firstToken } from './tokens.ts';
import { beginLog, continueLog, endLog } from './webvh-log.ts';

export type { InstanceRecord } from '../../store/store.ts';

export const ROLES = [
  'accreditation-body',
  'verification-body',
  'company',
  'scheme-owner',
  'arrangement-owner',
  'register',
  'relying-party',
] as const;
export type Role = (typeof ROLES)[number];

export interface NewOrganisation {
  readonly slug: string;
  readonly name: { readonly ko: string; readonly en: string };
  readonly role: Role;
  /** `root`: the DID is the host itself (`did:web:host`), published at `/.well-known`. */
  readonly did?: { readonly method: DidMethod; readonly root?: boolean | undefined } | undefined;
  /** Acts that two callers are wanted for. */
  readonly fourEyes?: readonly FourEyesAct[] | undefined;
  /** Its default instances are conformance instances. */
  readonly conformance?: boolean | undefined;
  /** Where its keys are made, now and later; unless given, wherever the node makes keys at the time. */
  readonly keyHolder?: string | undefined;
}

export interface NewInstance {
  readonly id: string;
  readonly cryptosuite: string;
  readonly keyType: KeyType;
  readonly statusPurposes?: readonly string[] | undefined;
  /** Shown by every derived proof beside the core; only for a suite with selective disclosure. */
  readonly mandatoryPointers?: readonly string[] | undefined;
  /** Versions of the data model that it issues; 2.0 unless given. */
  readonly vcdm?: readonly string[] | undefined;
  readonly conformance?: boolean | undefined;
}

type NewHolder = Pick<NewInstance, 'id' | 'cryptosuite' | 'keyType' | 'conformance'>;

interface NewKey {
  readonly keyId: string;
  readonly keyType: KeyType;
  readonly publicKeyMultibase: string;
  readonly holder?: string;
}

interface IdentityDeps {
  readonly store: Store;
  readonly keys: SealedKeyStore;
  readonly clock: Clock;
  readonly publicUrl: () => string;
  readonly published: PublishedDids;
}

/** Who lives on this node: organisations, their tokens, keys, DID documents and instances. */
export class Identity {
  readonly #deps: IdentityDeps;
  /** The last change of an organisation that was asked for. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(deps: IdentityDeps) {
    this.#deps = deps;
  }

  /**
   * Changes of organisations are made one after the other: each writes a whole record on top of what it read, and two at once would
   * bring back a token or lose a key.
   */
  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const turn = this.#changes.then(change);
    this.#changes = turn.catch(() => undefined);
    return turn;
  }

  /** One organisation with its first key, its DID and its default issuer, verifier and holder, all named by its slug. */
  createOrganisation(request: NewOrganisation): Promise<{ organisation: OrganisationRecord; token: string }> {
    return this.#inTurn(() => this.#create(request));
  }

  async #create(request: NewOrganisation): Promise<{ organisation: OrganisationRecord; token: string }> {
    const { store, keys } = this.#deps;
    if ((await store.findOrganisation(request.slug)) !== undefined) {
      throw new ServiceError('CONFLICT', 'an organisation of this name exists', { pointer: '/slug' });
    }
    const { keyHolder } = request;
    if (keyHolder !== undefined && !keys.isHolder(keyHolder)) {
      throw new ServiceError('BAD_REQUEST', `this node has no key holder ${keyHolder}`, { pointer: '/keyHolder' });
    }
    const method = request.did?.method ?? (this.#deps.published.hostDid() === undefined ? 'key' : 'web');
    const isRoot = isHosted(method) && request.did?.root === true;
    if (isHosted(method)) await this.#deps.published.assertPlaceFor(method, isRoot);
    const created = await keys.createKey({ tenant: request.slug, keyType: 'Ed25519', holder: keyHolder });
    const slug = isRoot ? undefined : request.slug;
    const begun = method === 'webvh' ? await this.#beginWebvh(request, slug, created) : undefined;
    const did = begun?.did ?? this.#didOf(method, slug, created);
    const key = this.#keyRecord(did, created);
    const createdAt = this.#now();
    const { token, record: tokenRecord } = firstToken(request.slug, createdAt);
    const organisation: OrganisationRecord = {
      slug: request.slug,
      name: request.name,
      role: request.role,
      did,
      createdAt,
      keys: [key],
      ...(keyHolder === undefined ? {} : { keyHolder }),
      ...(begun === undefined ? {} : { webvh: begun.webvh }),
      ...fourEyesOf(request.fourEyes ?? []),
    };
    const settings: JsonObject = {
      did,
      keyId: key.keyId,
      keyType: key.keyType,
      verificationMethod: key.verificationMethod,
      cryptosuite: 'eddsa-rdfc-2022',
      ...markOf(request),
    };
    const instances: readonly InstanceRecord[] = [
      { kind: 'issuer', id: request.slug, organisation: request.slug, settings },
      { kind: 'holder', id: request.slug, organisation: request.slug, settings },
      { kind: 'verifier', id: request.slug, organisation: request.slug, settings: markOf(request) },
    ];
    await store.createOrganisation(organisation, instances, tokenRecord);
    if (begun !== undefined) await keys.destroyKey(begun.spent);
    return { organisation, token };
  }

  #didOf(method: DidMethod, slug: string | undefined, { keyType, publicKeyMultibase }: NewKey): string {
    if (method === 'web') return createDidWeb(this.#deps.publicUrl(), slug);
    return method === 'jwk' ? createDidJwk(publicKeyMultibase) : createDidKey(keyType, publicKeyMultibase);
  }

  async #beginWebvh(
    { slug: tenant, keyHolder }: NewOrganisation,
    slug: string | undefined,
    created: NewKey,
  ): ReturnType<typeof beginLog> {
    const template = createWebvhTemplate(this.#deps.publicUrl(), slug);
    const state = documentOf({ did: template, keys: [this.#keyRecord(template, created)] });
    return beginLog(this.#deps, { tenant, holder: keyHolder, template, state });
  }

  /** Write an organisation whose keys changed. A did:webvh says so in its log, in the same act. */
  async #updateKeys(read: OrganisationRecord, changed: readonly KeyRecord[], why: string): Promise<void> {
    const { store, keys } = this.#deps;
    const organisation = { ...read, keys: changed };
    const { slug, keyHolder, webvh } = organisation;
    if (webvh === undefined) return store.updateOrganisation(organisation, why, read);
    const state = documentOf(organisation);
    const next = await continueLog(this.#deps, { tenant: slug, holder: keyHolder, webvh, state });
    await store.updateOrganisation({ ...organisation, webvh: next.webvh }, why, read);
    await keys.destroyKey(next.spent);
  }

  /**
   * One more issuer instance. A key of its type that the organisation does not have yet is made: under a did:web or did:webvh it joins
   * the document, and beside a did:key or did:jwk, which is one key for ever, the instance gets one of its own.
   * Errors: BAD_REQUEST for a suite or key that is not spoken or does not go with the other, CONFLICT when the id is taken.
   */
  createIssuer(slug: string, request: NewInstance): Promise<InstanceRecord> {
    return this.#inTurn(() => this.#createIssuer(slug, request));
  }

  /** One more holder instance, a wallet of its own; the same otherwise. What a holder may choose is shown whole. */
  createHolder(slug: string, request: NewHolder): Promise<InstanceRecord> {
    return this.#inTurn(async () => {
      assertGoTogether(request, findPresentationMechanism(request.cryptosuite), PRESENTATION_MECHANISM_NAMES);
      return this.#createSigning('holder', slug, request, markOf(request));
    });
  }

  async #createIssuer(slug: string, request: NewInstance): Promise<InstanceRecord> {
    const suite = findMechanism(request.cryptosuite);
    assertGoTogether(request, suite, MECHANISM_NAMES);
    if (request.mandatoryPointers !== undefined && suite?.selective !== true) {
      const detail = 'mandatory pointers belong to a selective-disclosure cryptosuite';
      throw new ServiceError('BAD_REQUEST', detail, { pointer: '/mandatoryPointers' });
    }
    return this.#createSigning('issuer', slug, request, {
      ...(request.statusPurposes === undefined ? {} : { statusPurposes: request.statusPurposes }),
      ...(request.mandatoryPointers === undefined ? {} : { mandatoryPointers: request.mandatoryPointers }),
      ...(request.vcdm === undefined ? {} : { vcdm: request.vcdm }),
      ...markOf(request),
    });
  }

  async #createSigning(
    kind: 'issuer' | 'holder',
    slug: string,
    request: Pick<NewInstance, 'id' | 'cryptosuite' | 'keyType'>,
    more: JsonObject,
  ): Promise<InstanceRecord> {
    if ((await this.#deps.store.findInstance(kind, request.id)) !== undefined) {
      throw new ServiceError('CONFLICT', 'the id is taken', { pointer: '/id' });
    }
    const { did, key } = await this.#keyFor(await this.requireOrganisation(slug), request.keyType);
    const record: InstanceRecord = {
      kind,
      id: request.id,
      organisation: slug,
      settings: {
        did,
        keyId: key.keyId,
        keyType: key.keyType,
        verificationMethod: key.verificationMethod,
        cryptosuite: request.cryptosuite,
        ...more,
      },
    };
    await this.#deps.store.createInstance(record);
    return record;
  }

  /** The organisation's active key of this type, made where there is none, and the DID under which it stands. */
  async #keyFor(organisation: OrganisationRecord, keyType: KeyType): Promise<{ did: string; key: KeyRecord }> {
    const known = findActiveKey(organisation, organisation.did, keyType);
    if (known !== undefined) return { did: organisation.did, key: known };
    const method = methodOf(organisation.did);
    if (method === 'jwk' && keyType === 'Bls12381G2') {
      throw new ServiceError('CONFLICT', 'a did:jwk has no form for such a key; choose did:key, did:web or did:webvh');
    }
    const { slug: tenant, keyHolder: holder } = organisation;
    const created = await this.#deps.keys.createKey({ tenant, keyType, holder });
    const did = isHosted(method) ? organisation.did : this.#didOf(method, undefined, created);
    const key = this.#keyRecord(did, created);
    await this.#updateKeys(organisation, [...organisation.keys, key], 'key added');
    return { did, key };
  }

  async createVerifier(
    slug: string,
    request: { readonly id: string; readonly settings: JsonObject },
  ): Promise<InstanceRecord> {
    await this.requireOrganisation(slug);
    const record: InstanceRecord = { kind: 'verifier', id: request.id, organisation: slug, settings: request.settings };
    await this.#deps.store.createInstance(record);
    return record;
  }

  listOrganisations(): Promise<readonly OrganisationRecord[]> {
    return this.#deps.store.listOrganisations();
  }

  async requireOrganisation(slug: string): Promise<OrganisationRecord> {
    const found = await this.#deps.store.findOrganisation(slug);
    if (found === undefined) throw new ServiceError('NOT_FOUND', 'no such organisation');
    return found;
  }

  /** The instance, if it belongs to the organisation that asks; a foreign one answers like a missing one. */
  async requireInstance(
    kind: InstanceRecord['kind'],
    id: string,
    organisation: string | undefined,
  ): Promise<InstanceRecord> {
    const found = await this.#deps.store.findInstance(kind, id);
    if (found === undefined || (organisation !== undefined && found.organisation !== organisation)) {
      // One answer for a foreign instance and a missing one, so that nobody learns who else is here.
      throw new ServiceError(kind === 'issuer' ? 'FORBIDDEN' : 'NOT_FOUND', `not one of your ${kind} instances`);
    }
    return found;
  }

  /** Requests that wait already are decided as they were asked for. Errors: NOT_FOUND. */
  setFourEyes(slug: string, acts: readonly FourEyesAct[]): Promise<OrganisationRecord> {
    return this.#inTurn(async () => {
      const organisation = await this.requireOrganisation(slug);
      const { fourEyes: _, ...rest } = organisation;
      const changed: OrganisationRecord = { ...rest, ...fourEyesOf(acts) };
      await this.#deps.store.updateOrganisation(changed, `four eyes: ${acts.join(', ') || 'none'}`, organisation);
      return changed;
    });
  }

  /** For doors with one caller, such as the command line. Errors: FOUR_EYES_REQUIRED. */
  async assertOneMay(slug: string, act: FourEyesAct): Promise<void> {
    const { fourEyes = [] } = await this.requireOrganisation(slug);
    if (fourEyes.includes(act))
      throw new ServiceError('FOUR_EYES_REQUIRED', `this organisation wants two callers for "${act}": use its node`);
  }

  /**
   * A new active key of one kind; the old one of that kind is retired but stays in the DID document, so that what it signed keeps
   * verifying.
   */
  rotateKey(slug: string, keyType: KeyType): Promise<OrganisationRecord> {
    return this.#inTurn(() => this.#replaceKey(slug, keyType, 'retired'));
  }

  /**
   * A new active key in the place of one that somebody else may have. The old one stays in the DID document as revoked from now and for
   * no purpose, so that nothing by it verifies any more and everybody can see why. What it signed has to be issued again.
   */
  replaceCompromisedKey(slug: string, keyType: KeyType): Promise<OrganisationRecord> {
    return this.#inTurn(() => this.#replaceKey(slug, keyType, 'compromised'));
  }

  async #replaceKey(slug: string, keyType: KeyType, state: 'retired' | 'compromised'): Promise<OrganisationRecord> {
    const organisation = await this.requireOrganisation(slug);
    const method = methodOf(organisation.did);
    if (!isHosted(method)) {
      const detail = `a did:${method} is its key and cannot rotate; create the organisation with did:web or did:webvh`;
      throw new ServiceError('CONFLICT', detail);
    }
    const created = await this.#deps.keys.createKey({ tenant: slug, keyType, holder: organisation.keyHolder });
    const now = this.#now();
    const retired = organisation.keys.map(
      (key): KeyRecord => (key.state === 'active' && key.keyType === keyType ? { ...key, state, until: now } : key),
    );
    const changed = [...retired, this.#keyRecord(organisation.did, created)];
    await this.#updateKeys(organisation, changed, state === 'retired' ? 'key rotated' : 'key compromised');
    // Only now: a signer that refuses an active key would leave the organisation without a voice.
    for (const { keyId, state: ended, until } of retired)
      if (ended === state && until === now) await this.#deps.keys.setState(keyId, state);
    return { ...organisation, keys: changed };
  }

  /**
   * Instances go with it, and a did:web document is no longer served. The last status lists stay published as they were signed; when
   * they end, what it issued becomes *undetermined*. Revoke first what should not be relied on. A did:webvh is given up by a last entry of
   * its log, which stays published: nothing by it verifies from then on.
   * Errors: CONFLICT when its log was changed too often within a minute.
   */
  deleteOrganisation(slug: string): Promise<void> {
    return this.#inTurn(() => this.#delete(slug));
  }

  async #delete(slug: string): Promise<void> {
    const { store, keys } = this.#deps;
    const { did, webvh } = await this.requireOrganisation(slug);
    if (webvh === undefined) return store.deleteOrganisation(slug, keptHost(did));
    const { log, spent } = await endLog(this.#deps, { webvh, state: documentOf({ did, keys: [] }) });
    await store.deleteOrganisation(slug, keptLog(did, log));
    await keys.destroyKey(spent);
  }

  /** The signer of an issuer or holder instance: always the organisation's active key of that type. */
  async signerOf(instance: InstanceRecord): Promise<{ signer: Signer; did: string; cryptosuite: string }> {
    const organisation = await this.requireOrganisation(instance.organisation);
    // Instances made before there was a choice say neither.
    const { did = organisation.did, keyType = 'Ed25519' } = instance.settings;
    const key = activeKey(organisation, String(did), keyType as KeyType);
    return {
      signer: await this.#deps.keys.signer(key.keyId, key.verificationMethod),
      did: String(did),
      cryptosuite: String(instance.settings['cryptosuite'] ?? 'eddsa-rdfc-2022'),
    };
  }

  #keyRecord(did: string, created: NewKey): KeyRecord {
    const fragments: Partial<Record<string, string>> = { key: created.publicKeyMultibase, jwk: '0' };
    const fragment = fragments[methodOf(did)] ?? created.keyId;
    return {
      keyId: created.keyId,
      keyType: created.keyType,
      publicKeyMultibase: created.publicKeyMultibase,
      verificationMethod: `${did}#${fragment}`,
      state: 'active',
      since: this.#now(),
      ...(created.holder === undefined ? {} : { holder: created.holder }),
    };
  }

  #now(): string {
    return formatDateTime(this.#deps.clock.now());
  }
}

/** Errors: BAD_REQUEST for a mechanism that is not spoken or does not go with the key. */
function assertGoTogether(
  { keyType }: Pick<NewInstance, 'keyType'>,
  mechanism: Mechanism | undefined,
  known: readonly string[],
): void {
  if (mechanism === undefined) {
    throw new ServiceError('BAD_REQUEST', `this version has ${known.join(', ')}`, { pointer: '/cryptosuite' });
  }
  if (mechanism.keyTypes.includes(keyType)) return;
  const detail = `${mechanism.name} signs with ${mechanism.keyTypes.join(' or ')}`;
  throw new ServiceError('BAD_REQUEST', detail, { pointer: '/keyType' });
}

function fourEyesOf(acts: readonly FourEyesAct[]): Pick<OrganisationRecord, 'fourEyes'> {
  return acts.length === 0 ? {} : { fourEyes: FOUR_EYES_ACTS.filter((act) => acts.includes(act)) };
}

/** Kept with an instance, so that it stays what it was made for. */
function markOf({ conformance }: { readonly conformance?: boolean | undefined }): JsonObject {
  return conformance === true ? { conformance } : {};
}
