/** What a surface answered, in one form for all of them, and what no answer may do whatever it says (cases: `meta.invariants`). */
import { isObject, type JsonObject, type JsonValue } from '../../src/base/json.ts';
import { PROBLEMS, type ProblemCode } from '../../src/base/problem.ts';
import type { Reply } from '../support/node.ts';

/** `failed`: a fault of ours, whatever the input. */
export type Outcome = 'accepted' | 'refused' | 'undetermined' | 'failed';

export interface Answer {
  readonly outcome: Outcome;
  /** Problem types, the first of which decides. */
  readonly types: readonly string[];
  /** HTTP, where the surface speaks it. */
  readonly status?: number;
  readonly milliseconds: number;
  /** Invariants that were broken, in words. */
  readonly breaches: readonly string[];
  /** The first detail of a refusal, to find the cause of a surprise by. */
  readonly detail?: string;
}

/** Longest piece of input that an answer may repeat, characters. */
const LONGEST_ECHO = 200;
const STACK = /\bat [^"\\]{0,80}\(?(?:file:|node:|\/)[^"\\]{0,200}:\d+:\d+\)?/;

export interface Secrets {
  /** Texts that must stand in no answer: tokens, key material, places on this machine. */
  readonly texts: readonly string[];
}

/** Read an HTTP answer: 4xx with a problem document, or 200 with a report whose `verified` says which. */
export function readReply(reply: Reply, milliseconds: number, input: string, secrets: Secrets): Answer {
  const breaches = leaksOf(reply.text, input, secrets);
  const { status } = reply;
  const mediaType = (reply.headers.get('content-type') ?? '').split(';')[0];
  if (status >= 500) return { outcome: 'failed', types: typesOf(reply.body), status, milliseconds, breaches };
  if (status >= 400) {
    if (isProtocolError(reply.body, mediaType))
      return readProtocolError(reply.body, { status, milliseconds, breaches });
    if (mediaType !== 'application/problem+json') breaches.push(`a refusal as ${mediaType || 'no media type'}`);
    else if (reply.body.status !== status) breaches.push('the problem document names another status');
    const detail = String(reply.body?.detail ?? '');
    return { outcome: 'refused', types: typesOf(reply.body), status, milliseconds, breaches, detail };
  }
  if (!isObject(reply.body) || !('verified' in reply.body)) {
    return { outcome: 'accepted', types: [], status, milliseconds, breaches };
  }
  return { ...readReport(reply.body as JsonObject, breaches), status, milliseconds, breaches };
}

/** A refusal in the words of a wallet protocol (RFC 6749, section 5.2). */
const isProtocolError = (body: unknown, mediaType: string | undefined): body is JsonObject =>
  mediaType === 'application/json' && isObject(body) && typeof body['error'] === 'string';

/** By the name that the protocol has for it, unless it has none and the general name comes with a code of ours. */
function readProtocolError(
  body: JsonObject,
  more: Pick<Answer, 'milliseconds' | 'breaches'> & { status: number },
): Answer {
  const { error, error_description: description, code } = body;
  const types = [...(typeof code === 'string' ? [typeOf(code)] : []), `oauth:${String(error)}`];
  return { outcome: 'refused', types, detail: String(description ?? ''), ...more };
}

function readReport(body: JsonObject, breaches: string[]): Pick<Answer, 'outcome' | 'types' | 'detail'> {
  const { verified, verdict, problemDetails } = body;
  if (verified === true) {
    if (verdict !== 'accepted') breaches.push('verified, but the verdict is another');
    return { outcome: 'accepted', types: [] };
  }
  for (const member of ['verifiableCredential', 'verifiablePresentation', 'document']) {
    if (body[member] !== undefined) breaches.push(`what was refused is handed out as ${member}`);
  }
  const problems = (Array.isArray(problemDetails) ? problemDetails : []) as readonly JsonObject[];
  const outcome = verdict === 'undetermined' ? 'undetermined' : 'refused';
  return { outcome, types: problems.map(({ type }) => String(type)), detail: String(problems[0]?.['detail'] ?? '') };
}

function typesOf(body: unknown): string[] {
  if (!isObject(body)) return [];
  const problems = (body['problems'] ?? []) as readonly JsonObject[];
  return [String(body['type'])].concat(problems.map(({ type }) => String(type)));
}

/** The end of a command: 0 accepted, 1 refused, 2 undetermined, 64 a request that is not understood, everything else a fault. */
export function readExit(
  code: number,
  out: string,
  err: string,
  milliseconds: number,
  input: string,
  secrets: Secrets,
): Answer {
  const breaches = leaksOf(out + err, input, secrets);
  const said = /^([A-Z][A-Z_]+): [^\n]*\n\s*([^\n]*)/.exec(err);
  const findings = findingsOf(out);
  const types = said === null ? findings.map(({ code: found }) => typeOf(String(found))) : [typeOf(said[1] ?? '')];
  const detail = said?.[2] ?? String(findings[0]?.['detail'] ?? '');
  const outcome = { 0: 'accepted', 1: 'refused', 2: 'undetermined', 64: 'refused' }[code] ?? 'failed';
  return { outcome: outcome as Outcome, types, milliseconds, breaches, detail };
}

function findingsOf(out: string): readonly JsonObject[] {
  if (!out.startsWith('{')) return [];
  const { findings } = JSON.parse(out) as JsonObject;
  const list = (Array.isArray(findings) ? findings : []) as readonly JsonObject[];
  return list.filter(({ outcome }) => outcome === 'failed' || outcome === 'undetermined');
}

function typeOf(code: string): string {
  return PROBLEMS[code as ProblemCode]?.type ?? code;
}

export function leaksOf(text: string, input: string, secrets: Secrets): string[] {
  const breaches: string[] = [];
  if (STACK.test(text) || text.includes('node_modules')) breaches.push('a stack trace in the answer');
  const found = secrets.texts.find((secret) => text.includes(secret));
  if (found !== undefined) breaches.push('a secret or a place of this machine in the answer');
  if (text.startsWith('{') && echoes(JSON.parse(text) as JsonValue, input))
    breaches.push(`more than ${LONGEST_ECHO} characters of the input in the answer`);
  return breaches;
}

/** Whether any text of a refusal repeats a long piece of what was sent. What was accepted may be handed out whole. */
function echoes(value: JsonValue, input: string): boolean {
  if (isObject(value) && (value['verified'] === true || 'verifiableCredential' in value)) return false;
  if (typeof value === 'string') {
    for (let at = 0; at + LONGEST_ECHO < value.length; at += 50) {
      if (input.includes(value.slice(at, at + LONGEST_ECHO + 1))) return true;
    }
    return false;
  }
  if (Array.isArray(value)) return (value as readonly JsonValue[]).some((entry) => echoes(entry, input));
  return isObject(value) && Object.values(value).some((inner) => echoes(inner, input));
}
