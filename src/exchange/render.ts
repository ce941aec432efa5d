/** The renderings of a set of credentials in one form. Pure and deterministic; whether the credentials hold is for the caller to check. */
import { type Finding, failed, type Read, readFailed, readOk } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import { typeOf } from '../credentials/credential.ts';
import { toRecognizedEntity } from './recognized-entity.ts';
import type { Rendering, RenderingForm } from './rendering.ts';
import { toConformityCredential } from './untp/conformity-credential.ts';
import { readDigitalIdentityAnchor, toDigitalIdentityAnchor } from './untp/identity-anchor.ts';

const OUTWARD: Readonly<
  Record<
    Exclude<RenderingForm, 'identity-anchor'>,
    (one: JsonObject, all: readonly JsonObject[]) => Rendering | undefined
  >
> = {
  'recognized-entity': toRecognizedEntity,
  'untp-dia': (one) => toDigitalIdentityAnchor(one),
  'untp-dcc': toConformityCredential,
};

/**
 * One rendering for each credential that has the form, in their order; the others count as what is in hand beside them.
 * Codes: NOTHING_PRESENTED when none has it; for `identity-anchor` those of the reader.
 */
export function render(form: RenderingForm, credentials: readonly JsonObject[]): Read<readonly Rendering[]> {
  if (form === 'identity-anchor') return readAll(credentials);
  const renderings = credentials.flatMap((credential) => OUTWARD[form](credential, credentials) ?? []);
  if (renderings.length > 0) return readOk(renderings);
  const types = credentials.map((credential) => typeOf(credential) ?? '?').join(', ');
  return readFailed(failed('exchange.form', 'NOTHING_PRESENTED', `no credential here has the form ${form}: ${types}`));
}

function readAll(documents: readonly JsonObject[]): Read<readonly Rendering[]> {
  const read = documents.map(readDigitalIdentityAnchor);
  const findings = read.flatMap((one): readonly Finding[] => (one.ok ? [] : one.findings));
  if (findings.length > 0) return readFailed(...findings);
  return readOk(read.flatMap((one) => (one.ok ? [one.value] : [])));
}
