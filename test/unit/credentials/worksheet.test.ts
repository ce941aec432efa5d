/** Building, showing and re-adding a worksheet (docs/domain.md, section 9.2). */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { type BuiltWorksheet, buildWorksheet, showLines } from '../../../src/credentials/worksheet/build.ts';
import { checkWorksheet } from '../../../src/credentials/worksheet/check.ts';
import { readWorksheetRows, type WorksheetRow } from '../../../src/credentials/worksheet/rows.ts';
import { digestOfJson } from '../../../src/formats/digest.ts';
import { verifyLeaf } from '../../../src/formats/merkle.ts';
import { exampleCredentials, readExample } from '../../support/example-credentials.ts';

const LINK = { target: 'urn:uuid:1', targetType: 'CarbonFootprintClaim', digestMultibase: digestOfJson('x') };
const row = (change: JsonObject = {}): JsonObject => ({
  role: 'input',
  name: 'anode',
  quantity: '0.36',
  factor: '8.5',
  ...change,
});

/** Not random: the tests say which salt is which. */
function countingSalts(): () => Uint8Array {
  let count = 0;
  return () => {
    count += 1;
    return Uint8Array.from({ length: 16 }, (_, index) => (index < 12 ? 7 : (count >> (8 * (15 - index))) & 0xff));
  };
}

function rowsOf(value: JsonValue): readonly WorksheetRow[] {
  const read = readWorksheetRows(value);
  if (!read.ok) throw new Error(JSON.stringify(read.findings));
  return read.value;
}
const build = (rows: JsonValue, pad?: number): BuiltWorksheet => buildWorksheet(rowsOf(rows), countingSalts(), pad);
const asJson = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

/** `code pointer detail` of everything that did not pass. */
function wrong(sheet: unknown, claim?: JsonObject): readonly string[] {
  return checkWorksheet(asJson(sheet), claim)
    .findings.filter(({ outcome }) => outcome === 'failed')
    .map(({ code, pointer }) => `${code} ${pointer}`);
}

describe('rows', () => {
  const refused = (value: JsonValue) => {
    const read = readWorksheetRows(value);
    return read.ok ? [] : read.findings.map(({ code, pointer, detail }) => `${code} ${pointer} ${detail}`);
  };
  const M = 'MALFORMED_VALUE_ERROR';
  it('are taken as they are, figures canonical', () => {
    expect(rowsOf([row({ quantity: '0.360', factor: '-8.50', claim: LINK })])).toEqual([
      { role: 'input', name: 'anode', quantity: '0.36', factor: '-8.5', claim: LINK, verified: true },
    ]);
    expect(rowsOf([row()])[0]).toMatchObject({ claim: undefined, verified: false });
    expect(rowsOf([row({ claim: LINK, verified: false })])[0]).toMatchObject({ verified: false });
  });
  it.each<[JsonValue | undefined, string]>([
    ['1e3', 'must be written without an exponent'],
    ['1,000', 'must be written without separators between thousands, with a point before decimals'],
    ['1 000.5', 'must be written without separators between thousands, with a point before decimals'],
    ['0,56', 'must be written without separators between thousands, with a point before decimals'],
    ['+1', 'must be written without a plus sign'],
    ['01', 'must be written without leading zeros'],
    ['.5', 'must have digits on both sides of the point'],
    ['5.', 'must have digits on both sides of the point'],
    ['1'.repeat(41), 'has more than 40 characters'],
    ['', 'is missing'],
    ['NaN', 'is not a decimal'],
    ['１', 'is not a decimal'],
    [0.56, 'must be a text such as "0.56", not a number'],
    [null, 'must be a text such as "0.56", not a number'],
  ])('with the figure %j are refused with its place and the reason', (figure, detail) => {
    for (const member of ['quantity', 'factor']) {
      expect(refused([row(), row({ [member]: figure ?? null })])).toEqual([`${M} /rows/1/${member} ${detail}`]);
    }
  });
  it('need a quantity that is not below 0 and a product that can be written', () => {
    expect(refused([row({ quantity: '-1' })])).toEqual(['RANGE_ERROR /rows/0/quantity must not be below 0']);
    expect(refused([row({ quantity: '-0' })])).toEqual([]);
    const long = `0.${'1'.repeat(25)}`;
    expect(refused([row({ quantity: long, factor: long })])).toEqual([
      'RANGE_ERROR /rows/0 quantity times factor has more than 40 characters',
    ]);
    expect(refused([row({ quantity: '1'.repeat(40), factor: '1' })])).toEqual([]);
  });
  it.each<[string, JsonValue, readonly string[]]>([
    ['no list', { rows: [] }, ['/rows']],
    ['an empty list', [], ['/rows']],
    ['a text among them', ['x'], ['/rows/0']],
    ['another role', [row({ role: 'Input' })], ['/rows/0/role']],
    ['no name', [row({ name: '' })], ['/rows/0/name']],
    ['two lines in a name', [row({ name: 'a\nb' })], ['/rows/0/name']],
    ['a long name', [row({ name: 'a'.repeat(201) })], ['/rows/0/name']],
    ['an unknown member', [row({ salt: '00' })], ['/rows/0/salt']],
    ['no link', [row({ claim: 'urn:uuid:1' })], ['/rows/0/claim']],
    ['a link to a statement', [row({ claim: { ...LINK, targetType: 'VerificationStatement' } })], ['/rows/0/claim']],
    ['a claim of its own part', [row({ role: 'own', claim: LINK })], ['/rows/0/claim']],
    ['one claim twice', [row({ claim: LINK }), row(), row({ claim: LINK })], ['/rows/2/claim']],
    ['verified without a claim', [row({ verified: true })], ['/rows/0/verified']],
    ['verified in words', [row({ claim: LINK, verified: 'yes' })], ['/rows/0/verified']],
  ])('with %s are refused', (_what, value, pointers) => {
    expect(refused(value).map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual(
      pointers.map((pointer) => `${M} ${pointer}`),
    );
  });
  it('are 1,000 at most', () => {
    expect(refused(Array.from({ length: 1001 }, () => row()))).toEqual(['LIMIT_EXCEEDED /rows more than 1000 rows']);
  });
});

describe('the battery cell of the worked example', () => {
  const example = readExample('battery-cell');
  const claim = exampleCredentials('battery-cell').get('claim:cell') ?? {};
  const leaves = (example['worksheet'] as { leaves: JsonObject[] }).leaves;
  const rows = leaves.map(({ salt: _s, contribution: _c, claim: link, ...rest }) =>
    link === undefined ? rest : { ...rest, claim: LINK },
  );
  it('has its published total and share', () => {
    const { total, aggregation } = build(rows);
    expect(total).toBe('25.6066');
    expect(aggregation).toMatchObject({ method: 'sum-inputs-plus-own', leafCount: '9', verifiedSharePercent: '71.11' });
  });
  it('is re-added against its claim, except for the root of other salts', () => {
    expect(wrong(build(rows), claim)).toEqual([
      'CHAIN_DIGEST_MISMATCH /claim/credentialSubject/aggregation/leavesRoot',
    ]);
    const own = {
      ...claim,
      credentialSubject: { ...(claim['credentialSubject'] as JsonObject), aggregation: build(rows).aggregation },
    };
    expect(
      checkWorksheet(asJson(build(rows)), own).findings.map(({ check, outcome }) => `${check} ${outcome}`),
    ).toEqual([
      ...['worksheet.lines passed', 'worksheet.root passed', 'worksheet.total passed'],
      ...['claim.root passed', 'claim.leafCount passed', 'claim.total passed', 'claim.verifiedShare passed'],
    ]);
  });
  it('does not fit a claim of other figures', () => {
    const change = (aggregation: JsonObject, pcf?: string) => {
      const body = claim['credentialSubject'] as JsonObject;
      const footprint = body['footprint'] as JsonObject;
      const figures = {
        ...(footprint['pcf'] as JsonObject),
        ...(pcf === undefined ? {} : { pcfExcludingBiogenicUptake: pcf }),
      };
      return {
        ...claim,
        credentialSubject: {
          ...body,
          aggregation: { ...build(rows).aggregation, ...aggregation },
          footprint: { ...footprint, pcf: figures },
        },
      };
    };
    const at = '/claim/credentialSubject';
    expect(wrong(build(rows), change({}))).toEqual([]);
    expect(wrong(build(rows), change({ leafCount: '10' }))).toEqual([`RULE_FAILED ${at}/aggregation/leafCount`]);
    expect(wrong(build(rows), change({ verifiedSharePercent: '71.12' }))).toEqual([
      `RULE_FAILED ${at}/aggregation/verifiedSharePercent`,
    ]);
    expect(wrong(build(rows), change({ verifiedSharePercent: '23.43' }))).toEqual([
      `RULE_FAILED ${at}/aggregation/verifiedSharePercent`,
    ]);
    // Without the cathode's own statement the share is lower; the sheet cannot tell.
    expect(wrong(build(rows), change({ verifiedSharePercent: '23.44' }))).toEqual([]);
    // The share is of the figure as the claim states it.
    expect(wrong(build(rows), change({ verifiedSharePercent: '71.10' }, '25.61'))).toEqual([]);
    expect(wrong(build(rows), change({}, '25.61'))).toEqual([`RULE_FAILED ${at}/aggregation/verifiedSharePercent`]);
    expect(wrong(build(rows), change({}, '25.60'))).toContain(
      `RULE_FAILED ${at}/footprint/pcf/pcfExcludingBiogenicUptake`,
    );
    expect(wrong(build(rows), exampleCredentials('battery-cell').get('statement:cell'))).toEqual([
      'MALFORMED_VALUE_ERROR /claim',
    ]);
  });
});

describe('padding', () => {
  it('adds lines of nothing after the others', () => {
    const { leaves, total, aggregation } = build([row(), row({ name: 'foil', role: 'own' })], 5);
    expect(leaves.map(({ name, quantity }) => `${String(name)} ${String(quantity)}`)).toEqual([
      ...['anode 0.36', 'foil 0.36', 'padding 0', 'padding 0', 'padding 0'],
    ]);
    expect(total).toBe('6.12');
    expect(aggregation['leafCount']).toBe('5');
    expect(aggregation['verifiedSharePercent']).toBe('50');
    expect(wrong(build([row()], 4))).toEqual([]);
  });
  it('takes its own salts; a source that repeats itself or is short is a fault', () => {
    const { leaves } = build([row()], 8);
    expect(new Set(leaves.map(({ salt }) => salt)).size).toBe(8);
    for (const { salt } of leaves) expect(salt).toMatch(/^[0-9a-f]{32}$/);
    expect(() => buildWorksheet(rowsOf([row(), row()]), () => new Uint8Array(16))).toThrow(RangeError);
    expect(() => buildWorksheet(rowsOf([row()]), () => new Uint8Array(15))).toThrow(RangeError);
  });
  it('leaves the share out where there is none', () => {
    expect(build([row({ quantity: '0' })]).aggregation).not.toHaveProperty('verifiedSharePercent');
    expect(build([row({ factor: '-1' })]).aggregation).not.toHaveProperty('verifiedSharePercent');
    expect(build([row({ role: 'own', factor: '9' }), row({ factor: '-1' })]).aggregation).not.toHaveProperty(
      'verifiedSharePercent',
    );
  });
});

describe('a sheet', () => {
  const sheet = asJson(
    build([row(), row({ name: 'cathode', claim: LINK }), row({ role: 'own', name: 'power', factor: '0.434' })]),
  );
  const leaf = (index: number, change: JsonObject, keep: JsonObject = {}): JsonObject => ({
    leaves: (sheet['leaves'] as JsonObject[]).map((one, at) => (at === index ? { ...one, ...change } : one)),
    ...keep,
  });
  it.each<[string, JsonObject, readonly string[]]>([
    ['with a line that is not its product', leaf(0, { contribution: '3.07' }), ['RULE_FAILED /leaves/0/contribution']],
    [
      'with a product that is not canonical',
      leaf(0, { contribution: '3.060' }),
      ['RULE_FAILED /leaves/0/contribution'],
    ],
    ['with an exponent', leaf(1, { factor: '85e-1' }), ['MALFORMED_VALUE_ERROR /leaves/1/factor']],
    [
      'with a negative quantity',
      leaf(0, { quantity: '-1', contribution: '-8.5' }),
      ['MALFORMED_VALUE_ERROR /leaves/0/quantity'],
    ],
    ['with a short salt', leaf(0, { salt: '00'.repeat(15) }), ['MALFORMED_VALUE_ERROR /leaves/0/salt']],
    ['with a salt in capitals', leaf(0, { salt: 'AB'.repeat(16) }), ['MALFORMED_VALUE_ERROR /leaves/0/salt']],
    [
      'with one salt twice',
      leaf(0, { salt: (sheet['leaves'] as JsonObject[])[2]?.['salt'] ?? '' }),
      ['MALFORMED_VALUE_ERROR /leaves/2/salt'],
    ],
    ['with another role', leaf(0, { role: 'x' }), ['MALFORMED_VALUE_ERROR /leaves/0/role']],
    ['with no name', leaf(0, { name: 7 }), ['MALFORMED_VALUE_ERROR /leaves/0/name']],
    ['with no link', leaf(0, { claim: {} }), ['MALFORMED_VALUE_ERROR /leaves/0/claim']],
    ['with another member', leaf(0, { note: 'x' }), ['MALFORMED_VALUE_ERROR /leaves/0']],
    ['with a total of its own', { ...sheet, total: '1' }, ['RULE_FAILED /total']],
    ['with a root of its own', { ...sheet, root: digestOfJson('y') }, ['CHAIN_DIGEST_MISMATCH /root']],
    ['without lines', { leaves: [] }, ['MALFORMED_VALUE_ERROR /leaves']],
    ['with a text for a line', { leaves: ['x'] }, ['MALFORMED_VALUE_ERROR /leaves']],
  ])('%s does not hold', (_what, document, findings) => {
    expect(wrong(document)).toEqual(findings);
  });
  it('holds by itself, with or without what it says of itself', () => {
    expect(wrong(sheet)).toEqual([]);
    expect(checkWorksheet({ leaves: sheet['leaves'] ?? [] })).toMatchObject({
      total: sheet['total'],
      root: sheet['root'],
    });
  });
  it('shown in part proves its lines to a root, and without one nothing', () => {
    const part = asJson(showLines(sheet['leaves'] as JsonObject[], [3, 1]));
    expect((part['leaves'] as JsonObject[]).map(({ name }) => name)).toEqual(['power', 'anode']);
    expect(wrong(part)).toEqual([]);
    const { root: _, ...rootless } = part;
    expect(checkWorksheet(rootless).findings.map(({ outcome }) => outcome)).toContain('undetermined');
    expect(wrong({ ...part, root: digestOfJson('y') })).toEqual([
      'CHAIN_DIGEST_MISMATCH /leaves/0',
      'CHAIN_DIGEST_MISMATCH /leaves/1',
    ]);
    expect(wrong({ ...part, paths: [] })).toEqual(['MALFORMED_VALUE_ERROR /paths']);
    expect(wrong({ ...part, paths: 'x' })).toEqual(['MALFORMED_VALUE_ERROR /paths']);
    expect(wrong({ ...part, paths: [...(part['paths'] as JsonValue[])].reverse() })).toHaveLength(2);
    expect(() => showLines(sheet['leaves'] as JsonObject[], [4])).toThrow(RangeError);
  });
});

const decimal = (negative: boolean) =>
  fc
    .tuple(fc.bigInt({ min: negative ? -(10n ** 12n) : 0n, max: 10n ** 12n }), fc.nat(6))
    .map(([digits, places]) => written(digits, places));

/** `digits` × 10^-places, exact. */
function written(digits: bigint, places: number): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(places + 1, '0');
  const [whole, part] = [text.slice(0, text.length - places), text.slice(text.length - places)];
  return `${digits < 0n ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`;
}

function scaled(text: string, places: number): bigint {
  const [whole = '', part = ''] = text.replace('-', '').split('.');
  const digits = BigInt(whole + part.padEnd(places, '0'));
  return text.startsWith('-') ? -digits : digits;
}

const someRows = fc.array(
  fc.record({
    role: fc.constantFrom('input', 'own'),
    name: fc.stringMatching(/^[a-z가-힣 -]{1,20}$/),
    quantity: decimal(false),
    factor: decimal(true),
  }),
  { minLength: 1, maxLength: 24 },
);

describe('whatever the rows', () => {
  test('what was built holds, padded or not, and its total is exact', () => {
    fc.assert(
      fc.property(someRows, fc.nat(8), (rows, more) => {
        const sheet = build(rows, rows.length + more);
        expect(wrong(sheet)).toEqual([]);
        expect(sheet.leaves.slice(0, rows.length).map(({ name }) => name)).toEqual(rows.map(({ name }) => name));
        const sum = rows.reduce((total, { quantity, factor }) => total + scaled(quantity, 6) * scaled(factor, 6), 0n);
        expect(scaled(sheet.total, 12)).toBe(sum);
      }),
    );
  });
  test('altering any member of any line breaks the sheet', () => {
    const alterations: Readonly<Record<string, (value: JsonValue) => JsonValue>> = {
      salt: (value) => String(value).replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      role: (value) => (value === 'own' ? 'input' : 'own'),
      name: (value) => `${String(value)}x`,
      quantity: (value) => `1${String(value)}`,
      factor: (value) => (String(value).startsWith('-') ? String(value).slice(1) : `-1${String(value)}`),
      contribution: (value) => `1${String(value).replace('-', '')}`,
    };
    fc.assert(
      fc.property(someRows, fc.nat(), fc.constantFrom(...Object.keys(alterations)), (rows, pick, member) => {
        const sheet = asJson(build(rows));
        const leaves = sheet['leaves'] as JsonObject[];
        const index = pick % leaves.length;
        const altered = leaves.map((leaf, at) =>
          at === index ? { ...leaf, [member]: alterations[member]?.(leaf[member] ?? '') ?? '' } : leaf,
        );
        expect(wrong({ ...sheet, leaves: altered })).not.toEqual([]);
        const { [member]: _, ...less } = leaves[index] ?? {};
        expect(wrong({ ...sheet, leaves: leaves.with(index, less) })).not.toEqual([]);
      }),
    );
  });
  test('a shown line proves itself and nothing else', () => {
    fc.assert(
      fc.property(someRows, fc.nat(), (rows, pick) => {
        const { leaves, root } = build(rows);
        const index = pick % leaves.length;
        const shown = showLines(leaves, [index + 1]);
        expect(wrong(shown)).toEqual([]);
        leaves.forEach((leaf, at) => {
          expect(verifyLeaf(root, leaf, shown.paths[0] ?? [])).toBe(at === index);
        });
      }),
    );
  });
  test('moving or dropping a line gives another root', () => {
    fc.assert(
      fc.property(someRows, fc.nat(), (rows, pick) => {
        const sheet = asJson(build(rows));
        const leaves = sheet['leaves'] as JsonObject[];
        fc.pre(leaves.length > 1);
        const index = pick % (leaves.length - 1);
        const [here = {}, next = {}] = leaves.slice(index, index + 2);
        expect(wrong({ ...sheet, leaves: leaves.with(index, next).with(index + 1, here) })).toEqual([
          'CHAIN_DIGEST_MISMATCH /root',
        ]);
        expect(wrong({ ...sheet, leaves: leaves.toSpliced(index, 1) })).toContain('CHAIN_DIGEST_MISMATCH /root');
      }),
    );
  });
  test('reading never throws, and never lets through what cannot be built', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = readWorksheetRows(value as JsonValue);
        if (read.ok) expect(wrong(buildWorksheet(read.value, countingSalts()))).toEqual([]);
        const sheet = asJson({ leaves: value, paths: value, root: value });
        expect(checkWorksheet(sheet).findings.length).toBeGreaterThan(0);
      }),
    );
  });
});
