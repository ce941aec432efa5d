/** OK-012: every limit met exactly, and exceeded by one (docs/threats.md, section 6). */
import { createWorkshop } from '../../../src/app.ts';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { isObject } from '../../../src/base/json.ts';
import { createParty } from '../../support/data-integrity.ts';
import { bareCredential, emissionsClaim, footprintClaim, secured } from '../bases.ts';
import { DAY, holder, NOW, signerNamed } from '../parties.ts';
import { specimen } from '../surfaces.ts';
import { type Builder, credentialTrials, type Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { manyCredentials } from './control.ts';

const MOST_NODES = 5000;
const MOST_ANONYMOUS = 1000;
const LONGEST_TEXT = 16_384;
const MOST_PROOFS = 8;
const DEEPEST = 32;

const precursor = (index: number): JsonObject => ({
  cnCode: '72011011',
  aggregatedGoodsCategory: 'pig-iron',
  name: `Precursor ${index}`,
  valueBasis: 'default',
  defaultValue: { value: '2.1', act: 'IR (EU) 2025/2621' },
});

function counted(value: JsonValue): { nodes: number; anonymous: number } {
  const inner = Array.isArray(value) ? (value as readonly JsonValue[]) : isObject(value) ? Object.values(value) : [];
  const sums = inner.map(counted);
  const anonymous = isObject(value) && !('id' in value) ? 1 : 0;
  return {
    nodes: 1 + sums.reduce((sum, { nodes }) => sum + nodes, 0),
    anonymous: anonymous + sums.reduce((sum, one) => sum + one.anonymous, 0),
  };
}

/** A claim with as many precursors as make one object without id after another; the last one is padded to the exact number. */
async function claimWithAnonymous(target: number): Promise<JsonObject> {
  const bare = await secured(emissionsClaim());
  const missing = target - counted(bare).anonymous;
  const pairs = Math.floor(missing / 2);
  const single = missing % 2 === 1 ? [actualPrecursor] : [];
  const precursors = [...Array.from({ length: pairs }, (_, index) => shortPrecursor(index)), ...single];
  return secured(emissionsClaim({ precursors, precursorCount: String(precursors.length) }));
}

/** Two objects without id, in as few values as there can be. */
const shortPrecursor = (index: number): JsonObject => {
  const { name: _, ...short } = precursor(index);
  return short;
};

/** One object without id. */
const actualPrecursor: JsonObject = {
  cnCode: '72011011',
  aggregatedGoodsCategory: 'pig-iron',
  valueBasis: 'actual',
  specificDirect: '1.5',
  reportingPeriod: '2026',
};

/** The claim with its extension's data as given: an open object inside the JSON literal. */
function withExtension(data: JsonObject): Promise<JsonObject> {
  const base = footprintClaim();
  const subject = base.unsecured['credentialSubject'] as JsonObject;
  const footprint = subject['footprint'] as JsonObject;
  const [first = {}] = footprint['extensions'] as readonly JsonObject[];
  const changed = { ...subject, footprint: { ...footprint, extensions: [{ ...first, data }] } };
  return secured({ ...base, unsecured: { ...base.unsecured, credentialSubject: changed } });
}

const LISTS = 5;

/** Values of any kind, exactly so many: numbers in five lists make up what is missing. */
async function claimWithNodes(target: number): Promise<JsonObject> {
  const filled = (count: number): JsonObject =>
    Object.fromEntries(
      Array.from({ length: LISTS }, (_, index) => {
        const length = Math.floor(count / LISTS) + (index < count % LISTS ? 1 : 0);
        return [`list${index}`, Array.from({ length }, (_entry, entry) => entry)];
      }),
    );
  const guess = await withExtension(filled(LISTS));
  return withExtension(filled(LISTS + target - counted(contextFree(guess)).nodes));
}

/** The list of contexts is judged by itself and its entries are no values of the document. */
function contextFree(document: JsonObject): JsonObject {
  const { '@context': _, ...rest } = document;
  return rest;
}

/** Nested exactly so deep: credential, subject, footprint, extensions, extension, data are six of the levels. */
function claimWithDepth(levels: number): Promise<JsonObject> {
  const inner = Array.from({ length: levels - 6 }).reduce<JsonObject>((value) => ({ p: value }), { p: 'bottom' });
  return withExtension(inner);
}

async function withProofs(world: World, count: number): Promise<JsonObject> {
  const { proofs } = createWorkshop();
  const party = createParty('did:web:many-proofs.example');
  const signers = Array.from({ length: count }, (_, index) =>
    signerNamed(createParty(party.did, `seed ${index}`).signer, `${party.did}#key-${index}`),
  );
  const methods = signers.map(({ id, publicKeyMultibase }) => ({
    id,
    type: 'Multikey',
    controller: party.did,
    publicKeyMultibase,
  }));
  world.hosts.put('https://many-proofs.example/.well-known/did.json', {
    ...party.didDocument,
    verificationMethod: methods,
    assertionMethod: methods.map(({ id }) => id),
  });
  let document = bareCredential({}, party).unsecured;
  for (const signer of signers) document = await proofs.secureCredential(document, { signer, created: NOW - DAY });
  return document;
}

const named = (length: number): Promise<JsonObject> =>
  secured(bareCredential({ credentialSubject: { id: holder.did, name: 'n'.repeat(length) } }));

const atTheLimits: Builder = async (world, given) => {
  const inside: readonly [string, JsonObject][] = [
    [`${MOST_ANONYMOUS} objects without id`, await claimWithAnonymous(MOST_ANONYMOUS)],
    [`${MOST_NODES} values`, await claimWithNodes(MOST_NODES)],
    [`nested ${DEEPEST} deep`, await claimWithDepth(DEEPEST)],
    [`a text of ${LONGEST_TEXT} characters`, await named(LONGEST_TEXT)],
    [`${MOST_PROOFS} proofs`, await withProofs(world, MOST_PROOFS)],
  ];
  const outside: readonly [string, JsonObject][] = [
    [`${MOST_ANONYMOUS + 1} objects without id`, await claimWithAnonymous(MOST_ANONYMOUS + 1)],
    [`${MOST_NODES + 1} values`, await claimWithNodes(MOST_NODES + 1)],
    [`nested ${DEEPEST + 1} deep`, await claimWithDepth(DEEPEST + 1)],
    [`a text of ${LONGEST_TEXT + 1} characters`, await named(LONGEST_TEXT + 1)],
    [`${MOST_PROOFS + 1} proofs`, await withProofs(world, MOST_PROOFS + 1)],
  ];
  const refused = { verdict: 'refuse', types: ['LOCAL:limit-exceeded'] } as const;
  const trials: Trial[] = [
    ...inside.flatMap(([form, document]) => credentialTrials(world, specimen(form, document))),
    ...outside.flatMap(([form, document]) => credentialTrials(world, specimen(form, document), { expected: refused })),
  ];
  return [...trials, ...(await manyCredentials(world, given))];
};

export const LIMIT_BUILDERS: Readonly<Record<string, Builder>> = { 'OK-012': atTheLimits };
