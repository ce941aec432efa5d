/**
 * Writes what is derived from the bundled contexts and from the sources of our schemas: contexts/schemas/, contexts/index.json and
 * the digests that the profiles pin. `npx tsx scripts/context-index.ts`; with `--check` it writes nothing and exits 1 on a difference.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JsonObject } from '../src/base/json.ts';
import { PACKAGE_ROOT, readSource, type Source, sha256OfJson } from '../src/credentials/package-files.ts';
import { digestOfJson } from '../src/formats/digest.ts';
import { SCHEMAS } from './schemas/all.ts';
import { BASE } from './schemas/parts.ts';

interface Listed {
  readonly url: string;
  readonly source: Source;
  readonly publisherSha256?: string;
}

const CONTEXTS: readonly Listed[] = [
  {
    url: 'https://www.w3.org/ns/credentials/v2',
    source: { package: '@digitalbazaar/credentials-context', path: 'contexts/v2.jsonld' },
    publisherSha256: '59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734',
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
  { url: 'https://www.w3.org/ns/did/v1', source: { package: 'did-context', path: 'contexts/did-v1.jsonld' } },
  { url: 'https://w3id.org/proofprint/contexts/v1', source: { path: 'contexts/v1.jsonld' } },
];

/** Loaded beside them by conformance instances alone (docs/conformance.md). */
const CONFORMANCE: readonly Listed[] = [
  {
    url: 'https://www.w3.org/ns/credentials/examples/v2',
    source: { path: 'contexts/conformance/examples-v2.jsonld' },
  },
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

function line({ url, source, publisherSha256 }: Listed, document: JsonObject): JsonObject {
  return {
    url,
    ...(source.package === undefined ? {} : { package: source.package }),
    path: source.path,
    sha256: sha256OfJson(document),
    ...(publisherSha256 === undefined ? {} : { publisherSha256 }),
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
