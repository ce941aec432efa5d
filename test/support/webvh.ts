import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { ALGORITHMS } from '../../src/crypto/algorithms.ts';
import { encodeMultikey } from '../../src/crypto/multikey.ts';
import type { KeyType, Signer } from '../../src/crypto/signer.ts';
import { proveEntry } from '../../src/dids/methods/webvh/entry-proof.ts';
import { multihashOf, SCID_PLACEHOLDER } from '../../src/dids/methods/webvh/webvh-did.ts';
import { jcs } from '../../src/formats/jcs.ts';

export const TEMPLATE = 'did:webvh:{SCID}:log.example';

/** A signer under the did:key of its own fresh key. */
export function makeUpdateKey(keyType: KeyType = 'Ed25519'): Signer {
  const { publicKey, privateKey } = ALGORITHMS[keyType].generate();
  const publicKeyMultibase = encodeMultikey(keyType, publicKey);
  return {
    id: `did:key:${publicKeyMultibase}#${publicKeyMultibase}`,
    keyType,
    publicKeyMultibase,
    sign: ({ data }) => Promise.resolve(ALGORITHMS[keyType].sign(privateKey, data)),
  };
}

export interface EntryPlan {
  readonly signer: Signer;
  readonly parameters?: JsonObject;
  readonly state?: JsonObject;
  readonly versionTime?: string;
  /** Changes the finished content before it is hashed and signed: an entry that is wrong, by somebody who may write it. */
  readonly twist?: (entry: JsonObject) => JsonObject;
  /** Changes the entry after it was signed. */
  readonly tamper?: (entry: JsonObject) => JsonObject;
}

/**
 * A log written step by step, so that each test breaks the one thing it is about: hashes and proofs are always made over what the plan
 * says, right or wrong.
 */
export const makeLog = (...plans: Plans): Promise<MadeLog> => makeLogAt(TEMPLATE, ...plans);

type Plans = readonly [EntryPlan, ...EntryPlan[]];

export interface MadeLog {
  readonly did: string;
  readonly scid: string;
  readonly entries: readonly JsonObject[];
  readonly bytes: Uint8Array;
}

/** The same for a DID of another place, its SCID still open. */
export async function makeLogAt(template: string, ...plans: Plans): Promise<MadeLog> {
  const [first, ...rest] = plans;
  const begun = await makeFirst(first, template);
  const entries: JsonObject[] = [begun.entry];
  const did = template.replace(SCID_PLACEHOLDER, begun.scid);
  for (const plan of rest) entries.push(await makeNext(plan, entries, did));
  return { did, scid: begun.scid, entries, bytes: bytesOf(entries) };
}

export function bytesOf(entries: readonly JsonValue[]): Uint8Array {
  return new TextEncoder().encode(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}

async function makeFirst({ signer, parameters, state, versionTime, twist, tamper }: EntryPlan, template: string) {
  const open: JsonObject = {
    versionId: SCID_PLACEHOLDER,
    versionTime: versionTime ?? '2026-01-01T00:00:00Z',
    parameters: {
      method: 'did:webvh:1.0',
      scid: SCID_PLACEHOLDER,
      updateKeys: [signer.publicKeyMultibase],
      ...parameters,
    },
    state: state ?? { '@context': ['https://www.w3.org/ns/did/v1'], id: template },
  };
  const twisted = twist?.(open) ?? open;
  const scid = multihashOf(jcs(twisted));
  const closed = JSON.parse(jcs(twisted).replaceAll(SCID_PLACEHOLDER, scid)) as JsonObject;
  const entry = await secure({ ...closed, versionId: `1-${multihashOf(jcs(closed))}` }, signer);
  return { scid, entry: tamper?.(entry) ?? entry };
}

async function makeNext(plan: EntryPlan, entries: readonly JsonObject[], did: string): Promise<JsonObject> {
  const { signer, parameters = {}, versionTime, twist, tamper } = plan;
  const before = entries.at(-1) ?? {};
  const number = entries.length + 1;
  const content: JsonObject = {
    versionId: String(before['versionId']),
    versionTime: versionTime ?? `2026-01-${String(number).padStart(2, '0')}T00:00:00Z`,
    parameters,
    state: plan.state ?? { '@context': ['https://www.w3.org/ns/did/v1'], id: did, version: String(number) },
  };
  const twisted = twist?.(content) ?? content;
  const entry = await secure({ ...twisted, versionId: `${number}-${multihashOf(jcs(twisted))}` }, signer);
  return tamper?.(entry) ?? entry;
}

function secure(entry: JsonObject, signer: Signer): Promise<JsonObject> {
  return proveEntry(entry, signer, '2026-01-01T00:00:00Z');
}
