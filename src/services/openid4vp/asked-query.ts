import { refuse, ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Contexts } from '../../credentials/contexts.ts';
import { readDcqlQuery } from '../../credentials/dcql/query.ts';
import { FORMATS, type Format, findFormat } from './formats.ts';
import { queryOfTypes } from './query-of-types.ts';
import { plain } from './request-view.ts';

/** What an organisation asks for. Either a query or types. */
export interface AskedPresentation {
  readonly dcqlQuery?: JsonObject | undefined;
  readonly types?: readonly string[] | undefined;
  readonly formats?: readonly Format[] | undefined;
  readonly regimes?: readonly string[] | undefined;
  readonly responseMode?: 'direct_post' | 'direct_post.jwt' | undefined;
  readonly requestUriMethod?: 'get' | 'post' | undefined;
  /** Seconds. */
  readonly expiresIn?: number | undefined;
  readonly returnTo?: string | undefined;
}

/**
 * The query that is asked.
 * Errors: BAD_REQUEST for neither or both, and for what could not be judged afterwards; those of the query's form.
 */
export function askedQuery(
  { dcqlQuery, types, formats = FORMATS }: Pick<AskedPresentation, 'dcqlQuery' | 'types' | 'formats'>,
  contexts: Contexts,
): JsonObject {
  if ((dcqlQuery === undefined) === (types === undefined))
    throw new ServiceError('BAD_REQUEST', 'give either dcql_query or types', { pointer: '/dcql_query' });
  const asked = dcqlQuery ?? queryOfTypes(types ?? [], [...new Set(formats)], contexts);
  const read = readDcqlQuery(asked);
  if (!read.ok) return refuse(read.findings.map((one) => ({ ...one, pointer: `/dcql_query${one.pointer ?? ''}` })));
  for (const [place, { format, trusted_authorities: authorities }] of read.value.credentials.entries()) {
    const at = `/dcql_query/credentials/${place}`;
    if (findFormat(format) === undefined)
      throw new ServiceError('BAD_REQUEST', `asked for are ${FORMATS.join(', ')}`, { pointer: `${at}/format` });
    // What could not be compared afterwards is not asked for: recognition is asked for as further credentials.
    if (authorities !== undefined)
      throw new ServiceError('BAD_REQUEST', 'name the recognition credentials as queries of their own', {
        pointer: `${at}/trusted_authorities`,
      });
  }
  return plain(read.value);
}
