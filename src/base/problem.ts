/**
 * Every code this service can answer with, in one table: its problem type (RFC 9457 `type`) and its title in both languages.
 * Codes of a standard keep the standard's URL; ours live below `https://w3id.org/proofprint/problems#`.
 * docs/errors.md is generated from here, and a test asserts that every code is provoked by some test.
 */

/** All our own URLs (contexts, vocabulary, schemas, problems) begin here, whatever address a node is served from. */
export const BASE_URL = 'https://w3id.org/proofprint/';

const VCDM = 'https://www.w3.org/TR/vc-data-model#';
const SECURITY = 'https://w3id.org/security#';
const STATUS_LIST = 'https://www.w3.org/ns/credentials/status-list#';
const DID = 'https://www.w3.org/ns/did#';
const VCALM = 'https://www.w3.org/TR/vcalm#';
const OURS = `${BASE_URL}problems#`;

interface Problem {
  readonly type: string;
  readonly title: { readonly en: string; readonly ko: string };
}

const at = <Code extends string>(base: string, code: Code, en: string, ko: string): Problem => ({
  type: base + code,
  title: { en, ko },
});
/** Our own codes: `HOST_BLOCKED` becomes `…problems#host-blocked`. */
const ours = (code: string, en: string, ko: string): Problem =>
  at(OURS, code.toLowerCase().replaceAll('_', '-'), en, ko);

export const PROBLEMS = {
  // Verifiable Credentials Data Model 2.0
  PARSING_ERROR: at(VCDM, 'PARSING_ERROR', 'The input is not well-formed JSON', '입력이 올바른 JSON이 아닙니다'),
  MALFORMED_VALUE_ERROR: at(VCDM, 'MALFORMED_VALUE_ERROR', 'A value has the wrong form', '값의 형식이 잘못되었습니다'),
  RANGE_ERROR: at(VCDM, 'RANGE_ERROR', 'A value is out of range', '값이 허용 범위를 벗어났습니다'),
  CRYPTOGRAPHIC_SECURITY_ERROR: at(
    VCDM,
    'CRYPTOGRAPHIC_SECURITY_ERROR',
    'A securing mechanism does not verify',
    '보안 메커니즘 검증에 실패했습니다',
  ),
  // Data Integrity and Controlled Identifiers
  PROOF_GENERATION_ERROR: at(
    SECURITY,
    'PROOF_GENERATION_ERROR',
    'The proof could not be made',
    '증명을 생성하지 못했습니다',
  ),
  PROOF_VERIFICATION_ERROR: at(
    SECURITY,
    'PROOF_VERIFICATION_ERROR',
    'A proof does not verify',
    '증명 검증에 실패했습니다',
  ),
  PROOF_TRANSFORMATION_ERROR: at(
    SECURITY,
    'PROOF_TRANSFORMATION_ERROR',
    'The document cannot be canonicalised',
    '문서를 정규화할 수 없습니다',
  ),
  INVALID_DOMAIN_ERROR: at(
    SECURITY,
    'INVALID_DOMAIN_ERROR',
    'The presentation was made for another domain',
    '다른 도메인을 위해 만들어진 제시입니다',
  ),
  INVALID_CHALLENGE_ERROR: at(
    SECURITY,
    'INVALID_CHALLENGE_ERROR',
    'The challenge is unknown, used or expired',
    '챌린지를 알 수 없거나 이미 사용되었거나 만료되었습니다',
  ),
  DATA_LOSS_DETECTION_ERROR: at(
    SECURITY,
    'DATA_LOSS_DETECTION_ERROR',
    'A member would not be covered by the signature',
    '서명으로 보호되지 않는 항목이 있습니다',
  ),
  INVALID_VERIFICATION_METHOD: at(
    SECURITY,
    'INVALID_VERIFICATION_METHOD',
    'The verification method is not usable',
    '검증 수단을 사용할 수 없습니다',
  ),
  INVALID_VERIFICATION_METHOD_URL: at(
    SECURITY,
    'INVALID_VERIFICATION_METHOD_URL',
    'The verification method is not a DID URL with a fragment',
    '검증 수단이 프래그먼트가 있는 DID URL이 아닙니다',
  ),
  INVALID_CONTROLLED_IDENTIFIER_DOCUMENT: at(
    SECURITY,
    'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT',
    'The DID document is not usable',
    'DID 문서를 사용할 수 없습니다',
  ),
  INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID: at(
    SECURITY,
    'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID',
    'The DID document belongs to another DID',
    '다른 DID의 문서입니다',
  ),
  INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD: at(
    SECURITY,
    'INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD',
    'The key is not listed for this purpose',
    '이 용도로 등록되지 않은 키입니다',
  ),
  // Bitstring Status List 1.0
  STATUS_RETRIEVAL_ERROR: at(
    STATUS_LIST,
    'STATUS_RETRIEVAL_ERROR',
    'The status list could not be had',
    '상태 목록을 가져올 수 없습니다',
  ),
  STATUS_VERIFICATION_ERROR: at(
    STATUS_LIST,
    'STATUS_VERIFICATION_ERROR',
    'The status list does not verify',
    '상태 목록 검증에 실패했습니다',
  ),
  STATUS_LIST_LENGTH_ERROR: at(
    STATUS_LIST,
    'STATUS_LIST_LENGTH_ERROR',
    'The status list is too short',
    '상태 목록이 너무 짧습니다',
  ),
  // DID resolution
  INVALID_DID: at(DID, 'INVALID_DID', 'The DID is not well-formed', 'DID 형식이 잘못되었습니다'),
  NOT_FOUND_DID: at(DID, 'NOT_FOUND', 'The DID does not exist', '존재하지 않는 DID입니다'),
  METHOD_NOT_SUPPORTED: at(
    DID,
    'METHOD_NOT_SUPPORTED',
    'The DID method is not supported',
    '지원하지 않는 DID 메서드입니다',
  ),
  INVALID_DID_URL: at(DID, 'INVALID_DID_URL', 'The DID URL is not well-formed', 'DID URL 형식이 잘못되었습니다'),
  INVALID_DID_DOCUMENT: at(
    DID,
    'INVALID_DID_DOCUMENT',
    'The DID document is not usable',
    '사용할 수 없는 DID 문서입니다',
  ),
  INVALID_OPTIONS: at(
    DID,
    'INVALID_OPTIONS',
    'The resolution options are not well-formed',
    'DID 확인 옵션의 형식이 잘못되었습니다',
  ),
  REPRESENTATION_NOT_SUPPORTED: at(
    DID,
    'REPRESENTATION_NOT_SUPPORTED',
    'No representation that is accepted is offered here',
    '요청한 표현 형식을 제공하지 않습니다',
  ),
  FEATURE_NOT_SUPPORTED: at(
    DID,
    'FEATURE_NOT_SUPPORTED',
    'This is not resolved here',
    '여기에서는 확인할 수 없는 요청입니다',
  ),
  // VCALM 1.0
  UNKNOWN_OPTION_PROVIDED: at(VCALM, 'UNKNOWN_OPTION_PROVIDED', 'An option is not known here', '알 수 없는 옵션입니다'),
  // Ours: about a document
  CONTEXT_NOT_ALLOWED: ours(
    'CONTEXT_NOT_ALLOWED',
    'A context outside the bundled list is used',
    '허용 목록에 없는 컨텍스트를 사용했습니다',
  ),
  CONTEXT_INTEGRITY: ours(
    'CONTEXT_INTEGRITY',
    'A bundled context or schema file was altered',
    '내장된 컨텍스트 또는 스키마 파일이 변경되었습니다',
  ),
  LIMIT_EXCEEDED: ours('LIMIT_EXCEEDED', 'A size or count limit is exceeded', '크기 또는 개수 제한을 초과했습니다'),
  UNSUPPORTED_PROOF: ours(
    'UNSUPPORTED_PROOF',
    'This securing mechanism is not supported here',
    '지원하지 않는 보안 메커니즘입니다',
  ),
  UNSUPPORTED_PURPOSE: ours(
    'UNSUPPORTED_PURPOSE',
    'The purpose of a proof is not known here',
    '알 수 없는 용도의 증명입니다',
  ),
  MANDATORY_CLAIM_MISSING: ours(
    'MANDATORY_CLAIM_MISSING',
    'A claim that must be shown is missing',
    '반드시 공개해야 하는 항목이 없습니다',
  ),
  EXPIRED: ours('EXPIRED', 'The credential has expired', '유효기간이 지났습니다'),
  NOT_YET_VALID: ours('NOT_YET_VALID', 'The credential is not yet valid', '아직 유효기간이 시작되지 않았습니다'),
  REVOKED: ours('REVOKED', 'The credential is revoked', '취소된 증명서입니다'),
  SUSPENDED: ours('SUSPENDED', 'The credential is suspended', '효력이 정지된 증명서입니다'),
  STATUS_UNSUPPORTED: ours('STATUS_UNSUPPORTED', 'The status type is not supported', '지원하지 않는 상태 유형입니다'),
  SCHEMA_UNSUPPORTED: ours(
    'SCHEMA_UNSUPPORTED',
    'The type or version of the schema is not supported',
    '지원하지 않는 스키마 유형 또는 버전입니다',
  ),
  SCHEMA_RETRIEVAL_ERROR: ours('SCHEMA_RETRIEVAL_ERROR', 'The schema could not be had', '스키마를 가져올 수 없습니다'),
  STATUS_ROLLBACK: ours(
    'STATUS_ROLLBACK',
    'An older status list than one already seen was offered',
    '이미 확인한 것보다 오래된 상태 목록입니다',
  ),
  POLICY_STATUS_REQUIRED: ours(
    'POLICY_STATUS_REQUIRED',
    'This type must carry a status',
    '이 유형에는 상태 정보가 필요합니다',
  ),
  HOST_BLOCKED: ours('HOST_BLOCKED', 'The host is not a public address', '공개 주소가 아닌 호스트입니다'),
  DID_DEACTIVATED: ours('DID_DEACTIVATED', 'The DID is deactivated', '비활성화된 DID입니다'),
  DID_LOG_ROLLBACK: ours(
    'DID_LOG_ROLLBACK',
    'The log of the DID goes back on what was seen before',
    '이전에 확인한 내용과 어긋나는 DID 로그입니다',
  ),
  DID_RESOLUTION_ERROR: ours(
    'DID_RESOLUTION_ERROR',
    'The DID could not be resolved now',
    '현재 DID를 확인할 수 없습니다',
  ),
  // Ours: about a presentation, trust and policy
  HOLDER_MISMATCH: ours('HOLDER_MISMATCH', 'The presenter is not the holder', '제시자가 보유자와 다릅니다'),
  NOTHING_PRESENTED: ours('NOTHING_PRESENTED', 'The presentation holds no credential', '제시된 증명서가 없습니다'),
  QUERY_NOT_MET: ours('QUERY_NOT_MET', 'What is presented is not what was asked for', '요청한 내용과 다른 제시입니다'),
  NO_TRUST_PATH: ours('NO_TRUST_PATH', 'No path leads to a trust anchor', '신뢰 기점으로 이어지는 경로가 없습니다'),
  POLICY_UNTRUSTED_ANCHOR: ours(
    'POLICY_UNTRUSTED_ANCHOR',
    'The path ends at a party that is no anchor',
    '경로가 신뢰 기점이 아닌 기관에서 끝납니다',
  ),
  POLICY_UNTRUSTED_ISSUER: ours(
    'POLICY_UNTRUSTED_ISSUER',
    'The issuer is not known to the policy',
    '정책에 등록되지 않은 발급자입니다',
  ),
  OUT_OF_SCOPE: ours(
    'OUT_OF_SCOPE',
    'The statement lies outside the scope that was granted',
    '부여된 인정 범위를 벗어났습니다',
  ),
  POLICY_ROLE: ours('POLICY_ROLE', 'The party has another role', '해당 역할의 기관이 아닙니다'),
  POLICY_PATH_LENGTH: ours('POLICY_PATH_LENGTH', 'The trust path is too long', '신뢰 경로가 너무 깁니다'),
  POLICY_NOT_VALID_THEN: ours(
    'POLICY_NOT_VALID_THEN',
    'A link was not valid at the instant that counts',
    '기준 시점에 유효하지 않은 연결이 있습니다',
  ),
  POLICY_ASSURANCE: ours('POLICY_ASSURANCE', 'The level of assurance does not suffice', '보증 수준이 부족합니다'),
  CHAIN_BROKEN: ours('CHAIN_BROKEN', 'Two links do not join', '연결이 이어지지 않습니다'),
  CHAIN_CYCLE: ours('CHAIN_CYCLE', 'The links form a cycle', '연결이 순환합니다'),
  CHAIN_DIGEST_MISMATCH: ours(
    'CHAIN_DIGEST_MISMATCH',
    'A digest does not match the document it names',
    '다이제스트가 대상 문서와 일치하지 않습니다',
  ),
  KEY_COMPROMISED: ours(
    'KEY_COMPROMISED',
    'The policy holds a signing key for compromised',
    '정책에서 유출된 것으로 지정한 서명 키입니다',
  ),
  RULE_FAILED: ours('RULE_FAILED', 'A rule of the regime is not met', '제도의 규칙을 충족하지 않습니다'),
  // Ours: about a request or the service
  BAD_REQUEST: ours('BAD_REQUEST', 'The request is not understood', '요청을 이해할 수 없습니다'),
  UNSUPPORTED_MEDIA_TYPE: ours(
    'UNSUPPORTED_MEDIA_TYPE',
    'The media type is not read here',
    '지원하지 않는 미디어 유형입니다',
  ),
  UNAUTHORIZED: ours('UNAUTHORIZED', 'A valid token is needed', '유효한 토큰이 필요합니다'),
  FORBIDDEN: ours('FORBIDDEN', 'The token does not cover this', '이 토큰으로는 허용되지 않습니다'),
  FOUR_EYES_REQUIRED: ours(
    'FOUR_EYES_REQUIRED',
    'Two callers are wanted for this',
    '두 호출자가 함께해야 하는 일입니다',
  ),
  SIGN_IN_REFUSED: ours('SIGN_IN_REFUSED', 'The sign-in does not hold', '로그인을 인정할 수 없습니다'),
  NOT_FOUND: ours('NOT_FOUND', 'No such resource', '해당 자원이 없습니다'),
  METHOD_NOT_ALLOWED: ours('METHOD_NOT_ALLOWED', 'The method is not offered here', '허용되지 않는 메서드입니다'),
  CONFLICT: ours('CONFLICT', 'The request conflicts with the present state', '현재 상태와 충돌하는 요청입니다'),
  RATE_LIMITED: ours('RATE_LIMITED', 'Too many requests', '요청이 너무 많습니다'),
  UNAVAILABLE: ours('UNAVAILABLE', 'The service cannot answer now', '현재 서비스를 이용할 수 없습니다'),
  LINT_FAILED: ours('LINT_FAILED', 'The credential would not be accepted', '발급해도 인정되지 않을 증명서입니다'),
  GUESSABLE_DIGEST: ours(
    'GUESSABLE_DIGEST',
    'A digest would give away what it hides',
    '해시값이 감추려는 값을 드러냅니다',
  ),
  IDEMPOTENCY_KEY_REUSED: ours(
    'IDEMPOTENCY_KEY_REUSED',
    'The Idempotency-Key was used for another request',
    'Idempotency-Key가 다른 요청에 사용되었습니다',
  ),
  IDEMPOTENCY_IN_FLIGHT: ours(
    'IDEMPOTENCY_IN_FLIGHT',
    'The first request with this Idempotency-Key is still under way',
    '같은 Idempotency-Key의 첫 요청이 아직 처리 중입니다',
  ),
  SELF_VERIFY_FAILED: ours(
    'SELF_VERIFY_FAILED',
    'The signature just made does not verify',
    '방금 생성한 서명이 검증되지 않습니다',
  ),
  CONFIG_REFUSED: ours('CONFIG_REFUSED', 'The configuration is refused', '설정을 사용할 수 없습니다'),
  STORE_INTEGRITY: ours('STORE_INTEGRITY', 'The store is damaged', '저장소가 손상되었습니다'),
  STORE_LOCKED: ours('STORE_LOCKED', 'Another process holds the store', '다른 프로세스가 저장소를 사용 중입니다'),
  STORE_ROLLBACK: ours(
    'STORE_ROLLBACK',
    'The store is older than its high-water mark',
    '저장소가 기록된 최고 수위보다 오래되었습니다',
  ),
  BACKUP_INVALID: ours('BACKUP_INVALID', 'The backup cannot be relied on', '믿을 수 없는 백업입니다'),
  KEY_STORE: ours('KEY_STORE', 'The key store cannot be used', '키 저장소를 쓸 수 없습니다'),
  INTERNAL: ours('INTERNAL', 'The service failed', '서비스 오류입니다'),
} as const satisfies Record<string, Problem>;

export type ProblemCode = keyof typeof PROBLEMS;

export function problemType(code: ProblemCode): string {
  return PROBLEMS[code].type;
}
