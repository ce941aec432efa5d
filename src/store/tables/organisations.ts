import { ServiceError } from '../../base/error.ts';
import type { InstanceRecord, OrganisationRecord } from '../store.ts';
import { Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';
import { saveWatch } from './reevaluations.ts';
import { removeWebhook } from './webhooks.ts';

const organisations = new Table<OrganisationRecord>('organisation');
/** Digest of the token → slug. */
const byToken = new Table<string>('organisation-by-token');
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
): Promise<void> {
  if (await organisations.has(tx, record.slug)) {
    throw new ServiceError('CONFLICT', 'An organisation with this slug exists', { pointer: '/slug' });
  }
  if (await retiredSlugs.has(tx, record.slug)) {
    throw new ServiceError('CONFLICT', 'A deleted organisation had this slug', { pointer: '/slug' });
  }
  await putOrganisation(tx, record);
  for (const instance of its) await createInstance(tx, instance);
}

async function putOrganisation(tx: Transaction, record: OrganisationRecord): Promise<void> {
  const owner = await byToken.find(tx, record.tokenDigest);
  if (owner !== undefined && owner !== record.slug) throw new ServiceError('CONFLICT', 'The token is in use');
  organisations.put(tx, [record.slug], record);
  byToken.put(tx, [record.tokenDigest], record.slug);
}

async function requireOrganisation(tx: Transaction, slug: string): Promise<OrganisationRecord> {
  const record = await organisations.find(tx, slug);
  if (!record) throw new ServiceError('NOT_FOUND', 'No such organisation');
  return record;
}

/** Replaces the record; a token that changed opens nothing from here on. */
export async function updateOrganisation(
  tx: Transaction,
  record: OrganisationRecord,
  read: OrganisationRecord,
): Promise<void> {
  const before = await requireOrganisation(tx, record.slug);
  if (JSON.stringify(before) !== JSON.stringify(read)) {
    throw new ServiceError('CONFLICT', 'The organisation was changed at the same time; try again');
  }
  if (before.tokenDigest !== record.tokenDigest) byToken.del(tx, before.tokenDigest);
  await putOrganisation(tx, record);
}

/**
 * The organisation, its token and its instances go. What it issued, and its status lists, are other people's evidence and stay; so do
 * the names, since whoever was given one of them again would be given all that is kept under it.
 */
export async function deleteOrganisation(tx: Transaction, slug: string): Promise<void> {
  const record = await requireOrganisation(tx, slug);
  for (const { kind, id } of await listInstances(tx, slug)) {
    instances.del(tx, kind, id);
    byOrganisation.del(tx, slug, kind, id);
    retiredInstances.put(tx, [kind, id], 1);
    if (kind !== 'verifier') continue;
    await saveWatch(tx, id, undefined);
    await removeWebhook(tx, id);
  }
  byToken.del(tx, record.tokenDigest);
  organisations.del(tx, slug);
  retiredSlugs.put(tx, [slug], 1);
}

export function findOrganisation(view: View, slug: string): Promise<OrganisationRecord | undefined> {
  return organisations.find(view, slug);
}

export async function findOrganisationByToken(view: View, digest: string): Promise<OrganisationRecord | undefined> {
  const slug = await byToken.find(view, digest);
  return slug === undefined ? undefined : organisations.find(view, slug);
}

export async function listOrganisations(view: View): Promise<readonly OrganisationRecord[]> {
  return (await organisations.list(view, [])).map(({ value }) => value);
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
