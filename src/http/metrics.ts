import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface RequestLine {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
  /** Of a refusal. */
  readonly code?: string;
}

/** What is looked up when somebody asks; a reading that cannot be had is left out, and the others stand. */
export interface Readings {
  readonly ready: () => number;
  /** Of the last act in the journal. */
  readonly journalSequence: () => Promise<number>;
  /** Of the volume that DATA_DIR lies on, for whoever is not root. */
  readonly diskFree: () => Promise<number>;
  /** 1 while this process does the work that one of those which share a store does for all. */
  readonly background: () => number;
}

/** What /metrics shows. Labels are route templates, names of acts and codes, never values of a request. */
export interface Metrics {
  observe(line: RequestLine): void;
  /** A verification was answered. */
  verified(verdict: 'accepted' | 'rejected' | 'undetermined'): void;
  /** A line `alarm` or `fault` went into the log. */
  logged(event: 'alarm' | 'fault'): void;
  readonly acts: {
    asked(): void;
    answered(line: { readonly act: string; readonly done: boolean; readonly seconds: number }): void;
  };
  watch(readings: Readings): void;
  text(): Promise<string>;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** With `ofProcess`, memory, processor time, event loop and garbage collection as well, under the names that all Node programs share. */
export function createMetrics({
  version,
  ofProcess,
}: {
  readonly version: string;
  readonly ofProcess: boolean;
}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name: `proofprint_${name}`, help, labelNames, registers });
  new Gauge({
    name: 'proofprint_build_info',
    help: '1; the version is a label',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  const requests = counter('http_requests_total', 'Requests answered', ['method', 'route', 'status']);
  const durations = new Histogram({
    name: 'proofprint_http_request_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route'],
    buckets: [...SECONDS],
    registers,
  });
  const refusals = counter('refusals_total', 'Requests refused, by the code of the problem', ['code']);
  const verifications = counter('verifications_total', 'Verifications answered, by verdict', ['verdict']);
  const events = counter('log_events_total', 'Lines alarm and fault in the log', ['event']);
  for (const event of ['alarm', 'fault']) events.inc({ event }, 0);
  const acts = counter('store_acts_total', 'Acts of the store that were answered', ['act', 'outcome']);
  const turns = new Histogram({
    name: 'proofprint_store_act_seconds',
    help: 'From asking for an act, waiting for its turn included, until it is on disk',
    buckets: [...SECONDS, 5, 10],
    registers,
  });
  const waiting = new Gauge({
    name: 'proofprint_store_acts_waiting',
    help: 'Acts asked for and not answered',
    registers,
  });
  return {
    observe({ method, route, status, milliseconds, code }) {
      requests.inc({ method, route, status: String(status) });
      durations.observe({ method, route }, milliseconds / 1000);
      if (code !== undefined) refusals.inc({ code });
    },
    verified: (verdict) => verifications.inc({ verdict }),
    logged: (event) => events.inc({ event }),
    acts: {
      asked: () => waiting.inc(),
      answered: ({ act, done, seconds }) => {
        waiting.dec();
        acts.inc({ act, outcome: done ? 'done' : 'refused' });
        turns.observe(seconds);
      },
    },
    watch: ({ ready, journalSequence, diskFree, background }) => {
      reading(registry, 'ready', '1 when the node takes work', ready);
      reading(registry, 'journal_sequence', 'Number of the last act in the journal', journalSequence);
      reading(registry, 'disk_free_bytes', 'Room on the volume of DATA_DIR', diskFree);
      reading(registry, 'background_lease', '1 while this process does the work that nobody asked for', background);
    },
    text: () => registry.metrics(),
  };
}

function reading(registry: Registry, name: string, help: string, read: () => number | Promise<number>): void {
  const gauge = new Gauge({
    name: `proofprint_${name}`,
    help,
    registers: [registry],
    // Asked anew each time: what was true once is worse than nothing.
    collect: async () => {
      gauge.remove();
      try {
        gauge.set(await read());
      } catch {
        // Left out.
      }
    },
  });
}
