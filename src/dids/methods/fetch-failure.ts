import { failed, type Read, readFailed, undetermined } from '../../base/finding.ts';
import type { FetchOutcome } from '../../net/safe-fetch.ts';

/**
 * What it means for a DID that its document or log was not had (docs/threats.md 5.7). `what` is named in the details: `the document`.
 * Errors: `NOT_FOUND_DID` (404, redirect), `DID_DEACTIVATED` (410), `HOST_BLOCKED`, `LIMIT_EXCEEDED`, `INVALID_DID`;
 * *undetermined* `DID_RESOLUTION_ERROR` for whatever the network did.
 */
export function readFetchFailure(
  check: string,
  outcome: Exclude<FetchOutcome, { status: 'ok' }>,
  what: string,
): Read<never> {
  switch (outcome.status) {
    case 'not-found':
      return readFailed(
        outcome.gone
          ? failed(check, 'DID_DEACTIVATED', `the host says that ${what} is gone`)
          : failed(check, 'NOT_FOUND_DID', `the host does not have ${what}`),
      );
    case 'blocked':
      return readFailed(failed(check, 'HOST_BLOCKED', 'the host is not a public address'));
    case 'too-large':
      return readFailed(failed(check, 'LIMIT_EXCEEDED', `${what} has more than ${outcome.maxBytes} bytes`));
    case 'invalid-url':
      return readFailed(failed(check, 'INVALID_DID', 'the DID names no usable URL'));
    case 'unreachable':
      // What moved is not there: redirects are not followed.
      return readFailed(
        outcome.reason === 'redirect'
          ? failed(check, 'NOT_FOUND_DID', 'the host redirects')
          : undetermined(check, 'DID_RESOLUTION_ERROR', `${what} could not be had: ${outcome.reason}`),
      );
  }
}
