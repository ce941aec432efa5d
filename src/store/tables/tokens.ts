import { ServiceError } from '../../base/error.ts';
import type { TokenRecord, TokenRotation, TokenUse } from '../access-records.ts';
import { Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';

/** Tokens one organisation may have at once. */
const MOST_TOKENS = 50;
/** The name of the token that an organisation is created with. */
const FIRST = 'main';

/** Organisation, name. */
const tokens = new Table<TokenRecord>('organisation-token');
/** Digest of a token → whose it is. A text is an entry from before tokens had names: the slug. */
const byDigest = new Table<string | { readonly organisation: string; readonly name: string }>('organisation-by-token');
/** Organisation, name → day. Not journalled: it says nothing about anybody's credentials. */
const used = new Table<string>('~token-used');

const digestsOf = ({ digest, previous }: TokenRecord): readonly string[] =>
  previous === undefined ? [digest] : [digest, previous.digest];

/** Keep a token whose name is free. Errors: CONFLICT. */
export async function addToken(tx: Transaction, record: TokenRecord): Promise<void> {
  const { organisation, name, digest } = record;
  const all = await tokens.list(tx, [organisation], { limit: MOST_TOKENS });
  if (all.length === MOST_TOKENS) {
    throw new ServiceError('CONFLICT', `an organisation has at most ${MOST_TOKENS} tokens; revoke one first`);
  }
  if (await tokens.has(tx, organisation, name)) {
    throw new ServiceError('CONFLICT', 'a token of this name exists', { pointer: '/name' });
  }
  if (await byDigest.has(tx, digest)) throw new ServiceError('CONFLICT', 'The token is in use');
  tokens.put(tx, [organisation, name], record);
  byDigest.put(tx, [digest], { organisation, name });
}

/** Keep a token that was known by its digest alone. */
export function adoptToken(tx: Transaction, record: TokenRecord): void {
  tokens.put(tx, [record.organisation, record.name], record);
  byDigest.put(tx, [record.digest], { organisation: record.organisation, name: record.name });
}

export async function replaceToken(
  tx: Transaction,
  organisation: string,
  name: string,
  { digest, at, keepUntil }: TokenRotation,
): Promise<TokenRecord> {
  const before = await tokens.find(tx, organisation, name);
  if (before === undefined) throw new ServiceError('NOT_FOUND', 'no such token');
  if (await byDigest.has(tx, digest)) throw new ServiceError('CONFLICT', 'The token is in use');
  for (const old of digestsOf(before)) byDigest.del(tx, old);
  const { previous: _, ...kept } = before;
  const record: TokenRecord = {
    ...kept,
    digest,
    rotatedAt: at,
    ...(keepUntil === undefined ? {} : { previous: { digest: before.digest, until: keepUntil } }),
  };
  tokens.put(tx, [organisation, name], record);
  for (const one of digestsOf(record)) byDigest.put(tx, [one], { organisation, name });
  return record;
}

export async function removeToken(tx: Transaction, organisation: string, name: string): Promise<boolean> {
  const record = await tokens.find(tx, organisation, name);
  if (record === undefined) return false;
  tokens.del(tx, organisation, name);
  used.del(tx, organisation, name);
  for (const digest of digestsOf(record)) byDigest.del(tx, digest);
  return true;
}

export async function removeTokens(tx: Transaction, organisation: string): Promise<void> {
  for (const { last } of await tokens.list(tx, [organisation])) await removeToken(tx, organisation, last);
}

export async function listTokens(view: View, organisation: string): Promise<readonly TokenUse[]> {
  const found: TokenUse[] = [];
  for (const { last, value } of await tokens.list(view, [organisation])) {
    found.push({ token: value, lastUsed: await used.find(view, organisation, last) });
  }
  return found;
}

/** The name under which a token is kept; its record is missing where it is still one from before tokens had names. */
export async function findByDigest(
  view: View,
  digest: string,
): Promise<{ readonly organisation: string; readonly token: TokenRecord | undefined } | undefined> {
  const owner = await byDigest.find(view, digest);
  if (owner === undefined) return undefined;
  const { organisation, name } = typeof owner === 'string' ? { organisation: owner, name: FIRST } : owner;
  return { organisation, token: await tokens.find(view, organisation, name) };
}

export async function noteTokenUse(tx: Transaction, organisation: string, name: string, day: string): Promise<void> {
  if (await tokens.has(tx, organisation, name)) used.put(tx, [organisation, name], day);
}
