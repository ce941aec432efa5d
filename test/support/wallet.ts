/** What a wallet does over OpenID4VP, by hand, so that it can also be done wrongly: every step takes what it is to say. */
import { CompactEncrypt, importJWK } from 'jose';
import type { Party, Reply, TestNode } from './node.ts';

// biome-ignore lint/suspicious/noExplicitAny: parameters are read by path
export type Parameters = any;

export const pathOf = (url: string): string => new URL(url).pathname;

/** The parameters behind a link, by reference or by value; signatures are not looked at. */
export async function requestBehind(node: TestNode, link: string): Promise<Parameters> {
  const query = new URL(link).searchParams;
  const uri = query.get('request_uri');
  if (uri === null) {
    const entries = [...query].map(([name, value]) => [name, value.startsWith('{') ? JSON.parse(value) : value]);
    return Object.fromEntries(entries);
  }
  const answer = await node.get(pathOf(uri));
  if (answer.status !== 200) throw new Error(answer.text);
  return JSON.parse(Buffer.from(answer.text.split('.')[1] ?? '', 'base64url').toString());
}

/** A presentation by the holder instance of a party, for the request unless told otherwise. Result: as it stands in a `vp_token`. */
export async function presentationFor(
  node: TestNode,
  party: Party,
  { nonce, client_id }: { readonly nonce: string; readonly client_id: string },
  credentials: readonly unknown[],
  mechanism = 'eddsa-rdfc-2022',
) {
  const body = {
    presentation: { verifiableCredential: credentials },
    options: { challenge: nonce, domain: client_id, mechanism },
  };
  const made = await node.post(`/holders/${party.slug}/presentations/prove`, body, party.token);
  if (made.status !== 201) throw new Error(made.text);
  const { verifiablePresentation } = made.body;
  return mechanism === 'vp+jwt'
    ? verifiablePresentation.id.replace('data:application/vp+jwt,', '')
    : verifiablePresentation;
}

export function postForm(node: TestNode, url: string, form: Readonly<Record<string, unknown>>): Promise<Reply> {
  const entries = Object.entries(form).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return node.request('POST', pathOf(url), {
    raw: new URLSearchParams(Object.fromEntries(entries)).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
}

/** A response to the key in a request. */
export async function encryptedFor(request: Parameters, payload: object): Promise<string> {
  const [jwk] = request.client_metadata.jwks.keys;
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: jwk.kid })
    .encrypt(await importJWK(jwk, 'ECDH-ES'));
}

/** As the request wants it: encrypted or as it is. */
export async function answer(node: TestNode, request: Parameters, vpToken: object, more: object = {}): Promise<Reply> {
  const payload = { vp_token: vpToken, state: request.state, ...more };
  if (request.response_mode === 'direct_post') return postForm(node, request.response_uri, payload);
  return postForm(node, request.response_uri, { response: await encryptedFor(request, payload) });
}
