/** The names of did:webvh 1.0 (Decentralized Identity Foundation): `did:webvh:<scid>:<host>[%3A<port>][:<path>…]`. */
import { readDid } from '../../../formats/did-url.ts';
import { sha256 } from '../../../formats/digest.ts';
import { encodeBase58btc } from '../../../formats/multibase.ts';
import { createDidWeb, didWebUrl } from '../web.ts';

/** What stands for the SCID where the SCID is not known yet (section "SCID Generation and Verification"). */
export const SCID_PLACEHOLDER = '{SCID}';

/** A SHA-256 multihash in base58btc always has 46 characters and begins so. */
const SCID = /^Qm[1-9A-HJ-NP-Za-km-z]{44}$/;

export interface WebvhDid {
  readonly did: string;
  readonly scid: string;
  /** The did:web of the same place. */
  readonly web: string;
  readonly logUrl: string;
  readonly witnessUrl: string;
}

/**
 * The parts of a did:webvh, or nothing when it is not one. Host, port and path follow the rules of our did:web (docs/threats.md 5.7),
 * which are narrower than the method's: lower-case DNS names without escapes.
 */
export function readWebvhDid(text: unknown): WebvhDid | undefined {
  const did = readDid(text);
  if (did?.method !== 'webvh') return undefined;
  const at = did.id.indexOf(':');
  const scid = did.id.slice(0, Math.max(at, 0));
  const web = `did:web:${did.id.slice(at + 1)}`;
  const url = SCID.test(scid) ? didWebUrl(web) : undefined;
  if (url === undefined || !web.slice('did:web:'.length).split(':', 1)[0]?.includes('.')) return undefined;
  const folder = url.slice(0, -'did.json'.length);
  return { did: did.did, scid, web, logUrl: `${folder}did.jsonl`, witnessUrl: `${folder}did-witness.json` };
}

/** The did:webvh of a place, its SCID still open. Errors: as `createDidWeb`. */
export function createWebvhTemplate(publicUrl: string, slug?: string): string {
  return createDidWeb(publicUrl, slug).replace('did:web:', `did:webvh:${SCID_PLACEHOLDER}:`);
}

/** Base58btc of the SHA-256 multihash of a text: the form of SCIDs, entry hashes and hashes of next keys. */
export function multihashOf(text: string): string {
  return encodeBase58btc(Uint8Array.of(0x12, 0x20, ...sha256(text))).slice(1);
}
