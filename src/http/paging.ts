import { ServiceError } from '../base/error.ts';
import type { Call } from './route.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

export function pageOf(query: URLSearchParams): { cursor?: string; limit: number } {
  const limit = query.get('limit') ?? String(DEFAULT_LIMIT);
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > MAX_LIMIT) {
    throw new ServiceError('BAD_REQUEST', `limit is a number from 1 to ${MAX_LIMIT}`);
  }
  const cursor = query.get('cursor');
  return { limit: Number(limit), ...(cursor === null ? {} : { cursor }) };
}

/** What the `Idempotency-Key` of a call stands for: this caller, this route, this body. */
export function claimOf(call: Call, route: string): { scope: string; key: string; requestDigest: string } | undefined {
  if (call.idempotencyKey === undefined) return undefined;
  return {
    scope: `${call.organisation ?? 'admin'} ${route}`,
    key: call.idempotencyKey,
    requestDigest: call.bodyDigest,
  };
}
