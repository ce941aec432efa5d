import { deepFreeze, type JsonObject } from '../../base/json.ts';
import { type Admitted, admit } from '../../trust/admitted.ts';
import type { AuthorityQuestion } from '../../trust/authority-question.ts';
import { type AuthorityAnswer, answerAuthority } from '../../trust/authorization.ts';
import type { RefusedCredential } from '../../trust/evaluation.ts';
import type { Policy } from '../../trust/policy.ts';
import { checkCredential } from './check-credential.ts';
import type { CheckDeps } from './check-deps.ts';
import { refusedOf } from './evaluation.ts';

/** Check the credentials on file flat, as for an evaluation, and hand what passed to the pure answer of `trust`. Never throws for a document. */
export async function answerFromFile(
  question: AuthorityQuestion,
  credentials: readonly JsonObject[],
  policy: Policy,
  deps: CheckDeps,
): Promise<AuthorityAnswer> {
  const admitted: Admitted[] = [];
  const refused: RefusedCredential[] = [];
  const instants = [...new Set([question.at, question.now])];
  // One more than the limit is enough to say that there are too many.
  for (const credential of credentials.slice(0, policy.limits.credentials + 1)) {
    const checked = await checkCredential(deepFreeze(credential), deps, instants);
    const entry = admit(checked);
    if (entry === undefined) refused.push(refusedOf(checked));
    else admitted.push(entry);
  }
  return answerAuthority({ admitted, refused, policy, question });
}
