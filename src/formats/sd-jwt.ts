/**
 * SD-JWT (RFC 9901) without keys: its parts, and what its payload says with the disclosures that came along. What an SD-JWT carries, and
 * who signed it, is for others. Read strictly and to the end: whatever is left over, twice or not understood refuses the whole, since a
 * reader that drops it shows something that nobody disclosed (CVE-2026-62374).
 */
import { type Finding, failed, type Read, readFailed, readOk } from '../base/finding.ts';
import { isObject, type JsonObject, type JsonValue, pointerOf, REQUEST_LIMITS, readJson } from '../base/json.ts';
import { sha256 } from './digest.ts';
import { decodeBase64url, encodeBase64url } from './multibase.ts';

/** Disclosures of one SD-JWT, and how many of them may lie inside one another (docs/threats.md, section 6). */
export const MAX_DISCLOSURES = 500;
export const MAX_DISCLOSURE_DEPTH = 16;
/** The one hash function that is taken, and the one that an SD-JWT without the claim means (section 4.1.1). */
export const HASH_NAME = 'sha-256';
const DIGEST_CHARS = 43;

const DIGESTS = '_sd';
const ELEMENT = '...';
const HASH_CLAIM = '_sd_alg';
/** Names that a claim may not have: those with a meaning here, and those with one in the language. */
const RESERVED = new Set([DIGESTS, ELEMENT, HASH_CLAIM, '__proto__', 'constructor', 'prototype']);

/** Section 4: the compact form. */
export interface SdJwtParts {
  /** The JWT of the issuer, compact JWS. */
  readonly token: string;
  /** Each as it came, base64url. */
  readonly disclosures: readonly string[];
  /** What stands behind the last separator: empty, or the JWT of a key binding. */
  readonly keyBinding: string;
}

/** One disclosure that took part: where its claim stands in the processed payload, as a JSON pointer. */
export interface DisclosedPlace {
  readonly pointer: string;
  readonly disclosure: string;
}

export interface ProcessedPayload {
  /** The payload as if nothing had ever been hidden, without what was not disclosed. */
  readonly payload: JsonObject;
  readonly disclosed: readonly DisclosedPlace[];
  /** Pointers to the objects and arrays with a digest for which no disclosure came; each once. It may be a decoy. */
  readonly concealing: readonly string[];
}

/** Errors (as findings): PARSING_ERROR for what has no separator or an empty part, LIMIT_EXCEEDED. */
export function splitSdJwt(text: string): Read<SdJwtParts> {
  const [token = '', ...rest] = text.split('~');
  const keyBinding = rest.pop();
  if (rest.length > MAX_DISCLOSURES) return refuse('LIMIT_EXCEEDED', `more than ${MAX_DISCLOSURES} disclosures`);
  if (keyBinding === undefined) return refuse('PARSING_ERROR', 'no ~ behind the token');
  if (rest.includes('')) return refuse('PARSING_ERROR', 'an empty disclosure');
  return readOk({ token, disclosures: rest, keyBinding });
}

/** Section 4: the same in one text, without a key binding. */
export const joinSdJwt = ({ token, disclosures }: Omit<SdJwtParts, 'keyBinding'>): string =>
  [token, ...disclosures, ''].join('~');

/**
 * Section 7.1, steps 2.5 to 5.
 * Errors (as findings): PARSING_ERROR for a disclosure that is not JSON in strict base64url, LIMIT_EXCEEDED, and PROOF_VERIFICATION_ERROR for
 * everything that the RFC refuses; also for `_sd`, `_sd_alg` and `...` in any other place than theirs.
 */
export function processDisclosures(payload: JsonObject, disclosures: readonly string[]): Read<ProcessedPayload> {
  try {
    const { [HASH_CLAIM]: hash = HASH_NAME, ...claims } = payload;
    if (hash !== HASH_NAME) throw bad(`digests other than ${HASH_NAME} are not taken`);
    return readOk(new Processing(disclosures).run(claims));
  } catch (error) {
    if (error instanceof Stop) return readFailed(error.finding);
    throw error;
  }
}

/**
 * A payload with the values at these places turned into disclosures (sections 4.2 and 4.2.4), digests sorted so that their order tells
 * nothing. No place may lie inside another. `newSalt` brings 128 bits from a secure source, anew each time.
 * Errors: RangeError for a place that is not there, a member with a reserved name, and more disclosures than anybody takes.
 */
export function concealPlaces(
  payload: JsonObject,
  places: readonly string[],
  newSalt: () => Uint8Array,
): { readonly payload: JsonObject; readonly disclosures: readonly string[] } {
  if (hasReservedName(payload)) throw new RangeError('a member has a name that an SD-JWT keeps for itself');
  if (places.length > MAX_DISCLOSURES) throw new RangeError(`more than ${MAX_DISCLOSURES} disclosures`);
  const left = new Set(places);
  const disclosures: string[] = [];
  const hide = (...content: readonly JsonValue[]): string => {
    const disclosure = encodeBase64url(
      new TextEncoder().encode(JSON.stringify([encodeBase64url(newSalt()), ...content])),
    );
    disclosures.push(disclosure);
    return digestOfDisclosure(disclosure);
  };
  const walk = (value: JsonValue, place: string): JsonValue => {
    if (Array.isArray(value)) {
      return (value as readonly JsonValue[]).map((entry, index) => {
        const at = `${place}/${index}`;
        return left.delete(at) ? { [ELEMENT]: hide(entry) } : walk(entry, at);
      });
    }
    if (!isObject(value)) return value;
    const shown: [string, JsonValue][] = [];
    const digests: string[] = [];
    for (const [name, inner] of Object.entries(value)) {
      const at = place + pointerOf(name);
      if (left.delete(at)) digests.push(hide(name, inner));
      else shown.push([name, walk(inner, at)]);
    }
    if (digests.length > 0) shown.push([DIGESTS, digests.sort()]);
    return Object.fromEntries(shown);
  };
  const concealed = walk(payload, '') as JsonObject;
  if (left.size > 0) throw new RangeError('nothing stands at a place that is to be hidden');
  return { payload: { ...concealed, [HASH_CLAIM]: HASH_NAME }, disclosures: disclosures.sort() };
}

/** Section 4.2.3: over the characters of the disclosure as they are sent. */
export const digestOfDisclosure = (disclosure: string): string => encodeBase64url(sha256(disclosure));

/** Whether any member has a name that only an SD-JWT may give a meaning to. */
export function hasReservedName(value: JsonValue): boolean {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).some(hasReservedName);
  if (!isObject(value)) return false;
  return Object.entries(value).some(([name, inner]) => RESERVED.has(name) || hasReservedName(inner));
}

class Stop extends Error {
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(finding.detail);
    this.finding = finding;
  }
}

const AT = { pointer: '/id' };
const findingOf = (code: 'PARSING_ERROR' | 'LIMIT_EXCEEDED' | 'PROOF_VERIFICATION_ERROR', detail: string): Finding =>
  failed('disclosures', code, detail, AT);
const refuse = (...fault: Parameters<typeof findingOf>): Read<never> => readFailed(findingOf(...fault));
const bad = (detail: string): Stop => new Stop(findingOf('PROOF_VERIFICATION_ERROR', detail));
const tooMuch = (detail: string): Stop => new Stop(findingOf('LIMIT_EXCEEDED', detail));

/** Where a value stands: its pointer in the processed payload, how deep, and in how many disclosures. */
interface Place {
  readonly pointer: string;
  readonly depth: number;
  readonly within: number;
}

/** One run over one payload. */
class Processing {
  /** By digest, what has not been referred to yet. */
  readonly #open = new Map<string, string>();
  readonly #met = new Set<string>();
  readonly #disclosed: DisclosedPlace[] = [];
  readonly #concealing = new Set<string>();

  constructor(disclosures: readonly string[]) {
    if (disclosures.length > MAX_DISCLOSURES) throw tooMuch(`more than ${MAX_DISCLOSURES} disclosures`);
    for (const disclosure of disclosures) {
      const digest = digestOfDisclosure(disclosure);
      if (this.#open.has(digest)) throw bad('a disclosure twice');
      this.#open.set(digest, disclosure);
    }
  }

  run(claims: JsonObject): ProcessedPayload {
    const payload = this.#object(claims, { pointer: '', depth: 1, within: 0 });
    if (this.#open.size > 0) throw bad('a disclosure that no digest refers to');
    return { payload, disclosed: this.#disclosed, concealing: [...this.#concealing] };
  }

  #value(value: JsonValue, place: Place): JsonValue {
    if (place.depth > REQUEST_LIMITS.maxDepth) throw tooMuch(`nested deeper than ${REQUEST_LIMITS.maxDepth}`);
    if (Array.isArray(value)) return this.#array(value as readonly JsonValue[], place);
    return isObject(value) ? this.#object(value, place) : value;
  }

  #object(value: JsonObject, { pointer, depth, within }: Place): JsonObject {
    const { [DIGESTS]: digests, ...members } = value;
    const processed = new Map<string, JsonValue>();
    const claims: [string, JsonValue, number][] = Object.entries(members).map(([name, inner]) => {
      if (RESERVED.has(name)) throw bad(`a member ${name} where it has no place`);
      return [name, inner, within];
    });
    for (const digest of this.#digestsIn(digests)) {
      const disclosure = this.#find(digest, pointer);
      if (disclosure === undefined) continue;
      const [name, inner] = contentOf(disclosure, 3);
      if (typeof name !== 'string' || RESERVED.has(name)) throw bad('a disclosure with a name that no claim may have');
      if (within >= MAX_DISCLOSURE_DEPTH) throw tooMuch(`disclosures in more than ${MAX_DISCLOSURE_DEPTH} others`);
      this.#disclosed.push({ pointer: pointer + pointerOf(name), disclosure });
      claims.push([name, inner as JsonValue, within + 1]);
    }
    for (const [name, inner, level] of claims) {
      if (processed.has(name)) throw bad('a disclosure for a claim that is there already');
      const place = { pointer: pointer + pointerOf(name), depth: depth + 1, within: level };
      processed.set(name, this.#value(inner, place));
    }
    return Object.fromEntries(processed);
  }

  #array(list: readonly JsonValue[], { pointer, depth, within }: Place): readonly JsonValue[] {
    const processed: JsonValue[] = [];
    for (const entry of list) {
      const place = { pointer: `${pointer}/${processed.length}`, depth: depth + 1, within };
      if (!isObject(entry) || !Object.hasOwn(entry, ELEMENT)) {
        processed.push(this.#value(entry, place));
        continue;
      }
      const { [ELEMENT]: digest, ...more } = entry;
      if (Object.keys(more).length > 0) throw bad(`a member beside ${ELEMENT}`);
      const disclosure = this.#find(digest, pointer);
      if (disclosure === undefined) continue;
      const [inner] = contentOf(disclosure, 2);
      if (within >= MAX_DISCLOSURE_DEPTH) throw tooMuch(`disclosures in more than ${MAX_DISCLOSURE_DEPTH} others`);
      this.#disclosed.push({ pointer: place.pointer, disclosure });
      processed.push(this.#value(inner as JsonValue, { ...place, within: within + 1 }));
    }
    return processed;
  }

  #digestsIn(digests: JsonValue | undefined): readonly JsonValue[] {
    if (digests === undefined) return [];
    if (!Array.isArray(digests)) throw bad(`${DIGESTS} is no list of digests`);
    return digests as readonly JsonValue[];
  }

  /** The disclosure of a digest, if one came. No digest may be met twice, disclosed or not. */
  #find(digest: JsonValue | undefined, container: string): string | undefined {
    if (typeof digest !== 'string' || decodeBase64url(digest, DIGEST_CHARS)?.length !== 32) throw bad('not a digest');
    if (this.#met.has(digest)) throw bad('a digest twice');
    this.#met.add(digest);
    const disclosure = this.#open.get(digest);
    if (disclosure === undefined) this.#concealing.add(container);
    this.#open.delete(digest);
    return disclosure;
  }
}

/** What is in a disclosure behind its salt. */
function contentOf(disclosure: string, length: 2 | 3): readonly JsonValue[] {
  const bytes = decodeBase64url(disclosure, REQUEST_LIMITS.maxBytes);
  if (bytes === undefined) throw new Stop(findingOf('PARSING_ERROR', 'a disclosure that is not base64url'));
  const read = readJson(bytes);
  if (!read.ok)
    throw new Stop({ ...(read.findings[0] ?? findingOf('PARSING_ERROR', 'a disclosure without JSON')), ...AT });
  const content = read.value as readonly JsonValue[];
  if (!Array.isArray(content) || content.length !== length) throw bad(`a disclosure that is no list of ${length}`);
  const [salt, ...rest] = content;
  if (typeof salt !== 'string') throw bad('a disclosure without a salt');
  return rest;
}
