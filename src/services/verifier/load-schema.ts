import type { Finding } from '../../base/finding.ts';
import { failed, undetermined } from '../../base/finding.ts';
import { type JsonLimits, type JsonObject, REQUEST_LIMITS, readJsonObject } from '../../base/json.ts';
import type { PublisherHashes } from '../../credentials/context-index.ts';
import { hashesOfBytes } from '../../formats/digest.ts';
import type { FetchJson } from '../../net/safe-fetch.ts';

const MAX_SCHEMA_BYTES = 128 * 1024;
const SCHEMA_LIMITS: JsonLimits = { ...REQUEST_LIMITS, maxBytes: MAX_SCHEMA_BYTES };

export type LoadedSchema =
  | { readonly ok: true; readonly document: JsonObject; readonly hashes: PublisherHashes }
  | { readonly ok: false; readonly finding: Finding };

/** What stands at the address of a schema, with the hashes of its bytes. */
export type LoadSchema = (url: string) => Promise<LoadedSchema>;

/** Through the guarded request, like everything that a stranger names; nothing is kept. */
export function createSchemaLoader({ fetchJson }: { readonly fetchJson: FetchJson }): LoadSchema {
  return async (url) => {
    const outcome = await fetchJson(url, {
      maxBytes: MAX_SCHEMA_BYTES,
      accept: 'application/schema+json, application/vc, application/json',
    });
    if (outcome.status === 'blocked') {
      return { ok: false, finding: failed(CHECK, 'HOST_BLOCKED', 'the host of the schema is not a public address') };
    }
    if (outcome.status === 'too-large') {
      return { ok: false, finding: failed(CHECK, 'LIMIT_EXCEEDED', `larger than ${MAX_SCHEMA_BYTES} bytes`) };
    }
    if (outcome.status !== 'ok') return notHad('the schema could not be had');
    const read = readJsonObject(outcome.bytes, SCHEMA_LIMITS);
    return read.ok
      ? { ok: true, document: read.value, hashes: hashesOfBytes(outcome.bytes) }
      : notHad('not a JSON document');
  };
}

const CHECK = 'credential-schema';

function notHad(detail: string): LoadedSchema {
  return { ok: false, finding: undetermined(CHECK, 'SCHEMA_RETRIEVAL_ERROR', detail) };
}
