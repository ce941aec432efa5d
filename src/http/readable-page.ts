import type { Route } from './route.ts';

const ACCESS = { public: 'public', admin: 'bearer ADMIN_TOKEN', organisation: 'bearer organisation token' } as const;

/** The route table as a page for people. No script; text only from our own table. */
export function readablePage(routes: readonly Route[], version: string): string {
  const tags = [...new Set(routes.map((route) => route.tag))];
  const sections = tags.map(
    (tag) =>
      `<h2>${escapeHtml(tag)}</h2>${routes
        .filter((route) => route.tag === tag)
        .map(articleOf)
        .join('')}`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Proofprint ${escapeHtml(version)}</title><link rel="stylesheet" href="/docs/style.css"></head><body>
<h1>Proofprint ${escapeHtml(version)}</h1><p>For programs: <a href="/openapi.json">/openapi.json</a>. Errors are RFC 9457 problem details.</p>
${sections.join('\n')}</body></html>`;
}

function articleOf(route: Route): string {
  const answers = Object.entries(route.answers)
    .map(([status, text]) => `<li><code>${status}</code> ${escapeHtml(text)}</li>`)
    .join('');
  return `<article><h3><code>${route.method} ${escapeHtml(route.path)}</code></h3><p>${escapeHtml(route.summary)}
<span class="access">(${accessOf(route)})</span></p><ul>${answers}</ul></article>`;
}

function accessOf({ access, scope }: Route): string {
  return scope === undefined ? ACCESS[access] : `${ACCESS[access]}, scope ${scope}`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
