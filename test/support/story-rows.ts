/** Rows of bent stories that say what one rule makes of them: the result is in the row, the words are in the record (told.ts). */
import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { readExample } from './example-credentials.ts';
import type { PatchOperation } from './json-patch.ts';
import { createRecord, saidBy } from './told.ts';
import { type Bend, resultOf, type Story, set, subject } from './trust-cases.ts';

/** `rules`: the ids whose findings are recorded, separated by spaces; those that are met as well. */
export type StoryRow = readonly [title: string, story: Story, rules: string, result: string, bend: Bend];

/** A test for each row; the record is test/unit/trust/told/<record>.json. */
export function itTells(record: string, rows: readonly StoryRow[]): void {
  const toldBefore = createRecord(record);
  it.each(rows.map((row) => [row[0], row] as const))('%s', async (title, [, story, rules, wanted, bend]) => {
    const told = await resultOf(story, bend);
    const lines = saidBy(told, rules.split(' '));
    expect(lines).toEqual(toldBefore(title, lines));
    expect(told.result).toBe(wanted);
  });
}

export const STEEL = readExample('steel-coil')['credentials'] as Record<string, JsonObject>;

/** The subject of a credential of an example. */
export const subjectOf = (credential: JsonObject | undefined): JsonObject =>
  (credential?.['credentialSubject'] ?? {}) as JsonObject;

/** The first object under a member of a subject. */
export const firstOf = (credential: JsonObject | undefined, member: string): JsonObject =>
  (subjectOf(credential)[member] as readonly JsonObject[] | undefined)?.[0] ?? {};

/** Paths below the subject of a credential. */
export const coil = (path: string): string => subject('claim:coil', path);
export const slab = (path: string): string => subject('claim:coil', `/precursors/0${path}`);
export const good = (path: string): string => subject('claim:coil', `/goods/0${path}`);
export const report = (path: string): string => subject('statement:coil', path);
export const footprint = (path: string): string => subject('claim:coil-pcf', path);
export const pcf = (path: string): string => subject('claim:coil-pcf', `/footprint/pcf${path}`);
export const cell = (path: string): string => subject('claim:cell', path);

export const one = (...patch: PatchOperation[]): Bend => ({ patch });

export const OTHER_ID = 'urn:uuid:99999999-0000-4000-8000-000000000099';

/** A second credential like one of an example, under another key and id. */
export const another = (
  from: JsonObject | undefined,
  key: string,
  change: JsonObject = {},
  envelope: JsonObject = { id: OTHER_ID },
): PatchOperation =>
  set(`/credentials/${key}`, {
    ...from,
    ...envelope,
    credentialSubject: { ...subjectOf(from), ...change },
  });

/** Another good beside the coil, and its materiality in the report. */
export const secondGood = (change: JsonObject): PatchOperation[] => [
  set(coil('/goods/1'), { ...firstOf(STEEL['claim:coil'], 'goods'), cnCode: '72083900', ...change }),
  ...['total-specific-embedded-emissions', 'specific-embedded-free-allocation'].map((figure) =>
    set(report('/materiality/-'), { figure, percent: '5', cnCode: '72083900' }),
  ),
];

/** The coil, its report and its slab of another year. */
export const inYear = (value: string): Bend =>
  one(set(coil('/reportingPeriod'), value), set(report('/period'), value), set(slab('/reportingPeriod'), value));
