import type { Clock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Signer } from '../../crypto/signer.ts';
import type { SealedKeyStore } from '../../crypto/signers/sealed-file.ts';
import { SCID_PLACEHOLDER } from '../../dids/methods/webvh/webvh-did.ts';
import { createFirstEntry, createLastEntry, createNextEntry } from '../../dids/methods/webvh/write-log.ts';
import { formatDateTime, readDateTime } from '../../formats/date-time.ts';
import type { WebvhRecord } from '../../store/store.ts';

/** How far the time of an entry may run ahead of the clock when changes follow each other within a second, milliseconds. */
const MOST_AHEAD = 60_000;

/** Whose keys write the log, and where they are made unless that is as the node has it. */
interface KeyOwner {
  readonly tenant: string;
  readonly holder: string | undefined;
}

interface LogDeps {
  readonly keys: SealedKeyStore;
  readonly clock: Clock;
}

/**
 * The log of a new did:webvh. The key that writes an entry is used for nothing else and destroyed once the entry is on record; the next
 * one is made beforehand, and the log commits to it, so that whoever steals a key that was used cannot go on writing.
 * `template` is the DID with the placeholder for its SCID, `state` its document with the same placeholder.
 */
export async function beginLog(
  { keys, clock }: LogDeps,
  { tenant, holder, template, state }: KeyOwner & { readonly template: string; readonly state: JsonObject },
): Promise<{ readonly did: string; readonly webvh: WebvhRecord; readonly spent: string }> {
  const first = await keys.createKey({ tenant, keyType: 'Ed25519', holder });
  const next = await keys.createKey({ tenant, keyType: 'Ed25519', holder });
  const { scid, entry } = await createFirstEntry({
    state,
    versionTime: formatDateTime(clock.now()),
    signer: await signerOf(keys, first),
    nextKeys: [next.publicKeyMultibase],
  });
  return { did: template.replace(SCID_PLACEHOLDER, scid), webvh: recordOf([entry], next), spent: first.keyId };
}

/** The log with one more entry. Errors: CONFLICT when changes come faster than entries can be dated. */
export async function continueLog(
  { keys, clock }: LogDeps,
  { tenant, holder, webvh, state }: KeyOwner & { readonly webvh: WebvhRecord; readonly state: JsonObject },
): Promise<{ readonly webvh: WebvhRecord; readonly spent: string }> {
  const before = webvh.log.at(-1) ?? {};
  const at = timeAfter(before, clock);
  const next = await keys.createKey({ tenant, keyType: 'Ed25519', holder });
  const entry = await createNextEntry(before, {
    state,
    versionTime: formatDateTime(at),
    signer: await signerOf(keys, webvh.next),
    nextKeys: [next.publicKeyMultibase],
  });
  return { webvh: recordOf([...webvh.log, entry], next), spent: webvh.next.keyId };
}

/** The whole log, its last entry saying that the DID is given up. Errors: as `continueLog`. */
export async function endLog(
  { keys, clock }: LogDeps,
  { webvh, state }: { readonly webvh: WebvhRecord; readonly state: JsonObject },
): Promise<{ readonly log: readonly JsonObject[]; readonly spent: string }> {
  const before = webvh.log.at(-1) ?? {};
  const versionTime = formatDateTime(timeAfter(before, clock));
  const signer = await signerOf(keys, webvh.next);
  const entry = await createLastEntry(before, { state, versionTime, signer });
  return { log: [...webvh.log, entry], spent: webvh.next.keyId };
}

function timeAfter(before: JsonObject, clock: Clock): number {
  const earliest = (readDateTime(before['versionTime']) ?? 0) + 1000;
  const at = Math.max(clock.now(), earliest);
  if (at > clock.now() + MOST_AHEAD) throw new ServiceError('CONFLICT', 'too many changes at once; wait a minute');
  return at;
}

function recordOf(log: readonly JsonObject[], { keyId, publicKeyMultibase }: WebvhRecord['next']): WebvhRecord {
  return { log, next: { keyId, publicKeyMultibase } };
}

function signerOf(keys: SealedKeyStore, { keyId, publicKeyMultibase }: WebvhRecord['next']): Promise<Signer> {
  return keys.signer(keyId, `did:key:${publicKeyMultibase}#${publicKeyMultibase}`);
}
