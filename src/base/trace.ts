/**
 * What a request was busy with, as spans (OpenTelemetry's word: a named piece of time with a parent). They follow the work through every
 * `await`, so nothing on the way has to hand them on; where nobody records, `inSpan` only does the work. Attributes are names, counts and
 * codes, never a value from a document.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export type SpanKind = 'server' | 'internal' | 'client';
export type SpanAttributes = Readonly<Record<string, string | number | undefined>>;

export interface Span {
  readonly name: string;
  readonly kind: SpanKind;
  /** 32 hexadecimal characters, the same for all spans of one request. */
  readonly traceId: string;
  /** 16 hexadecimal characters. */
  readonly spanId: string;
  readonly parentId: string | undefined;
  /** Milliseconds since the epoch, with fractions, by the machine's clock: what a node takes for the time is none of a collector's business. */
  readonly start: number;
  readonly end: number;
  readonly attributes: SpanAttributes;
  readonly failed: boolean;
}

export type RecordSpan = (span: Span) => void;

/** A request as its sender names it (W3C Trace Context, `traceparent`). */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
}

interface Open extends TraceParent {
  readonly record: RecordSpan;
}

const current = new AsyncLocalStorage<Open>();
const now = (): number => performance.timeOrigin + performance.now();

/** Undefined for anything that is not a version 00 parent, whole zeros included. Source: W3C Trace Context, section 3.2. */
export function readTraceParent(header: unknown): TraceParent | undefined {
  if (typeof header !== 'string') return undefined;
  const [, traceId, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(header) ?? [];
  if (traceId === undefined || spanId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId };
}

/**
 * Begin a trace: what `work` starts and awaits belongs to it. The span of the request itself is recorded when `end` is called, which
 * `work` is given, since a request ends when its answer is out.
 */
export function startTrace<Result>(
  record: RecordSpan,
  parent: TraceParent | undefined,
  work: (end: (name: string, attributes: SpanAttributes, failed: boolean) => void, traceId: string) => Result,
): Result {
  const traceId = parent?.traceId ?? randomHex(16);
  const spanId = randomHex(8);
  const start = now();
  const end = (name: string, attributes: SpanAttributes, failed: boolean): void =>
    record({ name, kind: 'server', traceId, spanId, parentId: parent?.spanId, start, end: now(), attributes, failed });
  return current.run({ traceId, spanId, record }, () => work(end, traceId));
}

/** Does `work` as one span of the trace it is done in, if it is done in one. Errors: those of `work`, which mark the span as failed. */
export async function inSpan<Result>(
  name: string,
  { kind = 'internal', ...attributes }: { readonly kind?: SpanKind } & SpanAttributes,
  work: () => Promise<Result>,
): Promise<Result> {
  const open = current.getStore();
  if (open === undefined) return work();
  const own = { traceId: open.traceId, spanId: randomHex(8), record: open.record };
  const start = now();
  let failed = true;
  try {
    const result = await current.run(own, work);
    failed = false;
    return result;
  } finally {
    const { traceId, spanId } = own;
    open.record({ name, kind, traceId, spanId, parentId: open.spanId, start, end: now(), attributes, failed });
  }
}

function randomHex(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex');
}
