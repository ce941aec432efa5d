import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { derivedFiles } from '../../../scripts/context-index.ts';
import { ServiceError } from '../../../src/base/error.ts';
import { type IndexEntry, loadEntry, readContextIndex } from '../../../src/credentials/context-index.ts';
import { loadContexts, PROOFPRINT_CONTEXT, V1_CONTEXT, V2_CONTEXT } from '../../../src/credentials/contexts.ts';
import { PACKAGE_ROOT, readSource, sha256OfJson } from '../../../src/credentials/package-files.ts';

describe('bundled contexts', () => {
  const contexts = loadContexts();

  test('hold the data model, both versions, and our own terms', () => {
    for (const url of [V2_CONTEXT, V1_CONTEXT, PROOFPRINT_CONTEXT]) {
      expect(contexts.document(url)).toHaveProperty('@context');
      expect(contexts.digest(url)).toMatch(/^uEi[\w-]{44}$/);
    }
  });

  test('nothing else can be loaded', () => {
    for (const url of ['https://www.w3.org/ns/credentials/examples/v2', `${V2_CONTEXT}/`, '__proto__', '']) {
      expect(contexts.document(url)).toBeUndefined();
      expect(contexts.digest(url)).toBeUndefined();
    }
  });

  test('cannot be changed by whoever holds them', () => {
    expect(Object.isFrozen(contexts.document(V2_CONTEXT)?.['@context'])).toBe(true);
  });

  test('the digest that the W3C states for its own bytes is kept beside ours', () => {
    expect(contexts.publisherHashes(V2_CONTEXT)?.sha256).toBe(
      '59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734',
    );
    expect(contexts.publisherHashes(PROOFPRINT_CONTEXT)).toBeUndefined();
  });

  test('every derived file is what its sources give', () => {
    for (const [path, text] of derivedFiles()) expect(readFileSync(join(PACKAGE_ROOT, path), 'utf8'), path).toBe(text);
  });
});

describe('an index that does not fit its files', () => {
  /** The refusal, as code and message. */
  function refusalOf(act: () => unknown): string {
    try {
      act();
    } catch (error) {
      if (error instanceof ServiceError) return `${error.code} ${error.message}`;
      throw error;
    }
    return 'none';
  }
  const [first] = readContextIndex().contexts as readonly [IndexEntry];

  test('a changed file stops the start and is named', () => {
    expect(refusalOf(() => loadEntry(first))).toBe('none');
    expect(refusalOf(() => loadEntry({ ...first, sha256: '0'.repeat(64) }))).toBe(
      'CONTEXT_INTEGRITY @digitalbazaar/credentials-context/contexts/v2.jsonld is not the file that contexts/index.json names',
    );
  });

  test('so does a missing one, and one that is not JSON', () => {
    expect(refusalOf(() => loadEntry({ ...first, source: { path: 'contexts/missing.jsonld' } }))).toBe(
      'CONTEXT_INTEGRITY contexts/missing.jsonld cannot be read',
    );
    expect(refusalOf(() => readSource({ path: 'LICENSE' }))).toBe('CONTEXT_INTEGRITY LICENSE cannot be read');
    expect(refusalOf(() => readSource({ package: 'no-such-package', path: 'a.jsonld' }))).toBe(
      'CONTEXT_INTEGRITY no-such-package/a.jsonld cannot be read',
    );
  });

  test('other spaces and another order of members are no change', () => {
    const document = readSource(first.source);
    const reversed = Object.fromEntries(Object.entries(document).reverse());
    expect(sha256OfJson(reversed)).toBe(first.sha256);
  });
});
