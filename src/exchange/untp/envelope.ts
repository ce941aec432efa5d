/** What all UNTP 0.7.0 credentials have in common (UN/CEFACT, public review of 2026-05-04; docs/exchange.md, section 3). */
import { asArray, isObject, type JsonObject } from '../../base/json.ts';
import { V2_CONTEXT } from '../../credentials/contexts.ts';
import { statusEntriesOf } from '../../credentials/credential.ts';
import type { Loss } from '../rendering.ts';

export const UNTP_CONTEXT = 'https://vocabulary.uncefact.org/untp/0.7.0/context/';
export const UNTP_CONTEXTS: readonly string[] = [V2_CONTEXT, UNTP_CONTEXT];

/** A party by its identifier; the form wants a name, and a name that nobody gave is the identifier. */
export function party(type: string, id: string, name: string | undefined): JsonObject {
  return { type: [type], id, name: name ?? id };
}

/** Period and status, as UNTP writes them: one status object whose index is a whole number, although W3C wants a string. */
export function toUntpEnvelope(credential: JsonObject): {
  readonly members: JsonObject;
  readonly losses: readonly Loss[];
} {
  const { validFrom, validUntil } = credential;
  const entries = statusEntriesOf(credential);
  const entry = entries.find(({ statusPurpose }) => statusPurpose === 'revocation') ?? entries[0];
  const index = Number(entry?.['statusListIndex']);
  const whole = entry !== undefined && Number.isSafeInteger(index);
  const behind = entries.length > 1 || (entry !== undefined && !whole);
  return {
    members: {
      ...(validFrom === undefined ? {} : { validFrom }),
      ...(validUntil === undefined ? {} : { validUntil }),
      ...(whole ? { credentialStatus: { ...entry, statusListIndex: index } } : {}),
    },
    losses: behind ? [{ key: 'status-one-entry', members: ['/credentialStatus'], carried: false }] : [],
  };
}

/** The status of a UNTP credential with a string for its index again; nothing where the index is none. */
export function fromUntpStatus(status: unknown): JsonObject | undefined {
  const [entry, ...more] = asArray(status as JsonObject).filter(isObject);
  if (entry === undefined || more.length > 0) return undefined;
  const index = entry['statusListIndex'];
  if (typeof index === 'string') return entry;
  return typeof index === 'number' && Number.isSafeInteger(index) && index >= 0
    ? { ...entry, statusListIndex: String(index) }
    : undefined;
}
