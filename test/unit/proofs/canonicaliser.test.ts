import fc from 'fast-check';
import jsonld from 'jsonld';
import { describe, expect, it, vi } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { PROOFPRINT_CONTEXT, V1_CONTEXT, V2_CONTEXT } from '../../../src/credentials/contexts.ts';
import { createCanonicaliser } from '../../../src/proofs/canonicaliser.ts';
import { createContextResolver } from '../../../src/proofs/compiled-contexts.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import battery from '../../examples/battery-cell.json' with { type: 'json' };
import steel from '../../examples/steel-coil.json' with { type: 'json' };
import { createParty, createTestContexts, FIXTURE_CONTEXT } from '../../support/data-integrity.ts';
import { fastest } from '../../support/fastest.ts';

const contexts = createTestContexts();
const { canonicalise } = createCanonicaliser({ contexts });
const integrity = createDataIntegrity({ contexts });

const claim = (credentialSubject: JsonValue, more: JsonObject = {}): JsonObject => ({
  '@context': [V2_CONTEXT, FIXTURE_CONTEXT],
  type: ['VerifiableCredential'],
  issuer: 'did:web:good.example',
  credentialSubject,
  ...more,
});
/** The code, or `signed`. */
async function codeOf(document: JsonObject): Promise<string> {
  try {
    await integrity.assertCanonicalisable(document);
    return 'signed';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('what cannot be signed', () => {
  it.each([
    ['a term that no context defines', { pcf: 'x', undefinedTerm: 'y' }],
    ['a relative id', { id: 'products/1' }],
    ['a type that no context defines', { type: 'Unheard' }],
  ] as [string, JsonObject][])('refuses %s: data would be lost', async (_, subject) => {
    expect(await codeOf(claim({ pcf: 'x' }))).toBe('signed');
    expect(await codeOf(claim(subject))).toBe('DATA_LOSS_DETECTION_ERROR');
  });

  it.each([
    ['a keyword with a wrong value', { id: 7 }],
    [
      'a protected term under another meaning',
      { '@context': { VerifiableCredential: 'https://evil.example/' }, pcf: 'x' },
    ],
    ['an impossible value object', { pcf: { '@value': 'x', '@id': 'urn:x' } }],
  ] as [string, JsonObject][])('refuses %s', async (_, subject) => {
    expect(await codeOf(claim(subject))).toBe('PROOF_TRANSFORMATION_ERROR');
  });

  it('leaves the proof of a document aside', async () => {
    const document = claim({ pcf: 'x' });
    expect(await integrity.canonicalise({ ...document, proof: { unheard: 'of' } })).toBe(await canonicalise(document));
  });
});

describe('a closed world', () => {
  it.each([
    ['a remote context', ['https://evil.example/context']],
    ['a remote context after ours', [V2_CONTEXT, 'https://evil.example/context']],
    ['an inline context', [V2_CONTEXT, { pcf: 'https://evil.example/' }]],
    ['an inline context that imports', [V2_CONTEXT, { '@import': 'https://evil.example/context' }]],
    ['no context at its place', [V2_CONTEXT, null]],
    ['one context twice', [V2_CONTEXT, FIXTURE_CONTEXT, FIXTURE_CONTEXT]],
    ['one context twenty thousand times', Array.from({ length: 20_000 }, () => V2_CONTEXT)],
    ['five thousand inline contexts', Array.from({ length: 5000 }, (_, n) => ({ [`t${n}`]: 'https://evil.example/' }))],
  ] as [string, JsonValue][])('refuses %s at once, and asks nobody', async (_, context) => {
    const fetching = vi.spyOn(globalThis, 'fetch');
    const document = { ...claim({ name: 'x' }), '@context': context };
    expect(await codeOf(document)).toBe('CONTEXT_NOT_ALLOWED');
    expect(await fastest(() => codeOf(document))).toBeLessThan(50);
    expect(fetching).not.toHaveBeenCalled();
    fetching.mockRestore();
  });

  it('refuses a remote context inside the document', async () => {
    const nested = { '@context': 'https://evil.example/context', name: 'x' };
    expect(await codeOf(claim(nested))).toBe('CONTEXT_NOT_ALLOWED');
    const imported = { '@context': { '@import': 'https://evil.example/context' }, name: 'x' };
    expect(await codeOf(claim(imported))).toBe('CONTEXT_NOT_ALLOWED');
  });

  it('keeps one instance apart from another with other contexts under the same URL', async () => {
    const swapped = createTestContexts({ [FIXTURE_CONTEXT]: { '@context': { pcf: 'https://evil.example/v#pcf' } } });
    const document = claim({ pcf: 'x' });
    const there = await createCanonicaliser({ contexts: swapped }).canonicalise(document);
    expect(there).toContain('https://evil.example/v#pcf');
    expect(await canonicalise(document)).not.toContain('evil');
  });
});

describe('poison graphs', () => {
  /** `size` nodes without id, each naming the ones that `links` says. */
  const graph = (size: number, links: (from: number) => number[]): JsonObject =>
    claim({
      parts: Array.from({ length: size }, (_, from) => ({
        id: `_:b${from}`,
        next: links(from).map((to) => `_:b${to}`),
      })),
    });
  const others = (size: number) => (from: number) => [...Array(size).keys()].filter((to) => to !== from);

  it.each([
    ['a clique of 3', graph(3, others(3))],
    ['a clique of 10', graph(10, others(10))],
    ['a clique of 100', graph(100, others(100))],
    ['a ring of 1000', graph(1000, (from) => [(from + 1) % 1000, (from + 999) % 1000])],
  ])('refuses %s quickly', async (_, document) => {
    const started = performance.now();
    expect(await codeOf(document)).toBe('PROOF_TRANSFORMATION_ERROR');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('signs equal siblings without id: three, and a thousand', async () => {
    for (const count of [3, 1000]) {
      const parts = Array.from({ length: count }, () => ({ pcfFossil: '7.5' }));
      expect(await codeOf(claim({ parts }))).toBe('signed');
    }
  });
});

describe('processed contexts kept', () => {
  const contextResolver = createContextResolver(contexts);
  const documentLoader = async (url: string) => ({
    contextUrl: null,
    documentUrl: url,
    document: structuredClone(contexts.document(url)),
    tag: 'static',
  });
  /** The statements, or the name of the error: with our resolver, or with the library left alone. */
  async function answer(document: JsonObject, more: { contextResolver?: object; safe?: boolean }): Promise<string> {
    try {
      return await jsonld.canonize(document, {
        documentLoader,
        base: null,
        safe: true,
        rdfDirection: 'i18n-datatype',
        canonizeOptions: { algorithm: 'RDFC-1.0', maxWorkFactor: 1 },
        ...more,
      });
    } catch (error) {
      return (error as Error).name;
    }
  }
  const alone = (document: JsonObject) => answer(document, {});
  const ours = (document: JsonObject) => answer(document, { contextResolver });

  const examples = [steel, battery].flatMap((example) => Object.entries(example.credentials as unknown as JsonObject));

  it.each(examples)('make no difference to the example %s', async (_, example) => {
    const { type, statusPurposes: __, ...rest } = example as { type: string; statusPurposes: JsonValue };
    const document: JsonObject = {
      '@context': [V2_CONTEXT, PROOFPRINT_CONTEXT],
      ...rest,
      type: ['VerifiableCredential', type],
    };
    expect(await ours(document)).toBe(await alone(document));
  });

  it('make no difference to a presentation of secured credentials', async () => {
    const issuer = createParty('did:web:good.example');
    const secured = await integrity.secureCredential(
      claim({ pcf: 'x' }, { credentialSchema: { id: 'https://good.example/schema', type: 'JsonSchema' } }),
      { signer: issuer.signer, created: 0 },
    );
    const presentation: JsonObject = {
      '@context': [V2_CONTEXT, PROOFPRINT_CONTEXT],
      type: ['VerifiablePresentation'],
      holder: issuer.did,
      verifiableCredential: [secured, { ...secured, id: 'urn:uuid:00000000-0000-4000-8000-000000000002' }],
    };
    const statements = await ours(presentation);
    expect(statements).toContain('https://pcf.example/v#');
    expect(statements).toBe(await alone(presentation));
  });

  const types = [
    'VerifiableCredential',
    'VerifiablePresentation',
    'BitstringStatusListCredential',
    'BitstringStatusList',
    'BitstringStatusListEntry',
    'DataIntegrityProof',
    'JsonSchema',
    'JsonSchemaCredential',
    'EnvelopedVerifiableCredential',
    'CarbonFootprintClaim',
    'VerificationStatement',
  ];
  const members = [
    'issuer',
    'credentialSubject',
    'credentialStatus',
    'proof',
    'verifiableCredential',
    'holder',
    'notices',
  ];
  const { node } = fc.letrec<{ node: JsonObject; value: JsonValue }>((tie) => ({
    node: fc
      .tuple(
        fc.subarray(types, { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...members, 'parts', 'raw', 'evidence'), tie('value'), { maxKeys: 3 }),
        fc.dictionary(
          fc.constantFrom('name', 'statusPurpose', 'created', 'pcf', 'index', 'ttl', 'digestMultibase'),
          fc.constantFrom('a', 'b'),
          { maxKeys: 3 },
        ),
        fc.option(fc.constantFrom('urn:x:1', 'urn:x:2', 'https://good.example/')),
      )
      .map(([type, nodes, texts, id]) => ({
        ...(id === null ? {} : { id }),
        ...(type.length === 0 ? {} : { type }),
        ...nodes,
        ...texts,
      })) as fc.Arbitrary<JsonObject>,
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<JsonValue>('urn:x:3', 'did:web:good.example'),
      tie('node'),
      fc.array(tie('node'), { minLength: 1, maxLength: 2 }),
    ) as fc.Arbitrary<JsonValue>,
  }));

  it('make no difference to any document, whatever types are mixed', async () => {
    const lists = fc.constantFrom(
      [V2_CONTEXT],
      [V2_CONTEXT, PROOFPRINT_CONTEXT, FIXTURE_CONTEXT],
      [V2_CONTEXT, FIXTURE_CONTEXT],
      [V1_CONTEXT],
    );
    let statements = 0;
    await fc.assert(
      fc.asyncProperty(node, lists, fc.constantFrom(true, false, false, false), async (body, context, safe) => {
        const document = { '@context': context, ...body };
        const expected = await answer(document, { safe });
        statements += expected.split('\n').length - 1;
        expect(await answer(document, { safe, contextResolver })).toBe(expected);
      }),
      { numRuns: 1000, seed: 7 },
    );
    // A generator that only ever made refused documents would prove nothing.
    expect(statements).toBeGreaterThan(500);
  }, 120_000);

  it('are let go when a stranger mixes too many types, and nothing changes', async () => {
    const combinations = Array.from({ length: 600 }, (_, n) => types.filter((__, bit) => (n >> bit) & 1));
    const { canonicalise: fresh } = createCanonicaliser({ contexts });
    for (const type of combinations) {
      await fresh({
        '@context': [V2_CONTEXT, PROOFPRINT_CONTEXT],
        id: 'urn:x:1',
        ...(type.length > 0 ? { type } : {}),
        name: 'x',
      }).catch(() => undefined);
    }
    const document = claim({ pcf: 'x' });
    expect(await fresh(document)).toBe(await alone(document));
  });
});
