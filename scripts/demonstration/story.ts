/**
 * The story that both worked examples tell together (test/examples): who takes part, what is issued in which order, what is shown to
 * whom, and what must come out. Knows nothing of nodes; the DIDs are those of the examples until `withDids` replaces them.
 */
import { asArray, isObject, type JsonObject, type JsonValue } from '../../src/base/json.ts';
import { EXAMPLE_NAMES, type ExampleName, readExample } from '../../test/support/example-credentials.ts';
import { applyPatch, type PatchOperation } from '../../test/support/json-patch.ts';
import { policyOfExample } from '../../test/support/worked-examples.ts';

/** A name in every language that the demonstration speaks. */
export interface Name extends JsonObject {
  readonly en: string;
  readonly ko: string;
}

export interface Organisation {
  readonly key: string;
  readonly did: string;
  readonly name: Name;
  readonly role: string;
}

/** A credential as the examples write it: symbolic values unresolved, envelope still to be added. */
export interface Draft {
  readonly key: string;
  readonly id: string;
  readonly type: string;
  readonly issuer: string;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly subject: JsonObject;
}

export interface Showing {
  readonly example: ExampleName;
  readonly name: string;
  /** Keys of credentials. */
  readonly claim: string;
  readonly credentials: readonly string[];
  /** Whether the private sheet is handed over too. */
  readonly worksheet: boolean;
}

/** What one showing must come to under one regime. */
export interface Expectation {
  readonly example: ExampleName;
  readonly presentation: string;
  readonly regime: string;
  readonly result: string;
  /** Ids of failed rules: just these, or these among others. */
  readonly rules: readonly string[];
  readonly match: 'exact' | 'includes';
  readonly values: Readonly<Record<string, string>>;
  readonly mustNotShow: readonly string[];
  /** Whether a variant asks for it, rather than the example itself. */
  readonly variant: boolean;
  /** Whether the private sheet was changed after signing. */
  readonly altered: boolean;
}

export interface Story {
  /** The moment asked about. */
  readonly instant: string;
  /** When the first list of any issuer opens: no clock starts later. */
  readonly beginning: string;
  readonly organisations: ReadonlyMap<string, Organisation>;
  readonly drafts: readonly Draft[];
  readonly showings: readonly Showing[];
  readonly expectations: readonly Expectation[];
  readonly policies: Readonly<Record<ExampleName, JsonObject>>;
  /** What the declarant brought into the Union. */
  readonly import: JsonObject;
  /** The cell maker's private sheet, and how it is changed after signing. */
  readonly worksheet: JsonObject;
  readonly alteration: readonly PatchOperation[];
}

/** Variants that this story tells too: those that only add to the example, and the sheet that was changed after signing. */
const TOLD_VARIANTS = ['national-statement-shown-for-cbam', 'footprint-shown-for-cbam', 'mra-credential-not-in-hand'];
const ALTERED_SHEET = 'worksheet-quantity-altered';

/** Whose desk asks, by example. */
export const DESKS: Readonly<Record<ExampleName, string>> = { 'steel-coil': 'declarant', 'battery-cell': 'buyer' };

export function readStory(): Story {
  const examples = EXAMPLE_NAMES.map((name) => ({ name, told: withTold(readExample(name)) }));
  const organisations = new Map<string, Organisation>();
  const drafts = new Map<string, Draft>();
  const showings: Showing[] = [];
  const expectations: Expectation[] = [];
  for (const { name, told } of examples) {
    for (const organisation of organisationsOf(told)) organisations.set(organisation.key, organisation);
    for (const draft of draftsOf(told)) drafts.set(draft.key, draft);
    showings.push(...showingsOf(name, told));
    expectations.push(...expectationsOf(name, told));
  }
  const editions = addEditions(
    examples.map(({ told }) => told),
    drafts,
  );
  const [steel, battery] = examples.map(({ told }) => told);
  if (steel === undefined || battery === undefined) throw new Error('an example is missing');
  return {
    instant: String(steel['instant']),
    beginning: String(objectIn(steel, 'statusLists')['validFrom']),
    organisations,
    drafts: [...drafts.values()],
    showings: showings.map((showing) => withEditions(showing, editions)),
    expectations: [...expectations.filter(({ variant }) => !variant), ...expectations.filter(({ variant }) => variant)],
    policies: { 'steel-coil': policyOfExample(steel), 'battery-cell': policyOfExample(battery) },
    import: objectIn(steel, 'import'),
    worksheet: objectIn(battery, 'worksheet'),
    alteration: patchOf(battery, ALTERED_SHEET),
  };
}

/** The same story with other DIDs: each is replaced where it stands as a whole value, nowhere inside another text. */
export function withDids(story: Story, dids: ReadonlyMap<string, string>): Story {
  const replace = <Value>(value: Value): Value => {
    if (typeof value === 'string') return (dids.get(value) ?? value) as Value;
    if (Array.isArray(value)) return value.map(replace) as Value;
    if (value instanceof Map) return new Map([...value].map(([key, inner]) => [key, replace(inner)])) as Value;
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, replace(inner)])) as Value;
  };
  return replace(story);
}

/** All credentials of the story in the form of one worked example, for `issueExample`. */
export function asExample({ drafts, worksheet }: Story): JsonObject {
  const credentials = drafts.map(({ key, subject, ...envelope }) => [key, { ...envelope, credentialSubject: subject }]);
  return {
    credentials: Object.fromEntries(credentials) as JsonObject,
    presentations: { 'under-agreement': { worksheet: 'worksheet' } },
    worksheet,
  };
}

export function findDraft({ drafts }: Story, key: string): Draft {
  const draft = drafts.find((candidate) => candidate.key === key);
  if (draft === undefined) throw new Error(`no credential ${key} in the story`);
  return draft;
}

/** The example with what its told variants add. */
function withTold(example: JsonObject): JsonObject {
  return TOLD_VARIANTS.reduce((told, id) => applyPatch(told, patchOf(example, id)), example);
}

function patchOf(example: JsonObject, variant: string): readonly PatchOperation[] {
  return asArray(variantOf(example, variant)?.['patch']) as unknown as readonly PatchOperation[];
}

function variantOf(example: JsonObject, id: string): JsonObject | undefined {
  return objectsIn(example, 'variants').find((variant) => variant['id'] === id);
}

function organisationsOf(example: JsonObject): readonly Organisation[] {
  return entriesIn(example, 'organisations').map(([key, { did, name, role }]) => ({
    key,
    did: String(did),
    name: name as unknown as Name,
    role: String(role),
  }));
}

function draftsOf(example: JsonObject): readonly Draft[] {
  return entriesIn(example, 'credentials').map(
    ([key, { id, type, issuer, validFrom, validUntil, credentialSubject }]) => ({
      key,
      id: String(id),
      type: String(type),
      issuer: String(issuer),
      validFrom: String(validFrom),
      validUntil: String(validUntil),
      subject: credentialSubject as JsonObject,
    }),
  );
}

function showingsOf(example: ExampleName, told: JsonObject): readonly Showing[] {
  return entriesIn(told, 'presentations').map(([name, { claim, credentials, worksheet, withheld }]) => ({
    example,
    name,
    claim: String(claim),
    credentials: asArray(credentials).map(String),
    worksheet: worksheet !== undefined,
    withheld: asArray(withheld).map(String),
  }));
}

/** What the example expects comes first, then what its variants do. */
function expectationsOf(example: ExampleName, told: JsonObject): readonly Expectation[] {
  const own = objectsIn(told, 'expected').map((expected) => expectationOf(example, expected, undefined));
  const variants = [...TOLD_VARIANTS, ALTERED_SHEET].flatMap((id) =>
    objectsIn(variantOf(told, id) ?? {}, 'expected').map((expected) => expectationOf(example, expected, id)),
  );
  return [...own, ...variants];
}

function expectationOf(example: ExampleName, expected: JsonObject, variant: string | undefined): Expectation {
  return {
    example,
    presentation: String(expected['presentation']),
    regime: String(expected['regime']),
    result: String(expected['result']),
    rules: asArray(expected['rules']).map(String),
    match: expected['match'] === 'exact' ? 'exact' : 'includes',
    values: (expected['values'] ?? {}) as Readonly<Record<string, string>>,
    mustNotShow: asArray(expected['mustNotShow']).map(String),
    variant: variant !== undefined,
    altered: variant === ALTERED_SHEET,
  };
}

/**
 * This version signs a credential whole, so nothing can be left out of it afterwards. Where a showing withholds members, the issuer
 * issues a second edition without them, under an id of its own; what decides about the first then names the edition.
 */
function addEditions(examples: readonly JsonObject[], drafts: Map<string, Draft>): ReadonlyMap<string, string> {
  const withheld = examples
    .flatMap((example) => entriesIn(example, 'presentations'))
    .flatMap(([, presentation]) => asArray(presentation['withheld']).map(String))
    .map((pointer) => /^\/credentials\/([^/]+)\/credentialSubject\/([^/]+)$/.exec(pointer) ?? []);
  const editions = new Map<string, string>();
  for (const [, key = ''] of withheld) editions.set(key, `${key}-public`);
  for (const [key, edition] of editions) {
    const whole = drafts.get(key);
    if (whole === undefined) throw new Error(`nothing to withhold from: ${key}`);
    const hidden = withheld.filter(([, of]) => of === key).map(([, , member]) => member);
    const shown = Object.entries(whole.subject).filter(([member]) => !hidden.includes(member));
    const subject = { ...Object.fromEntries(shown), id: otherId(String(whole.subject['id'])) };
    drafts.set(edition, { ...whole, key: edition, id: otherId(whole.id), subject });
  }
  for (const [key, draft] of drafts) {
    if (draft.type === 'RecognitionDecision') drafts.set(key, { ...draft, subject: relink(draft.subject, editions) });
  }
  return editions;
}

/** The ids of the examples begin with 0 to 4. */
const otherId = (id: string): string => id.replace(/(?<=^urn:uuid:)[0-4]/, (digit) => String(Number(digit) + 5));

function relink(subject: JsonObject, editions: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(
    Object.entries(subject).map(([member, value]) => {
      const edition = isObject(value) ? editions.get(String(value['$link'])) : undefined;
      return [member, edition === undefined ? value : { $link: edition }];
    }),
  );
}

function withEditions(
  showing: Showing & { readonly withheld?: readonly string[] },
  editions: ReadonlyMap<string, string>,
): Showing {
  const { withheld = [], ...rest } = showing;
  const credentials = rest.credentials.flatMap((key) => {
    const edition = editions.get(key);
    if (edition === undefined) return [key];
    // Whoever is owed everything gets both: a decision names the edition.
    return withheld.length > 0 ? [edition] : [key, edition];
  });
  return { ...rest, credentials };
}

function objectIn(value: JsonObject, member: string): JsonObject {
  const found = value[member];
  if (!isObject(found)) throw new Error(`no object ${member}`);
  return found;
}

function objectsIn(value: JsonObject, member: string): readonly JsonObject[] {
  return asArray(value[member] as JsonValue).filter(isObject);
}

function entriesIn(value: JsonObject, member: string): readonly (readonly [string, JsonObject])[] {
  return Object.entries(objectIn(value, member)).filter((entry): entry is [string, JsonObject] => isObject(entry[1]));
}
