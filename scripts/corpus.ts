/**
 * `npm run corpus [-- <pattern>]`: run the attack corpus and write docs/attack-corpus.md; with a pattern, only the cases whose id
 * matches, and the page is left alone. Exit 0 when every answer was the right one.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../src/credentials/package-files.ts';
import { removeDirectories } from '../test/adversarial/builders/storage.ts';
import { loadCases } from '../test/adversarial/case.ts';
import { countBy, markdownReport, problemsOf, slowOf, textTable } from '../test/adversarial/report.ts';
import { type CaseResult, runCase } from '../test/adversarial/run.ts';
import { createWorld } from '../test/adversarial/world.ts';

const [pattern] = process.argv.slice(2);
const wanted = pattern === undefined ? undefined : new RegExp(pattern);
const world = await createWorld();
const results: CaseResult[] = [];
for (const given of loadCases().filter(({ id }) => wanted?.test(id) ?? true)) {
  const result = await runCase(world, given);
  results.push(result);
  const bad = result.results.filter(({ mark }) => mark !== 'right').length;
  process.stderr.write(`${given.id} ${result.results.length} inputs${bad === 0 ? '' : `, ${bad} WRONG`}\n`);
}
await world[Symbol.asyncDispose]();
await removeDirectories();

const problems = problemsOf(results);
console.log(`\n${textTable(countBy(results, ({ layer }) => layer))}`);
for (const [title, lines] of [
  ['wrong', problems],
  ['slow', slowOf(results)],
] as const) {
  if (lines.length > 0) console.log(`\n${title}:\n${lines.join('\n')}`);
}
if (wanted === undefined && problems.length === 0) {
  await writeFile(join(PACKAGE_ROOT, 'docs', 'attack-corpus.md'), markdownReport(results));
}
process.exitCode = problems.length === 0 ? 0 : 1;
