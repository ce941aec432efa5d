import type { Finding } from '../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import type { FormDependencies } from './credential.ts';
import { checkWireShape } from './wire-shape.ts';

/**
 * Everything about a presentation's form: the wire shape of the presentation and of each credential in it, each a graph of its own.
 * What the credentials say is not looked at: their schemas are judged after the presentation's own proof has passed.
 * An absent or empty `verifiableCredential` is not malformed; whoever asked for credentials says NOTHING_PRESENTED.
 */
export function checkPresentationForm(document: JsonObject, deps: FormDependencies): Finding[] {
  return checkWireShape(document, { kind: 'presentation', ...deps });
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
