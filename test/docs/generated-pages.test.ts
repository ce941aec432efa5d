import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rulesPage } from '../../scripts/rules-page.ts';

describe('generated pages', () => {
  it('docs/rules.md is what scripts/rules-page.ts writes', () => {
    expect(readFileSync('docs/rules.md', 'utf8')).toBe(rulesPage());
  });
});
