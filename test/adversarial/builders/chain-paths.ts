/** Layer `chain`: circles, crowds, and a search that stops in time (docs/threats.md, section 5.14). */
import type { JsonObject } from '../../../src/base/json.ts';
import {
  buildChain,
  type Chain,
  type ChainOptions,
  credential,
  linkCredential,
  signExtra,
  subjectOf,
} from '../chain-base.ts';
import { type EvaluationRequest, evaluationTrials } from '../evaluating.ts';
import { urn } from '../parties.ts';
import type { Builder, Trial } from '../trial.ts';
import { AB, ACCREDITATION, ATTACKER, HONEST, replace, SHORT, shortRequest, shortTrials, VERIFIER } from './chain.ts';

/** With a recognition between bodies, to copy. */
const RECOGNISED: ChainOptions = { keys: [...SHORT, 'arrangement:kr-mra'] };

const accreditation = (issuer: string, subject: string, chain: Chain): JsonObject => {
  const granted = subjectOf(credential(chain, 'accreditation:eu'));
  const dates = { effectiveDate: '2025-01-01', expiryDate: '2030-01-01', firstGranted: '2025-01-01' };
  return linkCredential('VerifierAccreditation', issuer, urn(`${issuer} accredits ${subject}`), {
    ...granted,
    ...dates,
    id: subject,
  });
};

const arrangement = (issuer: string, subject: string, chain: Chain): JsonObject => {
  const granted = subjectOf(credential(chain, 'arrangement:kr-mra'));
  return linkCredential('RecognitionArrangement', issuer, urn(`${issuer} recognises ${subject}`), {
    ...granted,
    id: subject,
  });
};

const cycles: Builder = async (world) => {
  const circle = async (chain: Chain): Promise<Partial<EvaluationRequest>> => {
    const back = await signExtra(world, accreditation(VERIFIER, ATTACKER, chain));
    return { credentials: [...SHORT.map((key) => credential(chain, key)), back] };
  };
  const arranged = async (chain: Chain): Promise<Partial<EvaluationRequest>> => {
    const [there, back] = [
      arrangement('did:web:ab-two.example', ATTACKER, chain),
      arrangement(ATTACKER, 'did:web:ab-two.example', chain),
    ];
    return {
      credentials: [
        ...SHORT.map((key) => credential(chain, key)),
        await signExtra(world, there),
        await signExtra(world, back),
      ],
    };
  };
  const options = { patch: [replace(`${ACCREDITATION}/issuer`, ATTACKER)] };
  return [
    ...(await shortTrials(world, 'A accredits B, B accredits A', options, undefined, circle)),
    ...(await shortTrials(
      world,
      'two bodies recognise each other',
      { ...options, ...RECOGNISED },
      undefined,
      arranged,
    )),
    ...(await shortTrials(world, 'the same beside an honest chain', {}, HONEST, circle)),
  ];
};

const fanOut: Builder = async (world) => {
  const many = async (chain: Chain): Promise<Partial<EvaluationRequest>> => {
    // Counted before anything is looked at, so they need not even be good.
    const one = await signExtra(world, accreditation(ATTACKER, VERIFIER, chain));
    const extra = Array.from({ length: 100 }, (_, index) => ({ ...one, id: urn(`accreditation ${index}`) }));
    return { credentials: [...SHORT.map((key) => credential(chain, key)), ...extra] };
  };
  // Sixty-four credentials, four levels: each body of a level recognises each of the one below, and none is an anchor.
  const layered = async (chain: Chain): Promise<Partial<EvaluationRequest>> => {
    const levels = [ATTACKER, ...Array.from({ length: 3 }, (_, level) => level)].map((name, level) =>
      level === 0 ? [String(name)] : Array.from({ length: 5 }, (_, index) => `did:web:level-${level}-${index}.example`),
    );
    const links: JsonObject[] = [];
    for (const [level, bodies] of levels.entries()) {
      for (const subject of bodies)
        for (const issuer of levels[level + 1] ?? []) links.push(arrangement(issuer, subject, chain));
    }
    const extra = await Promise.all(links.slice(0, 61).map((link) => signExtra(world, link)));
    const policy = { ...chain.policy, limits: { credentials: 64, pathLength: 16, links: 60 } };
    return { credentials: [...SHORT.map((key) => credential(chain, key)), ...extra], policy };
  };
  const slow = { within: 64 * 50 };
  const refused = { verdict: 'refuse', types: ['LOCAL:limit-exceeded'], ...slow } as const;
  return [
    ...(await shortTrials(world, '103 credentials', {}, refused, many)),
    ...(await shortTrials(
      world,
      '64 credentials that name each other, more links than the policy allows',
      { patch: [replace(`${ACCREDITATION}/issuer`, ATTACKER)], ...RECOGNISED },
      refused,
      layered,
    )),
  ];
};

/** What the limit leaves open is open: neither that a path exists nor what came nearest. */
const cutShort: Builder = async (world) => {
  const extras = async (chain: Chain): Promise<JsonObject[]> => {
    const issuers = Array.from({ length: 20 }, (_, index) => `did:web:ab-${index}.example`);
    return Promise.all(issuers.map((issuer) => signExtra(world, accreditation(issuer, VERIFIER, chain))));
  };
  const withLimit = (chain: Chain): JsonObject => ({
    ...chain.policy,
    limits: { credentials: 64, pathLength: 5, links: 8 },
  });
  const trials: Trial[] = [];
  for (const [form, issuer] of [
    ['none of them leads to an anchor', ATTACKER],
    ['one of them leads to an anchor', AB],
  ] as const) {
    const chain = await buildChain(world, { keys: SHORT, patch: [replace(`${ACCREDITATION}/issuer`, issuer)] });
    const credentials = [...SHORT.map((key) => credential(chain, key)), ...(await extras(chain))];
    const request = shortRequest(chain, { credentials, policy: withLimit(chain) });
    trials.push(
      ...evaluationTrials(world, form, request, { verdict: 'refuse', types: ['LOCAL:limit-exceeded'] }, (result) =>
        result['nearestMiss'] === undefined ? [] : ['a nearest miss although the search was cut short'],
      ),
    );
  }
  return trials;
};

export const PATH_BUILDERS: Readonly<Record<string, Builder>> = {
  'CH-006': cycles,
  'CH-007': fanOut,
  'CH-016': cutShort,
};
