import { ServiceError } from '../base/error.ts';
import type { Finding } from '../base/finding.ts';
import { PROBLEMS, type ProblemCode } from '../base/problem.ts';

export type Language = 'en' | 'ko';

/** One code, one status. A code without a face does not compile. */
const STATUS = {
  PARSING_ERROR: 400,
  MALFORMED_VALUE_ERROR: 400,
  RANGE_ERROR: 400,
  CRYPTOGRAPHIC_SECURITY_ERROR: 400,
  PROOF_GENERATION_ERROR: 400,
  PROOF_VERIFICATION_ERROR: 400,
  PROOF_TRANSFORMATION_ERROR: 400,
  INVALID_DOMAIN_ERROR: 400,
  INVALID_CHALLENGE_ERROR: 400,
  DATA_LOSS_DETECTION_ERROR: 400,
  INVALID_VERIFICATION_METHOD: 400,
  INVALID_VERIFICATION_METHOD_URL: 400,
  INVALID_CONTROLLED_IDENTIFIER_DOCUMENT: 400,
  INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID: 400,
  INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD: 400,
  STATUS_RETRIEVAL_ERROR: 400,
  STATUS_VERIFICATION_ERROR: 400,
  STATUS_LIST_LENGTH_ERROR: 400,
  INVALID_DID: 400,
  NOT_FOUND_DID: 400,
  METHOD_NOT_SUPPORTED: 400,
  INVALID_DID_URL: 400,
  INVALID_DID_DOCUMENT: 400,
  INVALID_OPTIONS: 400,
  REPRESENTATION_NOT_SUPPORTED: 406,
  FEATURE_NOT_SUPPORTED: 501,
  UNKNOWN_OPTION_PROVIDED: 400,
  CONTEXT_NOT_ALLOWED: 400,
  CONTEXT_INTEGRITY: 503,
  LIMIT_EXCEEDED: 413,
  UNSUPPORTED_PROOF: 400,
  UNSUPPORTED_PURPOSE: 400,
  MANDATORY_CLAIM_MISSING: 400,
  EXPIRED: 400,
  NOT_YET_VALID: 400,
  REVOKED: 400,
  SUSPENDED: 400,
  STATUS_UNSUPPORTED: 400,
  SCHEMA_UNSUPPORTED: 400,
  SCHEMA_RETRIEVAL_ERROR: 400,
  STATUS_ROLLBACK: 400,
  POLICY_STATUS_REQUIRED: 400,
  HOST_BLOCKED: 400,
  DID_DEACTIVATED: 400,
  DID_LOG_ROLLBACK: 400,
  DID_RESOLUTION_ERROR: 400,
  HOLDER_MISMATCH: 400,
  NOTHING_PRESENTED: 400,
  QUERY_NOT_MET: 400,
  NO_TRUST_PATH: 400,
  POLICY_UNTRUSTED_ANCHOR: 400,
  POLICY_UNTRUSTED_ISSUER: 400,
  OUT_OF_SCOPE: 400,
  POLICY_ROLE: 400,
  POLICY_PATH_LENGTH: 400,
  POLICY_NOT_VALID_THEN: 400,
  POLICY_ASSURANCE: 400,
  CHAIN_BROKEN: 400,
  CHAIN_CYCLE: 400,
  CHAIN_DIGEST_MISMATCH: 400,
  KEY_COMPROMISED: 400,
  RULE_FAILED: 400,
  BAD_REQUEST: 400,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  FOUR_EYES_REQUIRED: 409,
  SIGN_IN_REFUSED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  LINT_FAILED: 422,
  GUESSABLE_DIGEST: 422,
  IDEMPOTENCY_KEY_REUSED: 422,
  IDEMPOTENCY_IN_FLIGHT: 409,
  SELF_VERIFY_FAILED: 500,
  CONFIG_REFUSED: 400,
  STORE_INTEGRITY: 503,
  STORE_LOCKED: 503,
  STORE_ROLLBACK: 503,
  BACKUP_INVALID: 400,
  KEY_STORE: 503,
  INTERNAL: 500,
} as const satisfies Record<ProblemCode, number>;

/** RFC 9457, with our stable `code`, the JSON Pointer of what is wrong, and the id that the log line of this request carries. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly pointer?: string;
  readonly requestId?: string;
  readonly problems?: readonly FindingProblem[];
}

export interface FindingProblem {
  readonly type: string;
  readonly title: string;
  readonly code: string;
  readonly detail?: string;
  readonly pointer?: string;
}

export function statusOf(code: ProblemCode): number {
  return STATUS[code];
}

/** Faults show nothing of the inside: a title, and the id to find the log line by. */
export function problemOf(error: unknown, language: Language, requestId: string): ProblemDetails {
  if (!(error instanceof ServiceError)) {
    return { ...face('INTERNAL', language), status: 500, requestId };
  }
  const problems = problemsOf(error.findings, language);
  return {
    ...face(error.code, language),
    status: STATUS[error.code],
    detail: error.message,
    ...(error.pointer === undefined ? {} : { pointer: error.pointer }),
    requestId,
    ...(problems.length > 1 ? { problems } : {}),
  };
}

/** What kept a document from being accepted, as the `problemDetails` of a verification answer. */
export function problemsOf(findings: readonly Finding[], language: Language): readonly FindingProblem[] {
  return findings.flatMap((finding) => {
    if (finding.outcome === 'passed' || finding.outcome === 'skipped') return [];
    return [
      {
        ...face(finding.code ?? 'INTERNAL', language),
        ...(finding.detail === undefined ? {} : { detail: finding.detail }),
        ...(finding.pointer === undefined ? {} : { pointer: finding.pointer }),
      },
    ];
  });
}

function face(code: ProblemCode, language: Language): { type: string; title: string; code: string } {
  const { type, title } = PROBLEMS[code];
  return { type, title: title[language], code };
}

/** The language a person asked for: Korean when it is preferred over English, English otherwise. */
export function languageOf(header: string | undefined): Language {
  let best: { language: Language; weight: number } = { language: 'en', weight: 0 };
  for (const part of (header ?? '').slice(0, 500).split(',')) {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
    const language = range.split('-')[0];
    const quality = parameters
      .map((parameter) => /^\s*q=([01](?:\.\d{1,3})?)\s*$/.exec(parameter)?.[1])
      .find((q) => q !== undefined);
    const weight = quality === undefined ? 1 : Number(quality);
    if ((language === 'ko' || language === 'en') && weight > best.weight) best = { language, weight };
  }
  return best.language;
}
