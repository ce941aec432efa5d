import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServiceError } from '../base/error.ts';
import { excerpt } from '../base/finding.ts';
import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { sha256Hex } from '../formats/digest.ts';
import { jcs } from '../formats/jcs.ts';

const require = createRequire(import.meta.url);

/** Where a bundled document lies: a file of ours (from the package root), or a file of a package pinned in package.json. */
export interface Source {
  readonly package?: string;
  readonly path: string;
}

/** The folder with our package.json, seen from `src/credentials` as from `dist/credentials`. */
export const PACKAGE_ROOT = findUp(dirname(fileURLToPath(import.meta.url)));

/** The nearest folder above with a package.json. */
function findUp(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new ServiceError('CONTEXT_INTEGRITY', 'the folder with package.json is not found');
  return findUp(above);
}

/** A path for people and messages: never one of this machine. */
export function nameOf(source: Source): string {
  return source.package === undefined ? source.path : `${source.package}/${source.path}`;
}

/** Errors: CONTEXT_INTEGRITY, naming the file, when it cannot be read or is not a JSON object. */
export function readSource(source: Source): JsonObject {
  try {
    const value = JSON.parse(readFileSync(locate(source), 'utf8')) as JsonValue;
    if (isObject(value)) return value;
  } catch (cause) {
    throw new ServiceError('CONTEXT_INTEGRITY', `${excerpt(nameOf(source), 160)} cannot be read`, { cause });
  }
  throw new ServiceError('CONTEXT_INTEGRITY', `${excerpt(nameOf(source), 160)} is not a JSON object`);
}

/** The SHA-256 of the RFC 8785 form, lower-case hexadecimal: the same for every spelling of the same JSON. */
export function sha256OfJson(document: JsonObject): string {
  return sha256Hex(jcs(document));
}

function locate(source: Source): string {
  if (source.package === undefined) return join(PACKAGE_ROOT, source.path);
  // Packages restrict what may be imported from them; a file is found beside the entry point, which they do export.
  return join(findUp(dirname(require.resolve(source.package))), source.path);
}
