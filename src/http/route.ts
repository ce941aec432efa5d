import type { z } from 'zod';
import type { JsonValue } from '../base/json.ts';
import type { FourEyesAct, Scope } from '../base/scope.ts';
import type { Language } from './problem-details.ts';

/** Who may call: anybody, the administrator, or the organisation that owns the instance in the path. */
export type Access = Door['access'];

export interface Call<Body = unknown> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Body;
  /** The path as it was sent, escapes and all. */
  readonly path: string;
  /** The `Accept` header. */
  readonly accept: string | undefined;
  /** The `Authorization` header: for routes that know their callers by tokens of their own. */
  readonly authorization: string | undefined;
  /** Slug of the caller's organisation; undefined for the administrator, and on public routes unless they tell organisations apart. */
  readonly organisation: string | undefined;
  /** What the journal calls the caller; undefined for strangers. */
  readonly actor: string | undefined;
  /** The value of one of our cookies. */
  readonly cookie: (name: string) => string | undefined;
  /** For what a cookie alone must not bring about. Errors: FORBIDDEN unless a page of this node sent it, with this token. */
  readonly assertFromHere: (csrfToken: string) => void;
  /** Acts that the caller's organisation wants two callers for. */
  readonly fourEyes: readonly FourEyesAct[];
  /**
   * For what a request asks beside that for which the route is there. Errors: FORBIDDEN when the caller may not, FOUR_EYES_REQUIRED when
   * not alone.
   */
  readonly assertMay: (scope: Scope) => void;
  readonly language: Language;
  readonly idempotencyKey: string | undefined;
  /** Digest of the body as received. */
  readonly bodyDigest: string;
  /** Where the route takes or answers lines: the body as it comes, and whether the caller is still there. */
  readonly streamed?: { readonly input: AsyncIterable<Uint8Array>; readonly signal: AbortSignal };
}

export interface Answer {
  readonly status: number;
  /** A value to write as JSON, or a text as it stands. */
  readonly body?: JsonValue | object;
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Instead of a body: writes its lines, each when the one before was taken. Called once. */
  readonly lines?: (write: (line: object) => Promise<void>) => Promise<void>;
}

/**
 * Who may call a route, and for which scope: a route for organisations without one does not compile, so that nothing can be offered that
 * every token may do.
 */
export type Door =
  | { readonly access: 'public'; readonly scope?: never }
  | { readonly access: 'admin'; readonly scope?: never }
  | { readonly access: 'organisation'; readonly scope: Scope };

/** One row of the route table: everything that can be asked of this service is one of these, and nothing else is answered. */
export type Route = Door & RouteRow;

interface RouteRow {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** OpenAPI form: `/issuers/{id}/credentials/issue`. */
  readonly path: string;
  /** The scope by which a public route does more for a caller who shows an organisation token. A wrong token is refused, not ignored. */
  readonly tellsOrganisations?: Scope;
  /** What follows the first parameter's place is one name with escapes of its own, not a path. */
  readonly opaquePath?: true;
  /**
   * Where two callers are wanted for what the scope is about, a route refuses, unless it says that it asks for approval by itself or that
   * it signs nothing.
   */
  readonly underFourEyes?: 'asks' | 'signs nothing';
  readonly tag: string;
  readonly summary: string;
  readonly request?: z.ZodType;
  /** The body is `application/x-www-form-urlencoded`, each parameter a text that stands once (RFC 6749, section 3.2). */
  readonly requestForm?: z.ZodType;
  /** Refusals are those of a wallet protocol instead of problem details. */
  readonly speaks?: 'oauth';
  /** The body is `application/x-ndjson`, each line by this schema, and is not read before the handler reads it. */
  readonly requestLines?: z.ZodType;
  /** The answer is `application/x-ndjson`. Such a route sees to its `Idempotency-Key` itself. */
  readonly answersLines?: true;
  readonly query?: Readonly<Record<string, string>>;
  /** Asking twice gives two answers: an `Idempotency-Key` is not heeded, since heeding it would mean to keep the answer. */
  readonly keepsNothing?: boolean;
  readonly answers: Readonly<Record<number, string>>;
  readonly handle: (call: Call) => Promise<Answer>;
}

/** Keeps the body's type between the schema and the handler of one route. */
export function route<Schema extends z.ZodType>(
  definition: Door &
    Omit<RouteRow, 'handle' | 'request'> & {
      readonly request: Schema;
      readonly handle: (call: Call<z.infer<Schema>>) => Promise<Answer>;
    },
): Route {
  return definition as unknown as Route;
}

/** The same for a form. */
export function formRoute<Schema extends z.ZodType>(
  definition: Door &
    Omit<RouteRow, 'handle' | 'request' | 'requestForm'> & {
      readonly requestForm: Schema;
      readonly handle: (call: Call<z.infer<Schema>>) => Promise<Answer>;
    },
): Route {
  return definition as unknown as Route;
}
