/** Secrets of an offer. What is stored are digests; what is told is told once, or derived anew from what the wallet brings. */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { sha256Hex } from '../../formats/digest.ts';

/** Bytes of a handle or an access token. */
const SECRET_BYTES = 32;
/** Digits of a transaction code: with five tries, one guess in 200,000 is right. */
export const TX_CODE_DIGITS = 6;

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

export function newTxCode(): string {
  return String(randomInt(10 ** TX_CODE_DIGITS)).padStart(TX_CODE_DIGITS, '0');
}

/** The code that belongs to the address of an offer: whoever has the address gets it there, and nothing that is stored gives it away. */
export function codeOf(handle: string): string {
  return createHash('sha256').update(`pre-authorized code of ${handle}`).digest('base64url');
}

/** What is stored of a code or a token. */
export const digestOf = (secret: string): string => sha256Hex(secret);

/** Six digits alone are soon tried through, so what is stored of them depends on the code, which is not stored. */
export function txCodeDigest(code: string, txCode: string): string {
  return sha256Hex(`transaction code ${txCode} of ${code}`);
}
