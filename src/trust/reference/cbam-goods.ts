/**
 * CBAM goods: which CN code belongs to which aggregated goods category, which activity group verifies it, in which functional unit its
 * emissions are stated, and whether only direct emissions count (docs/domain.md, 5.2).
 */

/** The state of the acts that was read; every report tells it. */
export const CBAM_GOODS_VERSION = '2026-10-10';

/** What each part of the tables was read from, and from when on the act applies. Shown in docs/rules.md. */
export const CBAM_GOODS_ACTS = {
  categories: {
    en: 'goods categories, production routes',
    ko: '품목군, 생산 경로',
    act: 'IR (EU) 2025/2547, Annex I, Table 1',
    from: '2026-01-01',
  },
  groups: { en: 'activity groups', ko: '활동 그룹', act: 'DR (EU) 2025/2551, Annex I', from: '2026-01-01' },
  units: { en: 'functional units', ko: '기능 단위', act: 'IR (EU) 2025/2547, Art. 4', from: '2026-01-01' },
  directOnly: {
    en: 'goods with direct emissions only',
    ko: '직접 배출만 계산하는 품목',
    act: 'Reg. (EU) 2023/956, Annex II',
    from: '2026-01-01',
  },
  benchmarkRoutes: {
    en: 'letters of benchmark routes',
    ko: '벤치마크 경로 기호',
    act: 'IR (EU) 2025/2621, Annex I',
    from: '2026-01-01',
  },
  exemptOrigins: {
    en: 'exempt origins',
    ko: '면제 원산지',
    act: 'Reg. (EU) 2023/956, Annex III',
    from: '2026-01-01',
  },
} as const;

export type FunctionalUnit = 't' | 't-clinker' | 'kg-N' | 'kWh' | 'supplementary';

export interface GoodsCategory {
  readonly id: string;
  readonly group: string;
  /** CN codes by their first digits. */
  readonly cn: readonly string[];
  readonly cnExcept: readonly string[];
  readonly unit: FunctionalUnit;
  /** Where codes of one category have another unit. */
  readonly unitOf: Readonly<Record<string, FunctionalUnit>>;
  readonly directOnly: boolean;
  /** Production routes, each with the benchmark letters it may go with (empty: any of the category's). */
  readonly routes: Readonly<Record<string, readonly string[]>>;
  readonly letters: readonly string[];
  /** Categories expected as its precursors. A reading of this project: the acts hold no closed table. */
  readonly precursors: readonly string[];
}

const STEEL_LETTERS = ['C', 'D', 'E', 'F', 'G', 'H', 'J'];
const IRON = ['pig-iron', 'dri', 'femn', 'fecr', 'feni', 'crude-steel'];

interface Row extends Partial<Omit<GoodsCategory, 'id' | 'group' | 'cn'>> {
  readonly id: string;
  readonly group: string;
  readonly cn: readonly string[];
}

const ROWS: readonly Row[] = [
  { id: 'calcined-clay', group: 'I', cn: ['25070080'] },
  { id: 'cement-clinker', group: 'I', cn: ['25231000'], unit: 't-clinker', letters: ['A', 'B'] },
  {
    id: 'cement',
    group: 'I',
    cn: ['25232100', '25232900', '25239000'],
    unit: 't-clinker',
    letters: ['A', 'B'],
    precursors: ['cement-clinker', 'calcined-clay'],
  },
  { id: 'aluminous-cement', group: 'I', cn: ['25233000'] },
  {
    id: 'hydrogen',
    group: 'II',
    cn: ['28041000'],
    directOnly: true,
    routes: { 'steam-reforming-partial-oxidation': [], 'steam-cracking': [] },
  },
  {
    id: 'ammonia',
    group: 'II',
    cn: ['2814'],
    unit: 'kg-N',
    routes: { 'haber-bosch-reforming': [], 'haber-bosch-gasification': [] },
    precursors: ['hydrogen'],
  },
  { id: 'nitric-acid', group: 'III', cn: ['28080000'], unit: 'kg-N', precursors: ['ammonia'] },
  { id: 'urea', group: 'IV', cn: ['310210'], unit: 'supplementary', precursors: ['ammonia'] },
  {
    id: 'mixed-fertilisers',
    group: 'IV',
    cn: ['28342100', '3102', '3105'],
    cnExcept: ['310210', '31056000'],
    unit: 'supplementary',
    unitOf: { '3105': 'kg-N' },
    precursors: ['ammonia', 'nitric-acid', 'urea', 'mixed-fertilisers'],
  },
  { id: 'sintered-ore', group: 'V', cn: ['26011200'] },
  {
    id: 'pig-iron',
    group: 'V',
    cn: ['7201', '7205'],
    directOnly: true,
    routes: { 'blast-furnace': [], 'smelting-reduction': [] },
    letters: STEEL_LETTERS,
    precursors: ['sintered-ore'],
  },
  {
    id: 'dri',
    group: 'V',
    cn: ['7203'],
    directOnly: true,
    routes: { 'direct-reduction': [] },
    letters: STEEL_LETTERS,
    precursors: ['sintered-ore', 'hydrogen'],
  },
  {
    id: 'crude-steel',
    group: 'V',
    cn: ['7206', '7207', '7218', '7224'],
    directOnly: true,
    routes: { 'basic-oxygen-steelmaking': ['C', 'F'], 'electric-arc-furnace': ['D', 'E', 'G', 'H', 'J'] },
    letters: STEEL_LETTERS,
    precursors: IRON,
  },
  { id: 'femn', group: 'VI', cn: ['72021'], directOnly: true, precursors: ['sintered-ore'] },
  { id: 'fecr', group: 'VI', cn: ['72024'], directOnly: true, precursors: ['sintered-ore'] },
  { id: 'feni', group: 'VI', cn: ['72026'], directOnly: true, precursors: ['sintered-ore'] },
  {
    id: 'iron-or-steel-products',
    group: 'VIII',
    cn: [
      '7205',
      ...range(7208, 7217),
      ...range(7219, 7223),
      ...range(7225, 7229),
      ...range(7301, 7311),
      '7318',
      '7326',
    ],
    directOnly: true,
    letters: STEEL_LETTERS,
    precursors: ['crude-steel', 'iron-or-steel-products'],
  },
  {
    id: 'unwrought-aluminium',
    group: 'VII',
    cn: ['7601'],
    directOnly: true,
    routes: { 'primary-smelting': ['K'], 'secondary-melting': ['L'] },
    letters: ['K', 'L'],
    precursors: ['unwrought-aluminium', 'aluminium-products'],
  },
  {
    id: 'aluminium-products',
    group: 'VIII',
    cn: [...range(7603, 7614), '7616'],
    directOnly: true,
    letters: ['K', 'L'],
    precursors: ['unwrought-aluminium', 'aluminium-products'],
  },
  { id: 'electricity', group: 'LI', cn: ['27160000'], unit: 'kWh', directOnly: true },
];

export const GOODS_CATEGORIES: readonly GoodsCategory[] = ROWS.map((row) => ({
  cnExcept: [],
  unit: 't',
  unitOf: {},
  directOnly: false,
  routes: {},
  letters: [],
  precursors: [],
  ...row,
}));

/** The Member States of the Union, then the exempt origins; their precursors count zero (IR (EU) 2025/2547, Annex II). */
const EXEMPT_ORIGINS = new Set([
  ...['AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IT', 'LT', 'LU'],
  ...['LV', 'MT', 'NL', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK'],
  ...['CH', 'IS', 'LI', 'NO'],
]);

export function isExemptOrigin(country: string): boolean {
  return EXEMPT_ORIGINS.has(country);
}

export function findCategory(id: string): GoodsCategory | undefined {
  return GOODS_CATEGORIES.find((category) => category.id === id);
}

/** The categories a CN code may belong to: one, except for codes that the act divides. */
export function categoriesOfCn(cnCode: string): readonly GoodsCategory[] {
  return GOODS_CATEGORIES.filter(
    (category) =>
      category.cn.some((prefix) => cnCode.startsWith(prefix)) &&
      !category.cnExcept.some((prefix) => cnCode.startsWith(prefix)),
  );
}

export function activityGroupOf(categoryId: string): string | undefined {
  return findCategory(categoryId)?.group;
}

export function functionalUnitOf(category: GoodsCategory, cnCode: string): FunctionalUnit {
  const special = Object.entries(category.unitOf).find(([prefix]) => cnCode.startsWith(prefix));
  return special?.[1] ?? category.unit;
}

function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
}
