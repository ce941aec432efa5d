/** What wallets read about an issuer before anything else (OpenID4VCI 1.0, section 12; RFC 8414): pure. */
import type { JsonObject } from '../../base/json.ts';
import type { InstanceRecord, OrganisationRecord } from '../../store/store.ts';
import { configurationsOf } from './formats.ts';

export const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';
/** The one type of `authorization_details` (section 5.1.1). */
export const DETAILS_TYPE = 'openid_credential';

/** The Credential Issuer Identifier of an instance: compared as a text, everywhere. */
export function issuerIdOf(publicUrl: string, instance: string): string {
  return `${publicUrl}/issuers/${instance}`;
}

/** Section 12.2. What also stands in the metadata of the authorization server is repeated, since some wallets look for it here. */
export function issuerMetadata(
  issuer: string,
  instance: InstanceRecord,
  organisation: Pick<OrganisationRecord, 'name'> | undefined,
): JsonObject {
  return {
    credential_issuer: issuer,
    credential_endpoint: `${issuer}/openid4vci/credential`,
    nonce_endpoint: `${issuer}/openid4vci/nonce`,
    deferred_credential_endpoint: `${issuer}/openid4vci/deferred`,
    notification_endpoint: `${issuer}/openid4vci/notification`,
    ...(organisation === undefined
      ? {}
      : { display: (['en', 'ko'] as const).map((locale) => ({ name: organisation.name[locale], locale })) }),
    credential_configurations_supported: configurationsOf(instance),
    ...serverMetadata(issuer),
  };
}

/** Section 12.3 and RFC 8414: only the pre-authorized code flow, so there is no authorization endpoint and no response type. */
export function serverMetadata(issuer: string): JsonObject {
  return {
    issuer,
    token_endpoint: `${issuer}/openid4vci/token`,
    grant_types_supported: [PRE_AUTHORIZED],
    token_endpoint_auth_methods_supported: ['none'],
    'pre-authorized_grant_anonymous_access_supported': true,
    authorization_details_types_supported: [DETAILS_TYPE],
  };
}

/** Section 4.1. */
export function credentialOffer(
  issuer: string,
  { configuration, code, txCodeLength }: { configuration: string; code: string; txCodeLength: number | undefined },
): JsonObject {
  const txCode = txCodeLength === undefined ? {} : { tx_code: { input_mode: 'numeric', length: txCodeLength } };
  return {
    credential_issuer: issuer,
    credential_configuration_ids: [configuration],
    grants: { [PRE_AUTHORIZED]: { 'pre-authorized_code': code, ...txCode } },
  };
}
