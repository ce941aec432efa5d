/** Layer `context`: the spelling changes, the signed statements do not (docs/threats.md, sections 1, 2 and 5.2). */
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { V2_CONTEXT } from '../../../src/credentials/contexts.ts';
import { bareCredential, emissionsClaim, footprintClaim, secured } from '../bases.ts';
import { applyOperations } from '../operations.ts';
import { at, DAY, good, NOW } from '../parties.ts';
import { sign, withProofOf } from '../signing.ts';
import { specimen } from '../surfaces.ts';
import { type Builder, credentialTrials } from '../trial.ts';
import { buildGeneric } from './generic.ts';
import { swappedContext } from './swapped-context.ts';

/** The swap of SHAPE-003 again, in a context that only the subject carries. */
const nestedSwap: Builder = async (world) => {
  const signed = await secured(emissionsClaim());
  const { specificDirect, attributedEmissions } = swappedContext('specificDirect', 'attributedEmissions');
  const context = { specificDirect: specificDirect ?? null, attributedEmissions: attributedEmissions ?? null };
  const forms: readonly [string, string][] = [
    ['in the subject', '/credentialSubject/@context'],
    ['in the entry whose figures change', '/credentialSubject/goods/0/@context'],
  ];
  return forms.flatMap(([form, path]) => {
    const changed = applyOperations(
      signed,
      [
        { op: 'add', path, value: context },
        { op: 'replace', path: '/credentialSubject/goods/0/specificDirect', value: '1.0' },
        { op: 'replace', path: '/credentialSubject/goods/0/attributedEmissions', value: '90.0' },
      ],
      {},
    );
    return credentialTrials(world, specimen(form, changed));
  });
};

/** The patch of the case, and what it allows: entries in another order of the array are the same statements. */
const entriesChangePlaces: Builder = async (world, given) => {
  const signed = await secured(emissionsClaim());
  const processes = (signed['credentialSubject'] as JsonObject)['processes'] as readonly JsonValue[];
  const reversed = applyOperations(
    signed,
    [{ op: 'replace', path: '/credentialSubject/processes', value: [...processes].reverse() }],
    {},
  );
  const expected = { verdict: 'accept' } as const;
  return [
    ...(await buildGeneric(world, given)),
    ...credentialTrials(world, specimen('the same entries in reverse order', reversed), { expected }),
  ];
};

/** Issuer and subject are one party, each with a member of its own; afterwards each has the other's. */
const selfClaim: Builder = async (world) => {
  const { did, signer } = good;
  const base = bareCredential().unsecured;
  const honest = { issuer: { id: did, name: 'A maker' }, credentialSubject: { id: did, description: 'A note' } };
  const exchanged = { issuer: { id: did, description: 'A note' }, credentialSubject: { id: did, name: 'A maker' } };
  const signed = await sign({ ...base, ...honest }, signer, { created: at(NOW - DAY) });
  return credentialTrials(world, specimen('members exchanged', withProofOf({ ...base, ...exchanged }, signed)));
};

/** 64 KiB of context that would become 11 MB of statements. */
const prefixChain: Builder = async (world) => {
  const count = 1000;
  const links = Array.from({ length: count }, (_, index) => [
    `p${index}`,
    index === 0 ? 'https://attacker.example/' : `p${index - 1}:aaaaaaaa/`,
  ]);
  const members = Array.from({ length: count }, (_, index) => [`p${index}:x`, 'x']);
  const signed = await secured(bareCredential());
  const document = {
    ...signed,
    '@context': [V2_CONTEXT, Object.fromEntries(links)],
    credentialSubject: { ...(signed['credentialSubject'] as JsonObject), ...Object.fromEntries(members) },
  };
  // Nobody signs a presentation of this one: that alone would take its full cost.
  return credentialTrials(world, { form: '1000 prefixes, 1000 members', text: JSON.stringify(document) });
};

/** Other digits in the text of a JSON literal that a parser turns into the same number. */
const literalNumbers: Builder = async (world) => {
  const signed = await secured(footprintClaim());
  const text = JSON.stringify(signed);
  const forms: readonly [string, string, string][] = [
    ['1 as 1.0000000000000001', '"small":1,', '"small":1.0000000000000001,'],
    ['1234567890123456800 as …801', '1234567890123456800', '1234567890123456801'],
  ];
  const changed = forms.map(([form, from, to]) => {
    if (!text.includes(from)) throw new Error(`nothing to change: ${from}`);
    return { form, text: text.replace(from, to), document: signed };
  });
  const honest = specimen('as signed', signed);
  return [
    ...changed.flatMap((given) => credentialTrials(world, given)),
    ...credentialTrials(world, honest, { expected: { verdict: 'accept' } }),
  ];
};

export const CONTEXT_BUILDERS: Readonly<Record<string, Builder>> = {
  'SHAPE-004': nestedSwap,
  'SHAPE-008': entriesChangePlaces,
  'SHAPE-009': selfClaim,
  'SHAPE-014': prefixChain,
  'SHAPE-019': literalNumbers,
};
