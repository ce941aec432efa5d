/** B1 to B6 and B14: what an operator's report says of its goods and precursors. */
import type { JsonObject } from '../../base/json.ts';
import { add, compare, divide, isDecimal, isZero, multiply, places } from '../../formats/decimal.ts';
import type { Candidate } from '../candidate.ts';
import type { Case } from '../case.ts';
import { amountAt, figureAt, sum, within } from '../figures.ts';
import { objectsAt, textAt, wordAt } from '../member.ts';
import {
  categoriesOfCn,
  findCategory,
  functionalUnitOf,
  type GoodsCategory,
  isExemptOrigin,
} from '../reference/cbam-goods.ts';
import { broken, met, metUnless, missing, type Rule, type RuleFinding } from '../rule.ts';

/** Goods of an embedded-emissions claim; none for another type, and then these rules have nothing to judge. */
export function goodsOf({ claim }: Pick<Case, 'claim'>): readonly JsonObject[] {
  return claim.type === 'EmbeddedEmissionsClaim' ? objectsAt(claim.subject, 'goods') : [];
}

export function precursorsOf({ claim }: Pick<Case, 'claim'>): readonly JsonObject[] {
  return claim.type === 'EmbeddedEmissionsClaim' ? objectsAt(claim.subject, 'precursors') : [];
}

/** The first year for which there are CBAM verifications: nothing before it can have been visited for one, or led. */
export const FIRST_VERIFIED_YEAR = '2026';

/** The installation that a claim is about, by its number in the registry. */
export function installationOf(claim: Candidate | undefined): string | undefined {
  return textAt(claim?.subject, 'installation', 'cbamRegistryId');
}

function yearOf(claim: Candidate | undefined): string | undefined {
  return textAt(claim?.subject, 'reportingPeriod');
}

/** Whether two claims are for one report: on one installation in one year. One that does not say is for none. */
export function isSameReport(a: Candidate, b: Candidate | undefined): boolean {
  const [installation, year] = [installationOf(a), yearOf(a)];
  if (installation === undefined || year === undefined) return false;
  return installationOf(b) === installation && yearOf(b) === year;
}

const CBAM = ['eu-cbam'] as const;
const cnOf = (entry: JsonObject): string => wordAt(entry, 'cnCode');

export const B1: Rule = {
  id: 'B1',
  group: 'cbam',
  severity: 'E',
  regimes: CBAM,
  source: 'IR (EU) 2025/2547, Art. 7 and 13',
  onClaim: (given) => {
    const goods = goodsOf(given);
    if (goods.length === 0) return [];
    const subject = given.claim.id;
    const year = wordAt(given.claim.subject, 'reportingPeriod');
    const found: RuleFinding[] = [];
    if (!/^20\d\d$/.test(year) || year < '2026') found.push(broken('B1.year', { subject, params: { year } }));
    for (const precursor of precursorsOf(given).filter((entry) => entry['valueBasis'] === 'actual')) {
      const own = wordAt(precursor, 'reportingPeriod');
      if (own === year || precursor['periodBasis'] === 'actual-time') continue;
      found.push(broken('B1.precursor-year', { subject, params: { cnCode: cnOf(precursor), year: own } }));
    }
    return metUnless([...found, ...checkImport(given, goods, year)], { subject });
  },
};

/** Goods imported in 2026 take values of 2026, later ones those of the year of import: no member proves another time of production. */
function checkImport(given: Case, goods: readonly JsonObject[], year: string): readonly RuleFinding[] {
  const imported = given.import;
  if (imported === undefined) return [];
  const subject = given.claim.id;
  const found: RuleFinding[] = [];
  const importYear = imported.date.slice(0, 4);
  if (importYear !== year) found.push(broken('B1.import-year', { subject, params: { year, importYear } }));
  if (!goods.some((good) => cnOf(good) === imported.cnCode)) {
    found.push(broken('B1.import-good', { subject, params: { cnCode: imported.cnCode } }));
  }
  return found;
}

const SPECIFIC = ['specificDirect', 'specificIndirect', 'specificFreeAllocation'];
const MOST_PLACES = 5;

export const B2: Rule = {
  id: 'B2',
  group: 'cbam',
  severity: 'E',
  regimes: CBAM,
  source: 'IR (EU) 2025/2547, Annex II A.1(6)-(8)',
  onClaim: (given) => {
    const goods = goodsOf(given);
    if (goods.length === 0) return [];
    const subject = given.claim.id;
    const found: RuleFinding[] = [];
    for (const entry of [...goods, ...precursorsOf(given)]) {
      for (const member of SPECIFIC) {
        const figure = figureAt(entry, member);
        if (figure === undefined || places(figure) <= MOST_PLACES) continue;
        found.push(broken('B2.places', { subject, params: { cnCode: cnOf(entry), member } }));
      }
    }
    for (const total of ['totalDirectEmissions', 'totalIndirectEmissions']) {
      const figure = figureAt(given.claim.subject, total, 'value');
      if (figure !== undefined && places(figure) > 0) found.push(broken('B2.total', { subject, params: { total } }));
    }
    return metUnless(found, { subject });
  },
};

export const B3: Rule = {
  id: 'B3',
  group: 'cbam',
  severity: 'E',
  regimes: CBAM,
  source: 'Reg. (EU) 2023/956, Annex II; IR (EU) 2025/2547, Annex I 3.1',
  onClaim: (given) =>
    goodsOf(given).flatMap((good) => {
      const cnCode = cnOf(good);
      const category = findCategory(wordAt(good, 'aggregatedGoodsCategory'));
      if (category === undefined) return [];
      const indirect = figureAt(good, 'specificIndirect');
      const more = { subject: cnCode, params: { cnCode } };
      if (!category.directOnly)
        return [indirect === undefined ? broken('B3.no-indirect', more) : met({ subject: cnCode })];
      if (indirect === undefined || isZero(indirect)) return [met({ subject: cnCode })];
      return [checkInherited(given, good, indirect)];
    }),
};

/** An Annex II good states no indirect emissions of its own; those of a precursor outside Annex II stay in. */
function checkInherited(given: Case, good: JsonObject, indirect: string): RuleFinding {
  const cnCode = cnOf(good);
  const outside = precursorsOf(given).filter(
    (entry) => findCategory(wordAt(entry, 'aggregatedGoodsCategory'))?.directOnly === false,
  );
  const more = { subject: cnCode, params: { cnCode } };
  if (!outside.some((entry) => figureAt(entry, 'specificIndirect') !== undefined))
    return broken('B3.own-indirect', more);
  const quantity = figureAt(good, 'quantity');
  const amounts = outside.map((entry) => figureAt(entry, 'quantity'));
  if (goodsOf(given).length !== 1 || quantity === undefined || isZero(quantity) || amounts.includes(undefined)) {
    return met({ subject: cnCode });
  }
  const inherited = sum(
    outside.map((entry) => multiply(amountAt(entry, 'quantity'), amountAt(entry, 'specificIndirect'))),
  );
  return compare(indirect, add(divide(inherited, quantity, MOST_PLACES), TOLERANCE)) > 0
    ? broken('B3.own-indirect', more)
    : met({ subject: cnCode });
}

const TOLERANCE = '0.00001';

export const B4: Rule = {
  id: 'B4',
  group: 'cbam',
  severity: 'E',
  regimes: CBAM,
  source: 'IR (EU) 2025/2547, Annex I 3.1 and Annex II A.1',
  onClaim: (given) => {
    const goods = goodsOf(given);
    const [good, ...others] = goods;
    if (good === undefined) return [];
    const subject = given.claim.id;
    const inputs = goods.map((each) => [figureAt(each, 'quantity'), figureAt(each, 'attributedEmissions')] as const);
    const amounts = precursorsOf(given).map((entry) => figureAt(entry, 'quantity'));
    const zero = inputs.some(([quantity]) => quantity !== undefined && isZero(quantity));
    if (zero || [...inputs.flat(), ...amounts].includes(undefined)) return [missing('B4.withheld', { subject })];
    const emissions = sum([...inputs.map(([, attributed]) => attributed), precursorEmissions(given, usualValueOf)]);
    if (others.length === 0) {
      const stated = amountAt(good, 'specificDirect');
      const computed = divide(emissions, amountAt(good, 'quantity'), MOST_PLACES);
      const params = { cnCode: cnOf(good), stated, computed };
      return metUnless(within(stated, computed, TOLERANCE) ? [] : [broken('B4.value', { subject, params })], {
        subject,
      });
    }
    // A claim does not say which good took which precursor: of several goods only the balance can be told.
    const stated = sum(goods.map((each) => multiply(amountAt(each, 'quantity'), amountAt(each, 'specificDirect'))));
    const tolerance = multiply(sum(inputs.map(([quantity]) => quantity)), TOLERANCE);
    const params = { stated, computed: emissions };
    return metUnless(within(stated, emissions, tolerance) ? [] : [broken('B4.balance', { subject, params })], {
      subject,
    });
  },
};

/** What a claim itself counts for a precursor: nothing for an exempt origin (B14). */
export function usualValueOf(precursor: JsonObject): string {
  if (isExemptOrigin(wordAt(precursor, 'countryOfOrigin'))) return '0';
  return precursor['valueBasis'] === 'default'
    ? amountAt(precursor, 'defaultValue', 'value')
    : amountAt(precursor, 'specificDirect');
}

/** Σ quantity × value over the precursors, exact. */
export function precursorEmissions(given: Pick<Case, 'claim'>, figureFor: (precursor: JsonObject) => string): string {
  return sum(precursorsOf(given).map((entry) => multiply(amountAt(entry, 'quantity'), figureFor(entry))));
}

export const B5: Rule = {
  id: 'B5',
  group: 'cbam',
  severity: 'E',
  regimes: CBAM,
  source: 'IR (EU) 2025/2547, Annex I Table 1 and Art. 4; IR (EU) 2025/2621, Annex I',
  onClaim: (given) => goodsOf(given).flatMap((good) => metUnless(checkGood(good), { subject: cnOf(good) })),
};

function checkGood(good: JsonObject): readonly RuleFinding[] {
  const cnCode = cnOf(good);
  const id = wordAt(good, 'aggregatedGoodsCategory');
  const category = categoriesOfCn(cnCode).find((known) => known.id === id);
  const params = { cnCode, category: id };
  if (category === undefined) return [broken('B5.category', { subject: cnCode, params })];
  const found: RuleFinding[] = [];
  const unit = functionalUnitOf(category, cnCode);
  if (good['functionalUnit'] !== unit) found.push(broken('B5.unit', { subject: cnCode, params: { ...params, unit } }));
  return [...found, ...checkRoute(good, category, params)];
}

function checkRoute(good: JsonObject, category: GoodsCategory, params: { cnCode: string; category: string }) {
  const { cnCode } = params;
  const routes = Object.keys(category.routes);
  const route = textAt(good, 'productionRoute');
  const letter = textAt(good, 'benchmarkRoute');
  const found: RuleFinding[] = [];
  const known = route === undefined || (routes.length === 0 ? route === 'not-applicable' : routes.includes(route));
  if (!known) found.push(broken('B5.route', { subject: cnCode, params: { ...params, route } }));
  const ofRoute = Object.entries(category.routes).flatMap(([name, fitting]) => (name === route ? fitting : []));
  const letters = ofRoute.length > 0 ? ofRoute : category.letters;
  if (letter !== undefined && !letters.includes(letter)) {
    found.push(broken('B5.letter', { subject: cnCode, params: { ...params, letter } }));
  }
  return found;
}

export const B6: Rule = {
  id: 'B6',
  group: 'cbam',
  severity: 'E',
  also: ['W'],
  regimes: CBAM,
  source: 'IR (EU) 2025/2547, Art. 1(7); Reg. (EU) 2023/956, Annex I',
  onClaim: (given) =>
    precursorsOf(given).flatMap((precursor) => {
      const cnCode = cnOf(precursor);
      const id = wordAt(precursor, 'aggregatedGoodsCategory');
      const params = { cnCode, category: id };
      if (!categoriesOfCn(cnCode).some((category) => category.id === id)) {
        return [broken('B6.not-annex-i', { subject: cnCode, params })];
      }
      const expected = goodsOf(given).some((good) =>
        findCategory(wordAt(good, 'aggregatedGoodsCategory'))?.precursors.includes(id),
      );
      return [expected ? met({ subject: cnCode }) : broken('B6.pair', { subject: cnCode, severity: 'W', params })];
    }),
};

export const B14: Rule = {
  id: 'B14',
  group: 'cbam',
  severity: 'E',
  regimes: CBAM,
  source: 'IR (EU) 2025/2547, Annex II; Reg. (EU) 2023/956, Annex III',
  onClaim: (given) =>
    precursorsOf(given)
      .filter((precursor) => isExemptOrigin(wordAt(precursor, 'countryOfOrigin')))
      .map((precursor) => {
        const cnCode = cnOf(precursor);
        const stated = [figureAt(precursor, 'specificDirect'), figureAt(precursor, 'defaultValue', 'value')];
        const params = { cnCode, country: wordAt(precursor, 'countryOfOrigin') };
        return stated.every((figure) => !isDecimal(figure) || isZero(figure))
          ? met({ subject: cnCode })
          : broken('B14.not-zero', { subject: cnCode, params });
      }),
};
