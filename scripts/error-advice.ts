/** What to do about each code, in both languages. A code without advice does not compile. */
import type { ProblemCode } from '../src/base/problem.ts';

export interface Advice {
  readonly en: string;
  readonly ko: string;
}

const again: Advice = {
  en: 'Try again later; until then the answer is open.',
  ko: '나중에 다시 시도하십시오. 그때까지는 판정할 수 없습니다.',
};
const askOriginal: Advice = {
  en: 'Ask for the original file, unchanged; if it is the original, its issuer has to issue it again.',
  ko: '바뀌지 않은 원본 파일을 요청하십시오. 원본인데도 그렇다면 발급자가 다시 발급해야 합니다.',
};
const keyOfIssuer: Advice = {
  en: "The issuer's DID document and its proof do not fit; tell the issuer. The document is not accepted meanwhile.",
  ko: '발급자의 DID 문서와 증명이 맞지 않습니다. 발급자에게 알리십시오. 그동안 문서는 받아들여지지 않습니다.',
};
const correct: Advice = {
  en: 'Correct the place at `pointer`.',
  ko: '`pointer`가 가리키는 곳을 고치십시오.',
};
const listOfIssuer: Advice = {
  en: 'The status list is wrong, not the credential; tell its issuer. Open until it is right.',
  ko: '증명서가 아니라 상태 목록이 잘못되었습니다. 발급자에게 알리십시오. 바로잡힐 때까지 판정할 수 없습니다.',
};
const chain: Advice = {
  en: 'The nearest miss in the answer names the link; ask the presenter for the missing or right document.',
  ko: '응답의 가장 가까운 경로(nearestMiss)가 끊긴 연결을 알려 줍니다. 제시자에게 빠졌거나 옳은 문서를 요청하십시오.',
};
const operator: Advice = {
  en: 'For the operator: see the operator’s guide, *If the start is refused*.',
  ko: '운영자가 볼 일입니다. 운영자 안내서의 ‘시작이 거절되었을 때’를 보십시오.',
};

export const ADVICE: Readonly<Record<ProblemCode, Advice>> = {
  PARSING_ERROR: {
    en: 'Send one well-formed JSON object in UTF-8: no byte order mark, no member twice.',
    ko: '바이트 순서 표시가 없고 같은 항목이 두 번 나오지 않는, 올바른 UTF-8 JSON 객체 하나를 보내십시오.',
  },
  MALFORMED_VALUE_ERROR: correct,
  RANGE_ERROR: correct,
  CRYPTOGRAPHIC_SECURITY_ERROR: askOriginal,
  PROOF_GENERATION_ERROR: {
    en: 'Nothing was signed. Look at the log of the node by `requestId`.',
    ko: '서명된 것은 없습니다. `requestId`로 노드의 로그를 찾아보십시오.',
  },
  PROOF_VERIFICATION_ERROR: askOriginal,
  PROOF_TRANSFORMATION_ERROR: {
    en: 'Simplify the document: fewer objects without `id` that refer to each other.',
    ko: '서로를 가리키는, `id` 없는 객체를 줄여 문서를 단순하게 만드십시오.',
  },
  INVALID_DOMAIN_ERROR: {
    en: 'Present again, for the domain of this verifier.',
    ko: '이 검증자의 도메인으로 다시 제시하십시오.',
  },
  INVALID_CHALLENGE_ERROR: {
    en: 'Ask the verifier for a new challenge and present again within five minutes.',
    ko: '검증자에게 새 챌린지를 받아 5분 안에 다시 제시하십시오.',
  },
  DATA_LOSS_DETECTION_ERROR: {
    en: 'A member is not defined by the contexts, so no signature would cover it; remove or correct it.',
    ko: '컨텍스트에 정의되지 않아 서명으로 보호되지 않는 항목입니다. 빼거나 고치십시오.',
  },
  INVALID_VERIFICATION_METHOD: keyOfIssuer,
  INVALID_VERIFICATION_METHOD_URL: keyOfIssuer,
  INVALID_CONTROLLED_IDENTIFIER_DOCUMENT: keyOfIssuer,
  INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID: keyOfIssuer,
  INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD: keyOfIssuer,
  STATUS_RETRIEVAL_ERROR: again,
  STATUS_VERIFICATION_ERROR: listOfIssuer,
  STATUS_LIST_LENGTH_ERROR: listOfIssuer,
  INVALID_DID: { en: 'Write the DID as its method defines it.', ko: '해당 DID 메서드의 형식대로 DID를 쓰십시오.' },
  NOT_FOUND_DID: {
    en: 'The host says that there is no such DID. Check its spelling; ask its owner.',
    ko: '호스트에 그런 DID가 없습니다. 철자를 확인하고 주인에게 문의하십시오.',
  },
  METHOD_NOT_SUPPORTED: {
    en: 'Use did:key, did:jwk, did:web or did:webvh.',
    ko: 'did:key, did:jwk, did:web, did:webvh 가운데 하나를 쓰십시오.',
  },
  INVALID_DID_URL: {
    en: 'Write the DID URL as DID Core defines it, with one fragment and no path.',
    ko: 'DID URL을 DID Core의 형식대로, 경로 없이 조각 식별자 하나만 붙여 쓰십시오.',
  },
  INVALID_DID_DOCUMENT: {
    en: 'The owner of the DID has to correct the document that is published.',
    ko: 'DID의 주인이 게시한 문서를 바로잡아야 합니다.',
  },
  INVALID_OPTIONS: {
    en: 'Ask for a version by `versionId`, by `versionTime` (an instant with its zone) or by `versionNumber`.',
    ko: '버전은 `versionId`, `versionTime`(시간대가 있는 시각), `versionNumber` 가운데 하나로 지정하십시오.',
  },
  REPRESENTATION_NOT_SUPPORTED: {
    en: 'Accept `application/did-resolution`, `application/did` or `application/did-url-dereferencing`.',
    ko: 'Accept에 `application/did-resolution`, `application/did`, `application/did-url-dereferencing` 가운데 하나를 쓰십시오.',
  },
  FEATURE_NOT_SUPPORTED: {
    en: 'Versions exist for did:webvh only; DIDs of other hosts are resolved for callers with an organisation token.',
    ko: '버전은 did:webvh에만 있습니다. 다른 호스트의 DID는 조직 토큰을 보낸 호출자에게만 확인해 줍니다.',
  },
  UNKNOWN_OPTION_PROVIDED: {
    en: 'Remove the option at `pointer`; unknown options are never ignored.',
    ko: '`pointer`의 옵션을 빼십시오. 모르는 옵션을 넘겨 버리는 일은 없습니다.',
  },
  CONTEXT_NOT_ALLOWED: {
    en: 'Use the contexts of the credential’s type, as URL strings, in that order; no context of your own, none inside the document.',
    ko: '증명서 유형에 정해진 컨텍스트를 그 순서대로 URL 문자열로 쓰십시오. 자기 컨텍스트나 문서 안쪽의 컨텍스트는 쓸 수 없습니다.',
  },
  CONTEXT_INTEGRITY: {
    en: 'Install again from the lockfile; a bundled file is not the one that was released.',
    ko: '잠금 파일대로 다시 설치하십시오. 내장 파일이 배포된 것과 다릅니다.',
  },
  LIMIT_EXCEEDED: {
    en: 'Send less: the limits are in threats.md, section 6. Request bodies are read without content coding.',
    ko: '크기나 개수를 줄이십시오. 제한은 threats.md 6절에 있습니다. 압축한 요청 본문은 읽지 않습니다.',
  },
  UNSUPPORTED_PROOF: {
    en: 'Ask for the credential with a Data Integrity proof, eddsa-rdfc-2022, which everybody reads, or as vc+jwt.',
    ko: '누구나 읽을 수 있는 Data Integrity(eddsa-rdfc-2022)로, 또는 vc+jwt로 보호된 증명서를 요청하십시오.',
  },
  UNSUPPORTED_PURPOSE: {
    en: 'A credential is proved for assertionMethod, a presentation for authentication; ask its maker for such a proof.',
    ko: '증명서는 assertionMethod, 제시는 authentication 용도로 증명해야 합니다. 만든 쪽에 그런 증명을 요청하십시오.',
  },
  MANDATORY_CLAIM_MISSING: {
    en: 'Ask the holder to show the members that the type demands.',
    ko: '유형이 요구하는 항목을 공개하도록 보유자에게 요청하십시오.',
  },
  EXPIRED: {
    en: 'Ask the issuer for a current credential.',
    ko: '발급자에게 유효한 증명서를 요청하십시오.',
  },
  NOT_YET_VALID: {
    en: 'Wait until `validFrom`; if that is past, compare the clocks.',
    ko: '`validFrom`까지 기다리십시오. 이미 지났다면 시계를 견주어 보십시오.',
  },
  REVOKED: {
    en: 'Do not rely on it. The notice in the status list says why and from when; ask for a successor.',
    ko: '믿고 쓰지 마십시오. 상태 목록의 변동 공지에 까닭과 날짜가 있습니다. 뒤를 잇는 증명서를 요청하십시오.',
  },
  SUSPENDED: {
    en: 'Do not rely on it while it lasts. Ask the issuer when it ends.',
    ko: '정지된 동안에는 믿고 쓰지 마십시오. 언제 끝나는지 발급자에게 문의하십시오.',
  },
  STATUS_UNSUPPORTED: {
    en: 'Only Bitstring Status List entries for revocation and suspension, one bit wide, are read.',
    ko: '취소와 효력 정지를 나타내는 1비트 Bitstring Status List 항목만 읽습니다.',
  },
  SCHEMA_UNSUPPORTED: {
    en: 'A schema is applied if it is a JsonSchema or JsonSchemaCredential of 2020-12, 2019-09 or Draft-07 that refers to nothing outside itself.',
    ko: '2020-12, 2019-09, Draft-07 버전의 JsonSchema와 JsonSchemaCredential 가운데 외부를 참조하지 않는 스키마만 적용합니다.',
  },
  SCHEMA_RETRIEVAL_ERROR: {
    en: 'Try again later; if it stays away, ask the issuer where its schema is published.',
    ko: '나중에 다시 시도하십시오. 계속 가져올 수 없으면 스키마를 게시한 곳을 발급자에게 문의하십시오.',
  },
  STATUS_ROLLBACK: listOfIssuer,
  POLICY_STATUS_REQUIRED: {
    en: 'The issuer has to issue it with a status entry.',
    ko: '발급자가 상태 항목을 넣어 다시 발급해야 합니다.',
  },
  HOST_BLOCKED: {
    en: 'The DID or status list is at a private address; its owner has to publish it at a public one.',
    ko: 'DID나 상태 목록이 사설 주소에 있습니다. 주인이 공개 주소에 게시해야 합니다.',
  },
  DID_DEACTIVATED: {
    en: 'The party has given up this DID; ask for its new one.',
    ko: '더는 쓰지 않는 DID입니다. 새 DID를 문의하십시오.',
  },
  DID_LOG_ROLLBACK: {
    en: 'The log was cut or rewritten after it had been seen. Do not rely on it; ask the owner of the DID what happened.',
    ko: '한 번 확인된 로그가 잘리거나 다시 쓰였습니다. 믿지 말고 DID의 주인에게 경위를 물으십시오.',
  },
  DID_RESOLUTION_ERROR: again,
  HOLDER_MISMATCH: {
    en: 'The holder has to sign the presentation itself; a bare credential has to be about its presenter.',
    ko: '보유자가 직접 제시에 서명해야 합니다. 기본형 증명서는 제시자에 관한 것이어야 합니다.',
  },
  NOTHING_PRESENTED: { en: 'Send at least one credential.', ko: '증명서를 한 장 이상 보내십시오.' },
  QUERY_NOT_MET: {
    en: 'Present what the request asks for: one credential of a type and format that it names, with the claims it names, under the id of its query, and nothing beside it.',
    ko: '요청에 적힌 유형과 형식의 증명서 한 장을, 요청된 항목이 보이게, 그 질의의 id 아래에 제시하고 다른 것은 넣지 마십시오.',
  },
  NO_TRUST_PATH: chain,
  POLICY_UNTRUSTED_ANCHOR: {
    en: 'If you trust the body at the end of the path, add it to your policy with its source; otherwise the answer stands.',
    ko: '경로 끝의 기관을 신뢰한다면 출처와 함께 정책에 더하십시오. 그렇지 않다면 답은 그대로입니다.',
  },
  POLICY_UNTRUSTED_ISSUER: {
    en: 'If you know the organisation, add it to `trustedOrganisations`; or ask for an IdentityAnchor of a register that you anchor.',
    ko: '아는 조직이라면 `trustedOrganisations`에 더하거나, 정책에 있는 등록기관의 IdentityAnchor를 요청하십시오.',
  },
  OUT_OF_SCOPE: {
    en: 'The finding names dimension, demand and what was granted; only the accreditation body can widen a scope.',
    ko: '어느 항목에서 무엇이 필요했고 무엇이 인정되었는지 적혀 있습니다. 범위는 인정기구만 넓힐 수 있습니다.',
  },
  POLICY_ROLE: chain,
  POLICY_PATH_LENGTH: chain,
  POLICY_NOT_VALID_THEN: {
    en: 'The link was not in force at the statement’s date. It cannot be cured backwards; a new verification is needed.',
    ko: '검증성명서 작성일에 유효하지 않은 연결입니다. 소급하여 고칠 수 없으며 새 검증이 필요합니다.',
  },
  POLICY_ASSURANCE: {
    en: 'The statement’s assurance or materiality is below what the policy demands.',
    ko: '검증성명서의 보증 수준이나 중요성 기준이 정책의 요구에 못 미칩니다.',
  },
  CHAIN_BROKEN: chain,
  CHAIN_CYCLE: chain,
  CHAIN_DIGEST_MISMATCH: {
    en: 'The document is not the one that was linked: changed, reformatted or another version. Ask for the linked one.',
    ko: '연결된 바로 그 문서가 아닙니다. 바뀌었거나 서식이 달라졌거나 다른 판입니다. 연결된 문서를 요청하십시오.',
  },
  KEY_COMPROMISED: {
    en: 'Ask its issuer for a credential, or a status list, signed by its new key. If you had the very document before, add its digest to `seenBefore`.',
    ko: '발급자에게 새 키로 서명한 증명서나 상태 목록을 요청하십시오. 유출 전에 받아 둔 바로 그 문서라면 다이제스트를 `seenBefore`에 추가하십시오.',
  },
  RULE_FAILED: {
    en: 'Look the rule id up in rules.md; the message says what was found.',
    ko: '규칙 번호를 rules.md에서 찾아보십시오. 메시지에 무엇이 발견되었는지 적혀 있습니다.',
  },
  BAD_REQUEST: {
    en: 'Correct the request at `pointer`; `/openapi.json` describes it.',
    ko: '`pointer`의 위치를 고치십시오. 요청 형식은 `/openapi.json`에 있습니다.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    en: 'Send `application/json`, `application/vc`, `application/vp` or `application/ld+json`.',
    ko: '`application/json`, `application/vc`, `application/vp`, `application/ld+json` 중 하나로 보내십시오.',
  },
  UNAUTHORIZED: {
    en: 'Send `Authorization: Bearer` with your token; ask the operator for a new one if it is lost.',
    ko: '`Authorization: Bearer`에 토큰을 넣어 보내십시오. 잃어버렸다면 운영자에게 새 토큰을 요청하십시오.',
  },
  FORBIDDEN: {
    en: 'Use an instance of your own organisation and its DID, and a token with the scope that the detail names.',
    ko: '자기 조직의 인스턴스와 DID를 쓰고, 상세 메시지가 말하는 범위를 가진 토큰을 쓰십시오.',
  },
  FOUR_EYES_REQUIRED: {
    en: 'Ask with the single routes (`issue`, `status`): the request waits until another caller approves it.',
    ko: '한 건씩 처리하는 경로(`issue`, `status`)로 요청하십시오. 다른 호출자가 승인할 때까지 기다립니다.',
  },
  SIGN_IN_REFUSED: {
    en: 'Begin again at /auth/login. If it goes on, the identity provider or its settings at this node are wrong: the detail names the check.',
    ko: '/auth/login에서 다시 시작하십시오. 되풀이되면 인증 제공자나 이 노드의 설정이 잘못된 것입니다. 상세 메시지에 실패한 검사가 나옵니다.',
  },
  NOT_FOUND: {
    en: 'Check path and id. What belongs to somebody else answers like what does not exist.',
    ko: '경로와 식별자를 확인하십시오. 남의 것도 없는 것과 똑같이 답합니다.',
  },
  METHOD_NOT_ALLOWED: {
    en: 'The header `Allow` lists what is offered.',
    ko: '`Allow` 헤더에 쓸 수 있는 메서드가 있습니다.',
  },
  CONFLICT: {
    en: 'The id or name is taken, or the change cannot be undone; `detail` says which.',
    ko: '이미 쓰인 식별자나 이름이거나 되돌릴 수 없는 변경입니다. `detail`을 보십시오.',
  },
  RATE_LIMITED: {
    en: 'Wait for the seconds in `Retry-After`.',
    ko: '`Retry-After`의 초만큼 기다리십시오.',
  },
  UNAVAILABLE: {
    en: 'Wait for the seconds in `Retry-After`, then send the same request with the same `Idempotency-Key`.',
    ko: '`Retry-After`의 초만큼 기다린 뒤 같은 `Idempotency-Key`로 같은 요청을 보내십시오.',
  },
  LINT_FAILED: {
    en: 'The content contradicts itself; correct the figures or dates at `pointer`. Nothing was signed and no index was taken.',
    ko: '내용이 서로 어긋납니다. `pointer`의 수치나 날짜를 고치십시오. 서명된 것도, 쓰인 상태 번호도 없습니다.',
  },
  GUESSABLE_DIGEST: {
    en: 'The digest at `pointer` is over the value at `params.member` alone, and whoever guesses that value can test it. Hash it together with a salt of at least 128 random bits that stays with those who may know. Nothing was signed.',
    ko: '`pointer`의 해시값은 `params.member`의 값만으로 만든 것이라, 값을 추측한 사람이 맞는지 확인할 수 있습니다. 알아도 되는 사람만 가진 128비트 이상의 무작위 salt와 함께 해시하십시오. 서명된 것은 없습니다.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    en: 'Choose a new key for a new request.',
    ko: '새 요청에는 새 키를 쓰십시오.',
  },
  IDEMPOTENCY_IN_FLIGHT: {
    en: 'Wait a second and send the same again.',
    ko: '잠시 기다렸다가 같은 요청을 다시 보내십시오.',
  },
  SELF_VERIFY_FAILED: {
    en: 'Nothing was issued. The operator has to look at the key: the log has an alarm.',
    ko: '발급된 것은 없습니다. 로그에 경보가 있습니다. 운영자가 키를 살펴보아야 합니다.',
  },
  CONFIG_REFUSED: {
    en: 'Correct the setting or policy that is named.',
    ko: '적힌 설정이나 정책을 고치십시오.',
  },
  STORE_INTEGRITY: operator,
  STORE_LOCKED: operator,
  STORE_ROLLBACK: operator,
  BACKUP_INVALID: {
    en: 'Nothing was written. The archive is cut, was changed or is none of ours; take another one (`proofprint restore --check` tells).',
    ko: '아무것도 쓰지 않았습니다. 아카이브가 잘렸거나 바뀌었거나 이 프로그램이 만든 것이 아닙니다. 다른 것을 쓰십시오(`proofprint restore --check`로 알아볼 수 있습니다).',
  },
  KEY_STORE: operator,
  INTERNAL: {
    en: 'A fault of the node. Report it with the `requestId`, not with the document.',
    ko: '노드의 고장입니다. 문서 말고 `requestId`를 알려 주십시오.',
  },
};
