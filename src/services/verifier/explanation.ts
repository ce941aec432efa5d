import type { Evaluation, NearestMiss, PathParty, RegimeResult, RuleResult } from '../../trust/evaluation.ts';
import { formatMessage, type Language } from '../../trust/messages/message.ts';

const RESULTS = {
  ACCEPT: { en: 'meets the checks', ko: '확인 항목을 모두 충족' },
  ACCEPT_WITH_CONDITIONS: { en: 'meets the checks, conditions are open', ko: '확인 항목 충족, 남은 조건 있음' },
  REVIEW: { en: 'a person has to look', ko: '담당자의 검토 필요' },
  REJECT: { en: 'does NOT meet the checks', ko: '확인 항목을 충족하지 않음' },
  UNDETERMINED: { en: 'could not be determined', ko: '판정할 수 없음' },
} as const;

const WORDS = {
  path: { en: 'path', ko: '신뢰 경로' },
  nearest: { en: 'nearest miss', ko: '가장 가까운 경로에서 막힌 곳' },
  values: { en: 'figures', ko: '수치' },
  notChecked: { en: 'not checked (data this audience is not owed)', ko: '확인하지 않음 (제공 의무가 없는 자료)' },
  conditions: { en: 'open conditions', ko: '남은 조건' },
  none: { en: 'No regime was evaluated.', ko: '평가한 제도가 없습니다.' },
} as const;

/** An evaluation in plain words: per regime the answer first, then why. Names come from the policy, never from a credential. */
export function explainEvaluation(evaluation: Evaluation, language: Language): string {
  const blocks = Object.entries(evaluation.results).map(([regime, result]) => explainRegime(regime, result, language));
  const findings = evaluation.findings
    .filter((finding) => finding.outcome === 'failed' || finding.outcome === 'undetermined')
    .map((finding) => `  ! ${finding.code ?? finding.check}: ${finding.detail ?? ''}`);
  return `${[...(blocks.length === 0 ? [WORDS.none[language]] : blocks), ...findings].join('\n')}\n`;
}

function explainRegime(regime: string, one: RegimeResult, language: Language): string {
  const lines = [`${regime}: ${one.result} — ${RESULTS[one.result][language]}`];
  if (one.path.length > 0)
    lines.push(`  ${WORDS.path[language]}: ${one.path.map((party) => nameOf(party, language)).join(' → ')}`);
  for (const rule of one.rules) {
    if (rule.outcome === 'failed' || rule.outcome === 'undetermined') lines.push(...explainRule(rule, language, '  '));
  }
  const skipped = [...new Set(one.rules.filter((rule) => rule.outcome === 'skipped').map((rule) => rule.id))];
  if (skipped.length > 0) lines.push(`  ${WORDS.notChecked[language]}: ${skipped.join(', ')}`);
  if (one.nearestMiss !== undefined)
    lines.push(`  ${WORDS.nearest[language]}: ${explainMiss(one.nearestMiss, language)}`);
  if (one.conditions !== undefined && one.conditions.length > 0)
    lines.push(`  ${WORDS.conditions[language]}: ${one.conditions.join('; ')}`);
  const values = Object.entries(one.values).map(([name, value]) => `${name} ${value}`);
  if (values.length > 0) lines.push(`  ${WORDS.values[language]}: ${values.join(', ')}`);
  return lines.join('\n');
}

function explainRule(rule: RuleResult, language: Language, indent: string): string[] {
  const sign = rule.outcome === 'failed' ? '✗' : '?';
  const head = `${indent}${sign} ${rule.id} ${formatMessage(rule.message, rule.params, language)}`;
  const causes = (rule.causes ?? []).filter((cause) => cause.outcome !== 'passed');
  return [head, ...causes.flatMap((cause) => explainRule(cause, language, `${indent}  ← `))];
}

function explainMiss(miss: NearestMiss, language: Language): string {
  const { from, to } = miss.link;
  return `${from === undefined ? '' : `${from} → `}${to}: ${miss.rule} ${formatMessage(miss.message, miss.params, language)}`;
}

function nameOf(party: PathParty, language: Language): string {
  return party.name?.[language] ?? party.name?.['en'] ?? party.did;
}

/** One finding in words. */
export function sentenceOf(
  message: Parameters<typeof formatMessage>[0],
  params: Readonly<Record<string, string>>,
  language: Language,
): string {
  return formatMessage(message, params, language);
}
