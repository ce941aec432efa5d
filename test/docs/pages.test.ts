import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SECRETS } from '../../src/settings.ts';

const pages = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const textOf = (page: string): string => readFileSync(page, 'utf8');
const withoutCode = (text: string): string => text.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]*`/g, '');

/** The anchors of a page, as the common renderers make them from headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of textOf(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '');
    anchors.add(plain.trim().replaceAll(/\s/g, '-'));
  }
  return anchors;
}

describe('pages', () => {
  it('are more than a handful', () => {
    expect(pages.length).toBeGreaterThan(30);
  });

  it.each(pages)('%s links to what is there', (page) => {
    const dead = [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : normalize(join(dirname(page), path));
        if (!existsSync(target)) return true;
        return anchor !== undefined && !anchorsOf(target).has(decodeURIComponent(anchor));
      });
    expect(dead).toEqual([]);
  });

  it.each(pages)('%s names files that are there', (page) => {
    const named = [...textOf(page).matchAll(/`((?:src|scripts|test|contexts|docs)\/[\w./-]*)`/g)].map(
      ([, path = '']) => path,
    );
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('are there, section and all, where a comment points at them', () => {
    const sources = ['src', 'scripts', 'test']
      .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
      .filter((name) => /\.(?:ts|mjs|cjs)$/.test(name));
    const pointers = sources.flatMap((source) =>
      [...textOf(source).matchAll(/docs\/(\w+\.md)(?:,? sections? |,? )?(\d+(?:\.\d+)*)?/g)].map(
        ([, page = '', section]) => ({ source, page: `docs/${page}`, section }),
      ),
    );
    expect(pointers.length).toBeGreaterThan(50);
    const dangling = pointers.filter(({ page, section }) => {
      if (!existsSync(page)) return true;
      return (
        section !== undefined && !new RegExp(`^#+ .*\\b${section.replaceAll('.', '\\.')}[. ]`, 'm').test(textOf(page))
      );
    });
    expect(dangling).toEqual([]);
  });

  it('docs/threats.md, section 6, names constants that stand in the files it names', () => {
    const rows = [...textOf('docs/threats.md').matchAll(/^\| [^|]+ \| [^|]+ \| ([^|]+) \| `(src\/[^`]+)` \|$/gm)];
    expect(rows.length).toBeGreaterThan(25);
    const missing = rows.flatMap(([, names = '', file = '']) =>
      [...names.matchAll(/`(\w+)`/g)]
        .map(([, name = '']) => name)
        .filter((name) => !readFileSync(file, 'utf8').includes(name))
        .map((name) => `${name} in ${file}`),
    );
    expect(missing).toEqual([]);
  });

  it('docs/decisions/README.md lists every record', () => {
    const records = readdirSync('docs/decisions').filter((name) => /^\d{4}-/.test(name));
    const index = textOf('docs/decisions/README.md');
    expect(records.filter((record) => !index.includes(`(${record})`))).toEqual([]);
  });

  it('the guides for operators list exactly the settings that src/config.ts reads', () => {
    const given = [...readFileSync('src/config.ts', 'utf8').matchAll(/given\('([A-Z_]+)'\)/g)];
    const read = [...given.map(([, name = '']) => name), ...SECRETS.map((name) => `${name}_FILE`)];
    for (const guide of ['docs/guides/operator.md', 'docs/guides/operator.ko.md']) {
      const settings = /^## (?:Settings|설정)$([\s\S]*?)^## /m.exec(textOf(guide))?.[1] ?? '';
      const rows = [...settings.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) =>
        [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name),
      );
      expect(rows.sort()).toEqual([...new Set(read)].sort());
    }
  });
});
