/** Layer `chain`: what a statement is about, and the digest it names it by (docs/threats.md, section 5.14). */
import type { JsonObject } from '../../../src/base/json.ts';
import { createLinkRef } from '../../../src/credentials/link.ts';
import { type Chain, type ChainOptions, credential, signExtra, subjectOf } from '../chain-base.ts';
import type { EvaluationRequest } from '../evaluating.ts';
import type { Builder, Trial } from '../trial.ts';
import { replace, SHORT, STATEMENT, shortTrials } from './chain.ts';

/** With another claim to name by mistake. */
const TWO_CLAIMS: ChainOptions = { keys: [...SHORT, 'claim:coil'] };

const otherProduct: Builder = async (world) => {
  const linked = async (chain: Chain, key: string): Promise<Partial<EvaluationRequest>> => {
    const { proof: _, ...statement } = credential(chain, 'statement:slab');
    const claim = createLinkRef(credential(chain, key));
    const subject = { ...subjectOf(statement), claim };
    const signed = await signExtra(world, { ...statement, credentialSubject: subject });
    return {
      credentials: [
        credential(chain, 'claim:slab'),
        credential(chain, key),
        signed,
        credential(chain, 'accreditation:eu'),
      ],
    };
  };
  return [
    ...(await shortTrials(world, 'another reporting period', {
      patch: [replace(`${STATEMENT}/credentialSubject/period`, '2025')],
    })),
    ...(await shortTrials(world, 'another company', {
      patch: [replace(`${STATEMENT}/credentialSubject/claimHolder`, 'did:web:hanbit-rolling.example')],
    })),
    ...(await shortTrials(world, 'the statement is about another claim', TWO_CLAIMS, undefined, (chain) =>
      linked(chain, 'claim:coil'),
    )),
    ...(await shortTrials(world, 'no statement at all', {}, undefined, (chain) => ({
      credentials: [credential(chain, 'claim:slab'), credential(chain, 'accreditation:eu')],
    }))),
  ];
};

const digests: Builder = async (world) => {
  const relinked =
    (change: (link: JsonObject, chain: Chain) => JsonObject) =>
    async (chain: Chain): Promise<Partial<EvaluationRequest>> => {
      const { proof: _, ...statement } = credential(chain, 'statement:slab');
      const subject = subjectOf(statement);
      const claim = change(subject['claim'] as JsonObject, chain);
      const signed = await signExtra(world, { ...statement, credentialSubject: { ...subject, claim } });
      return { credentials: [credential(chain, 'claim:slab'), signed, credential(chain, 'accreditation:eu')] };
    };
  const other = (chain: Chain): JsonObject => createLinkRef(credential(chain, 'claim:coil'));
  const forms: readonly [string, (link: JsonObject, chain: Chain) => JsonObject][] = [
    ['without digestMultibase', ({ digestMultibase: _, ...rest }) => rest],
    ['with SHA-1', (link) => ({ ...link, digestMultibase: 'uERTa0a4DA7uoOHlEXPSz8g6ZHUFnlg' })],
    ['with SHA-512', (link) => ({ ...link, digestMultibase: `uE0${'A'.repeat(86)}` })],
    [
      'digestMultibase of another claim',
      (link, chain) => ({ ...link, digestMultibase: other(chain)['digestMultibase'] ?? '' }),
    ],
    [
      'baseDigestMultibase of another claim',
      (link, chain) => ({ ...link, baseDigestMultibase: other(chain)['baseDigestMultibase'] ?? '' }),
    ],
    ['without baseDigestMultibase, the claim shown whole', ({ baseDigestMultibase: _, ...rest }) => rest],
  ];
  const trials: Trial[] = [];
  for (const [form, change] of forms)
    trials.push(...(await shortTrials(world, form, TWO_CLAIMS, undefined, relinked(change))));
  const laterFigure = async (chain: Chain): Promise<Partial<EvaluationRequest>> => {
    const { proof: _, ...claim } = credential(chain, 'claim:slab');
    const goods = (subjectOf(claim)['goods'] as readonly JsonObject[]).map((good) => ({
      ...good,
      specificDirect: '1.0',
    }));
    const changed = await signExtra(world, { ...claim, credentialSubject: { ...subjectOf(claim), goods } });
    return { credentials: [changed, credential(chain, 'statement:slab'), credential(chain, 'accreditation:eu')] };
  };
  trials.push(
    ...(await shortTrials(world, 'a figure changed after the verification, signed again', {}, undefined, laterFigure)),
  );
  return trials;
};

export const LINK_BUILDERS: Readonly<Record<string, Builder>> = {
  'CH-004': otherProduct,
  'CH-005': digests,
};
