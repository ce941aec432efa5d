import type { Clock } from '../base/clock.ts';
import { ServiceError } from '../base/error.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { subjectOf, typeOf } from '../credentials/credential.ts';
import { readableOf } from '../credentials/envelope.ts';
import { digestOfJson } from '../formats/digest.ts';
import type { EvaluationRecord, HeldCredential, InstanceRecord, IssuanceRecord, Page, Store } from '../store/store.ts';
import type { AuthorityQuestion } from '../trust/authority-question.ts';
import type { AuthorityAnswer } from '../trust/authorization.ts';
import type { Policy } from '../trust/policy.ts';

/** A question as TRQP puts it: who, by whom, what, on what, with what else. */
export interface RegistryQuery {
  readonly kind: AuthorityQuestion['kind'];
  readonly entity: string;
  readonly authority: string;
  readonly action: string;
  readonly resource: string;
  readonly programme?: string | undefined;
  readonly demand: AuthorityQuestion['demand'];
  /** Milliseconds; now unless given. */
  readonly at?: number | undefined;
}

export interface RegistryAnswer extends AuthorityAnswer {
  /** The instant that was asked about, where one was. */
  readonly at: number | undefined;
  readonly now: number;
  /** Digest of the policy that the answer follows from. */
  readonly policy: string;
}

interface TrustRegistryDeps {
  readonly store: Pick<Store, 'listInstances' | 'listHeld' | 'listIssuances' | 'listEvaluations' | 'findOrganisation'>;
  readonly clock: Clock;
  /** The policy of an instance and the pure answer over checked credentials; handed in by the composition root. */
  readonly policyOf: (instance: InstanceRecord) => Policy;
  readonly judge: (
    question: AuthorityQuestion,
    credentials: readonly JsonObject[],
    policy: Policy,
  ) => Promise<AuthorityAnswer>;
}

/** How many records of each kind are looked through, newest first. An evaluation holds up to 64 credentials, so of these fewer. */
const MAX_RECORDS = 1000;
const MAX_EVALUATIONS = 200;
const PAGE = 50;
const LINKS: ReadonlySet<string | undefined> = new Set(['VerifierAccreditation', 'RecognitionArrangement']);

/**
 * Answers the questions of a trust registry (TRQP 2.0) from the credentials that a relying party has on file and from its policy.
 * Nothing is registered here: what its organisation holds, issued or was shown in evaluations is the whole register.
 */
export class TrustRegistry {
  readonly #deps: TrustRegistryDeps;

  constructor(deps: TrustRegistryDeps) {
    this.#deps = deps;
  }

  /**
   * Errors: NOT_FOUND for a party, an action or a resource that neither policy nor file knows; CONFIG_REFUSED without a policy.
   * A known party without the right gets an answer, and it is no.
   */
  async answer(instance: InstanceRecord, query: RegistryQuery): Promise<RegistryAnswer> {
    const policy = this.#deps.policyOf(instance);
    const { action } = query;
    if (action !== 'verification' && action !== 'validation') {
      throw new ServiceError('NOT_FOUND', 'no such action; verification and validation are', { pointer: '/action' });
    }
    if (!policy.regimes.some(({ id }) => id === query.resource)) {
      throw new ServiceError('NOT_FOUND', 'the policy has no such regime', { pointer: '/resource' });
    }
    const own = (await this.#deps.store.findOrganisation(instance.organisation))?.did;
    const file = await this.#onFile(instance);
    this.#assertKnown(query, policy, file, own);
    const now = this.#deps.clock.now();
    const at = query.at ?? now;
    const { kind, entity, resource: regime, programme, demand } = query;
    const authority = query.authority === own ? undefined : query.authority;
    const question: AuthorityQuestion = {
      kind,
      entity,
      authority,
      activity: action,
      regime,
      programme,
      demand,
      at,
      now,
    };
    const answer = await this.#deps.judge(question, linksAbove(entity, file, policy), policy);
    return { ...answer, at: query.at, now, policy: policy.digest };
  }

  #assertKnown(query: RegistryQuery, policy: Policy, file: readonly JsonObject[], own: string | undefined): void {
    const known = new Set([
      ...[...policy.anchors, ...policy.trustedOrganisations].map(({ did }) => did),
      ...file.map(readableOf).flatMap((link) => [link['issuer'], subjectOf(link)?.['id']]),
    ]);
    if (!known.has(query.entity)) {
      throw new ServiceError('NOT_FOUND', 'nothing on file speaks of this entity', { pointer: '/entity_id' });
    }
    if (query.authority !== own && !known.has(query.authority)) {
      throw new ServiceError('NOT_FOUND', 'nothing on file speaks of this authority', { pointer: '/authority_id' });
    }
  }

  /** Accreditations and arrangements that the organisation holds, issued, or was shown at this verifier; each once. */
  async #onFile({ id, organisation }: InstanceRecord): Promise<readonly JsonObject[]> {
    const { store } = this.#deps;
    const found: JsonObject[] = [];
    for (const { kind, id: instance } of await store.listInstances(organisation)) {
      if (kind === 'holder') {
        found.push(...(await linksIn(MAX_RECORDS, (page) => store.listHeld(instance, page), heldIn)));
      }
      if (kind === 'issuer') {
        found.push(...(await linksIn(MAX_RECORDS, (page) => store.listIssuances(instance, page), issuedIn)));
      }
    }
    found.push(...(await linksIn(MAX_EVALUATIONS, (page) => store.listEvaluations(id, page), shownIn)));
    return [...new Map(found.map((link) => [digestOfJson(link), link])).values()];
  }
}

const heldIn = ({ document }: HeldCredential): readonly JsonObject[] => [document];
const issuedIn = ({ state, document }: IssuanceRecord): readonly JsonObject[] => (state === 'issued' ? [document] : []);
const shownIn = ({ request }: EvaluationRecord): readonly JsonObject[] =>
  asArray(request['credentials'] as JsonValue).filter(isObject);

/** The links of recognition among the newest records, up to the cap; everything else is let go page by page. */
async function linksIn<Item>(
  cap: number,
  list: (page: { cursor?: string; limit: number }) => Promise<Page<Item>>,
  documentsOf: (item: Item) => readonly JsonObject[],
): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = [];
  let cursor: string | undefined;
  for (let seen = 0; seen < cap; seen += PAGE) {
    const page = await list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.items.flatMap(documentsOf).filter((document) => LINKS.has(typeOf(readableOf(document)))));
    cursor = page.next;
    if (cursor === undefined) break;
  }
  return found;
}

/**
 * What may stand above the entity, by what the documents say of themselves; nothing else need be checked. Anybody can write a link about
 * anybody: where there are more than an answer looks at, those go first that nobody trusted stands above.
 */
function linksAbove(entity: string, file: readonly JsonObject[], policy: Policy): readonly JsonObject[] {
  const above = reach(file, [entity], { from: aboutOf, to: byOf });
  if (above.length <= policy.limits.credentials) return above;
  return reach(
    above,
    policy.anchors.map(({ did }) => did),
    { from: byOf, to: aboutOf },
  );
}

const aboutOf = (link: JsonObject): JsonValue | undefined => subjectOf(readableOf(link))?.['id'];
const byOf = (link: JsonObject): JsonValue | undefined => readableOf(link)['issuer'];

/** The links on every way that begins with one of these parties, each once. */
function reach(
  links: readonly JsonObject[],
  starts: readonly string[],
  end: Readonly<Record<'from' | 'to', typeof byOf>>,
): readonly JsonObject[] {
  const byStart = new Map<JsonValue | undefined, JsonObject[]>();
  for (const link of links) {
    const known = byStart.get(end.from(link));
    if (known === undefined) byStart.set(end.from(link), [link]);
    else known.push(link);
  }
  const found: JsonObject[] = [];
  // A set may grow while it is gone through; what is added comes last.
  const parties = new Set<JsonValue | undefined>(starts);
  for (const party of parties) {
    for (const link of byStart.get(party) ?? []) {
      found.push(link);
      const next = end.to(link);
      if (typeof next === 'string') parties.add(next);
    }
  }
  return found;
}
