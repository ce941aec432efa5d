import { expect, it } from 'vitest';
import { createPresentation } from '../bench/presentation.ts';
import { fastest } from '../support/fastest.ts';

/** Figures with the machine they were taken on: docs/performance.md, written by `npm run bench`. */
it('judging a presentation costs far less than checking the signatures it carries', async () => {
  const presentation = await createPresentation();
  const several = Array.from({ length: 50 }, presentation.fresh);
  for (const checked of several) presentation.judge(checked);
  const judging = await fastest(() => presentation.judge(presentation.fresh()));
  const checking = await fastest(async () => {
    await presentation.checkCredentials();
    await presentation.checkLists();
  });
  expect(judging).toBeLessThan(checking / 2);
});
