import type { FetchJson } from '../../src/net/safe-fetch.ts';
import type { TestNode } from './node.ts';

/** A node's public documents, fetched as a stranger would, whatever host their URL names. */
export const publicDocumentsOf =
  (node: TestNode): FetchJson =>
  async (url) => {
    const { pathname, search } = new URL(url);
    const response = await fetch(node.url + pathname + search);
    if (response.status !== 200) return { status: 'not-found', gone: false };
    return { status: 'ok', url, bytes: new Uint8Array(await response.arrayBuffer()), mediaType: 'application/vc' };
  };
