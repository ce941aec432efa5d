import { ServiceError } from '../../base/error.ts';
import { SCOPES } from '../../base/scope.ts';
import type { TokenRecord, TokenRotation, TokenUse } from '../access-records.ts';
import type { InstanceRecord, OrganisationRecord } from '../store.ts';
import { Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';
import { saveWatch } from './reevaluations.ts';
import * as tokens from './tokens.ts';
import { removeWebhook } from './webhooks.ts';

/** As kept: before tokens had names, the record held the digest of the only one. It moves out when the record is next written. */
interface StoredOrganisation extends OrganisationRecord {
  readonly tokenDigest?: string;
}

const organisations = new Table<StoredOrganisation>('organisation');
const instances = new Table<InstanceRecord>('instance');
/** Organisation, kind, id. */
const byOrganisation = new Table<1>('instance-by-organisation');

/** Slugs, and kinds and ids of instances, of organisations that were deleted. What they left behind is kept under these names. */
const retiredSlugs = new Table<1>('organisation-retired');
const retiredInstances = new Table<1>('instance-retired');

const KINDS = ['issuer', 'verifier', 'holder'] as const satisfies readonly InstanceRecord['kind'][];

export async function createOrganisation(
  tx: Transaction,
  record: OrganisationRecord,
  its: readonly InstanceRecord[],
  token?: TokenRecord,
): Promise<void> {
  if (await organisations.has(tx, record.slug)) {
    throw new ServiceError('CONFLICT', 'An organisation with this slug exists', { pointer: '/slug' });
  }
  if (await retiredSlugs.has(tx, record.slug)) {
    throw new ServiceError('CONFLICT', 'A deleted organisation had this slug', { pointer: '/slug' });
  }
  organisations.put(tx, [record.slug], record);
  if (token !== undefined) await tokens.addToken(tx, token);
  for (const instance of its) await createInstance(tx, instance);
}

function opened({ tokenDigest: _, ...record }: StoredOrganisation): OrganisationRecord {
  return record;
}

/** The only token of an organisation from before tokens had names: it could do everything. */
function onlyToken({ slug, tokenDigest, createdAt }: StoredOrganisation): TokenRecord | undefined {
  if (tokenDigest === undefined) return undefined;
  return { organisation: slug, name: 'main', digest: tokenDigest, scopes: [...SCOPES], createdAt };
}

/** The record, its token among the others from here on. */
async function requireOrganisation(tx: Transaction, slug: string): Promise<OrganisationRecord> {
  const stored = await organisations.find(tx, slug);
  if (!stored) throw new ServiceError('NOT_FOUND', 'No such organisation');
  const record = opened(stored);
  const token = onlyToken(stored);
  if (token === undefined) return record;
  organisations.put(tx, [slug], record);
  tokens.adoptToken(tx, token);
  return record;
}

/** Replaces the record. */
export async function updateOrganisation(
  tx: Transaction,
  record: OrganisationRecord,
  read: OrganisationRecord,
): Promise<void> {
  const before = await requireOrganisation(tx, record.slug);
  if (JSON.stringify(before) !== JSON.stringify(read)) {
    throw new ServiceError('CONFLICT', 'The organisation was changed at the same time; try again');
  }
  organisations.put(tx, [record.slug], record);
}

/**
 * The organisation, its tokens and its instances go. What it issued, and its status lists, are other people's evidence and stay; so do
 * the names, since whoever was given one of them again would be given all that is kept under it.
 */
export async function deleteOrganisation(tx: Transaction, slug: string): Promise<void> {
  await requireOrganisation(tx, slug);
  for (const { kind, id } of await listInstances(tx, slug)) {
    instances.del(tx, kind, id);
    byOrganisation.del(tx, slug, kind, id);
    retiredInstances.put(tx, [kind, id], 1);
    if (kind !== 'verifier') continue;
    await saveWatch(tx, id, undefined);
    await removeWebhook(tx, id);
  }
  await tokens.removeTokens(tx, slug);
  organisations.del(tx, slug);
  retiredSlugs.put(tx, [slug], 1);
}

export async function findOrganisation(view: View, slug: string): Promise<OrganisationRecord | undefined> {
  const stored = await organisations.find(view, slug);
  return stored && opened(stored);
}

export async function listOrganisations(view: View): Promise<readonly OrganisationRecord[]> {
  return (await organisations.list(view, [])).map(({ value }) => opened(value));
}

export async function createToken(tx: Transaction, record: TokenRecord): Promise<void> {
  await requireOrganisation(tx, record.organisation);
  await tokens.addToken(tx, record);
}

export async function rotateToken(
  tx: Transaction,
  slug: string,
  name: string,
  rotation: TokenRotation,
): Promise<TokenRecord> {
  await requireOrganisation(tx, slug);
  return tokens.replaceToken(tx, slug, name, rotation);
}

export async function removeToken(tx: Transaction, slug: string, name: string): Promise<boolean> {
  await requireOrganisation(tx, slug);
  return tokens.removeToken(tx, slug, name);
}

export async function listTokens(view: View, slug: string): Promise<readonly TokenUse[]> {
  const stored = await organisations.find(view, slug);
  const only = stored && onlyToken(stored);
  return only === undefined ? tokens.listTokens(view, slug) : [{ token: only, lastUsed: undefined }];
}

/** The token with this digest, now or before it was last rotated, and whose it is. */
export async function findToken(
  view: View,
  digest: string,
): Promise<{ organisation: OrganisationRecord; token: TokenRecord } | undefined> {
  const found = await tokens.findByDigest(view, digest);
  const stored = found && (await organisations.find(view, found.organisation));
  const token = stored && (found.token ?? onlyToken(stored));
  return token && { organisation: opened(stored), token };
}

export async function createInstance(tx: Transaction, record: InstanceRecord): Promise<void> {
  if (await instances.has(tx, record.kind, record.id)) {
    throw new ServiceError('CONFLICT', `The ${record.kind} instance exists`, { pointer: '/id' });
  }
  if (await retiredInstances.has(tx, record.kind, record.id)) {
    throw new ServiceError('CONFLICT', `A deleted ${record.kind} instance had this id`, { pointer: '/id' });
  }
  instances.put(tx, [record.kind, record.id], record);
  byOrganisation.put(tx, [record.organisation, record.kind, record.id], 1);
}

export function findInstance(
  view: View,
  kind: InstanceRecord['kind'],
  id: string,
): Promise<InstanceRecord | undefined> {
  return instances.find(view, kind, id);
}

export async function listInstances(view: View, organisation: string): Promise<readonly InstanceRecord[]> {
  const found: InstanceRecord[] = [];
  for (const kind of KINDS) {
    for (const { last } of await byOrganisation.list(view, [organisation, kind])) {
      const instance = await instances.find(view, kind, last);
      if (instance) found.push(instance);
    }
  }
  return found;
}
