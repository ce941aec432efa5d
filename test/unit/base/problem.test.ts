import { describe, expect, it } from 'vitest';
import { BASE_URL, PROBLEMS, type ProblemCode, problemType } from '../../../src/base/problem.ts';

const rows = Object.entries(PROBLEMS) as [ProblemCode, (typeof PROBLEMS)[ProblemCode]][];

/** DID Resolution calls it plainly NOT_FOUND, which over HTTP already means something else here. */
const ENDS: Partial<Record<ProblemCode, string>> = { NOT_FOUND_DID: 'NOT_FOUND' };

describe('the table of problems', () => {
  it.each(rows)('%s has a type that ends in its code and titles in both languages', (code, { type, title }) => {
    expect(URL.canParse(type)).toBe(true);
    const end = type.slice(type.indexOf('#') + 1);
    expect(end).toBe(type.startsWith(BASE_URL) ? code.toLowerCase().replaceAll('_', '-') : (ENDS[code] ?? code));
    expect(title.en).toMatch(/^[\x20-\x7e]+[^.]$/);
    expect(title.ko).toMatch(/[가-힣]/);
    expect(problemType(code)).toBe(type);
  });

  it('gives no type to two codes', () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(new Set(rows.map(([, { type }]) => type)).size).toBe(rows.length);
  });
});
