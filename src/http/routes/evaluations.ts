import { z } from 'zod';
import type { Identity } from '../../services/identity/identity.ts';
import type { ReportCredentials, SignedReport } from '../../services/report-credentials.ts';
import { claimOf } from '../paging.ts';
import { type Language, problemsOf } from '../problem-details.ts';
import { type Call, type Route, route } from '../route.ts';

const SignReport = z.strictObject({ validUntil: z.string().max(40).optional() }).optional();

interface EvaluationRouteDeps {
  readonly identity: Identity;
  readonly reportCredentials: ReportCredentials;
}

/** What a relying party does with an evaluation it has: sign what it found. */
export function evaluationRoutes({ identity, reportCredentials }: EvaluationRouteDeps): readonly Route[] {
  const instanceOf = (call: Call) => identity.requireInstance('verifier', call.params['id'] ?? '', call.organisation);
  return [
    route({
      method: 'POST',
      path: '/verifiers/{id}/evaluations/{evaluationId}/report-credential',
      access: 'organisation',
      tag: 'Evaluation',
      summary:
        'Sign what this evaluation found: a VerificationReport issued by the default issuer instance of the organisation',
      request: SignReport,
      answers: {
        201: 'the credential, and the report whose digest it carries',
        404: 'no such evaluation',
        409: 'no claim was judged',
      },
      handle: async (call) => {
        const [id, evaluationId] = [call.params['id'] ?? '', call.params['evaluationId'] ?? ''];
        const signed = await reportCredentials.sign(
          await instanceOf(call),
          evaluationId,
          { validUntil: call.body?.validUntil },
          claimOf(call, `report-credential/${id}/${evaluationId}`),
        );
        return { status: 201, body: signedView(signed, call.language) };
      },
    }),
  ];
}

function signedView({ verifiableCredential, warnings, report }: SignedReport, language: Language): object {
  const problems = problemsOf(warnings, language);
  return { verifiableCredential, report, ...(problems.length === 0 ? {} : { warnings: problems }) };
}
