import { Counter, Histogram, Registry } from 'prom-client';

/** What /metrics shows. Labels are route templates, never values of a request. */
export interface Metrics {
  observe(line: { method: string; route: string; status: number; milliseconds: number }): void;
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const labelNames = ['method', 'route', 'status'] as const;
  const requests = new Counter({
    name: 'proofprint_http_requests_total',
    help: 'Requests answered',
    labelNames,
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'proofprint_http_request_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  return {
    observe({ method, route, status, milliseconds }) {
      requests.inc({ method, route, status: String(status) });
      durations.observe({ method, route }, milliseconds / 1000);
    },
    text: () => registry.metrics(),
  };
}
