/** Fixed, so that what was issued is the issuer's wherever the node stands up again. */
export const PUBLIC_URL = 'https://maker.example';

// biome-ignore lint/suspicious/noExplicitAny: credentials are read by path
export type Credential = any;

/** Where a credential stands in its list. */
export function placeOf({ credentialStatus }: Credential): string {
  return `${credentialStatus.statusListCredential}#${credentialStatus.statusListIndex}`;
}
