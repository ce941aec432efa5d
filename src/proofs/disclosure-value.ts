/**
 * The proof values of the suites with selective disclosure: five parts in CBOR behind a tag that says whose they are (Data Integrity ECDSA
 * Cryptosuites 1.0, section 3.5; Data Integrity BBS Cryptosuites 1.0, section 3.3). A stranger made them, so everything is bounded.
 */
import { decode } from 'cborg';
import { decodeBase64url } from '../formats/multibase.ts';

/** Where a credential stands: as its issuer made it for the holder, or as a holder shows it. */
export type DisclosureStage = 'base' | 'presented';

/** The third byte of the CBOR tag 0x5d?? of each form. Other forms of BBS proofs (pseudonyms, holder binding) are not spoken here. */
const TAGS: Readonly<Record<string, Readonly<Record<DisclosureStage, number>>>> = {
  'ecdsa-sd-2023': { base: 0x00, presented: 0x01 },
  'bbs-2023': { base: 0x02, presented: 0x03 },
};
const STAGES: readonly DisclosureStage[] = ['base', 'presented'];
const HEADER_BYTES = 3;

/**
 * Statements of one document, and labels in it. Each is expanded, relabelled and compared with others on the event loop, in time that grows
 * faster than their number; the largest worked example has 86.
 */
export const MOST_STATEMENTS = 2000;
/** Characters of a proof value. */
export const LONGEST_VALUE = 131_072;

/** The stage that a proof value of this suite says it is for. */
export function stageOf(cryptosuite: string, bytes: Uint8Array | undefined): DisclosureStage | undefined {
  if (bytes?.[0] !== 0xd9 || bytes[1] !== 0x5d) return undefined;
  return STAGES.find((stage) => TAGS[cryptosuite]?.[stage] === bytes[2]);
}

/** One value has one spelling: no length left open, no number in more bytes than it needs, no key twice, no tag. */
const STRICT = { useMaps: true, strict: true, allowIndefinite: false, rejectDuplicateMapKeys: true, tags: [] } as const;

/** The five parts of a proof value. Errors: TypeError, or whatever the decoder throws. */
export function partsOf(cryptosuite: string, proofValue: unknown, stage: DisclosureStage): readonly unknown[] {
  const bytes = decodeBase64url(String(proofValue).slice(1), LONGEST_VALUE) ?? new Uint8Array();
  if (stageOf(cryptosuite, bytes) !== stage) throw new TypeError('not a proof value of this suite and stage');
  const parts: unknown = decode(bytes.subarray(HEADER_BYTES), STRICT);
  if (!Array.isArray(parts) || parts.length !== 5) throw new TypeError('not the five parts of a proof value');
  return parts;
}

/** A proof value of these parts, which are CBOR already, in multibase base64url. */
export function writeValue(cryptosuite: string, stage: DisclosureStage, parts: Uint8Array): string {
  const header = Uint8Array.of(0xd9, 0x5d, TAGS[cryptosuite]?.[stage] ?? 0xff);
  return `u${Buffer.concat([header, parts]).toString('base64url')}`;
}

export const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;
export const isText = (value: unknown): value is string => typeof value === 'string';
export const isIndex = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < MOST_STATEMENTS;

export function isListOf<Item>(value: unknown, is: (entry: unknown) => entry is Item): value is readonly Item[] {
  return Array.isArray(value) && value.length <= MOST_STATEMENTS && value.every(is);
}

/** Indexes, none of them twice. Errors: TypeError. */
export function indexesOf(value: unknown): readonly number[] {
  if (!isListOf(value, isIndex)) throw new TypeError('not a list of indexes');
  if (new Set(value).size !== value.length) throw new TypeError('an index twice');
  return value;
}
