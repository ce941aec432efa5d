/** Advice in words: as findings for an issuance record, as text for a terminal, and with its sentences for an answer. */
import { type Finding, failed } from '../../base/finding.ts';
import type { Advice, AdvisedRule, Missing, RegimeAdvice } from '../../trust/advice.ts';
import type { Result } from '../../trust/evaluation.ts';
import { formatMessage, type Language } from '../../trust/messages/message.ts';

const WOULD_BE: Readonly<Record<Result, Readonly<Record<Language, string>>>> = {
  ACCEPT: { en: 'would meet the checks', ko: '확인 항목을 충족할 것입니다' },
  ACCEPT_WITH_CONDITIONS: { en: 'would meet the checks on conditions', ko: '조건부로 확인 항목을 충족할 것입니다' },
  REVIEW: { en: 'would be looked at by a person', ko: '담당자의 검토를 받게 됩니다' },
  REJECT: { en: 'would NOT meet the checks', ko: '확인 항목을 충족하지 못할 것입니다' },
  UNDETERMINED: { en: 'cannot be told yet', ko: '아직 알 수 없습니다' },
};

const MISSING: Readonly<Record<Missing['why'], Readonly<Record<Language, string>>>> = {
  absent: { en: 'not at hand', ko: '제시되지 않음' },
  later: { en: 'comes later', ko: '이후에 발급됨' },
  policy: { en: "the relying party's policy was not given", ko: '신뢰 당사자의 정책이 주어지지 않음' },
};

/**
 * What stands against a draft. `refusing`: a failed E under any of these regimes is an error, and what could not be told a warning;
 * otherwise failures are warnings, and what could not be told is left out. The detail is a sentence in the language asked for.
 */
export function findingsOf(
  advice: Advice,
  { language, refusing }: { readonly language: Language; readonly refusing: boolean },
): readonly Finding[] {
  return Object.entries(advice).flatMap(([regime, { rules }]) =>
    rules.flatMap((rule) => {
      const fails = rule.outcome === 'failed';
      if (!fails && !(refusing && rule.outcome === 'undetermined')) return [];
      const severity = fails && refusing && rule.severity === 'E' ? 'error' : 'warning';
      const detail = `${regime}: ${sentenceOf(rule, language)}`;
      return [
        failed(rule.id, 'LINT_FAILED', detail, {
          params: { severity, regime, message: rule.message },
          ...(rule.pointer === undefined ? {} : { pointer: rule.pointer }),
        }),
      ];
    }),
  );
}

/** Advice with a sentence for each result and each rule, as an answer carries it. */
export function wordAdvice(advice: Advice, language: Language): object {
  const words = Object.entries(advice).map(([regime, one]) => [
    regime,
    { ...one, text: WOULD_BE[one.wouldBe][language], rules: one.rules.map((rule) => wordRule(rule, language)) },
  ]);
  return Object.fromEntries(words);
}

function wordRule(rule: AdvisedRule, language: Language): object {
  const causes = rule.causes?.map((cause) => wordRule(cause, language));
  return { ...rule, text: sentenceOf(rule, language), ...(causes === undefined ? {} : { causes }) };
}

function sentenceOf(rule: AdvisedRule, language: Language): string {
  return formatMessage(rule.message, rule.params, language);
}

/** Advice for a terminal: per regime the answer first, then why and where. */
export function explainAdvice(advice: Advice, language: Language): string {
  return Object.entries(advice)
    .map(([regime, one]) => explainRegime(regime, one, language))
    .join('');
}

function explainRegime(regime: string, { wouldBe, rules, missing, conditions = [] }: RegimeAdvice, language: Language) {
  const shown = rules.filter(({ outcome }) => outcome === 'failed' || outcome === 'undetermined');
  const lines = [
    `${regime}: ${wouldBe} — ${WOULD_BE[wouldBe][language]}`,
    ...shown.flatMap((rule) => explainRule(rule, language, '  ')),
    ...conditions.map((condition) => `  * ${condition}`),
    ...missing.map(({ what, of, why }) => `  … ${what}${of === undefined ? '' : ` ${of}`}: ${MISSING[why][language]}`),
  ];
  return `${lines.join('\n')}\n`;
}

function explainRule(rule: AdvisedRule, language: Language, indent: string): readonly string[] {
  const sign = rule.outcome === 'failed' ? '✗' : '?';
  const place = rule.pointer === undefined ? '' : ` (${rule.pointer})`;
  const causes = (rule.causes ?? []).filter(({ outcome }) => outcome === 'failed' || outcome === 'undetermined');
  return [
    `${indent}${sign} ${rule.id} ${sentenceOf(rule, language)}${place}`,
    ...causes.flatMap((cause) => explainRule(cause, language, `${indent}  ← `)),
  ];
}
