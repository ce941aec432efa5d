/**
 * What a wallet sent, held to what was asked (OpenID4VP 1.0, section 8.6): the form of the whole, then each presentation by itself, then
 * whether what holds is enough. A presentation that does not hold is discarded, and says nothing for the others.
 */
import { type Finding, failed, type Verdict, verdictOf } from '../../base/finding.ts';
import { type JsonObject, type JsonValue, pointerOf } from '../../base/json.ts';
import type { Contexts } from '../../credentials/contexts.ts';
import { checkAgainstQuery, isSatisfied } from '../../credentials/dcql/match.ts';
import type { CredentialQuery, DcqlQuery } from '../../credentials/dcql/query.ts';
import { readableOf } from '../../credentials/envelope.ts';
import { readablePresentation } from '../../credentials/enveloped-presentation.ts';
import { credentialsOf, holderOf } from '../../credentials/presentation.ts';
import { findFormat } from './formats.ts';

/** Presentations in one response (docs/threats.md, section 6). */
export const MOST_PRESENTATIONS = 32;

interface Verification {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** Of what was verified: the very document. */
  readonly document?: JsonObject;
}

/** For which request a presentation has to be made. */
export interface Occasion {
  readonly challenge: string;
  readonly domain: string;
}

export interface JudgeDeps {
  readonly contexts: Contexts;
  readonly verifyPresentation: (document: JsonObject, occasion: Occasion) => Promise<Verification>;
  readonly verifyCredential: (document: JsonObject) => Promise<Verification>;
}

/** A credential that holds and answers a query. */
export interface Accepted {
  /** Id of the query. */
  readonly query: string;
  /** As it was verified: the presentation, or the bare credential where no holder binding was asked for. */
  readonly presentation: JsonObject;
  readonly holder?: string;
  /** As it was received, and its content where that is in an envelope. */
  readonly credential: JsonObject;
  readonly content: JsonObject;
}

export interface Judged {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly accepted: readonly Accepted[];
}

interface Entry {
  readonly query: CredentialQuery;
  readonly value: JsonValue;
  readonly pointer: string;
}

export async function judgeResponse(
  vpToken: JsonObject,
  { query, occasion }: { readonly query: DcqlQuery; readonly occasion: Occasion },
  deps: JudgeDeps,
): Promise<Judged> {
  const { faults, entries } = readVpToken(vpToken, query);
  if (faults.length > 0) return { verdict: 'rejected', findings: faults, accepted: [] };
  const findings: Finding[] = [];
  const accepted: Accepted[] = [];
  // Could what is missing still turn out to be there? Then the answer is a doubt and no refusal.
  const doubtful = new Set<string>();
  for (const entry of entries) {
    const judged = await judgeEntry(entry, occasion, deps);
    findings.push(
      ...judged.findings.map((finding) => ({ ...finding, pointer: entry.pointer + (finding.pointer ?? '') })),
    );
    if (judged.accepted !== undefined) accepted.push(judged.accepted);
    else if (verdictOf(judged.findings) === 'undetermined') doubtful.add(entry.query.id);
  }
  const answered = new Set(accepted.map((one) => one.query));
  if (isSatisfied(query, answered) && accepted.length > 0) return { verdict: 'accepted', findings, accepted };
  const mayBe = isSatisfied(query, new Set([...answered, ...doubtful]));
  const unmet = failed('query.satisfied', 'QUERY_NOT_MET', 'what holds is not all that was asked for', {
    pointer: '/vp_token',
  });
  return mayBe && doubtful.size > 0
    ? { verdict: 'undetermined', findings, accepted: [] }
    : { verdict: 'rejected', findings: [...findings, unmet], accepted: [] };
}

/** The token as section 8.1 has it: only ids that were asked for, each with one presentation unless several were. */
function readVpToken(vpToken: JsonObject, { credentials }: DcqlQuery): { faults: Finding[]; entries: Entry[] } {
  const faults: Finding[] = [];
  const entries: Entry[] = [];
  for (const [id, values] of Object.entries(vpToken)) {
    const query = credentials.find((one) => one.id === id);
    const pointer = pointerOf('vp_token', id);
    const fault = query === undefined ? notAsked(pointer) : checkList(values, query, pointer);
    if (fault !== undefined) faults.push(fault);
    else if (query !== undefined && Array.isArray(values)) {
      entries.push(
        ...values.map((value: JsonValue, place) => ({ query, value, pointer: `${pointer}${pointerOf(place)}` })),
      );
    }
  }
  if (entries.length > MOST_PRESENTATIONS) {
    const detail = `more than ${MOST_PRESENTATIONS} presentations`;
    faults.push(failed('vp_token.form', 'LIMIT_EXCEEDED', detail, { pointer: '/vp_token' }));
  }
  if (entries.length === 0 && faults.length === 0) {
    faults.push(failed('vp_token.form', 'NOTHING_PRESENTED', 'nothing is presented', { pointer: '/vp_token' }));
  }
  return { faults, entries };
}

const notAsked = (pointer: string): Finding =>
  failed('vp_token.form', 'QUERY_NOT_MET', 'nobody asked for this', { pointer: pointer.slice(0, 200) });

function checkList(values: JsonValue | undefined, { multiple }: CredentialQuery, pointer: string): Finding | undefined {
  if (!Array.isArray(values) || values.length === 0) {
    return failed('vp_token.form', 'MALFORMED_VALUE_ERROR', 'not a list of presentations', { pointer });
  }
  if (values.length === 1 || multiple === true) return undefined;
  return failed('vp_token.form', 'MALFORMED_VALUE_ERROR', 'one presentation was asked for', { pointer });
}

async function judgeEntry(
  { query, value }: Entry,
  occasion: Occasion,
  deps: JudgeDeps,
): Promise<{ findings: readonly Finding[]; accepted?: Accepted }> {
  const format = findFormat(query.format);
  if (format === undefined) {
    return { findings: [failed('vp_token.format', 'QUERY_NOT_MET', 'not a format that is taken here')] };
  }
  const bound = query.require_cryptographic_holder_binding !== false;
  const read = bound ? format.readPresentation(value) : format.readCredential(value);
  if (!read.ok) return { findings: read.findings };
  const verification = bound
    ? await deps.verifyPresentation(read.value, occasion)
    : await deps.verifyCredential(read.value);
  const { document } = verification;
  if (verification.verdict !== 'accepted' || document === undefined) return { findings: verification.findings };
  const presented = bound ? credentialsOf(readablePresentation(document)) : [document];
  const [credential] = presented;
  // What nobody asked for has no place beside it, and one query is answered by one credential.
  if (credential === undefined || presented.length !== 1 || !format.isOfFormat(credential)) {
    const detail = 'a presentation shows exactly one credential of the format that was asked for';
    return { findings: [...verification.findings, failed('query.credential', 'QUERY_NOT_MET', detail)] };
  }
  const content = readableOf(credential);
  const match = checkAgainstQuery(content, query, deps.contexts);
  const findings = [...verification.findings, match];
  if (match.outcome !== 'passed') return { findings };
  const holder = bound ? holderOf(readablePresentation(document)) : undefined;
  const accepted = { query: query.id, presentation: document, credential, content };
  return { findings, accepted: { ...accepted, ...(holder === undefined ? {} : { holder }) } };
}
