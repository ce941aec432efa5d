/**
 * Sends spans to the collector that the operator named: OTLP over HTTP, in its JSON form (OpenTelemetry Protocol 1, section OTLP/HTTP).
 * Nobody waits for it, and nothing depends on it: what a collector does not take is dropped and counted.
 */
import { request as plain, type RequestOptions } from 'node:http';
import { request as secured } from 'node:https';
import type { RecordSpan, Span } from '../base/trace.ts';

/** Spans that wait for the next sending, and milliseconds between two. */
const MOST_WAITING = 4096;
const PER_SENDING = 512;
const EVERY_MS = 2000;
const TIMEOUT_MS = 5000;

export interface TraceExporterOptions {
  /** Where OTLP is spoken; spans go to `/v1/traces` below it. */
  readonly endpoint: string;
  /** What the collector wants to see besides, such as an authorization. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  readonly version: string;
  /** Told once when spans begin to be dropped, and once when they are taken again. */
  readonly onChange: (dropping: boolean) => void;
}

export interface TraceExporter {
  readonly record: RecordSpan;
  /** Send what is left, for as long as one sending may last. */
  close(): Promise<void>;
}

export function createTraceExporter(options: TraceExporterOptions): TraceExporter {
  const waiting: Span[] = [];
  let dropping = false;
  let sending: Promise<void> | undefined;
  const tell = (now: boolean): void => {
    if (now !== dropping) options.onChange(now);
    dropping = now;
  };
  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0) tell(!(await post(options, documentOf(waiting.splice(0, PER_SENDING), options))));
  };
  const send = (): Promise<void> => {
    sending ??= sendAll().finally(() => {
      sending = undefined;
    });
    return sending;
  };
  const timer = setInterval(() => void send(), EVERY_MS);
  timer.unref();
  return {
    record: (span) => {
      if (waiting.length >= MOST_WAITING) tell(true);
      else waiting.push(span);
    },
    close: async () => {
      clearInterval(timer);
      // A collector that is away holds up nobody who wants to stop.
      if (dropping) waiting.length = 0;
      await send();
    },
  };
}

/** Whether the collector took it. Never throws. */
function post({ endpoint, headers }: TraceExporterOptions, document: object): Promise<boolean> {
  const body = JSON.stringify(document);
  const url = `${endpoint}/v1/traces`;
  const request = url.startsWith('https:') ? secured : plain;
  const settings: RequestOptions = {
    method: 'POST',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  };
  return new Promise((resolve) => {
    const sent = request(url, settings, (answer) => {
      answer.resume();
      answer.on('error', () => resolve(false));
      answer.on('end', () => resolve(answer.statusCode === 200));
    });
    sent.on('error', () => resolve(false));
    sent.end(body);
  });
}

const KINDS = { internal: 1, server: 2, client: 3 } as const;
const STATUS_ERROR = 2;

function documentOf(spans: readonly Span[], { serviceName, version }: TraceExporterOptions): object {
  const resource = { attributes: attributesOf({ 'service.name': serviceName, 'service.version': version }) };
  const scopeSpans = [{ scope: { name: 'proofprint', version }, spans: spans.map(spanOf) }];
  return { resourceSpans: [{ resource, scopeSpans }] };
}

function spanOf({ name, kind, traceId, spanId, parentId, start, end, attributes, failed }: Span): object {
  return {
    traceId,
    spanId,
    ...(parentId === undefined ? {} : { parentSpanId: parentId }),
    name,
    kind: KINDS[kind],
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
    attributes: attributesOf(attributes),
    status: failed ? { code: STATUS_ERROR } : {},
  };
}

/** 64-bit integers are strings in OTLP's JSON. */
function nanoseconds(milliseconds: number): string {
  return `${Math.round(milliseconds * 1000)}000`;
}

function attributesOf(attributes: Span['attributes']): readonly object[] {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({
      key,
      value: typeof value === 'number' ? { intValue: String(Math.round(value)) } : { stringValue: value },
    }));
}
