/** The schemas that a credential of a type without a profile names: found, compared with their digests, and applied (VCDM 2.0, 4.11). */
import { type Finding, failed, undetermined, verdictOf } from '../../base/finding.ts';
import type { JsonObject } from '../../base/json.ts';
import { checkCredentialForm } from '../../credentials/credential.ts';
import { noSchema, readSchemaEntries, schemaFound, schemaOf } from '../../credentials/credential-schema.ts';
import { checkByForeignSchema } from '../../credentials/foreign-schema.ts';
import { checkStatedDigests } from '../../credentials/related-resources.ts';
import { checkValidityPeriod } from '../../credentials/validity-period.ts';
import type { CheckDeps } from './check-deps.ts';
import type { LoadedSchema } from './load-schema.ts';

type Entry = Extract<ReturnType<typeof readSchemaEntries>, { readonly ok: true }>['value'][number];

/** Every schema must be had, be what its digests say, and be fitted. One that could not be applied leaves the credential in doubt. */
export async function checkCredentialSchemas(credential: JsonObject, deps: CheckDeps): Promise<readonly Finding[]> {
  const entries = readSchemaEntries(credential);
  if (!entries.ok) return entries.findings;
  if (entries.value.length === 0) return [noSchema];
  const findings: Finding[] = [];
  for (const entry of entries.value) findings.push(...(await checkEntry(entry, credential, deps)));
  return findings;
}

async function checkEntry(entry: Entry, credential: JsonObject, deps: CheckDeps): Promise<readonly Finding[]> {
  const { id, pointer, stated } = entry;
  const pinned = entry.kind === 'JsonSchema' ? deps.schemas.document(id) : undefined;
  if (pinned !== undefined) {
    return [checkPinnedDigest(entry, deps), checkByForeignSchema(credential, pinned, pointer)];
  }
  const loaded = await load(id, deps);
  if (!loaded.ok) return [{ ...loaded.finding, pointer }];
  // Said of it anywhere else it would be a second home of one node (docs/threats.md, rule W9).
  const isStated = stated['digestSRI'] !== undefined || stated['digestMultibase'] !== undefined;
  const digests = isStated ? [checkStatedDigests(stated, loaded.hashes, pointer)] : [];
  if (digests.some(({ outcome }) => outcome !== 'passed')) return digests;
  const secured = entry.kind === 'JsonSchemaCredential' ? await checkSecured(loaded.document, pointer, deps) : [];
  if (secured.some(({ outcome }) => outcome !== 'passed')) return [...digests, ...secured];
  const schema = schemaOf(entry, loaded.document);
  return schema.ok
    ? [...digests, ...secured, checkByForeignSchema(credential, schema.value, pointer)]
    : [...digests, ...secured, ...schema.findings];
}

function load(id: string, deps: CheckDeps): Promise<LoadedSchema> {
  if (deps.loadSchema !== undefined) return deps.loadSchema(id);
  const finding = undetermined('credential-schema', 'SCHEMA_RETRIEVAL_ERROR', 'no schema is fetched here');
  return Promise.resolve({ ok: false, finding });
}

/** A bundled schema is pinned by its own digest, over its canonical form as our own types state it. */
function checkPinnedDigest({ id, pointer, stated }: Entry, { schemas }: CheckDeps): Finding {
  const { digestSRI, digestMultibase } = stated;
  if (digestSRI !== undefined)
    return undetermined('credential-schema', 'CHAIN_DIGEST_MISMATCH', 'the bytes of this schema are not at hand', {
      pointer,
    });
  if (digestMultibase === undefined || digestMultibase === schemas.digest(id)) return schemaFound(pointer);
  return failed('credential-schema', 'CHAIN_DIGEST_MISMATCH', 'not the digest of the schema that is used', { pointer });
}

/** A schema that is a credential is believed like one: form, every proof, period. What has a status of its own is not followed. */
async function checkSecured(found: JsonObject, pointer: string, deps: CheckDeps): Promise<readonly Finding[]> {
  if (found['credentialStatus'] !== undefined) {
    return [undetermined('credential-schema', 'SCHEMA_UNSUPPORTED', 'a schema with a status of its own', { pointer })];
  }
  const form = checkCredentialForm(found, { contexts: deps.contexts, schemas: deps.schemas });
  if (verdictOf(form) !== 'accepted') return placed(form, pointer);
  const proofs = await deps.proofs.checkCredentialProofs(found, { resolver: deps.resolver, now: deps.now });
  const findings = [...proofs.findings, ...checkValidityPeriod(found, deps.now)];
  return verdictOf(findings) === 'accepted' && proofs.findings.length > 0
    ? [schemaFound(pointer)]
    : placed(
        findings.filter(({ outcome }) => outcome !== 'passed'),
        pointer,
      );
}

function placed(findings: readonly Finding[], pointer: string): readonly Finding[] {
  return findings.map((finding) => ({ ...finding, check: `credential-schema.${finding.check}`, pointer }));
}
