import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { V2_CONTEXT } from '../../src/credentials/contexts.ts';
import type { FetchJson } from '../../src/net/safe-fetch.ts';
import { ADMIN_TOKEN, type Party, startNode, type TestNode } from '../support/node.ts';

const EXAMPLES = 'https://www.w3.org/ns/credentials/examples/v2';
const ADDRESS = 'https://schema.example/mail.json';
const CREDENTIAL_ADDRESS = 'https://schema.example/mail-credential.json';
const SCHEMA = {
  $id: ADDRESS,
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: { credentialSubject: { type: 'object', required: ['mail'] } },
};
const TEXT = JSON.stringify(SCHEMA, undefined, 2);
const sri = (text: string) => `sha384-${createHash('sha384').update(text).digest('base64')}`;

const shelf = new Map<string, string>([[ADDRESS, TEXT]]);
const asked: string[] = [];
const fetchJson: FetchJson = async (url) => {
  asked.push(url);
  const text = shelf.get(url);
  if (url.includes('private')) return { status: 'blocked', reason: 'address' } as never;
  if (text === undefined) return { status: 'not-found', gone: false };
  return { status: 'ok', url, bytes: new TextEncoder().encode(text), mediaType: 'application/schema+json' };
};

let node: TestNode;
let suite: Party;
beforeAll(async () => {
  node = await startNode({ environment: { PROFILE: 'conformance' }, fetchJson });
  const name = { en: 'Suite (fictional)', ko: '시험 (가상)' };
  const made = { slug: 'suite', name, role: 'company', conformance: true };
  suite = (await node.post('/admin/organizations', made, ADMIN_TOKEN)).body;
});
afterAll(() => node[Symbol.asyncDispose]());

async function issue(more: object): Promise<Record<string, unknown>> {
  const credential = {
    '@context': [V2_CONTEXT, EXAMPLES],
    type: ['VerifiableCredential', 'ExampleMailCredential'],
    issuer: suite.did,
    credentialSubject: { id: 'did:example:subject', mail: 'someone@mail.example' },
    ...more,
  };
  const reply = await node.post('/issuers/suite/credentials/issue', { credential }, suite.token);
  expect(reply.status, reply.text).toBe(201);
  return reply.body.verifiableCredential;
}

async function verify(more: object): Promise<readonly string[]> {
  const verifiableCredential = await issue(more);
  asked.length = 0;
  const { body } = await node.post('/verifiers/suite/credentials/verify', { verifiableCredential });
  const codes = body.problemDetails.map(({ code }: { code: string }) => code);
  expect(body.verified).toBe(codes.length === 0);
  return [body.verdict, ...codes];
}

const by = (entry: object) => ({ credentialSchema: { id: ADDRESS, type: 'JsonSchema', ...entry } });

describe('a credential that names a schema', () => {
  it('is accepted when it fits, with the digest of the schema or without', async () => {
    expect(await verify(by({}))).toEqual(['accepted']);
    expect(asked).toEqual([ADDRESS]);
    expect(await verify(by({ digestSRI: sri(TEXT) }))).toEqual(['accepted']);
  });

  it('is refused when it does not fit', async () => {
    expect(await verify({ ...by({}), credentialSubject: { id: 'did:example:subject' } })).toEqual([
      'rejected',
      'MALFORMED_VALUE_ERROR',
    ]);
  });

  it('is refused when the schema is not the one that was meant', async () => {
    expect(await verify(by({ digestSRI: sri('{}') }))).toEqual(['rejected', 'CHAIN_DIGEST_MISMATCH']);
    shelf.set('https://schema.example/alias.json', TEXT);
    expect(await verify(by({ id: 'https://schema.example/alias.json' }))).toEqual([
      'rejected',
      'MALFORMED_VALUE_ERROR',
    ]);
  });

  it('is in doubt when the schema cannot be had or cannot be applied', async () => {
    expect(await verify(by({ id: 'https://schema.example/gone.json' }))).toEqual([
      'undetermined',
      'SCHEMA_RETRIEVAL_ERROR',
    ]);
    const later = 'https://schema.example/later.json';
    shelf.set(later, JSON.stringify({ ...SCHEMA, $id: later, $schema: 'https://json-schema.org/draft/2099/schema' }));
    expect(await verify(by({ id: later }))).toEqual(['undetermined', 'SCHEMA_UNSUPPORTED']);
  });

  it('is refused when its schema is at a private address, or of a type that is not known', async () => {
    expect(await verify(by({ id: 'https://private.example/s.json' }))).toEqual(['rejected', 'HOST_BLOCKED']);
    expect(await verify(by({ type: 'ExampleSchema' }))).toEqual(['rejected', 'SCHEMA_UNSUPPORTED']);
    expect(asked).toEqual([]);
  });

  it('is in doubt when its schema would answer with a promise, and the node goes on', async () => {
    const promise = 'https://schema.example/promise.json';
    shelf.set(promise, JSON.stringify({ ...SCHEMA, $id: promise, $async: true, required: ['nothing-like-it'] }));
    expect(await verify(by({ id: promise }))).toEqual(['undetermined', 'SCHEMA_UNSUPPORTED']);
    expect(await verify(by({}))).toEqual(['accepted']);
  });

  it('must fit every schema that it names', async () => {
    const strict = 'https://schema.example/strict.json';
    shelf.set(strict, JSON.stringify({ ...SCHEMA, $id: strict, required: ['evidence'] }));
    const two = [by({}).credentialSchema, by({ id: strict }).credentialSchema];
    expect(await verify({ credentialSchema: two })).toEqual(['rejected', 'MALFORMED_VALUE_ERROR']);
    expect(await verify({ credentialSchema: two, evidence: { type: 'ExampleEvidence' } })).toEqual(['accepted']);
  });
});

describe('a schema that is a credential itself', () => {
  const schemaCredential = (more: object = {}) => ({
    id: CREDENTIAL_ADDRESS,
    type: ['VerifiableCredential', 'JsonSchemaCredential'],
    credentialSchema: { id: 'https://www.w3.org/ns/credentials/json-schema/v2.json', type: 'JsonSchema' },
    credentialSubject: { id: ADDRESS, type: 'JsonSchema', jsonSchema: SCHEMA },
    ...more,
  });
  const named = { credentialSchema: { id: CREDENTIAL_ADDRESS, type: 'JsonSchemaCredential' } };

  it('is believed like any credential, and applied', async () => {
    shelf.set(CREDENTIAL_ADDRESS, JSON.stringify(await issue(schemaCredential())));
    expect(await verify(named)).toEqual(['accepted']);
    expect(await verify({ ...named, credentialSubject: { id: 'did:example:subject' } })).toEqual([
      'rejected',
      'MALFORMED_VALUE_ERROR',
    ]);
  });

  it('is not applied when it is tampered with, expired, or has a status of its own', async () => {
    const good = await issue(schemaCredential());
    shelf.set(CREDENTIAL_ADDRESS, JSON.stringify({ ...good, name: 'changed' }));
    expect((await verify(named)).slice(0, 2)).toEqual(['rejected', 'PROOF_VERIFICATION_ERROR']);
    shelf.set(
      CREDENTIAL_ADDRESS,
      JSON.stringify(await issue(schemaCredential({ validUntil: '2020-01-01T00:00:00Z' }))),
    );
    expect(await verify(named)).toEqual(['rejected', 'EXPIRED']);
    const withStatus = await issue(schemaCredential({ credentialStatus: { type: 'ExampleStatus' } }));
    shelf.set(CREDENTIAL_ADDRESS, JSON.stringify(withStatus));
    expect(await verify(named)).toEqual(['undetermined', 'SCHEMA_UNSUPPORTED']);
  });
});
