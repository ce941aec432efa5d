import type { Finding } from '../../src/base/finding.ts';
import { loadContexts } from '../../src/credentials/contexts.ts';
import { loadSchemas } from '../../src/credentials/schemas.ts';

/** Contexts and schemas as the service loads them, read once for a test file. */
export const contexts = loadContexts();
export const schemas = loadSchemas();

/** Failures as `CODE pointer`, which is what a negative test asserts. */
export function refusals(findings: readonly Finding[]): readonly string[] {
  return findings.filter(({ outcome }) => outcome === 'failed').map(({ code, pointer }) => `${code} ${pointer}`);
}
