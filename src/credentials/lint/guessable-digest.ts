/**
 * Digests that give away what they seem to hide: of a figure, or of a few members, without a salt. Whoever guesses the figure can test the
 * guess, and figures have few digits (docs/domain.md, section 9). What is told here are digests of what the credential itself says, in the
 * forms that such digests are made in; a digest of something that is nowhere in it looks like any other.
 */
import { type Finding, failed } from '../../base/finding.ts';
import { isObject, type JsonObject, type JsonValue, pointerOf } from '../../base/json.ts';
import { sha256Hex } from '../../formats/digest.ts';
import { jcs } from '../../formats/jcs.ts';
import { decodeMultibase } from '../../formats/multibase.ts';
import { subjectOf } from '../credential-members.ts';

/** Members of an object that can still be guessed together. */
const MOST_MEMBERS = 4;
/** Characters of a text that can be guessed: an identifier is longer, or known anyway. */
const LONGEST_GUESS = 24;
const LONGEST_DIGEST = 128;
/** By which such an object would not be guessable. */
const SALTS = new Set(['salt', 'blinding', 'nonce']);

type Scalar = string | number | boolean;
type Tokens = readonly (string | number)[];
interface Found {
  readonly place: Tokens;
  /** Lower-case hexadecimal of the hash. */
  readonly hash: string;
}

/** Failures with code GUESSABLE_DIGEST, each at the digest, with the member that can be guessed in `params.member`. */
export function lintDigests(credential: JsonObject): Finding[] {
  const subject = subjectOf(credential);
  const digests: Found[] = [];
  const guesses = new Map<string, Tokens>();
  walk(subject ?? {}, ['credentialSubject'], undefined, { digests, guesses });
  if (digests.length === 0) return [];
  const wanted = new Set(digests.map(({ hash }) => hash));
  const guessed = new Map<string, string>();
  for (const [text, place] of guesses) {
    const hash = sha256Hex(text);
    if (wanted.has(hash) && !guessed.has(hash)) guessed.set(hash, pointerOf(...place));
  }
  return digests.flatMap(({ place, hash }) => {
    const member = guessed.get(hash);
    if (member === undefined) return [];
    const params = { member, severity: 'error' };
    const detail = 'a digest without a salt over something that can be guessed';
    return [failed('lint', 'GUESSABLE_DIGEST', detail, { pointer: pointerOf(...place), params })];
  });
}

interface Seen {
  readonly digests: Found[];
  /** Each text once, with the first place that leads to it. */
  readonly guesses: Map<string, Tokens>;
}

function walk(value: JsonValue, place: Tokens, name: string | undefined, seen: Seen): void {
  if (Array.isArray(value)) {
    for (const [index, entry] of (value as readonly JsonValue[]).entries()) walk(entry, [...place, index], name, seen);
    return;
  }
  if (isObject(value)) {
    const names = Object.keys(value);
    if (names.length <= MOST_MEMBERS && !names.some((member) => SALTS.has(member))) note(seen, place, [jcs(value)]);
    for (const [member, inner] of Object.entries(value)) walk(inner, [...place, member], member, seen);
    return;
  }
  const hash = hashOf(value);
  if (hash !== undefined) seen.digests.push({ place, hash });
  else if (isScalar(value) && String(value).length <= LONGEST_GUESS) note(seen, place, formsOf(value, name));
}

const isScalar = (value: JsonValue): value is Scalar => value !== null && typeof value !== 'object';

/** The texts that somebody would hash to hide a value: itself, as JSON, and with its name. */
function formsOf(value: Scalar, name: string | undefined): readonly string[] {
  const number = typeof value === 'string' && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : undefined;
  const values = number === undefined ? [value] : [value, number];
  const quoted = JSON.stringify(name);
  return values.flatMap((one) => {
    // What RFC 8785 makes of a text or a number by itself is what JavaScript does.
    const json = JSON.stringify(one);
    return [
      String(one),
      json,
      ...(name === undefined ? [] : [`{${quoted}:${json}}`, `${name}=${one}`, `${name}:${one}`]),
    ];
  });
}

function note({ guesses }: Seen, place: Tokens, texts: readonly string[]): void {
  for (const text of texts) if (!guesses.has(text)) guesses.set(text, place);
}

/** Of a SHA-256 as a multihash in multibase, in hexadecimal, or in base64 as Subresource Integrity writes it. */
function hashOf(value: JsonValue): string | undefined {
  if (typeof value !== 'string' || value.length > LONGEST_DIGEST) return undefined;
  const bare = value.replace(/^sha-?256[:=-]/i, '');
  if (/^[0-9a-f]{64}$/i.test(bare)) return bare.toLowerCase();
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(bare)) return Buffer.from(bare, 'base64').toString('hex');
  const bytes = /^[uz]/.test(value) ? decodeMultibase(value, LONGEST_DIGEST) : undefined;
  if (bytes?.length === 34 && bytes[0] === 0x12 && bytes[1] === 0x20)
    return Buffer.from(bytes.subarray(2)).toString('hex');
  return undefined;
}
