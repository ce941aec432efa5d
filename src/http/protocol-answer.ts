import { ServiceError } from '../base/error.ts';
import { ProtocolError } from '../base/protocol-error.ts';
import { problemOf } from './problem-details.ts';
import type { Answer } from './route.ts';

/** RFC 6749, section 5.2: printable ASCII without the double quote and the backslash. */
const NOT_ALLOWED = /[^\x20-\x21\x23-\x5B\x5D-\x7E]/g;

/**
 * What a route of a wallet protocol answers when it refuses. What is no error of the protocol keeps its status, and says by `code` and
 * `requestId` what it is called elsewhere here.
 */
export function protocolAnswer(error: unknown, requestId: string): Answer {
  const headers = { 'cache-control': 'no-store' };
  if (error instanceof ProtocolError) {
    const { status, more, message } = error;
    const authenticate = status === 401 ? { 'www-authenticate': `Bearer error="${error.error}"` } : {};
    const body = { error: error.error, error_description: described(message), ...more };
    return { status, body, headers: { ...headers, ...authenticate } };
  }
  const { status, code, detail } = problemOf(error, 'en', requestId);
  const body = { error: generalName(status), error_description: described(detail ?? ''), code, requestId };
  const wait =
    error instanceof ServiceError && error.retryAfter !== undefined ? { 'retry-after': String(error.retryAfter) } : {};
  return { status, body, headers: { ...headers, ...wait } };
}

function generalName(status: number): string {
  if (status === 401) return 'invalid_token';
  if (status === 429 || status === 503) return 'temporarily_unavailable';
  return status >= 500 ? 'server_error' : 'invalid_request';
}

const described = (text: string): string => text.replace(NOT_ALLOWED, "'").slice(0, 400);
