/** What an issuer marks as mandatory when it signs for selective disclosure: the core of the type, and what it adds to it. */
import { type Finding, failed, type Read, readFailed, readOk } from '../base/finding.ts';
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

/** What stays with any credential whose type has no core: without its issuer no proof of it could be checked. */
const LEAST: readonly string[] = ['/issuer'];

/**
 * The pointers to sign a credential of any type with, for conformance instances: what was asked for, or the least there is.
 * Errors (as findings): `LINT_FAILED` for one that points at nothing.
 */
export function readAnyPointers(document: JsonObject, requested: readonly string[] = []): Read<readonly string[]> {
  const lost = findLost(document, requested);
  if (lost !== undefined) return readFailed(lost);
  return readOk(requested.length === 0 ? LEAST : [...new Set(requested)]);
}

function findLost(document: JsonObject, requested: readonly string[]): Finding | undefined {
  const lost = requested.findIndex((pointer) => findAt(document, pointer) === undefined);
  if (lost < 0) return undefined;
  const pointer = `/options/mandatoryPointers/${lost}`;
  return failed('lint', 'LINT_FAILED', 'points at no member of the credential', { pointer });
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
  const lost = findLost(document, requested ?? []);
  if (lost !== undefined) return readFailed(lost);
  const added = always.filter((pointer) => findAt(document, pointer) !== undefined);
  return readOk([...new Set([...core, ...(requested ?? []), ...added])]);
}
