import type { ProblemCode } from '../../base/problem.ts';
import { ProtocolError } from '../../base/protocol-error.ts';

/** The one name that the protocol has for whatever is wrong with what a wallet sent; our own code says beside it what it was. */
export function refusal(detail: string, code: ProblemCode = 'BAD_REQUEST', status: 400 | 404 = 400): ProtocolError {
  return new ProtocolError('invalid_request', detail, { status, more: { code } });
}
