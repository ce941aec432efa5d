/** The tables that rules read, beside the acts as a person writes them down. */
import { describe, expect, it } from 'vitest';
import {
  CBAM_GOODS_VERSION,
  categoriesOfCn,
  functionalUnitOf,
  GOODS_CATEGORIES,
  isExemptOrigin,
} from '../../../src/trust/reference/cbam-goods.ts';
import { DEFAULT_VALUES_VERSION, findDefaultValue } from '../../../src/trust/reference/default-values.ts';

/**
 * IR (EU) 2025/2547, Annex I, Table 1 and Art. 4; DR (EU) 2025/2551, Annex I; Reg. (EU) 2023/956, Annex II; IR (EU) 2025/2621, Annex I:
 * category | CN | but not | group | unit | direct emissions only | routes with their letters | letters | made from
 */
const GOODS = `
calcined-clay          | 25070080                                     |                 | I    | t                             | no  |                                                                                   |               |
cement-clinker         | 25231000                                     |                 | I    | t-clinker                     | no  |                                                                                   | A B           |
cement                 | 25232100 25232900 25239000                   |                 | I    | t-clinker                     | no  |                                                                                   | A B           | cement-clinker calcined-clay
aluminous-cement       | 25233000                                     |                 | I    | t                             | no  |                                                                                   |               |
hydrogen               | 28041000                                     |                 | II   | t                             | yes | steam-reforming-partial-oxidation, steam-cracking                                 |               |
ammonia                | 2814                                         |                 | II   | kg-N                          | no  | haber-bosch-reforming, haber-bosch-gasification                                   |               | hydrogen
nitric-acid            | 28080000                                     |                 | III  | kg-N                          | no  |                                                                                   |               | ammonia
urea                   | 310210                                       |                 | IV   | supplementary                 | no  |                                                                                   |               | ammonia
mixed-fertilisers      | 28342100 3102 3105                           | 310210 31056000 | IV   | supplementary, 3105 in kg-N   | no  |                                                                                   |               | ammonia nitric-acid urea mixed-fertilisers
sintered-ore           | 26011200                                     |                 | V    | t                             | no  |                                                                                   |               |
pig-iron               | 7201 7205                                    |                 | V    | t                             | yes | blast-furnace, smelting-reduction                                                 | C D E F G H J | sintered-ore
dri                    | 7203                                         |                 | V    | t                             | yes | direct-reduction                                                                  | C D E F G H J | sintered-ore hydrogen
crude-steel            | 7206 7207 7218 7224                          |                 | V    | t                             | yes | basic-oxygen-steelmaking C F, electric-arc-furnace D E G H J                      | C D E F G H J | pig-iron dri femn fecr feni crude-steel
femn                   | 72021                                        |                 | VI   | t                             | yes |                                                                                   |               | sintered-ore
fecr                   | 72024                                        |                 | VI   | t                             | yes |                                                                                   |               | sintered-ore
feni                   | 72026                                        |                 | VI   | t                             | yes |                                                                                   |               | sintered-ore
iron-or-steel-products | 7205 7208-7217 7219-7223 7225-7229 7301-7311 7318 7326 |       | VIII | t                             | yes |                                                                                   | C D E F G H J | crude-steel iron-or-steel-products
unwrought-aluminium    | 7601                                         |                 | VII  | t                             | yes | primary-smelting K, secondary-melting L                                           | K L           | unwrought-aluminium aluminium-products
aluminium-products     | 7603-7614 7616                               |                 | VIII | t                             | yes |                                                                                   | K L           | unwrought-aluminium aluminium-products
electricity            | 27160000                                     |                 | LI   | kWh                           | yes |                                                                                   |               |
`;

const words = (text = ''): string[] => text.split(' ').filter((word) => word !== '');

/** `7208-7210` as the headings it stands for. */
function headings(cell: string): string[] {
  return words(cell).flatMap((word) => {
    const [first, last = first] = word.split('-');
    const count = Number(last) - Number(first);
    return Array.from({ length: count + 1 }, (_, at) => String(Number(first) + at));
  });
}

function categoryOf(line: string) {
  const [id, cn = '', except, group, units = '', direct, routes = '', letters, precursors] = line
    .split('|')
    .map((cell) => cell.trim());
  const [unit, special] = units.split(', ');
  const [prefix, , own] = words(special);
  return {
    ...{ id, group, cn: headings(cn), cnExcept: words(except), unit },
    unitOf: prefix === undefined ? {} : { [prefix]: own },
    directOnly: direct === 'yes',
    routes: Object.fromEntries(
      routes
        .split(', ')
        .map(words)
        .flatMap(([name, ...own]) => (name === undefined ? [] : [[name, own]])),
    ),
    ...{ letters: words(letters), precursors: words(precursors) },
  };
}

describe('the goods of CBAM', () => {
  it('are those of the acts, in the state that reports name', () => {
    expect(GOODS_CATEGORIES).toEqual(GOODS.trim().split('\n').map(categoryOf));
    expect(CBAM_GOODS_VERSION).toBe('2026-10-10');
  });
  const placed = (cnCode: string) =>
    categoriesOfCn(cnCode).map((category) => `${category.id} in ${functionalUnitOf(category, cnCode)}`);
  it.each([
    ['72083700', ['iron-or-steel-products in t']],
    ['72051000', ['pig-iron in t', 'iron-or-steel-products in t']],
    ['31021010', ['urea in supplementary']],
    ['31023010', ['mixed-fertilisers in supplementary']],
    ['31052010', ['mixed-fertilisers in kg-N']],
    ['31056000', []],
    ['72041000', []],
    ['72022100', []],
    ['73120000', []],
    ['76150000', []],
  ])('%s is %j', (cnCode, wanted) => {
    expect(placed(cnCode)).toEqual(wanted);
  });
  it('count no emissions where they come from the Union or an exempt origin', () => {
    const exempt = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK CH IS LI NO'.split(
      ' ',
    );
    const all = Array.from({ length: 26 * 26 }, (_, at) =>
      String.fromCharCode(65 + Math.floor(at / 26), 65 + (at % 26)),
    );
    expect(all.filter(isExemptOrigin)).toEqual(exempt.sort());
  });
});

describe('a default value', () => {
  const row = { act: 'Act', year: '2026', value: '1', unit: 'tCO2e', per: 't', cnCode: '7208' } as const;
  const good = { country: 'KR', cnCode: '72083700', year: '2026' };
  const act = 'IR (EU) 2025/2621, Annex I (read in a secondary source, state of 2026-10-10)';
  const published = { act, country: 'KR', year: '2026', value: '2.33', unit: 'tCO2e', per: 't', benchmarkRoute: 'C' };

  it('is the published one of country, good and year', () => {
    expect(findDefaultValue([], good)).toEqual({ ...published, cnCode: '7208' });
    expect(findDefaultValue([], { ...good, cnCode: '72071210' })).toEqual({ ...published, cnCode: '72071210' });
    expect(DEFAULT_VALUES_VERSION).toBe('2026-10-10');
  });
  it.each([
    ['another country', { ...good, country: 'CN' }],
    ['no country', { ...good, country: undefined }],
    ['another year', { ...good, year: '2027' }],
    ['another good', { ...good, cnCode: '72091500' }],
    ['a good beside the one listed', { ...good, cnCode: '72071290' }],
  ])('is never derived for %s', (_, asked) => {
    expect(findDefaultValue([], asked)).toBeUndefined();
    expect(findDefaultValue([{ ...row, country: 'VN' }], asked)).toBeUndefined();
  });
  it('of the policy comes before the published one, even for every country', () => {
    expect(findDefaultValue([row], good)).toBe(row);
    expect(findDefaultValue([{ ...row, year: '2027' }], good)?.act).toBe(act);
  });
  it('of the country comes first, then the longest code, then the act and the value in the order of texts', () => {
    const rows = [
      { ...row, country: 'KR', cnCode: '720837' },
      { ...row, country: 'KR' },
      { ...row, country: 'KR', value: '2' },
      { ...row, country: 'KR', act: 'Later act' },
      { ...row, cnCode: '72083700' },
      row,
    ];
    for (const [first, ...others] of rows.map((_, at) => rows.slice(at))) {
      for (const order of [[first, ...others], [...others, first], [...others].reverse()]) {
        const given = order.filter((one) => one !== undefined);
        const best = rows.find((one) => given.includes(one));
        expect(findDefaultValue(given, good)).toBe(best ?? findDefaultValue([], good));
      }
    }
  });
});
