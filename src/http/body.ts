import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { refuse, ServiceError } from '../base/error.ts';
import { excerpt, type Finding, failed } from '../base/finding.ts';
import { type JsonLimits, type JsonValue, pointerOf, REQUEST_LIMITS, readJson } from '../base/json.ts';

/** What may stand around a credential: the body itself, a presentation and its list. */
const ENVELOPE_DEPTH = 3;
/** A credential as deep as one may be arrives whole; how deep it is is judged by its own cap (credentials/wire-shape.ts). */
const BODY_LIMITS: JsonLimits = {
  ...REQUEST_LIMITS,
  maxDepth: REQUEST_LIMITS.maxDepth + ENVELOPE_DEPTH,
  // A link with a whole request in it, and a request as a holder gets it sealed; in a document no text is longer than elsewhere.
  longMembers: { ...REQUEST_LIMITS.longMembers, link: 32_768, request: 262_144 },
};

/** A body takes at most so long to arrive; one of lines, each of its lines. Milliseconds. */
const ARRIVAL_MS = 30_000;

const LINES_TYPES = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl']);
const JSON_TYPES = new Set(['application/json', 'application/vc', 'application/vp', 'application/ld+json']);

/**
 * The body of a request, read strictly: a known media type, no content coding, at most 1 MiB, well-formed UTF-8, no duplicate member.
 * Errors: UNSUPPORTED_MEDIA_TYPE, LIMIT_EXCEEDED, PARSING_ERROR, MALFORMED_VALUE_ERROR.
 */
export async function readBody(request: IncomingMessage): Promise<JsonValue> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > REQUEST_LIMITS.maxBytes) throw tooLarge();
  assertPlain(request);
  assertMediaType(request.headers['content-type'], JSON_TYPES);
  const read = readJson(await inTime(collect(request)), BODY_LIMITS);
  return read.ok ? read.value : refuse(read.findings);
}

/**
 * The parameters of a form, each of which stands once. Errors: UNSUPPORTED_MEDIA_TYPE, LIMIT_EXCEEDED, MALFORMED_VALUE_ERROR.
 */
export async function readForm(request: IncomingMessage): Promise<Readonly<Record<string, string>>> {
  if (Number(request.headers['content-length'] ?? 0) > REQUEST_LIMITS.maxBytes) throw tooLarge();
  assertPlain(request);
  assertMediaType(request.headers['content-type'], new Set(['application/x-www-form-urlencoded']));
  const bytes = await inTime(collect(request));
  const form: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(Buffer.from(bytes).toString('utf8'))) {
    if (Object.hasOwn(form, name)) throw new ServiceError('MALFORMED_VALUE_ERROR', `${excerpt(name, 40)} stands twice`);
    form[name] = value;
  }
  return form;
}

/**
 * The body of a request that sends lines, as it comes. Errors: UNSUPPORTED_MEDIA_TYPE, LIMIT_EXCEEDED; while it is read BAD_REQUEST when
 * the connection ends before the body does, or no line ends for too long.
 */
export function readLines(request: IncomingMessage): AsyncIterable<Uint8Array> {
  assertPlain(request);
  assertMediaType(request.headers['content-type'], LINES_TYPES);
  return pieces(request);
}

async function* pieces(request: IncomingMessage): AsyncGenerator<Uint8Array, void, void> {
  let late: NodeJS.Timeout | undefined;
  const timer = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(tooLate()), ARRIVAL_MS);
  });
  timer.catch(() => undefined);
  const body = iterate(request);
  try {
    for (;;) {
      const next = body.next();
      const { value, done } = await Promise.race([next, timer]);
      if (done === true) return;
      if (value.includes(0x0a)) late?.refresh();
      yield value;
    }
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw new ServiceError('BAD_REQUEST', 'the connection ended before the body did', { cause });
  } finally {
    clearTimeout(late);
  }
}

/** Whoever stops reading may still be answered: the connection stays. */
function iterate(request: IncomingMessage): NodeJS.AsyncIterator<Buffer> {
  return request.iterator({ destroyOnReturn: false }) as NodeJS.AsyncIterator<Buffer>;
}

function assertPlain({ headers }: IncomingMessage): void {
  if (headers['content-encoding'] === undefined || headers['content-encoding'] === 'identity') return;
  throw new ServiceError('LIMIT_EXCEEDED', 'bodies are read without content coding');
}

/** Whoever sends too slowly is answered, and the connection is closed with the answer. */
async function inTime<Value>(work: Promise<Value>): Promise<Value> {
  let late: NodeJS.Timeout | undefined;
  const timer = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(tooLate()), ARRIVAL_MS);
  });
  try {
    return await Promise.race([work, timer]);
  } finally {
    clearTimeout(late);
    work.catch(() => undefined);
  }
}

const tooLate = (): ServiceError => new ServiceError('BAD_REQUEST', 'the request did not arrive in time');

export function assertMediaType(header: string | undefined, allowed: ReadonlySet<string>): void {
  const [type = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (!allowed.has(type) || (charset !== undefined && charset.replaceAll('"', '') !== 'charset=utf-8')) {
    throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `send one of ${[...allowed].join(', ')}`);
  }
}

async function collect(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of iterate(request)) {
    size += part.length;
    if (size > REQUEST_LIMITS.maxBytes) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge(): ServiceError {
  return new ServiceError('LIMIT_EXCEEDED', `a body is at most ${REQUEST_LIMITS.maxBytes} bytes`);
}

/** A request body, or one line of it, as its schema has it. Errors: UNKNOWN_OPTION_PROVIDED, BAD_REQUEST, each with the pointer. */
export function requireBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const findings = parsed.error.issues.slice(0, 20).map((issue): Finding => {
    const path = issue.path.map((token) => (typeof token === 'number' ? token : excerpt(String(token))));
    if (issue.code === 'unrecognized_keys') {
      const member = excerpt(issue.keys[0] ?? '');
      const code = path[0] === 'options' ? 'UNKNOWN_OPTION_PROVIDED' : 'BAD_REQUEST';
      return failed('request', code, `${member} is not known here`, { pointer: pointerOf(...path, member) });
    }
    return failed('request', 'BAD_REQUEST', issue.message, { pointer: pointerOf(...path) });
  });
  throw new ServiceError(findings[0]?.code ?? 'BAD_REQUEST', findings[0]?.detail ?? 'malformed request', {
    findings,
    ...(findings[0]?.pointer === undefined ? {} : { pointer: findings[0].pointer }),
  });
}
