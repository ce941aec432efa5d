/** What each form cannot say, in words. The keys are stable, for programs. */
export const LOSSES = {
  unsigned: {
    en: 'The rendering carries no proof. What counts is the signed original that evidence names.',
    ko: '변환 결과에는 증명이 없습니다. 효력은 evidence에 적힌 서명 원본에만 있습니다.',
  },
  'names-by-did': {
    en: 'A name that the form asks for stands in no credential in hand; the DID is in its place.',
    ko: '형식이 요구하는 이름이 보유한 증명서에 없어 DID를 대신 적었습니다.',
  },
  'status-one-entry': {
    en: 'The form takes one status entry with a whole number; further entries stay behind.',
    ko: '형식은 정수 색인 하나의 상태 항목만 받으므로 나머지 항목은 옮기지 않았습니다.',
  },
  // W3C Recognized Entities
  'recognized-entity.scope': {
    en: 'Nothing in the draft narrows scopes from link to link: a reader of the form alone does not see what lies outside.',
    ko: '초안에는 단계마다 범위를 좁히는 규칙이 없어, 이 형식만 읽어서는 범위 밖인지 알 수 없습니다.',
  },
  'recognized-entity.past': {
    en: 'The draft asks what is valid now, never what was valid on the date of a statement.',
    ko: '초안은 현재의 유효성만 묻고, 성명서 작성일의 유효성은 묻지 않습니다.',
  },
  'recognized-entity.conditions': {
    en: 'Conditions, direction and kind of the arrangement are not looked at by the draft.',
    ko: '협정의 조건, 방향, 종류를 초안은 보지 않습니다.',
  },
  'recognized-entity.details': {
    en: 'Basis, numbers, standards, countries and dates have no term in the draft.',
    ko: '근거 법령, 번호, 표준, 국가, 날짜를 나타내는 용어가 초안에 없습니다.',
  },
  // UNTP, signed
  'untp.status-list': {
    en: 'The profile knows tokens only; the status list that the entry names is signed with Data Integrity.',
    ko: '프로필은 토큰만 다루지만, 항목이 가리키는 상태 목록은 Data Integrity로 서명되어 있습니다.',
  },
  // UNTP Digital Identity Anchor
  'dia.registered-date': {
    en: 'The date of registration is required by version 0.7.0 and not known: the result does not follow its schema.',
    ko: '0.7.0판이 요구하는 등록일을 알 수 없어 결과가 그 스키마를 따르지 않습니다.',
  },
  'dia.supersedes': {
    en: 'The form does not say which anchor this one replaces.',
    ko: '어느 신원 증명을 대체하는지 나타내는 항목이 없습니다.',
  },
  'dia.registrar': {
    en: 'A registrar that is not named by a DID is left out.',
    ko: 'DID가 아닌 식별자로 적힌 등록기관은 옮기지 않았습니다.',
  },
  'dia.more': {
    en: 'Members that an IdentityAnchor does not have are left out.',
    ko: '신원 증명에 없는 항목은 옮기지 않았습니다.',
  },
  // UNTP Digital Conformity Credential
  'dcc.assurance': {
    en: 'The form has no level of assurance.',
    ko: '보증 수준을 나타내는 항목이 없습니다.',
  },
  'dcc.materiality': { en: 'The form has no materiality.', ko: '중요성을 나타내는 항목이 없습니다.' },
  'dcc.conclusion': {
    en: 'Conformance is yes or no: modified, adverse and disclaimed are all no.',
    ko: '적합 여부만 있어 한정, 부적정, 의견 거절이 모두 부적합이 됩니다.',
  },
  'dcc.findings': {
    en: 'Findings, corrected and open, have no place.',
    ko: '시정된 지적과 남은 지적을 적을 곳이 없습니다.',
  },
  'dcc.period': { en: 'The period that was verified has no place.', ko: '검증 대상 기간을 적을 곳이 없습니다.' },
  'dcc.data-nature': {
    en: 'Whether the data are historical or projected has no place.',
    ko: '실적 자료인지 예측 자료인지 적을 곳이 없습니다.',
  },
  'dcc.site-visit': { en: 'The site visit has no place.', ko: '현장 방문을 적을 곳이 없습니다.' },
  'dcc.status-snapshot': {
    en: 'The status of the accreditation on the date of the statement has no place.',
    ko: '성명서 작성일의 인정 상태를 적을 곳이 없습니다.',
  },
  'dcc.reliance': {
    en: 'What the statement relies on and how it was added up stays in the original.',
    ko: '근거로 삼은 성명서와 합산 방법은 원본에만 있습니다.',
  },
  'dcc.denominator': {
    en: 'A measure has no denominator: per what the figure counts is carried beside it.',
    ko: '측정값에 분모가 없어, 무엇당 수치인지는 옆에 따로 적었습니다.',
  },
  'dcc.decimals': {
    en: 'Measures are JSON numbers; the exact decimal strings are carried beside them.',
    ko: '측정값은 JSON 숫자이며, 정확한 십진 문자열은 옆에 따로 적었습니다.',
  },
  'dcc.unit': {
    en: 'A unit without a UN/CEFACT code here has no measure.',
    ko: 'UN/CEFACT 단위 코드로 옮길 수 없는 값에는 측정값이 없습니다.',
  },
  'dcc.details': {
    en: 'Objectives, scope of the engagement, review, report id and predecessor have no place.',
    ko: '목적, 업무 범위, 독립 검토, 보고서 번호, 이전 성명서를 적을 곳이 없습니다.',
  },
  'dcc.people': {
    en: 'Signatory and lead auditor stay in the original.',
    ko: '서명자와 책임 심사원은 원본에만 있습니다.',
  },
  'dcc.blinding': {
    en: 'The blinding stays with the original; it would help nobody here.',
    ko: '블라인딩 값은 원본에만 있습니다.',
  },
  'dcc.no-accreditation': {
    en: 'The accreditation is not in hand: no authorisation, no endorsement.',
    ko: '인정서가 없어 권한과 보증 단계를 적지 않았습니다.',
  },
  'dcc.no-claim': {
    en: 'The claim is not in hand: the product is not named.',
    ko: '주장이 없어 제품을 적지 않았습니다.',
  },
} as const satisfies Readonly<Record<string, { readonly en: string; readonly ko: string }>>;

export type LossKey = keyof typeof LOSSES;
