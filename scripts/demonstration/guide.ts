/** What a visitor of the demonstration network can look at first, as lines for a shell. */
import type { Language } from '../../src/trust/messages/message.ts';

export interface Sights {
  readonly url: string;
  readonly clock: string;
  readonly organisations: number;
  readonly credentials: number;
  readonly answers: number;
  readonly right: number;
  /** The car maker: token and verifier instance. */
  readonly buyer: { readonly token: string; readonly desk: string };
  /** One of its evaluations. */
  readonly evaluation: string;
  /** The cell maker: token and holder instance. */
  readonly maker: { readonly token: string; readonly id: string };
  /** The Korean accreditation body: token, issuer instance, and the accreditation that everything Korean rests on. */
  readonly body: { readonly token: string; readonly id: string };
  readonly accreditation: { readonly id: string; readonly list: string };
}

const TEXTS = {
  en: {
    filled: (sights: Sights) =>
      `Demonstration network filled: ${sights.organisations} fictional organisations, ${sights.credentials} credentials, ${sights.right} of ${sights.answers} answers as they must be. The clock stands at ${sights.clock}; after a restart it stands there again.`,
    look: 'What to look at (the tokens are shown once; a new one: POST /admin/organizations/{slug}/token):',
    pages: 'the interface, to read in a browser',
    evaluations: 'what the car maker asked its node about the battery cell',
    one: 'one answer in full: results by regime, rules, trust path, report',
    held: 'what the cell maker holds and shows',
    list: 'the signed status list of the Korean accreditation body',
    suspend: 'suspend its accreditation of the verification body, then see which evaluations rested on it',
    failed:
      'The demonstration network could not be filled. The node runs on; to try again, stop it and remove its DATA_DIR.',
  },
  ko: {
    filled: (sights: Sights) =>
      `시연용 네트워크를 채웠습니다. 가상 조직 ${sights.organisations}곳, 증명서 ${sights.credentials}건, 답 ${sights.answers}개 가운데 ${sights.right}개가 예상대로입니다. 시계는 ${sights.clock}에 멈춰 있고, 다시 시작해도 그 시각입니다.`,
    look: '둘러보기 (토큰은 지금 한 번만 표시됩니다. 새 토큰: POST /admin/organizations/{slug}/token):',
    pages: '브라우저에서 읽는 인터페이스 설명',
    evaluations: '완성차 회사가 배터리 셀에 대해 자기 노드에 물은 것',
    one: '답 하나의 전체: 제도별 결과, 규칙, 신뢰 경로, 보고서',
    held: '셀 제조사가 보관하고 제시하는 증명서',
    list: '한국 인정기구가 서명한 상태 목록',
    suspend: '검증기관에 대한 인정의 효력을 정지하고, 거기에 기댄 평가 찾기',
    failed:
      '시연용 네트워크를 채우지 못했습니다. 노드는 계속 실행됩니다. 다시 하려면 노드를 멈추고 DATA_DIR를 지우십시오.',
  },
} as const;

export function guide(sights: Sights, language: Language): string {
  const texts = TEXTS[language];
  const { url, buyer, maker, body, accreditation } = sights;
  const json = "-H 'Content-Type: application/json'";
  const suspension = JSON.stringify({
    credentialId: accreditation.id,
    statusPurpose: 'suspension',
    status: true,
    reason: 'suspended',
    effectiveDate: '2027-02-01',
  });
  const lines: readonly (readonly [string, ...string[]])[] = [
    [texts.pages, `${url}/docs`],
    [texts.evaluations, `curl -s -H "Authorization: Bearer $BUYER" ${url}/verifiers/${buyer.desk}/evaluations`],
    [
      texts.one,
      `curl -s -H "Authorization: Bearer $BUYER" ${url}/verifiers/${buyer.desk}/evaluations/${sights.evaluation}`,
    ],
    [texts.held, `curl -s -H "Authorization: Bearer $MAKER" ${url}/holders/${maker.id}/credentials`],
    [texts.list, `curl -s ${accreditation.list}`],
    [
      texts.suspend,
      `curl -s -H "Authorization: Bearer $BODY" ${json} -d '${suspension}' ${url}/issuers/${body.id}/credentials/status`,
      `curl -s -H "Authorization: Bearer $BUYER" '${url}/verifiers/${buyer.desk}/evaluations?dependsOn=${accreditation.id}'`,
    ],
  ];
  return [
    texts.filled(sights),
    texts.look,
    `  BUYER=${buyer.token} MAKER=${maker.token} BODY=${body.token}`,
    ...lines.flatMap(([what, ...commands]) => [`  # ${what}`, ...commands.map((command) => `  ${command}`)]),
    '',
  ].join('\n');
}

export function apology(language: Language): string {
  return TEXTS[language].failed;
}
