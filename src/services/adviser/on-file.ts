/** What an organisation has on this node that bears on a draft: what it issued itself, and what its holders keep. */
import { isObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { issuerOf, subjectOf, typeOf } from '../../credentials/credential.ts';
import { readableOf } from '../../credentials/envelope.ts';
import { isLinkRef } from '../../credentials/link.ts';
import type { HeldCredential, Store } from '../../store/store.ts';

type Shelves = Pick<Store, 'findIssuance' | 'listInstances' | 'listHeld'>;

/** Held credentials that are looked through, and credentials that are taken; advice beyond that has to be asked with `supporting`. */
const MOST_HELD = 1000;
const MOST_TAKEN = 48;
const PAGE = 200;

/** Links by which one credential of ours vouches for the issuer of another. */
const VOUCHING: ReadonlySet<string | undefined> = new Set([
  'VerifierAccreditation',
  'RecognitionArrangement',
  'IdentityAnchor',
]);

/** The documents that a draft leads to, by its links and by who vouches for whom, without those that were given anyway. */
export async function findOnFile(
  store: Shelves,
  organisation: string,
  draft: JsonObject,
  given: readonly JsonObject[],
): Promise<readonly JsonObject[]> {
  const held = (await listHeld(store, organisation)).map((document) => ({ document, view: readableOf(document) }));
  const taken = new Map<string, JsonObject>();
  const known = new Set(given.map((document) => readableOf(document)['id']));
  const queue = [draft, ...given];
  for (let at = 0; at < queue.length && taken.size < MOST_TAKEN; at += 1) {
    const document = readableOf(queue[at] ?? {});
    const issuer = issuerOf(document);
    const targets = targetsOf(document);
    const found = [
      ...held
        .filter(
          ({ view }) =>
            targets.has(String(view['id'])) ||
            (VOUCHING.has(typeOf(view)) && issuer !== undefined && subjectOf(view)?.['id'] === issuer),
        )
        .map(({ document: one }) => one),
      ...(await issuedHere(store, organisation, targets)),
    ];
    for (const one of found) {
      const id = String(readableOf(one)['id']);
      if (known.has(id) || taken.has(id) || id === draft['id'] || taken.size >= MOST_TAKEN) continue;
      taken.set(id, one);
      queue.push(one);
    }
  }
  return [...taken.values()];
}

async function listHeld(store: Shelves, organisation: string): Promise<readonly JsonObject[]> {
  const instances = await store.listInstances(organisation);
  const held: HeldCredential[] = [];
  for (const { id } of instances.filter(({ kind }) => kind === 'holder')) {
    let cursor: string | undefined;
    do {
      const page = await store.listHeld(id, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
      held.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined && held.length < MOST_HELD);
  }
  return held.map(({ document }) => document);
}

async function issuedHere(
  store: Shelves,
  organisation: string,
  ids: ReadonlySet<string>,
): Promise<readonly JsonObject[]> {
  const documents: JsonObject[] = [];
  for (const id of [...ids].slice(0, MOST_TAKEN)) {
    const record = await store.findIssuance(id);
    if (record?.state === 'issued' && record.organisation === organisation) documents.push(record.document);
  }
  return documents;
}

/** Ids that any link in a document names. */
function targetsOf(value: JsonValue): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (inner: JsonValue): void => {
    if (Array.isArray(inner)) inner.forEach(visit);
    else if (isLinkRef(inner)) found.add(inner.target);
    else if (isObject(inner)) for (const member of Object.values(inner)) visit(member ?? null);
  };
  visit(value);
  return found;
}
