/** A really signed presentation of one claim with a chain of depth three, the lists behind it, and what it takes to check and judge it. */
import { verdictOf } from '../../src/base/finding.ts';
import { deepFreeze, type JsonObject } from '../../src/base/json.ts';
import type { CheckedCredential } from '../../src/credentials/checked-credential.ts';
import { loadContexts } from '../../src/credentials/contexts.ts';
import { createDataIntegrity } from '../../src/proofs/data-integrity.ts';
import { admit } from '../../src/trust/admitted.ts';
import { evaluate } from '../../src/trust/evaluate.ts';
import type { Evaluation, EvaluationInput } from '../../src/trust/evaluation.ts';
import { createParty, createResolverDouble, type Party } from '../support/data-integrity.ts';
import { exampleStatusList, readExample } from '../support/example-credentials.ts';
import { checkedAs, issueExample, issueUnsigned, requestOf } from '../support/worked-examples.ts';

const REGIME = 'iso14067-pcf';

export interface BenchPresentation {
  readonly credentials: number;
  readonly lists: number;
  /** Every proof of every credential: canonicalisation, digests, Ed25519. Keys and contexts are in memory. */
  readonly checkCredentials: () => Promise<void>;
  /** The same for the status list of each credential. */
  readonly checkLists: () => Promise<void>;
  /** The credentials as the checks left them, in memory that nothing was computed over yet. */
  readonly fresh: () => readonly CheckedCredential[];
  /** The part of `trust`: admit every credential, search, judge, report. */
  readonly judge: (checked: readonly CheckedCredential[]) => Evaluation;
  readonly judgeAgain: () => Evaluation;
}

/** Errors: Error when a proof does not hold or the claim is not accepted, because then nothing worth measuring would be measured. */
export async function createPresentation(): Promise<BenchPresentation> {
  const parties = new Map<string, Party>();
  const partyOf = (did: string): Party => {
    const party = parties.get(did) ?? createParty(did);
    parties.set(did, party);
    return party;
  };
  const proofs = createDataIntegrity({ contexts: loadContexts() });
  const example = readExample('steel-coil');
  const issued = await issueExample(example, async (key, unsecured) => {
    const { signer } = partyOf(String(unsecured['issuer']));
    return proofs.secureCredential(await issueUnsigned(key, unsecured), { signer, created: Date.UTC(2027, 2, 20) });
  });
  const request: EvaluationInput = { ...requestOf(example, issued, 'customer'), regimes: [REGIME] };
  const credentials = request.admitted.map(({ document }) => document);
  const lists = await Promise.all(
    request.admitted.map(({ issuer }) =>
      proofs.secureCredential(exampleStatusList(issuer, 'revocation'), {
        signer: partyOf(issuer).signer,
        created: Date.UTC(2027, 2, 20),
      }),
    ),
  );
  const resolver = createResolverDouble([...parties.values()].map(({ didDocument }) => didDocument));
  const checkAll = async (documents: readonly JsonObject[]): Promise<void> => {
    for (const document of documents) {
      const { findings } = await proofs.checkCredentialProofs(document, { resolver, now: request.at });
      if (verdictOf(findings) !== 'accepted') throw new Error(`${String(document['id'])} does not verify`);
    }
  };
  const judge = (checked: readonly CheckedCredential[]): Evaluation =>
    evaluate({ ...request, admitted: checked.map(admit).filter((credential) => credential !== undefined) });
  const fresh = (): readonly CheckedCredential[] =>
    credentials.map((document) => checkedAs(deepFreeze(structuredClone(document)) as JsonObject));
  await checkAll([...credentials, ...lists]);
  if (judge(fresh()).results[REGIME]?.result !== 'ACCEPT') throw new Error('the claim is not accepted');
  return {
    credentials: credentials.length,
    lists: lists.length,
    checkCredentials: () => checkAll(credentials),
    checkLists: () => checkAll(lists),
    fresh,
    judge,
    judgeAgain: () => evaluate(request),
  };
}
