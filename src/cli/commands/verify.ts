import { parseArgs } from 'node:util';
import { ServiceError } from '../../base/error.ts';
import { excerpt } from '../../base/finding.ts';
import { asArray, type JsonObject } from '../../base/json.ts';
import { PROBLEMS } from '../../base/problem.ts';
import { readableOf } from '../../credentials/envelope.ts';
import { readablePresentation } from '../../credentials/enveloped-presentation.ts';
import { readDateTime } from '../../formats/date-time.ts';
import type { EvaluationAnswer } from '../../services/verifier/evaluation.ts';
import { explainEvaluation } from '../../services/verifier/explanation.ts';
import type { Verification } from '../../services/verifier/verifier.ts';
import { type Command, type CommandKit, EXIT, type Terminal, UsageError } from '../command.ts';
import { type Documents, presentedIn, readDocuments, readPolicyFile } from '../documents.ts';
import { printable } from '../printable.ts';
import { compareReports, describeComparison, exitOfComparison, readSignedReport } from './signed-report.ts';

export const verify: Command = {
  name: 'verify',
  usage:
    'verify FILE… [--policy F] [--regime R]… [--at T] [--claim ID] [--offline] [--signed-report F] [--challenge C --domain D] [--json]',
  summary: {
    en: 'Check credentials, a presentation or an evidence bundle; with a policy, say whether the claim may be relied on and why',
    ko: '증명서, 제시 또는 증거 묶음을 확인합니다. 정책을 주면 주장을 신뢰할 수 있는지와 그 이유를 알려 줍니다',
  },
  async run(args, terminal, kit) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    if (positionals.length === 0) throw new UsageError('name at least one file, or - for standard input');
    const documents = await readDocuments(positionals, terminal);
    return values.policy === undefined
      ? verifyEach(documents, values, terminal, kit)
      : evaluateAll(documents, { ...values, policy: values.policy }, terminal, kit);
  },
};

/** Characters of a document's own name that are shown, where nothing vouches for it. */
const LONGEST_NAME = 160;

const OPTIONS = {
  policy: { type: 'string' },
  regime: { type: 'string', multiple: true },
  at: { type: 'string' },
  claim: { type: 'string' },
  'signed-report': { type: 'string' },
  offline: { type: 'boolean' },
  challenge: { type: 'string' },
  domain: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const AS_OF = {
  en: 'judged as of the instant that the bundle names:',
  ko: '증거 묶음이 정한 시점 기준으로 판정:',
} as const;

interface Choices {
  readonly regime?: string[] | undefined;
  readonly at?: string | undefined;
  readonly claim?: string | undefined;
  readonly 'signed-report'?: string | undefined;
  readonly offline?: boolean | undefined;
  readonly challenge?: string | undefined;
  readonly domain?: string | undefined;
  readonly json?: boolean | undefined;
}

async function verifyEach(
  documents: Documents,
  choices: Choices,
  terminal: Terminal,
  kit: CommandKit,
): Promise<number> {
  if (choices.regime !== undefined || choices.at !== undefined || choices['signed-report'] !== undefined)
    throw new UsageError('--regime, --at and --signed-report go with --policy');
  const checker = kit.createChecker({ offline: choices.offline ?? false, evidence: documents.statusLists });
  const outcomes: { id: string; verification: Verification }[] = [];
  for (const document of documents.credentials) {
    outcomes.push({ id: nameOf(document), verification: await checker.verifyCredential(document) });
  }
  for (const document of documents.presentations) {
    if (choices.challenge === undefined || choices.domain === undefined) {
      throw new UsageError(
        'a presentation is made for one verifier: give --challenge and --domain, or a --policy to judge what is inside',
      );
    }
    const verification = await checker.verifyPresentation(document, {
      challenge: choices.challenge,
      domain: choices.domain,
    });
    outcomes.push({ id: nameOf(document), verification });
  }
  // Nothing was looked at, so nothing is good.
  if (outcomes.length === 0) throw new ServiceError('NOTHING_PRESENTED', 'the files hold no credential to verify');
  if (choices.json) {
    const rows = outcomes.map(({ id, verification: { verified, verdict, findings } }) => ({
      // What was refused is named, not repeated at any length.
      id: verified ? id : excerpt(id, LONGEST_NAME),
      verified,
      verdict,
      findings,
    }));
    terminal.out(`${JSON.stringify(rows.length === 1 ? rows[0] : rows, null, 2)}\n`);
  } else for (const outcome of outcomes) describeVerification(outcome, terminal);
  if (outcomes.some(({ verification }) => verification.verdict === 'rejected')) return EXIT.refused;
  return outcomes.every(({ verification }) => verification.verified) ? EXIT.accepted : EXIT.undetermined;
}

function describeVerification(
  { id, verification }: { id: string; verification: Verification },
  terminal: Terminal,
): void {
  const words = {
    accepted: { en: 'verified', ko: '확인됨' },
    rejected: { en: 'NOT verified', ko: '확인되지 않음' },
    undetermined: { en: 'could not be determined', ko: '판정 불가' },
  }[verification.verdict];
  terminal.out(`${printable(excerpt(id, LONGEST_NAME))}: ${words[terminal.language]}\n`);
  for (const finding of verification.findings) {
    if (finding.outcome === 'passed' || finding.outcome === 'skipped') continue;
    const title =
      finding.code === undefined ? finding.check : `${finding.code} ${PROBLEMS[finding.code].title[terminal.language]}`;
    terminal.out(printable(`  ${title}${finding.pointer ? ` ${finding.pointer}` : ''}: ${finding.detail ?? ''}\n`));
  }
}

async function evaluateAll(
  documents: Documents,
  choices: Choices & { readonly policy: string },
  terminal: Terminal,
  kit: CommandKit,
): Promise<number> {
  const policy = await readPolicyFile(choices.policy, terminal);
  const signedFile = choices['signed-report'];
  const signed = signedFile === undefined ? undefined : await readSignedReport(signedFile, terminal);
  // What was signed says what was asked; whether it was signed is seen below.
  const asked = { ...choices, at: choices.at ?? signed?.at, regime: choices.regime ?? signed?.regimes };
  const answer = await evaluateDocuments(documents, asked, policy, kit);
  // Whoever made the bundle chose this instant; whoever relies on the answer has to know.
  if (asked.at === undefined && documents.at !== undefined)
    terminal.err(printable(`${AS_OF[terminal.language]} ${documents.at} (--at)\n`));
  const checker = kit.createChecker({ offline: choices.offline ?? false, evidence: documents.statusLists });
  const comparison = signed === undefined ? undefined : await compareReports(signed, answer.report, checker);
  if (choices.json) {
    const { results, findings, report } = answer;
    const { same, verification } = comparison ?? {};
    const compared = comparison === undefined ? {} : { signedReport: { same, verdict: verification?.verdict } };
    terminal.out(`${JSON.stringify({ results, findings, report, ...compared }, null, 2)}\n`);
  } else {
    terminal.out(printable(explainEvaluation(answer, terminal.language)));
    if (comparison !== undefined) terminal.out(describeComparison(comparison, terminal));
  }
  return comparison === undefined ? exitOf(answer) : exitOfComparison(comparison, exitOf(answer));
}

/** The one evaluation behind `verify --policy` and `bundle`. */
export async function evaluateDocuments(
  documents: Documents,
  choices: Pick<Choices, 'regime' | 'at' | 'claim' | 'offline'>,
  policy: JsonObject,
  kit: CommandKit,
): Promise<EvaluationAnswer> {
  const atText = choices.at ?? documents.at;
  const at = atText === undefined ? undefined : readDateTime(atText);
  if (atText !== undefined && at === undefined)
    throw new UsageError('--at takes an instant such as 2027-04-15T00:00:00Z');
  const checker = kit.createChecker({ offline: choices.offline ?? false, evidence: documents.statusLists });
  return checker.evaluate(
    {
      credentials: [...documents.credentials, ...presentedIn(documents)],
      claim: choices.claim,
      regimes: choices.regime,
      at,
      evidence: { didDocuments: documents.didDocuments, statusLists: documents.statusLists },
      ...(documents.worksheets.length === 0 ? {} : { worksheets: documents.worksheets as never }),
      ...(documents.import === undefined ? {} : { import: documents.import as never }),
    },
    policy,
  );
}

/** 0 only if every regime accepts, 1 if any rejects, 2 otherwise. */
function exitOf(answer: EvaluationAnswer): number {
  const results = Object.values(answer.results).map((one) => one.result);
  if (results.some((result) => result === 'REJECT')) return EXIT.refused;
  return results.length > 0 && results.every((result) => result === 'ACCEPT') ? EXIT.accepted : EXIT.undetermined;
}

function nameOf(received: JsonObject): string {
  // The name of an envelope is the whole token.
  const document = readableOf(readablePresentation(received));
  const id = document['id'];
  if (typeof id === 'string') return id;
  const type = asArray(document['type']).find((one) => typeof one === 'string');
  if (type === undefined)
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'the file holds neither a credential, a presentation nor a bundle');
  return String(type);
}
