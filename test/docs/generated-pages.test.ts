import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorsPage } from '../../scripts/errors-page.ts';
import { rulesPage } from '../../scripts/rules-page.ts';

describe('generated pages', () => {
  it('docs/errors.md is what scripts/errors-page.ts writes', () => {
    expect(readFileSync('docs/errors.md', 'utf8')).toBe(errorsPage());
  });

  it('docs/rules.md is what scripts/rules-page.ts writes', () => {
    expect(readFileSync('docs/rules.md', 'utf8')).toBe(rulesPage());
  });
});
