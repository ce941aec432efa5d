/**
 * Writes what is derived from the bundled contexts and the sources of our schemas: contexts/schemas/, contexts/index.json and the
 * digests that the profiles pin. `npx tsx scripts/context-index.ts`; with `--check` it writes nothing and exits 1 on a difference.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../src/base/json.ts';
import { PACKAGE_ROOT, readSource, type Source, sha256OfJson } from '../src/credentials/package-files.ts';

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

/** Every derived file by its path from the package root. */
export function derivedFiles(): ReadonlyMap<string, string> {
  const index = { contexts: CONTEXTS.map((listed) => line(listed, readSource(listed.source))), schemas: [] };
  return new Map([['contexts/index.json', `${JSON.stringify(index, undefined, 2)}\n`]]);
}

function line({ url, source, publisherSha256 }: Listed, document: JsonObject) {
  return {
    url,
    ...(source.package === undefined ? {} : { package: source.package }),
    path: source.path,
    sha256: sha256OfJson(document),
    ...(publisherSha256 === undefined ? {} : { publisherSha256 }),
  };
}

function main(check: boolean): void {
  let different = 0;
  for (const [path, text] of derivedFiles()) {
    const file = join(PACKAGE_ROOT, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    different += 1;
    if (check) console.error(`${path} is not what its sources give`);
    else writeFileSync(file, text);
  }
  if (check && different > 0) process.exitCode = 1;
}

if (process.argv[1]?.endsWith('context-index.ts')) main(process.argv.includes('--check'));
