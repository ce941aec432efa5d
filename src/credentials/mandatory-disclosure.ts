/** What an issuer marks as mandatory when it signs for selective disclosure: the core of the type, and what it adds to it. */
import { failed, type Read, readFailed, readOk } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import { findAt } from '../base/json-lookup.ts';
import { corePointersOf, isCoveredBy } from './core-pointers.ts';
import type { Profile } from './profiles/profile-table.ts';

export interface PointerWishes {
  /** The list of one request: it has to cover the core by itself, so that nobody believes to have left part of it out. */
  readonly requested?: readonly string[] | undefined;
  /** The instance's own additions; where a document has nothing at one, it says nothing. */
  readonly always?: readonly string[] | undefined;
}

/**
 * The pointers to sign with. Errors (as findings, pointers into the request): `LINT_FAILED` for a list that leaves part of the core to
 * the holder, or that points at nothing (docs/threats.md, section 5.6).
 */
export function readMandatoryPointers(
  document: JsonObject,
  profile: Pick<Profile, 'type' | 'sdMembers'>,
  { requested, always = [] }: PointerWishes,
): Read<readonly string[]> {
  const core = corePointersOf(document, profile);
  const left = requested === undefined ? undefined : core.find((pointer) => !isCoveredBy(pointer, requested));
  if (left !== undefined) {
    const detail = `a holder of a ${profile.type} may not withhold this member`;
    const params = { member: left };
    return readFailed(failed('lint', 'LINT_FAILED', detail, { pointer: '/options/mandatoryPointers', params }));
  }
  const lost = (requested ?? []).findIndex((pointer) => findAt(document, pointer) === undefined);
  if (lost >= 0) {
    const pointer = `/options/mandatoryPointers/${lost}`;
    return readFailed(failed('lint', 'LINT_FAILED', 'points at no member of the credential', { pointer }));
  }
  const added = always.filter((pointer) => findAt(document, pointer) !== undefined);
  return readOk([...new Set([...core, ...(requested ?? []), ...added])]);
}
