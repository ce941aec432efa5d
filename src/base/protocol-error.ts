/**
 * A refusal in the words of a wallet protocol: `{"error": …, "error_description": …}` (RFC 6749, section 5.2; OpenID4VCI 1.0, sections 6.3, 8.3.1, 9.3
 * and 11.3; OpenID4VP 1.0, section 8.5). Thrown where the protocol names the error; whatever else goes wrong at such a route is given one of
 * the general names by the door.
 */
export class ProtocolError extends Error {
  readonly error: string;
  readonly status: number;
  /** Members beside the two, such as a fresh `c_nonce`. */
  readonly more: Readonly<Record<string, string | number>>;

  constructor(
    error: string,
    message: string,
    {
      status = 400,
      more = {},
      cause,
    }: { status?: number; more?: Readonly<Record<string, string | number>>; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ProtocolError';
    this.error = error;
    this.status = status;
    this.more = more;
  }
}
