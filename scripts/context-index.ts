/**
 * Writes what is derived from the bundled contexts and from the sources of our schemas: contexts/schemas/, contexts/index.json and
 * the digests that the profiles pin. `npx tsx scripts/context-index.ts`; with `--check` it writes nothing and exits 1 on a difference.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JsonObject } from '../src/base/json.ts';
import type { PublisherHashes } from '../src/credentials/context-index.ts';
import { PACKAGE_ROOT, readSource, type Source, sha256OfJson } from '../src/credentials/package-files.ts';
import { digestOfJson } from '../src/formats/digest.ts';
import { SCHEMAS } from './schemas/all.ts';
import { BASE } from './schemas/parts.ts';

interface Listed {
  readonly url: string;
  readonly source: Source;
  readonly publisher?: PublisherHashes;
}

const CONTEXTS: readonly Listed[] = [
  {
    url: 'https://www.w3.org/ns/credentials/v2',
    source: { package: '@digitalbazaar/credentials-context', path: 'contexts/v2.jsonld' },
    // The first is stated in appendix B.1 of VCDM 2.0; the others were taken from the bytes that it is the hash of.
    publisher: {
      sha256: '59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734',
      sha384: '97f1eb8e5042356c805fdd61afa2c557663785e0794dcafa21e138fd38def18cb360133c221aa31d6896a6bf3e65b614',
      sha512:
        '5d55452bd2dcf8a29f5a290473eb242b1c5fb77d4e68f1a0aa87baa4dba2694852d65ec63d48ac04a99d956f9f7153b9406f84d2d04c74869b02c239a1d81305',
    },
  },
  {
    url: 'https://www.w3.org/2018/credentials/v1',
    source: { package: '@digitalbazaar/credentials-context', path: 'contexts/v1.jsonld' },
  },
  {
    url: 'https://w3id.org/security/data-integrity/v2',
    source: { package: '@digitalbazaar/data-integrity-context', path: 'contexts/data-integrity-v2.jsonld' },
  },
  {
    url: 'https://w3id.org/security/multikey/v1',
    source: { package: '@digitalbazaar/multikey-context', path: 'contexts/multikey-v1.jsonld' },
  },
  // Of proofs by `Ed25519Signature2020`, which are only verified.
  {
    url: 'https://w3id.org/security/suites/ed25519-2020/v1',
    source: { path: 'contexts/ed25519-2020-v1.jsonld' },
  },
  { url: 'https://www.w3.org/ns/did/v1', source: { package: 'did-context', path: 'contexts/did-v1.jsonld' } },
  { url: 'https://w3id.org/proofprint/contexts/v1', source: { path: 'contexts/v1.jsonld' } },
];

/** Loaded beside them by conformance instances alone (docs/conformance.md). */
const CONFORMANCE: readonly Listed[] = [
  {
    url: 'https://www.w3.org/ns/credentials/examples/v2',
    source: { path: 'contexts/conformance/examples-v2.jsonld' },
    // Stated as a multihash in section 5.3 of VCDM 2.0; our file has these very bytes.
    publisher: {
      sha256: '57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c',
      sha384: 'ccd35b4135824944a2d1b6f3edd6ee6be45c10dbfb0ba16f966609d58f88ef6ec7b0f387773c042cc60ef4ccfaf0cdba',
      sha512:
        '8d563097eab123966bd7fb88a2566d19fb369112dabfde9badfd553c04e101beb230918f58f5b927881f7b32d16045f8ac0f601b4574eeb09521bfbf9e539669',
    },
  },
  // Of the examples with selective disclosure; W3C Software and Document License, and BSD-3-Clause.
  { url: 'https://w3id.org/citizenship/v4rc1', source: { path: 'contexts/conformance/citizenship-v4rc1.jsonld' } },
  { url: 'https://w3id.org/vdl/v1', source: { path: 'contexts/conformance/vdl-v1.jsonld' } },
];

/** Every derived file by its path from the package root. */
export function derivedFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const schemas = SCHEMAS.map((schema) => {
    const url = String(schema['$id']);
    const path = `contexts/schemas/v1/${url.slice(BASE.length)}`;
    files.set(path, pretty(schema));
    return line({ url, source: { path } }, schema);
  });
  const contexts = CONTEXTS.map((listed) => line(listed, readSource(listed.source)));
  const conformance = CONFORMANCE.map((listed) => line(listed, readSource(listed.source)));
  files.set('contexts/index.json', pretty({ contexts, conformance, schemas }));
  files.set('src/credentials/profiles/schema-digests.ts', digests());
  return files;
}

function line({ url, source, publisher }: Listed, document: JsonObject): JsonObject {
  return {
    url,
    ...(source.package === undefined ? {} : { package: source.package }),
    path: source.path,
    sha256: sha256OfJson(document),
    ...(publisher === undefined ? {} : { publisher: { ...publisher } }),
  };
}

function digests(): string {
  const nameOf = (schema: JsonObject): string => String(schema['$id']).slice(BASE.length, -'.json'.length);
  const lines = SCHEMAS.map((schema) => `  '${nameOf(schema)}': '${digestOfJson(schema)}',`);
  return [
    '// Written by scripts/context-index.ts; do not edit.',
    '',
    '/** The digest (multibase, over the RFC 8785 form) of each schema, as issued credentials name it. */',
    'export const SCHEMA_DIGESTS = {',
    ...lines,
    '} as const;',
    '',
    'export type SchemaName = keyof typeof SCHEMA_DIGESTS;',
    '',
  ].join('\n');
}

const pretty = (value: JsonObject): string => `${JSON.stringify(value, undefined, 2)}\n`;

function main(check: boolean): void {
  for (const [path, text] of derivedFiles()) {
    const file = join(PACKAGE_ROOT, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    if (check) {
      console.error(`${path} is not what its sources give`);
      process.exitCode = 1;
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
}

if (process.argv[1]?.endsWith('context-index.ts')) main(process.argv.includes('--check'));
