/** Layer `canonicalisation`: graphs that cost more than they say (docs/threats.md, section 5.3). */
import { ServiceError } from '../../../src/base/error.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { problemType } from '../../../src/base/problem.ts';
import { V2_CONTEXT } from '../../../src/credentials/contexts.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import { createTestContexts, FIXTURE_CONTEXT } from '../../support/data-integrity.ts';
import type { Answer } from '../answer.ts';
import { bareCredential, emissionsClaim, secured } from '../bases.ts';
import { withProofOf } from '../signing.ts';
import { specimen, verifyCredential } from '../surfaces.ts';
import { asRequested, type Builder, checked, credentialTrials, issueTrials, type Trial } from '../trial.ts';
import type { World } from '../world.ts';
import { forgedUnderOthers } from './under-mechanisms.ts';

/** Every node names every other one. */
function clique(size: number): JsonObject[] {
  const name = (index: number): string => `_:n${index}`;
  return Array.from({ length: size }, (_, index) => ({
    id: name(index),
    next: Array.from({ length: size }, (_other, other) => name(other)).filter((other) => other !== name(index)),
  }));
}

function ring(size: number): JsonObject[] {
  return Array.from({ length: size }, (_, index) => ({ id: `_:n${index}`, next: [`_:n${(index + 1) % size}`] }));
}

/** On own types the shape and the closed schema come first; in the room of proofs, where terms for it exist, the work limit. */
function poison(form: string, parts: readonly JsonObject[]): Builder {
  return async (world) => {
    const honest = await secured(bareCredential());
    const poisoned = (document: JsonObject): JsonObject => ({
      ...document,
      credentialSubject: { ...(document['credentialSubject'] as JsonObject), parts },
    });
    const bare = withProofOf(poisoned(honest), honest);
    return [
      ...credentialTrials(world, { form, text: JSON.stringify(bare) }),
      ...(await forgedUnderOthers(world, form, poisoned)),
      inTheLibrary(form, parts),
    ];
  };
}

function inTheLibrary(form: string, parts: readonly JsonObject[]): Trial {
  const proofs = createDataIntegrity({ contexts: createTestContexts() });
  const document = {
    ...bareCredential().unsecured,
    '@context': [V2_CONTEXT, FIXTURE_CONTEXT],
    credentialSubject: { id: 'urn:example:poison', parts },
  };
  return { form, surface: 'library', run: () => timed(() => proofs.assertCanonicalisable(document)) };
}

/** A refusal of the library as an answer. */
async function timed(act: () => Promise<void>): Promise<Answer> {
  const started = performance.now();
  const milliseconds = () => performance.now() - started;
  try {
    await act();
    return { outcome: 'accepted', types: [], milliseconds: milliseconds(), breaches: [] };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { outcome: 'refused', types: [problemType(error.code)], milliseconds: milliseconds(), breaches: [] };
  }
}

const equalParts: Builder = async (world) => {
  const precursor = {
    cnCode: '72011011',
    aggregatedGoodsCategory: 'pig-iron',
    valueBasis: 'default',
    defaultValue: { value: '2.1', act: 'IR (EU) 2025/2621' },
  };
  const three = { precursors: [precursor, precursor, precursor], precursorCount: '3' };
  const signed = await secured(emissionsClaim(three));
  return [
    ...credentialTrials(world, specimen('three equal components', signed)),
    ...issueTrials(world, 'three equal components', (did) => {
      const operator = { ...operatorOf(emissionsClaim().unsecured), id: did };
      const asked = emissionsClaim({ ...three, operator }).unsecured;
      return JSON.stringify({ ...asRequested(asked), issuer: did });
    }),
  ];
};

function operatorOf(credential: JsonObject): JsonObject {
  return (credential['credentialSubject'] as JsonObject)['operator'] as JsonObject;
}

const AT_ONCE = 50;
/** What the case asks, and the slack for a machine that does something else meanwhile. */
const MOST_TIMES_SLOWER = 3 * 3;

const poisonAmongHonest: Builder = async (world) => [
  checked(`${AT_ONCE} poison requests among ${AT_ONCE} honest ones`, 'verify', async () => {
    const honest = JSON.stringify(await secured(emissionsClaim()));
    const base = await secured(bareCredential());
    const subject = { ...(base['credentialSubject'] as JsonObject), parts: clique(30) };
    const poisoned = JSON.stringify({ ...base, credentialSubject: subject });
    const quiet = await slowest(world, honest, undefined);
    const busy = await slowest(world, honest, poisoned);
    return [
      ...busy.wrong,
      ...(busy.milliseconds > quiet.milliseconds * MOST_TIMES_SLOWER
        ? [`honest requests took ${Math.round(busy.milliseconds)} ms instead of ${Math.round(quiet.milliseconds)} ms`]
        : []),
    ];
  }),
];

async function slowest(
  world: World,
  honest: string,
  poisoned: string | undefined,
): Promise<{ milliseconds: number; wrong: string[] }> {
  const asked = Array.from({ length: AT_ONCE }, async () => {
    const [answer, refused] = await Promise.all([
      verifyCredential(world, honest),
      poisoned === undefined ? undefined : verifyCredential(world, poisoned),
    ]);
    const wrong: string[] = [];
    if (answer.outcome !== 'accepted') wrong.push(`an honest credential was ${answer.outcome}`);
    if (refused !== undefined && refused.outcome !== 'refused') wrong.push(`a poison graph was ${refused.outcome}`);
    return { milliseconds: answer.milliseconds, wrong };
  });
  const answers = await Promise.all(asked);
  return {
    milliseconds: Math.max(...answers.map(({ milliseconds }) => milliseconds)),
    wrong: answers.flatMap(({ wrong }) => wrong),
  };
}

export const CANONICALISATION_BUILDERS: Readonly<Record<string, Builder>> = {
  'CAN-001': poison('k=100', clique(100)),
  'CAN-002': poison('1000 nodes in a ring', ring(1000)),
  'CAN-003': equalParts,
  'CAN-004': poisonAmongHonest,
};
