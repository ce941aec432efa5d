import { ServiceError } from '../../base/error.ts';
import type { Metrics } from '../metrics.ts';
import { openApiOf } from '../openapi.ts';
import { readablePage } from '../readable-page.ts';
import type { Route } from '../route.ts';

interface ServiceRouteDeps {
  readonly metrics: Metrics;
  readonly version: string;
  readonly isReady: () => boolean;
  /** Errors: UNAVAILABLE when the store does not answer. */
  readonly askStore: () => Promise<unknown>;
  /** The routes this table describes; read when asked, since these here are among them. */
  readonly routes: () => readonly Route[];
}

/** Health, metrics and the description of the service itself. */
export function serviceRoutes({ metrics, version, isReady, askStore, routes }: ServiceRouteDeps): readonly Route[] {
  const tag = 'Service';
  return [
    {
      method: 'GET',
      path: '/health/live',
      access: 'public',
      tag,
      summary: 'The process answers',
      answers: { 200: 'alive' },
      handle: async () => ({ status: 200, body: { status: 'live' } }),
    },
    {
      method: 'GET',
      path: '/health/ready',
      access: 'public',
      tag,
      summary: 'The service can do its work',
      answers: { 200: 'ready', 503: 'starting, stopping, or its store has failed' },
      handle: async () => {
        if (!isReady()) throw new ServiceError('UNAVAILABLE', 'starting or stopping', { retryAfter: 5 });
        await askStore();
        return { status: 200, body: { status: 'ready' } };
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      access: 'public',
      tag,
      summary: 'Prometheus metrics',
      answers: { 200: 'text exposition format' },
      handle: async () => ({
        status: 200,
        body: await metrics.text(),
        mediaType: 'text/plain; version=0.0.4; charset=utf-8',
      }),
    },
    {
      method: 'GET',
      path: '/openapi.json',
      access: 'public',
      tag,
      summary: 'This service as OpenAPI 3.1',
      answers: { 200: 'the description' },
      handle: async () => ({ status: 200, body: openApiOf(routes(), version) }),
    },
    {
      method: 'GET',
      path: '/docs',
      access: 'public',
      tag,
      summary: 'The same, readable',
      answers: { 200: 'an HTML page' },
      handle: async () => ({
        status: 200,
        body: readablePage(routes(), version),
        mediaType: 'text/html; charset=utf-8',
      }),
    },
    {
      method: 'GET',
      path: '/docs/style.css',
      access: 'public',
      tag,
      summary: 'The style of that page',
      answers: { 200: 'CSS' },
      handle: async () => ({ status: 200, body: STYLE, mediaType: 'text/css; charset=utf-8' }),
    },
  ];
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code{font-family:ui-monospace,monospace}h2{margin-top:2rem;border-bottom:1px solid}article{margin:1rem 0}.access{opacity:.7}`;
