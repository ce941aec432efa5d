/**
 * The wire-shape rules W3 to W13 of docs/threats.md, section 2. A Data Integrity proof signs the RDF statements of a document while
 * its readers follow JSON paths; these rules refuse every spelling in which the two could come apart. They run on the parsed
 * document before any cryptography, at issue and at verification, in one pass and without looking at what the members mean.
 */
import { type Finding, passed } from '../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { isAbsoluteUrl } from '../formats/url.ts';
import { type ContextListOptions, checkContextList } from './context-list.ts';
import { PROOFPRINT_CONTEXT } from './contexts.ts';
import { contentOf, isEnveloped } from './envelope.ts';
import { findProfile } from './profiles/profile-table.ts';
import { Enough, ShapeReport } from './shape-report.ts';

/** Caps of one credential, or of one presentation without the credentials in it (docs/threats.md, section 6). */
export const MAX_DEPTH = 32;
/** Values of any kind, members and array entries included. */
export const MAX_NODES = 5000;
/** Objects without `id`: what canonicalisation has to find names for. */
export const MAX_ANONYMOUS = 1000;
export const MAX_ARRAY = 1000;
/** Strings with a cap of their own, judged before they are decoded. */
export const MAX_LONG_STRING: ReadonlyMap<string, number> = new Map([
  ['encodedList', 1_572_864],
  ['proofValue', 131_072],
  // Too long for a DID, which is what is wrong with them then.
  ['issuer', 131_072],
  ['holder', 131_072],
  ['verificationMethod', 131_072],
]);
export const MAX_CREDENTIALS = 64;

export interface ShapeOptions extends ContextListOptions {
  readonly kind: 'credential' | 'presentation';
  /** At issue, text must be in Unicode normalisation form C as well (W12). */
  readonly signing?: boolean;
}

const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);
const LANGUAGE_TERMS = new Set(['name', 'description']);
const VALUE_MEMBERS = new Set(['@value', '@language', '@direction']);
/** BCP 47, as far as its form goes. */
const LANGUAGE = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,7}$/;

/**
 * Judge the shape of one parsed document. Pure; never throws for a bad document.
 * Result: only failures, or one passed finding `shape`. Codes: CONTEXT_NOT_ALLOWED (W3, W4), LIMIT_EXCEEDED (W2 and the caps above),
 * MALFORMED_VALUE_ERROR (everything else). What `proof` holds when it is no object, and an absent or empty
 * `verifiableCredential`, are left to those who say what that means.
 */
export function checkWireShape(document: JsonObject, options: ShapeOptions): Finding[] {
  const report = new ShapeReport();
  try {
    new Pass(document, options, report).run();
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return report.findings.length > 0 ? report.findings : [passed('shape')];
}

/** What a place allows, handed down from its parent. */
interface Place {
  readonly term: string | undefined;
  readonly depth: number;
  /** Identifiers that already have members somewhere in this graph. */
  readonly homes: Set<string>;
  readonly proof: boolean;
}

/** One pass over one graph: a presentation without its credentials, or one credential. */
class Pass {
  readonly #root: JsonObject;
  readonly #options: ShapeOptions;
  readonly #report: ShapeReport;
  readonly #level: number;
  #references: readonly ReadonlySet<string>[] = [];
  #literals: readonly (readonly string[])[] = [];
  #nodes = 1;
  #anonymous = 0;

  constructor(root: JsonObject, options: ShapeOptions, report: ShapeReport) {
    this.#root = root;
    this.#options = options;
    this.#report = report;
    this.#level = report.level;
  }

  run(): void {
    this.#references = checkContextList(this.#root, this.#options, this.#report);
    if (asArray(this.#root['@context']).includes(PROOFPRINT_CONTEXT)) {
      this.#literals = (findProfile(this.#root)?.literals ?? []).map((pointer) => pointer.slice(1).split('/'));
    }
    this.#object(this.#root, { term: undefined, depth: 1, homes: new Set(), proof: false }, true);
  }

  #object(value: JsonObject, place: Place, root = false): void {
    if (Object.hasOwn(value, '@value') && place.term !== undefined && LANGUAGE_TERMS.has(place.term)) {
      this.#languageValue(value);
      return;
    }
    this.#identity(value, place);
    for (const [name, inner] of Object.entries(value)) {
      this.#inside(name, () => {
        if (!this.#name(name, value, place, root)) return;
        if (root && this.#elsewhere(name, inner)) return;
        if (this.#isLiteral()) this.#literalValue(inner, place.depth);
        else if (root && name === 'proof') this.#proofs(inner, place.depth);
        else this.#value(inner, { ...place, term: name });
      });
    }
  }

  /** W9 and W13 for the identifier of a node; an object without one is counted. */
  #identity(value: JsonObject, place: Place): void {
    if (!Object.hasOwn(value, 'id')) {
      this.#anonymous += 1;
      if (this.#anonymous > MAX_ANONYMOUS) throw this.#report.limit(`more than ${MAX_ANONYMOUS} objects without id`);
      return;
    }
    const id = value['id'];
    if (!isAbsoluteUrl(id)) {
      this.#inside('id', () => this.#malformed('must be an absolute URL or URN'));
    } else if (Object.keys(value).length > 1) {
      if (place.homes.has(id))
        this.#inside('id', () => this.#malformed('this id has members in another place already'));
      place.homes.add(id);
    }
  }

  /** W4, W5 and W12 for a member's name. Returns whether its value is to be looked at. */
  #name(name: string, owner: JsonObject, place: Place, root: boolean): boolean {
    if (name === '@context') {
      const own = root || (place.proof && this.#isContextOfProof(owner));
      if (!own) this.#report.fail('CONTEXT_NOT_ALLOWED', 'a context inside the document');
      return false;
    }
    if (name === '' || name.startsWith('@') || name.includes(':') || RESERVED.has(name)) {
      this.#malformed('not a member name that is taken');
      return false;
    }
    this.#text(name);
    return true;
  }

  /** The second exception of W4: a proof of a `*-jcs-*` cryptosuite repeats the context of the document. */
  #isContextOfProof(proof: JsonObject): boolean {
    const suite = proof['cryptosuite'];
    const repeated = proof['@context'];
    const original = this.#root['@context'];
    if (typeof suite !== 'string' || !suite.includes('-jcs-')) return false;
    if (!Array.isArray(repeated) || !Array.isArray(original) || repeated.length !== original.length) return false;
    return repeated.every((url, index) => typeof url === 'string' && url === original[index]);
  }

  /** Members of the root that somebody else judges: what is no proof at all, and the credentials of a presentation. */
  #elsewhere(name: string, value: JsonValue): boolean {
    if (name === 'proof')
      return !isObject(value) && !(Array.isArray(value) && value.length > 0 && value.every(isObject));
    if (name !== 'verifiableCredential' || this.#options.kind !== 'presentation') return false;
    if (isObject(value)) this.#embedded(value);
    else if (Array.isArray(value)) this.#embeddedList(value as readonly JsonValue[]);
    else this.#malformed('must be an array of credentials');
    return true;
  }

  #embeddedList(list: readonly JsonValue[]): void {
    if (list.length > MAX_CREDENTIALS) throw this.#report.limit(`more than ${MAX_CREDENTIALS} credentials`);
    for (const [index, credential] of list.entries()) {
      this.#inside(index, () => {
        if (isObject(credential)) this.#embedded(credential);
        else this.#malformed('must be a credential');
      });
    }
  }

  #embedded(credential: JsonObject): void {
    if (isEnveloped(credential)) {
      // A document of its own inside a text; all that stands around it is fixed.
      const content = contentOf(credential);
      if (content.ok) {
        new Pass(content.value, { ...this.#options, kind: 'credential' }, this.#report).run();
        return;
      }
      const [fault] = content.findings;
      this.#report.fail(fault?.code ?? 'MALFORMED_VALUE_ERROR', fault?.detail ?? 'not an envelope');
      return;
    }
    new Pass(credential, { ...this.#options, kind: 'credential' }, this.#report).run();
  }

  /** Each proof is a graph of its own; what its members say is for the proofs to judge. */
  #proofs(value: JsonValue, depth: number): void {
    const place = (level: number): Place => ({ term: 'proof', depth: level, homes: new Set(), proof: true });
    if (!Array.isArray(value)) {
      this.#value(value, place(depth));
      return;
    }
    this.#count(depth + 1);
    const ids = new Set<JsonValue>();
    for (const [index, proof] of (value as readonly JsonObject[]).entries()) {
      this.#inside(index, () => {
        this.#value(proof, place(depth + 1));
        if (proof['id'] !== undefined && ids.has(proof['id'])) this.#malformed('the same id twice in an array');
        ids.add(proof['id'] ?? '');
      });
    }
  }

  #value(value: JsonValue, place: Place): void {
    this.#count(place.depth + (typeof value === 'object' ? 1 : 0));
    if (value === null) this.#malformed('null says nothing; leave the member out');
    else if (typeof value === 'string') this.#string(value, place);
    else if (typeof value === 'number') this.#number(value);
    else if (Array.isArray(value)) this.#array(value as readonly JsonValue[], { ...place, depth: place.depth + 1 });
    else if (isObject(value)) this.#object(value, { ...place, depth: place.depth + 1 });
  }

  /** W7, W8 and the second half of W9. */
  #array(list: readonly JsonValue[], place: Place): void {
    if (list.length === 0) this.#malformed('an empty array says nothing; leave the member out');
    if (list.length > MAX_ARRAY) throw this.#report.limit(`more than ${MAX_ARRAY} array entries`);
    const seen = new Set<string>();
    for (const [index, entry] of list.entries()) {
      this.#inside(index, () => {
        if (Array.isArray(entry)) return this.#malformed('an array in an array');
        this.#value(entry, place);
        const key = sameness(entry);
        if (key === undefined) return;
        if (seen.has(key)) this.#malformed('the same value twice in an array');
        seen.add(key);
      });
    }
  }

  /** W6. */
  #languageValue(value: JsonObject): void {
    for (const [name, inner] of Object.entries(value)) {
      this.#inside(name, () => {
        this.#count(0);
        if (!VALUE_MEMBERS.has(name)) this.#malformed('not a member of a language value');
        else if (typeof inner !== 'string') this.#malformed('must be a string');
        else if (name === '@language' && !LANGUAGE.test(inner)) this.#malformed('must be a language tag');
        else if (name === '@direction' && inner !== 'ltr' && inner !== 'rtl') this.#malformed('must be ltr or rtl');
        else this.#text(inner);
      });
    }
  }

  #string(value: string, place: Place): void {
    this.#text(value, MAX_LONG_STRING.get(place.term ?? ''));
    const reference = !place.proof && this.#references.some((terms) => terms.has(place.term ?? ''));
    // A malformed DID of a party has a code of its own.
    const party = (place.term === 'issuer' || place.term === 'holder') && value.startsWith('did:');
    if (reference && !party && !isAbsoluteUrl(value)) this.#malformed('must be an absolute URL or URN');
  }

  /** W11, as far as it can be told from a parsed number. */
  #number(value: number): void {
    // Whoever writes examples for the public suites writes fractions as numbers.
    const fraction = this.#options.contexts.intake === 'conformance' && !Number.isInteger(value);
    if (!fraction && (!Number.isSafeInteger(value) || Object.is(value, -0))) {
      this.#malformed('figures are decimal strings; only small whole numbers may be numbers');
    }
  }

  /** W12. */
  #text(text: string, longest?: number): void {
    this.#report.text(text, longest);
    if (this.#options.signing === true && text.normalize('NFC') !== text) this.#malformed('must be in normal form C');
  }

  #isLiteral(): boolean {
    return this.#literals.some((tokens) => this.#report.isAt(this.#level, tokens));
  }

  /** Inside a JSON literal everything is signed as it stands: caps, reserved names and W12 hold, the other rules stop here. */
  #literalValue(value: JsonValue, depth: number): void {
    this.#count(depth + (typeof value === 'object' && value !== null ? 1 : 0));
    if (typeof value === 'string') this.#report.text(value);
    else if (typeof value === 'number' && !Number.isFinite(value)) this.#malformed('not a number that JSON can hold');
    else if (Array.isArray(value) && value.length > MAX_ARRAY)
      throw this.#report.limit(`more than ${MAX_ARRAY} array entries`);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        this.#inside(name, () => {
          if (RESERVED.has(name)) this.#malformed('not a member name that is taken');
          this.#report.text(name);
          this.#literalValue(inner as JsonValue, depth + 1);
        });
      }
    }
  }

  #count(depth: number): void {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) throw this.#report.limit(`more than ${MAX_NODES} values`);
    if (depth > MAX_DEPTH) throw this.#report.limit(`nested deeper than ${MAX_DEPTH}`);
  }

  #inside(token: string | number, act: () => void): void {
    this.#report.inside(token, act);
  }

  #malformed(detail: string): void {
    this.#report.malformed(detail);
  }
}

/** What makes two array entries the same RDF term, or nothing for an object without an identifier. */
function sameness(entry: JsonValue): string | undefined {
  if (!isObject(entry)) return `${typeof entry === 'string' ? '' : typeof entry}:${String(entry)}`;
  if (typeof entry['id'] === 'string') return `:${entry['id']}`;
  if (!Object.hasOwn(entry, '@value')) return undefined;
  // The letter case of a language tag is not signed.
  const language = String(entry['@language'] ?? '').toLowerCase();
  return `@${language}@${String(entry['@direction'] ?? '')}@${String(entry['@value'])}`;
}
