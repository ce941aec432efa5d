import type { Finding } from './finding.ts';
import type { ProblemCode } from './problem.ts';

interface ServiceErrorOptions {
  readonly cause?: unknown;
  /** JSON Pointer (RFC 6901) to what is wrong in the request body. */
  readonly pointer?: string;
  /** All that was found wrong, when more than one thing was. */
  readonly findings?: readonly Finding[];
  /** Seconds after which another try makes sense. */
  readonly retryAfter?: number;
}

/**
 * A refusal: what a client asked of us cannot be done, and the client can do something about it. Thrown; a door turns it into a
 * problem document or an exit code. Documents given to us to *judge* never throw: they get findings (see finding.ts).
 */
export class ServiceError extends Error {
  readonly code: ProblemCode;
  readonly pointer: string | undefined;
  readonly findings: readonly Finding[];
  readonly retryAfter: number | undefined;

  constructor(code: ProblemCode, message: string, options: ServiceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.pointer = options.pointer;
    this.findings = options.findings ?? [];
    this.retryAfter = options.retryAfter;
  }
}

/** After these the same request may do another time; any other refusal stands. */
const PASSING: ReadonlySet<ProblemCode> = new Set([
  'UNAVAILABLE',
  'RATE_LIMITED',
  'IDEMPOTENCY_IN_FLIGHT',
  'SELF_VERIFY_FAILED',
  'CONTEXT_INTEGRITY',
  'STORE_INTEGRITY',
  'STORE_LOCKED',
  'STORE_ROLLBACK',
  'KEY_STORE',
  'INTERNAL',
]);

/** Whether a refusal is of the moment, and nothing is wrong with what was asked. */
export function isPassing({ code }: ServiceError): boolean {
  return PASSING.has(code);
}

/** Turn failed findings about a client's own request into the one refusal it gets; the first names the code. */
export function refuse(findings: readonly Finding[]): never {
  const first = findings.find((finding) => finding.code !== undefined && finding.outcome !== 'passed');
  throw new ServiceError(first?.code ?? 'BAD_REQUEST', first?.detail ?? 'The request is not understood', {
    findings,
    ...(first?.pointer === undefined ? {} : { pointer: first.pointer }),
  });
}
