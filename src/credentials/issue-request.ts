/** What a client may ask an issuer to sign, before its form is looked at (docs/issuing.md, step 1). */
import { ServiceError } from '../base/error.ts';
import { asArray, isObject, type JsonObject } from '../base/json.ts';
import { DATA_INTEGRITY_CONTEXT, type Intake, V1_CONTEXT } from './contexts.ts';
import { anyCredential } from './profiles/any-credential.ts';
import { findProfile, type Profile } from './profiles/profile-table.ts';

interface IssuableRequest {
  readonly credential: JsonObject;
  readonly credentialId?: string | undefined;
}

/** With what an instance signs, and for whom. */
interface IssuingInstance {
  readonly did: string;
  readonly intake: Intake;
  /** Versions of the data model that it issues; 2.0 unless given. */
  readonly versions?: readonly string[] | undefined;
}

const ISSUER = { pointer: '/credential/issuer' };

/**
 * The profile of the type that is to be issued.
 * Errors: MALFORMED_VALUE_ERROR for what the service adds itself, for an issuer that is no DID string and for a type that is not issued;
 * FORBIDDEN for a foreign issuer DID; MALFORMED_VALUE_ERROR also for a version that the instance does not issue.
 */
export function profileToIssue(request: IssuableRequest, { did, intake, versions }: IssuingInstance): Profile {
  const { credential, credentialId } = request;
  // The public suites bring a status of their own making along.
  assertOursToAdd(credential, intake === 'product' ? ['proof', 'credentialStatus'] : ['proof']);
  if (credentialId !== undefined && credential['id'] !== undefined && credentialId !== credential['id']) {
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'differs from the id of the credential', {
      pointer: '/options/credentialId',
    });
  }
  assertIssuer(credential, did, intake);
  if (intake === 'product') assertVersion(credential, versions ?? ['2.0']);
  const profile = intake === 'conformance' ? anyCredential : findProfile(credential);
  if (profile === undefined || profile.type === 'BitstringStatusListCredential') {
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'this service issues no credential of this type', {
      pointer: '/credential/type',
    });
  }
  return profile;
}

function assertOursToAdd(credential: JsonObject, members: readonly string[]): void {
  const added = members.find((member) => credential[member] !== undefined);
  if (added === undefined) return;
  throw new ServiceError('MALFORMED_VALUE_ERROR', `${added} is added by the issuer, never by the client`, {
    pointer: `/credential/${added}`,
  });
}

function assertVersion(credential: JsonObject, versions: readonly string[]): void {
  const version = asArray(credential['@context'])[0] === V1_CONTEXT ? '1.1' : '2.0';
  const at = { pointer: '/credential/@context' };
  if (!versions.includes(version))
    throw new ServiceError('MALFORMED_VALUE_ERROR', `this instance issues no credential by version ${version}`, at);
  if (version === '1.1' && !asArray(credential['@context']).includes(DATA_INTEGRITY_CONTEXT))
    throw new ServiceError(
      'MALFORMED_VALUE_ERROR',
      `version 1.1 needs ${DATA_INTEGRITY_CONTEXT} beside its context`,
      at,
    );
}

function assertIssuer({ issuer }: JsonObject, did: string, intake: Intake): void {
  if (issuer === undefined) throw new ServiceError('MALFORMED_VALUE_ERROR', 'the issuer is required', ISSUER);
  if (issuer === did) return;
  const named = isObject(issuer) ? issuer['id'] : issuer;
  if (named === did && intake === 'conformance') return;
  if (named === did || typeof named !== 'string')
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'the issuer is written as a DID string', ISSUER);
  throw new ServiceError('FORBIDDEN', 'this instance issues under another DID', ISSUER);
}
