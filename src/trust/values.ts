/** Figures that a result shows: as stated, or computed from what was disclosed. Canonical decimals throughout. */
import { canonical } from '../formats/decimal.ts';
import type { Case, StatementCase } from './case.ts';
import { figureAt, product } from './figures.ts';
import type { Judgement } from './judgement.ts';
import { textAt, wordAt } from './member.ts';
import { findDefaultValue } from './reference/default-values.ts';
import { figuresOf } from './rules/arithmetic.ts';
import { goodsOf } from './rules/cbam.ts';
import { recomputeWithDefaults } from './rules/precursors.ts';
import { verifiedShare } from './rules/worksheet.ts';
import { territoryOf } from './scope-records.ts';

type Values = Readonly<Record<string, string>>;

/** `given` is the case without a path, for claims that no statement leads to. */
export function valuesOf(given: Case, judgement: Judgement): Values {
  const { statement, path } = judgement;
  const mark = textAt(path?.decision?.subject, 'grantedMark', 'markId');
  return {
    ...footprintValues(statement === undefined ? given : { ...given, statement }),
    ...embeddedValues(given),
    ...(mark === undefined ? {} : { grantedMark: mark }),
  };
}

function footprintValues(given: Case | StatementCase): Values {
  const pcf = figuresOf(given);
  if (pcf === undefined) return {};
  const computed = 'statement' in given ? verifiedShare(given) : undefined;
  return named({
    pcfExcludingBiogenicUptake: figureAt(pcf, 'pcfExcludingBiogenicUptake'),
    verifiedSharePercent: figureAt(given.claim.subject, 'aggregation', 'verifiedSharePercent'),
    verifiedSharePercentComputed: computed,
  });
}

function embeddedValues(given: Case): Values {
  const goods = goodsOf(given);
  const imported = given.import;
  const good = imported === undefined ? goods[0] : goods.find((entry) => entry['cnCode'] === imported.cnCode);
  if (good === undefined || (imported === undefined && goods.length > 1)) return {};
  const specificDirect = figureAt(good, 'specificDirect');
  const withDefault = given.regime.kind === 'eu-cbam' ? recomputeWithDefaults(given) : undefined;
  const row = findDefaultValue(given.policy.defaultValues, {
    country: territoryOf(given.claim),
    cnCode: wordAt(good, 'cnCode'),
    year: imported?.date.slice(0, 4) ?? wordAt(given.claim.subject, 'reportingPeriod'),
  });
  // Masses are multiplied with values per the same unit only; nothing is converted.
  const netMass =
    imported?.netMass.unit === textAt(good, 'functionalUnit') ? figureAt(imported?.netMass, 'value') : undefined;
  const imports = (value: string | undefined) => product(netMass, value);
  return named({
    specificDirect,
    specificDirectWithDefault: withDefault,
    specificIndirect: figureAt(good, 'specificIndirect'),
    defaultValue: row?.value,
    importEmissions: imports(specificDirect),
    importEmissionsWithDefault: imports(withDefault),
    importByDefault: row?.per === textAt(good, 'functionalUnit') ? imports(row?.value) : undefined,
  });
}

function named(figures: Readonly<Record<string, string | undefined>>): Values {
  const known = Object.entries(figures).flatMap(([name, figure]) =>
    figure === undefined ? [] : [[name, canonical(figure)] as const],
  );
  return Object.fromEntries(known);
}
