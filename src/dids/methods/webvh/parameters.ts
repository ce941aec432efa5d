/** The parameters of a did:webvh log (did:webvh 1.0, "DID Method Parameters"): what one entry says, and what is in force after it. */
import { isObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import { readMultikey } from '../../../crypto/multikey.ts';

export const METHOD_VERSION = 'did:webvh:1.0';
/** Keys, hashes, witnesses or watchers in one list. */
const MOST_LISTED = 64;
const DEFAULT_TTL_SECONDS = 3600;
const LONGEST_TTL_SECONDS = 2 ** 31;

export interface Witnessing {
  readonly threshold: number;
  /** Multikeys; each did:key once. */
  readonly keys: ReadonlySet<string>;
}

export interface Parameters {
  readonly updateKeys: readonly string[];
  readonly nextKeyHashes: readonly string[];
  readonly witness: Witnessing | undefined;
  readonly watchers: readonly string[];
  readonly portable: boolean;
  readonly deactivated: boolean;
  /** Seconds. */
  readonly ttl: number;
}

const NONE: Parameters = {
  updateKeys: [],
  nextKeyHashes: [],
  witness: undefined,
  watchers: [],
  portable: false,
  deactivated: false,
  ttl: DEFAULT_TTL_SECONDS,
};

const KNOWN = new Set(['method', 'scid', ...Object.keys(NONE)]);

/**
 * What is in force from an entry on, or what is wrong with its parameters, in words. `before` is nothing for the first entry.
 * An old spelling of "none", `null`, is read as the default where the specification says that readers should.
 */
export function readParameters(value: JsonValue | undefined, before: Parameters | undefined): Parameters | string {
  if (!isObject(value)) return 'the parameters are not an object';
  const unknown = Object.keys(value).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) return 'a parameter that version 1.0 does not have';
  const fault = before === undefined ? faultOfFirst(value) : faultOfLater(value, before);
  if (fault !== undefined) return fault;
  const former = before ?? NONE;
  const lists = readLists(value, former);
  if (lists === undefined) return 'updateKeys, nextKeyHashes or watchers is not a list of texts';
  if (before === undefined && lists.updateKeys.length === 0) return 'the first entry names no update key';
  const witness = readWitness(value['witness'], former.witness);
  if (typeof witness === 'string') return witness;
  const { portable = former.portable, deactivated = former.deactivated } = value;
  if (typeof portable !== 'boolean' || typeof deactivated !== 'boolean')
    return 'portable or deactivated is not a boolean';
  const ttl = value['ttl'] === null ? DEFAULT_TTL_SECONDS : (value['ttl'] ?? former.ttl);
  if (typeof ttl !== 'number' || !Number.isInteger(ttl) || ttl < 0 || ttl > LONGEST_TTL_SECONDS)
    return 'ttl is not a number of seconds';
  return { ...lists, witness: witness.active, portable, deactivated, ttl };
}

function faultOfFirst({ method, scid }: JsonObject): string | undefined {
  if (method !== METHOD_VERSION) return `the method is not ${METHOD_VERSION}`;
  return typeof scid === 'string' ? undefined : 'the first entry names no SCID';
}

function faultOfLater(value: JsonObject, before: Parameters): string | undefined {
  if (value['method'] !== undefined && value['method'] !== METHOD_VERSION) return `the method is not ${METHOD_VERSION}`;
  if ('scid' in value) return 'the SCID stands in a later entry';
  if (value['portable'] === true) return 'portability can be chosen in the first entry only';
  if (before.deactivated) return 'an entry after the deactivation';
  if (before.nextKeyHashes.length === 0) return undefined;
  // Both must be said: what is inherited would not be bound by the commitment.
  return Array.isArray(value['updateKeys']) && value['nextKeyHashes'] !== undefined
    ? undefined
    : 'under pre-rotation an entry names its updateKeys and its nextKeyHashes';
}

function readLists(
  value: JsonObject,
  former: Parameters,
): Pick<Parameters, 'updateKeys' | 'nextKeyHashes' | 'watchers'> | undefined {
  const updateKeys = readTexts(value['updateKeys'], former.updateKeys);
  const nextKeyHashes = readTexts(value['nextKeyHashes'], former.nextKeyHashes);
  const watchers = readTexts(value['watchers'], former.watchers);
  if (updateKeys === undefined || nextKeyHashes === undefined || watchers === undefined) return undefined;
  return { updateKeys, nextKeyHashes, watchers };
}

function readTexts(value: JsonValue | undefined, former: readonly string[]): readonly string[] | undefined {
  if (value === undefined) return former;
  if (value === null) return [];
  if (!Array.isArray(value) || value.length > MOST_LISTED) return undefined;
  const texts = value.filter((entry) => typeof entry === 'string');
  return texts.length === value.length ? texts : undefined;
}

/** A list that is wrong is never taken for no list. */
function readWitness(
  value: JsonValue | undefined,
  former: Witnessing | undefined,
): { readonly active: Witnessing | undefined } | string {
  if (value === undefined) return { active: former };
  if (value === null || (isObject(value) && Object.keys(value).length === 0)) return { active: undefined };
  if (!isObject(value) || !Array.isArray(value['witnesses'])) return 'witness is neither empty nor a list of witnesses';
  const { threshold, witnesses } = value as { threshold?: JsonValue; witnesses: readonly JsonValue[] };
  if (witnesses.length > MOST_LISTED) return `more than ${MOST_LISTED} witnesses`;
  const keys = new Set<string>();
  for (const witness of witnesses) {
    const id = isObject(witness) ? witness['id'] : undefined;
    const multikey = typeof id === 'string' && id.startsWith('did:key:') ? id.slice('did:key:'.length) : undefined;
    if (multikey === undefined || readMultikey(multikey)?.keyType !== 'Ed25519')
      return 'a witness is not an Ed25519 did:key';
    if (keys.has(multikey)) return 'a witness stands twice';
    keys.add(multikey);
  }
  if (typeof threshold !== 'number' || !Number.isInteger(threshold) || threshold < 1 || threshold > keys.size) {
    return 'the threshold is not a number between one and the number of witnesses';
  }
  return { active: { threshold, keys } };
}
