import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { derivedFiles } from '../../../scripts/context-index.ts';
import { loadContexts, PROOFPRINT_CONTEXT, V1_CONTEXT, V2_CONTEXT } from '../../../src/credentials/contexts.ts';

describe('bundled contexts', () => {
  const contexts = loadContexts();

  test('hold the data model, both versions, and our own terms', () => {
    for (const url of [V2_CONTEXT, V1_CONTEXT, PROOFPRINT_CONTEXT]) {
      expect(contexts.document(url)).toHaveProperty('@context');
      expect(contexts.digest(url)).toMatch(/^uEi[\w-]{44}$/);
    }
  });

  test('nothing else can be loaded', () => {
    expect(contexts.document('https://www.w3.org/ns/credentials/examples/v2')).toBeUndefined();
    expect(contexts.document(`${V2_CONTEXT}/`)).toBeUndefined();
    expect(contexts.document('__proto__')).toBeUndefined();
  });

  test('cannot be changed by whoever holds them', () => {
    expect(Object.isFrozen(contexts.document(V2_CONTEXT)?.['@context'])).toBe(true);
  });

  test('the digest that the W3C states for its own bytes is kept beside ours', () => {
    expect(contexts.publisherSha256(V2_CONTEXT)).toBe(
      '59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734',
    );
  });

  test('every derived file is what its sources give', () => {
    for (const [path, text] of derivedFiles()) expect(readFileSync(path, 'utf8'), path).toBe(text);
  });
});
