/** Writing entries of a did:webvh log (did:webvh 1.0, "Create (Register)" and "Update (Rotate)"). */
import type { JsonObject } from '../../../base/json.ts';
import type { Signer } from '../../../crypto/signer.ts';
import { jcs } from '../../../formats/jcs.ts';
import { proveEntry } from './entry-proof.ts';
import { METHOD_VERSION } from './parameters.ts';
import { multihashOf, SCID_PLACEHOLDER } from './webvh-did.ts';

interface NewEntry {
  /** The DID document of the version. */
  readonly state: JsonObject;
  /** `YYYY-MM-DDThh:mm:ssZ`, later than that of the entry before. */
  readonly versionTime: string;
  /** An Ed25519 key; its id is its own did:key with the key as fragment. */
  readonly signer: Signer;
  /** The keys, in Multikey form, of which one will write the next entry. The log commits to their hashes now. */
  readonly nextKeys: readonly string[];
}

/**
 * The first entry. In `state` the placeholder `{SCID}` stands wherever the SCID belongs; it is replaced everywhere.
 * Only the signer's key may write this entry, and only `nextKeys` the one after it (key pre-rotation).
 */
export async function createFirstEntry({ state, versionTime, signer, nextKeys }: NewEntry): Promise<{
  readonly scid: string;
  readonly entry: JsonObject;
}> {
  const open = {
    versionId: SCID_PLACEHOLDER,
    versionTime,
    parameters: { method: METHOD_VERSION, scid: SCID_PLACEHOLDER, ...keysOf(signer, nextKeys) },
    state,
  };
  const scid = multihashOf(jcs(open));
  const closed = JSON.parse(jcs(open).replaceAll(SCID_PLACEHOLDER, scid)) as JsonObject;
  const versionId = `1-${multihashOf(jcs(closed))}`;
  return { scid, entry: await proveEntry({ ...closed, versionId }, signer, versionTime) };
}

/** The entry after `before`, by a key that the entry before committed to. */
export function createNextEntry(
  before: JsonObject,
  { state, versionTime, signer, nextKeys }: NewEntry,
): Promise<JsonObject> {
  return chain(before, { versionTime, parameters: keysOf(signer, nextKeys), state }, signer);
}

/** The last entry, after which the DID is given up for ever ("Deactivate (Revoke)"). It commits to no further key. */
export function createLastEntry(
  before: JsonObject,
  { state, versionTime, signer }: Omit<NewEntry, 'nextKeys'>,
): Promise<JsonObject> {
  return chain(before, { versionTime, parameters: { ...keysOf(signer, []), deactivated: true }, state }, signer);
}

async function chain(
  before: JsonObject,
  content: { readonly versionTime: string; readonly parameters: JsonObject; readonly state: JsonObject },
  signer: Signer,
): Promise<JsonObject> {
  const chained = { versionId: String(before['versionId']), ...content };
  const versionNumber = Number.parseInt(chained.versionId, 10) + 1;
  const versionId = `${versionNumber}-${multihashOf(jcs(chained))}`;
  return proveEntry({ ...chained, versionId }, signer, content.versionTime);
}

/** JSON Lines, as it is served (media type `text/jsonl`). */
export function writeLog(entries: readonly JsonObject[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

function keysOf({ publicKeyMultibase }: Signer, nextKeys: readonly string[]): JsonObject {
  return { updateKeys: [publicKeyMultibase], nextKeyHashes: nextKeys.map(multihashOf) };
}
