/**
 * Published vectors of did:webvh 1.0, in test/vectors/didwebvh (decentralized-identity/didwebvh-test-suite, commit 81e4a94, the logs of its
 * TypeScript generator, Apache-2.0), and those that must be refused.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../../../src/base/clock.ts';
import type { JsonValue } from '../../../../../src/base/json.ts';
import { PACKAGE_ROOT } from '../../../../../src/credentials/package-files.ts';
import { createDidResolver } from '../../../../../src/dids/resolver.ts';
import type { FetchOutcome } from '../../../../../src/net/safe-fetch.ts';

interface Vector {
  readonly name: string;
  readonly log: string;
  readonly witness?: JsonValue;
  readonly results: readonly {
    readonly did: string;
    /** Asked for; a number means the version of that number. */
    readonly versionId?: string;
    readonly version?: string;
    readonly deactivated?: true;
    readonly refused?: true;
  }[];
}

const file = join(PACKAGE_ROOT, 'test', 'vectors', 'didwebvh', 'vectors.json');
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { readonly vectors: readonly Vector[] };

/**
 * An entry that replaces the list of witnesses is approved by the list before it (did:webvh 1.0, "Witness Lists": the new list becomes
 * active after the entry was published); here only the new list approved it. Other implementations of the suite refuse theirs too.
 */
const REFUSED_HERE: ReadonlySet<string> = new Set(['witness-update']);

const served = (url: string, text: string): FetchOutcome => ({
  status: 'ok',
  url,
  mediaType: 'text/jsonl',
  bytes: new TextEncoder().encode(text),
});

describe.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (name, { log, witness, results }) => {
  const resolver = createDidResolver({
    clock: createManualClock(Date.UTC(2026, 5, 1)),
    fetchJson: async (url) => {
      if (url.endsWith('did.jsonl')) return served(url, log);
      return witness === undefined ? { status: 'not-found', gone: false } : served(url, JSON.stringify(witness));
    },
  });

  it.each(results)('$did $versionId', async ({ did, versionId, version, deactivated, refused }) => {
    const query = versionId === undefined ? {} : { versionNumber: Number(versionId) };
    const resolution = await resolver.resolve(did, query);
    if (refused === true || REFUSED_HERE.has(name))
      expect(resolution).toMatchObject({ outcome: 'failed', code: 'INVALID_DID' });
    else if (deactivated === true) expect(resolution).toMatchObject({ outcome: 'failed', code: 'DID_DEACTIVATED' });
    else
      expect(resolution).toMatchObject({
        outcome: 'resolved',
        document: { id: did },
        metadata: { versionId: version },
      });
  });
});
