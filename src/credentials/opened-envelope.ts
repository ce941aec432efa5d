import type { JsonObject, JsonValue } from '../base/json.ts';
import type { DisclosedPlace } from '../formats/sd-jwt.ts';

/** What came out of an envelope, believed by nobody before its token was checked. */
export interface OpenedEnvelope {
  /** The unsecured document: what was signed, without the claims that say it a second time. */
  readonly document: JsonObject;
  /** Compact JWS. */
  readonly token: string;
  readonly header: JsonObject;
  /** When the token says that it was made, milliseconds since the epoch. */
  readonly issuedAt: number | undefined;
  /** Of an SD-JWT: what was hidden and is shown, and where something is hidden still. */
  readonly disclosure?: Disclosure;
  /** Of an SD-JWT VC: what its token says beside the credential. */
  readonly vc?: SdJwtVcClaims;
}

/** Places are JSON pointers into the document. */
export interface Disclosure {
  readonly disclosed: readonly DisclosedPlace[];
  /** Objects and arrays of which a part, or nothing at all but a decoy, is not shown. */
  readonly concealing: readonly string[];
}

export interface SdJwtVcClaims {
  /** The token with its disclosures, up to the last separator: what `sd_hash` is made over. */
  readonly shown: string;
  /** `cnf` (RFC 7800): with which key it may be presented. Nobody has looked into it yet. */
  readonly confirmation: JsonValue | undefined;
  /** The JWT of a key binding, or empty. */
  readonly keyBinding: string;
  /** `status.status_list` (Token Status List, section 6.2), where the token names one. */
  readonly statusList: StatusListReference | undefined;
}

/** A place in a Token Status List. */
export interface StatusListReference {
  readonly uri: string;
  readonly idx: number;
}
