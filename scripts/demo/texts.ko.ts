/** 시연의 모든 문장(한국어). 항목은 영어 파일과 같고, 빠진 것이 있으면 컴파일되지 않습니다. */
import type { Texts } from './texts.en.ts';

export const KO: Texts = {
  title: 'Proofprint: 중앙 데이터베이스 없이 국경을 넘는 탄소발자국',
  fictional:
    '여기 나오는 모든 조직, 증서 번호, 수치는 가상입니다. 시계는 손으로 맞추며, 이야기는 2024년부터 2027년까지 이어집니다.',
  starting: (count) => `노드 ${count}개를 시작합니다 …`,

  sections: {
    nodes: '아무것도 공유하지 않는 노드들',
    trust: '승인과 인정',
    claims: '주장과 검증',
    show: '챌린지에 답하는 제시',
    evaluate: '제도별 평가',
    refused: '통과하지 못하는 것',
    suspendedLater: '이탈리아 인정의 효력 정지, 오늘부터',
    suspendedBefore: '한국 인정의 효력 정지, 검증성명서 이전 날짜부터',
    revoked: '검증성명서 취소',
    dependent: '그 자료에 기댔던 평가',
    table: '전체 답변',
  },

  nodes:
    '노드마다 프로세스, 포트, 저장소, 키가 따로 있고, did:web 문서도 그 노드만 제공합니다. 노드 사이를 오가는 것은 HTTPS 요청과 증명서뿐입니다.',
  nodeLine: (name, url, process, parties) => `${name}  ${url}  프로세스 ${process}: ${parties.join(', ')}`,

  credential: {
    arrangement: ({ subject, detail }) => `승인 대상 ${subject}: ${detail}`,
    accreditation: ({ subject, detail }) => `인정 대상 ${subject}: ${detail}`,
    emissionsClaim: ({ detail }) => `내재배출량 주장: ${detail}`,
    footprintClaim: ({ detail }) => `제품 탄소발자국 주장: ${detail}`,
    statement: ({ subject, detail }) => `${subject}의 주장에 대한 검증성명서: ${detail}`,
    decision: ({ subject, detail }) => `${subject}의 바로 그 검증성명서를 수용: ${detail}`,
  },
  issuedAt: (issuer, node) => `${issuer}, 노드 ${node}`,
  travelled: (size, holders) => `${size} → ${holders.join(' → ')}`,
  editions:
    '이 버전은 증명서 전체에 한 번에 서명합니다. 그래서 셀에 대한 검증성명서는 두 벌로 발급됩니다. 협력사용은 전체를 담고, 공개용에는 공급사가 나오지 않습니다.',
  groups: (groups) => `활동 그룹 ${groups}`,
  assurance: { limited: '제한적 보증', reasonable: '합리적 보증' },
  mark: (id) => `마크 ${id}`,
  wholeEdition: '전체, 협력사용',
  publicEdition: '공개용, 공급사 없음',

  showings: {
    declarant: 'CBAM 신고인용 열연코일',
    customer: '고객용 코일 탄소발자국',
    'declarant-national': '국내 인정으로 검증한 열연코일',
    public: '배터리 셀, 공개용',
    'under-agreement': '배터리 셀, 비공개 산정 시트 포함',
    'no-mra': '배터리 셀, 상호인정협정 없이',
  },
  shown: ({ from, to, count, size, challenge }) =>
    `${from} → ${to}: 증명서 ${count}건, ${size}, 챌린지 ${challenge}에 대한 서명`,
  verified: '서명, 제시자, 챌린지, 도메인, 유효기간, 상태가 모두 맞습니다.',
  notVerified: (codes) => `검증 실패: ${codes}`,
  replayed: (codes) => `마지막 것을 다시 보내면 거부됩니다(${codes}). 챌린지는 한 번만 쓸 수 있습니다.`,
  notReplayed: '마지막 것을 다시 보냈는데 또 받아들여졌습니다.',
  evaluateIntro:
    '의존 당사자는 자기 노드에, 자기 정책으로 묻습니다. 키와 상태 목록은 각 발급자의 노드에서 가져오며, 누구에게도 의견을 묻지 않습니다.',

  results: {
    ACCEPT: '확인 항목을 모두 충족',
    ACCEPT_WITH_CONDITIONS: '확인 항목 충족, 남은 조건 있음',
    REVIEW: '담당자의 검토 필요',
    REJECT: '확인 항목을 충족하지 않음',
    UNDETERMINED: '판정할 수 없음',
  },
  judged: ({ showing, regime, at, result, inWords }) => `${showing}, ${regime}, ${at} 기준: ${result}, ${inWords}`,
  unnamed: (name) => `${name} (정책에 없음)`,
  path: (names) => `신뢰 경로: ${names.join(' → ')}`,
  failed: (rules) => `충족하지 못한 규칙: ${rules}`,
  nearest: (rule, why) => `가장 가까운 경로에서 막힌 곳: ${rule}, ${why}`,
  differs: (what) => `예상과 다름: ${what}`,

  meanings: {
    'declarant/eu-cbam': (v) =>
      `실제값 톤당 ${v['specificDirect']} tCO2e가 확인 항목을 충족합니다. 이 수입품의 배출량은 ${v['importEmissions']} tCO2e이고, 기본값으로는 ${v['importByDefault']} tCO2e입니다.`,
    'customer/iso14067-pcf': (v) =>
      `kg당 ${v['pcfExcludingBiogenicUptake']} kgCO2e를 쓸 수 있습니다. 한국의 인정이 상호인정협정을 거쳐 고객에게 닿습니다.`,
    'public/iso14067-pcf': (v) =>
      `셀당 ${v['pcfExcludingBiogenicUptake']} kgCO2e를 쓸 수 있고, 그중 ${v['verifiedSharePercent']} %가 검증되었습니다. 제시된 자료 어디에도 공급사가 나오지 않습니다.`,
    'public/scheme-mra': (v) => `이탈리아 제도가 바로 이 검증성명서를 수용했습니다: 마크 ${v['grantedMark']}.`,
    'public/eu-battery-art7': () =>
      '배터리 규정은 EU 지정 인증기관을 요구하며, 여기에는 그것을 대신할 것이 없습니다. 이 사슬은 보조 증거로만 쓰입니다.',
    'under-agreement/iso14067-pcf': () =>
      '비공개 산정 시트를 받은 구매자가 검증기관의 계산을 다시 해 봅니다. 각 줄, 합계, 루트가 모두 일치합니다.',
    'declarant-national/eu-cbam': () =>
      '같은 수치를 국내 인정을 받은 기관이 검증한 경우입니다. 고객에게는 충분하지만, 어떤 협정이 있어도 CBAM에는 쓸 수 없습니다.',
    'customer/eu-cbam': () => '제품 탄소발자국은 내재배출량과 다른 양이므로 CBAM에서는 아무 값도 갖지 않습니다.',
    'no-mra/iso14067-pcf': () =>
      '상호인정협정이 없으면 한국 인정기구에서 구매자의 신뢰 기점으로 이어지는 길이 없습니다.',
    'under-agreement/altered': () => '서명한 뒤 산정 시트의 수량 하나가 바뀌었습니다. 루트도 합계도 맞지 않습니다.',
    'suspended-later': () => '검증성명서는 그 전에 나왔으므로 유효합니다. 보고서에는 효력 정지가 참고로 적힙니다.',
    'suspended-before': () => '가장 새로운 목록에 따르면, 검증성명서가 나온 날에는 인정의 효력이 없었습니다.',
    'revoked-now': () => '검증성명서의 취소는 그 날짜부터 반영됩니다.',
    'revoked-asked-earlier': () => '전날을 기준으로 물으면 같은 증거가 그때와 같은 답을 줍니다.',
  },

  suspends: (who, what, from) => `${who}: ${what} 효력 정지, ${from}부터.`,
  revokes: (who, what, from) => `${who}: 검증성명서 ${what} 취소, ${from}부터.`,
  plainQuestion: (codes) =>
    `인정이 지금 유효한지만 물으면 노드는 아니라고 답합니다(${codes}). 코일이 어떤 값을 갖는지 물으면:`,
  plainWrong: '인정이 지금 유효한지만 물었더니 노드가 그렇다고 답했습니다.',
  clock: (now) => `시계를 ${now}에 맞춥니다.`,
  dependent: (who, what, count) => `${who}, 자기 노드에 ${what}에 기댄 평가를 물음. 다시 판정할 것 ${count}건:`,

  columns: { what: '질문', regime: '제도', at: '기준일', result: '답', failed: '충족하지 못한 규칙', fits: '예상대로' },
  yes: '예',
  no: '아니오',
  summary: (good, all, nodes, seconds) =>
    `답 ${all}개 가운데 ${good}개가 예상대로입니다. 노드 ${nodes}개, ${seconds}초.`,
  interrupted: '중단되었습니다. 노드를 모두 멈췄습니다.',
};
