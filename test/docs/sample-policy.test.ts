import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { isObject, type JsonObject, type JsonValue } from '../../src/base/json.ts';
import { policyJsonSchema } from '../../src/trust/policy.ts';
import { BUILT_IN_REGIMES } from '../../src/trust/regimes/regime.ts';
import { runCommand } from '../support/command-line.ts';

const FILE = 'docs/examples/policy-explained.json';
const sample = JSON.parse(await readFile(FILE, 'utf8')) as JsonObject;

/** Every member name in a value. */
function namesIn(value: JsonValue): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...namesIn(inner ?? null)]);
}
/** Every member name that a JSON Schema allows. */
function allowedBy(schema: JsonValue): string[] {
  if (Array.isArray(schema)) return schema.flatMap(allowedBy);
  if (!isObject(schema)) return [];
  const properties = schema['properties'];
  const own = isObject(properties) ? Object.keys(properties) : [];
  return [...own, ...Object.values(schema).flatMap((inner) => allowedBy(inner ?? null))];
}
function commentsIn(value: JsonValue): string[] {
  if (Array.isArray(value)) return value.flatMap(commentsIn);
  if (!isObject(value)) return [];
  const { comment, ...rest } = value;
  return [
    ...(typeof comment === 'string' ? [comment] : []),
    ...Object.values(rest).flatMap((one) => commentsIn(one ?? null)),
  ];
}

it('passes policy check, with every built-in regime', async () => {
  const outcome = await runCommand(['policy', 'check', FILE]);
  expect(outcome).toMatchObject({ code: 0, err: '' });
  const regimes = outcome.out.trim().split('\n').at(-1)?.split(', ');
  expect(regimes).toEqual(expect.arrayContaining([...BUILT_IN_REGIMES]));
});

it('has every member that a policy may have', () => {
  const allowed = new Set(allowedBy(policyJsonSchema()));
  expect([...allowed].filter((name) => !namesIn(sample).includes(name))).toEqual([]);
});

it('explains every member of its entries, in both languages', () => {
  const comments = commentsIn(sample);
  for (const comment of comments) expect(comment).toMatch(/^EN: [\s\S]+ \| KO: [\s\S]*[가-힣]/);
  for (const list of ['anchors', 'trustedOrganisations', 'regimes', 'compromisedKeys']) {
    const entries = sample[list] as readonly JsonObject[];
    for (const entry of entries) expect(typeof entry['comment']).toBe('string');
    const said = commentsIn(entries as unknown as JsonValue).join(' ');
    const members = new Set(entries.flatMap((entry) => Object.keys(entry)));
    const silent = [...members].filter((name) => !['comment', 'id'].includes(name) && !said.includes(`\`${name}`));
    // What every organisation has is explained once, at the anchors.
    expect(silent.filter((name) => list !== 'trustedOrganisations' || name === 'comment')).toEqual([]);
  }
});

it('names nobody real', () => {
  const dids = JSON.stringify(sample).match(/did:[a-z]+:[^"#\\]+/g) ?? [];
  expect(dids.filter((did) => !did.endsWith('.example'))).toEqual([]);
});

it('is what policy sample prints', async () => {
  expect(await runCommand(['policy', 'sample'])).toEqual({ code: 0, err: '', out: await readFile(FILE, 'utf8') });
});
