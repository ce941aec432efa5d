/** B7: a precursor's actual value counts only with a verification report of its own; otherwise the default value takes its place. */
import type { JsonObject } from '../../base/json.ts';
import { add, divide, isZero } from '../../formats/decimal.ts';
import type { Case, NestedJudgement } from '../case.ts';
import type { RuleResult } from '../evaluation.ts';
import { figureAt, isAtMost, isSame } from '../figures.ts';
import { objectsAt, textAt, wordAt } from '../member.ts';
import type { DefaultValueRow } from '../policy.ts';
import { isExemptOrigin } from '../reference/cbam-goods.ts';
import { findDefaultValue } from '../reference/default-values.ts';
import { broken, doubtful, met, noted, type Rule, type RuleFinding, toldCauses } from '../rule.ts';
import { goodsOf, installationOf, precursorEmissions, precursorsOf, usualValueOf } from './cbam.ts';

const SOURCE = 'IR (EU) 2025/2547, Annex II A.1(4)-(5); DR (EU) 2025/2551, Annex II 2.11.1';

export const B7: Rule = {
  id: 'B7',
  group: 'cbam',
  severity: 'E',
  regimes: ['eu-cbam'],
  source: SOURCE,
  onClaim: (given) =>
    precursorsOf(given).flatMap((precursor) => {
      if (precursor['valueBasis'] === 'default') return checkDefault(given, precursor);
      return needsReport(given, precursor) ? [checkPrecursor(given, precursor)] : [];
    }),
};

/**
 * Whether a precursor's actual value needs a report of its own. It does not where emissions of the origin count zero, nor where the
 * precursor was made in the installation itself: that names no country, source or statement, and a process of its category.
 */
function needsReport({ claim }: Pick<Case, 'claim'>, precursor: JsonObject): boolean {
  if (precursor['valueBasis'] !== 'actual' || isExemptOrigin(wordAt(precursor, 'countryOfOrigin'))) return false;
  if (['statement', 'source', 'countryOfOrigin'].some((member) => precursor[member] !== undefined)) return true;
  const made = objectsAt(claim.subject, 'processes').map((process) => process['aggregatedGoodsCategory']);
  return !made.includes(precursor['aggregatedGoodsCategory'] ?? null);
}

/** A default value is read from the act, never chosen. */
function checkDefault(given: Case, precursor: JsonObject): readonly RuleFinding[] {
  if (isExemptOrigin(wordAt(precursor, 'countryOfOrigin'))) return [];
  const cnCode = wordAt(precursor, 'cnCode');
  const row = defaultFor(given, precursor);
  const stated = figureAt(precursor, 'defaultValue', 'value');
  if (row === undefined) return [noted('B7.default-unknown', { subject: cnCode, params: { cnCode } })];
  if (isAtMost(row.value, stated)) return [met({ subject: cnCode })];
  return [broken('B7.default-too-low', { subject: cnCode, params: { cnCode, default: row.value, act: row.act } })];
}

function checkPrecursor(given: Case, precursor: JsonObject): RuleFinding {
  const cnCode = wordAt(precursor, 'cnCode');
  const row = defaultFor(given, precursor);
  const more = {
    subject: cnCode,
    params: { cnCode, default: row?.value ?? '–', act: row?.act ?? '–' },
  };
  if (precursor['statement'] === undefined) return broken('B7.no-statement', more);
  const end = given.evidence.follow(precursor['statement']);
  if (end.state === 'undetermined') return doubtful('B7.undetermined', { ...more, code: end.code });
  if (end.state !== 'resolved') return broken('B7.no-statement', { ...more, code: 'CHAIN_BROKEN' });
  const nested = given.judgeUpstream(end.target);
  const failed = [...aboutGood(nested.failed, cnCode), ...checkFit(precursor, nested)];
  const [first] = failed;
  if (first !== undefined) {
    return broken('B7.inadmissible', { ...more, code: first.code, causes: toldCauses(failed) });
  }
  const open = aboutGood(nested.undetermined, cnCode);
  if (open[0] !== undefined) {
    return doubtful('B7.undetermined', { ...more, code: open[0].code, causes: toldCauses(open) });
  }
  return met({ subject: cnCode });
}

const ALL_DIGITS = /^\d{8}$/;

/** What the report says of other goods of that installation is no matter here; which of its precursors went into which good it does not say. */
function aboutGood(results: readonly RuleResult[], cnCode: string): readonly RuleResult[] {
  return results.filter(
    ({ id, subject }) => id === 'B7' || subject === undefined || !ALL_DIGITS.test(subject) || subject === cnCode,
  );
}

/** The report is about this very precursor: its good, its value, its period, its installation. */
function checkFit(precursor: JsonObject, { claim }: NestedJudgement): readonly RuleResult[] {
  if (claim === undefined) return [];
  const cnCode = wordAt(precursor, 'cnCode');
  const good = objectsAt(claim.subject, 'goods').find((entry) => entry['cnCode'] === cnCode);
  const fault = (message: RuleResult['message']): RuleResult => ({
    id: 'B7',
    severity: 'E',
    outcome: 'failed',
    subject: cnCode,
    code: 'CHAIN_BROKEN',
    message,
    params: { cnCode },
  });
  if (good === undefined) return [fault('B7.other-good')];
  const found: RuleResult[] = [];
  if (textAt(claim.subject, 'reportingPeriod') !== textAt(precursor, 'reportingPeriod')) found.push(fault('B7.period'));
  const registry = textAt(precursor, 'source', 'registryId');
  if (registry !== undefined && registry !== installationOf(claim)) found.push(fault('B7.installation'));
  const mixed = (precursor['weighting'] ?? 'none') !== 'none';
  const [used, reported] = [figureAt(precursor, 'specificDirect'), figureAt(good, 'specificDirect')];
  if (!mixed && !isSame(used, reported)) found.push(fault('B7.value'));
  return found;
}

/** The default value of a precursor: its country of origin, its good, its period. */
function defaultFor(given: Case, precursor: JsonObject): DefaultValueRow | undefined {
  return findDefaultValue(given.policy.defaultValues, {
    country: textAt(precursor, 'countryOfOrigin'),
    cnCode: wordAt(precursor, 'cnCode'),
    year: textAt(precursor, 'reportingPeriod') ?? wordAt(given.claim.subject, 'reportingPeriod'),
  });
}

/**
 * The specific direct emissions recomputed with default values for the precursors whose own are not admissible, five decimals half up.
 * Nothing when there are none, or not exactly one good, or a quantity is withheld or a default value is not known.
 */
export function recomputeWithDefaults(given: Case): string | undefined {
  const [good, ...others] = goodsOf(given);
  const quantity = figureAt(good, 'quantity');
  const attributed = figureAt(good, 'attributedEmissions');
  if (others.length > 0 || quantity === undefined || isZero(quantity) || attributed === undefined) return undefined;
  const precursors = precursorsOf(given);
  const replaced = precursors.filter(
    (entry) => needsReport(given, entry) && checkPrecursor(given, entry).outcome !== 'passed',
  );
  const known = precursors.every((entry) => figureAt(entry, 'quantity') !== undefined);
  const defaults = new Map(replaced.map((entry) => [entry, defaultFor(given, entry)?.value]));
  if (!known || defaults.size === 0 || [...defaults.values()].includes(undefined)) return undefined;
  const upstream = precursorEmissions(given, (entry) => defaults.get(entry) ?? usualValueOf(entry));
  return divide(add(attributed, upstream), quantity, 5);
}
