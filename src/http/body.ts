import type { IncomingMessage } from 'node:http';
import { refuse, ServiceError } from '../base/error.ts';
import { type JsonLimits, type JsonValue, REQUEST_LIMITS, readJson } from '../base/json.ts';

/** What may stand around a credential: the body itself, a presentation and its list. */
const ENVELOPE_DEPTH = 3;
/** A credential as deep as one may be arrives whole; how deep it is is judged by its own cap (credentials/wire-shape.ts). */
const BODY_LIMITS: JsonLimits = { ...REQUEST_LIMITS, maxDepth: REQUEST_LIMITS.maxDepth + ENVELOPE_DEPTH };

const JSON_TYPES = new Set(['application/json', 'application/vc', 'application/vp', 'application/ld+json']);

/**
 * The body of a request, read strictly: a known media type, no content coding, at most 1 MiB, well-formed UTF-8, no duplicate member.
 * Errors: UNSUPPORTED_MEDIA_TYPE, LIMIT_EXCEEDED, PARSING_ERROR, MALFORMED_VALUE_ERROR.
 */
export async function readBody(request: IncomingMessage): Promise<JsonValue> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > REQUEST_LIMITS.maxBytes) throw tooLarge();
  if (request.headers['content-encoding'] !== undefined && request.headers['content-encoding'] !== 'identity') {
    throw new ServiceError('LIMIT_EXCEEDED', 'bodies are read without content coding');
  }
  assertMediaType(request.headers['content-type'], JSON_TYPES);
  const read = readJson(await collect(request), BODY_LIMITS);
  return read.ok ? read.value : refuse(read.findings);
}

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
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > REQUEST_LIMITS.maxBytes) throw tooLarge();
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

function tooLarge(): ServiceError {
  return new ServiceError('LIMIT_EXCEEDED', `a body is at most ${REQUEST_LIMITS.maxBytes} bytes`);
}
