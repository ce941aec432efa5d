import { excerpt, type Finding, failed, passed } from '../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { readDid } from '../formats/did-url.ts';
import { type FormDependencies, withoutMalformedProof } from './credential.ts';
import { checkPresentationModel } from './data-model.ts';
import { schemaOf } from './profiles/profile.ts';
import { checkWireShape } from './wire-shape.ts';

const { schemaUrl: PRESENTATION_SCHEMA } = schemaOf('verifiable-presentation');

/**
 * Everything about a presentation's form: the wire shape of the presentation and of each credential in it, each a graph of its own,
 * then the closed envelope. What the credentials say is not looked at: their schemas are judged after the presentation's own proof
 * has passed. An absent or empty `verifiableCredential` is not malformed; whoever asked for credentials says NOTHING_PRESENTED.
 * Codes: those of the wire shape and of envelopes, MALFORMED_VALUE_ERROR, INVALID_DID for the holder.
 */
export function checkPresentationForm(document: JsonObject, deps: FormDependencies): Finding[] {
  const open = deps.contexts.intake === 'conformance';
  const shape = checkWireShape(document, { kind: 'presentation', ...deps });
  if (shape.some((finding) => finding.outcome === 'failed')) return shape;
  if (open) return checkOpenEnvelope(document, shape);
  const { verifiableCredential: _, ...envelope } = withoutMalformedProof(document);
  const schema = deps.schemas.validate(PRESENTATION_SCHEMA, envelope).filter((finding) => finding.outcome === 'failed');
  const failures = [...checkHolder(document), ...schema];
  return failures.length > 0 ? failures : [...shape, passed('schema')];
}

/** A presentation as the data model has it, for conformance instances. */
function checkOpenEnvelope(document: JsonObject, shape: readonly Finding[]): Finding[] {
  const findings = [...checkHolder(document), ...checkPresentationModel(document)];
  const failures = findings.filter((finding) => finding.outcome === 'failed');
  return failures.length > 0 ? failures : [...shape, ...findings];
}

function checkHolder(document: JsonObject): Finding[] {
  const holder = holderOf(document);
  if (holder === undefined || !holder.startsWith('did:') || readDid(holder) !== undefined) return [];
  return [failed('schema', 'INVALID_DID', `not a DID: ${excerpt(holder)}`, { pointer: '/holder' })];
}

/** The credentials of a presentation that are objects. */
export function credentialsOf(presentation: JsonObject): readonly JsonObject[] {
  return asArray(presentation['verifiableCredential'] as JsonValue).filter(isObject);
}

/** The identifier of the holder, written as a string or as an object. */
export function holderOf(presentation: JsonObject): string | undefined {
  const holder = presentation['holder'];
  const id = isObject(holder) ? holder['id'] : holder;
  return typeof id === 'string' ? id : undefined;
}
