/** What an issuing service adds to a client's credential before it is signed (docs/issuing.md, step 4). */
import { isObject, type JsonObject } from '../base/json.ts';
import { newBlinding } from './link.ts';
import type { Profile } from './profiles/profile-table.ts';

/** One place in one status list. */
export interface PlacedStatus {
  readonly purpose: string;
  readonly listId: string;
  readonly index: number;
}

interface CompletionInput {
  readonly credential: JsonObject;
  readonly id: string;
  readonly profile: Profile;
  /** 16 random bytes, for the types that have `blinding`. */
  readonly random: Uint8Array;
  readonly statusListUrl: (listId: string) => string;
}

/** Completes one credential: id, schema reference, blinding; each call adds the status entries it is given. */
export function completerOf(input: CompletionInput): (entries: readonly PlacedStatus[]) => JsonObject {
  const { credential, id, profile, random, statusListUrl } = input;
  const subject = credential['credentialSubject'];
  const blinded =
    profile.blinding && isObject(subject) && subject['blinding'] === undefined
      ? { credentialSubject: { ...subject, blinding: newBlinding(random) } }
      : {};
  const schema =
    profile.statesSchema && credential['credentialSchema'] === undefined
      ? { credentialSchema: { id: profile.schemaUrl, type: 'JsonSchema', digestMultibase: profile.schemaDigest } }
      : {};
  return (entries) => {
    const status = entries.map((entry) => ({
      type: 'BitstringStatusListEntry',
      statusPurpose: entry.purpose,
      statusListIndex: String(entry.index),
      statusListCredential: statusListUrl(entry.listId),
    }));
    const [first, ...more] = status;
    const carried = first === undefined ? {} : { credentialStatus: more.length === 0 ? first : status };
    return { ...credential, id, ...schema, ...blinded, ...carried };
  };
}

/** Status entries before there is a place in any list, so that everything else can be looked at. */
export function standInEntries(purposes: readonly string[]): readonly PlacedStatus[] {
  return purposes.map((purpose) => ({ purpose, listId: 'pending', index: 0 }));
}
