import { CONFORMANCE_NOTICE } from '../services/verifier/conformance.ts';

/** What a conformance instance says of itself in every answer about a document; nothing for any other. */
export function profileOf({ settings }: { readonly settings: { readonly [name: string]: unknown } }): object {
  return settings['conformance'] === true ? { profile: 'conformance', notice: CONFORMANCE_NOTICE } : {};
}
