import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { ServiceError } from '../../base/error.ts';
import type { Finding } from '../../base/finding.ts';
import type { JsonObject } from '../../base/json.ts';
import { isAdviceError, refuseAdvised } from '../../credentials/lint.ts';
import type { Line } from '../../formats/lines.ts';
import type { BatchLineRecord, InstanceRecord, IssuanceRecord } from '../../store/store.ts';
import { type Emit, LinesRun } from './lines-run.ts';
import type { BatchesDeps, IssuedAnswer, Issuing, Prepared, Signing, StatusChanges } from './ports.ts';
import { isEndedElsewhere, isEndOfRun, type Progress } from './progress.ts';
import { asOfLine, digestOfLine, findingsOfLine, linked, readLine, readReplacement } from './read-line.ts';
import type { Spool } from './spool.ts';

/** How what is superseded is revoked. */
export interface Superseding {
  readonly reason: string | undefined;
  readonly effectiveDate: string | undefined;
}

export interface IssueOptions {
  readonly instance: InstanceRecord;
  readonly mode: 'all' | 'each';
  readonly regimes: readonly string[] | undefined;
  readonly language: 'en' | 'ko';
  /** Each line names what it replaces. */
  readonly superseding: Superseding | undefined;
  readonly signal: AbortSignal;
}

/** What became of one line. */
export type IssueResult = { readonly line: number } & (
  | {
      readonly status: 'issued';
      readonly credentialId: string;
      /** Absent where a bad line stopped the batch, and only the fact is told. */
      readonly answer?: IssuedAnswer;
      readonly superseded?: { readonly credentialId: string; readonly changed: boolean } | { readonly error: unknown };
    }
  | { readonly status: 'valid'; readonly warnings?: readonly Finding[] }
  | { readonly status: 'refused'; readonly error: unknown }
);

/** What is found out for a group before its lines. */
interface KnownOfGroup {
  /** What earlier runs did. */
  readonly lines: ReadonlyMap<number, BatchLineRecord>;
  readonly signing: Promise<Signing>;
}

const DONE: ReadonlySet<string> = new Set(['issued']);

interface Wanted {
  readonly line: Line;
  readonly prepared: Prepared;
  readonly supersedes: string | undefined;
}

/** Times, and milliseconds between them, that a group is offered to a store which others keep busy. */
const MOST_OFFERS = 10;
const BETWEEN_OFFERS_MS = 500;

/** One run over the lines of a batch: looks at them, and issues them a group at a time, each act of a group in one sync. */
export class IssueRun {
  readonly #deps: BatchesDeps;
  readonly #options: IssueOptions;
  readonly #spool: Spool;
  /** Absent on a dry run. */
  readonly #progress: Progress | undefined;
  /** There may be lines that an earlier run did. */
  readonly #known: boolean;
  readonly #issuing: Issuing;
  readonly #changes: StatusChanges;
  /** Ids and replaced ids met so far, each with its line: neither may stand twice. */
  readonly #seen = new Map<string, number>();

  constructor(
    deps: BatchesDeps,
    options: IssueOptions,
    run: { spool: Spool; progress?: Progress | undefined; known: boolean },
  ) {
    this.#deps = deps;
    this.#options = options;
    this.#spool = run.spool;
    this.#progress = run.progress;
    this.#known = run.known;
    this.#issuing = deps.issuerFor(options.instance);
    this.#changes = deps.changesOf(options.instance);
  }

  /** Errors: whatever makes it senseless to go on; what was done so far is on disk and is not done again. */
  run(emit: Emit<IssueResult>): Promise<void> {
    const { mode, signal } = this.#options;
    const course = new LinesRun<IssueResult, KnownOfGroup>(
      { spool: this.#spool, progress: this.#progress, mode, signal },
      {
        prepare: async (group) => ({ lines: await this.#knownOf(group), signing: this.#signing() }),
        look: (line, known) => this.#look(line, known),
        brief,
        begin: () => this.#seen.clear(),
        work: (group, known) => this.#work(group, known),
        publish: () => this.#changes.publish(),
        done: DONE,
      },
    );
    return course.run(emit);
  }

  /** For the lines of a group; where it fails, each of them says so. */
  #signing(): Promise<Signing> {
    const signing = this.#issuing.signingOf(this.#options.instance);
    signing.catch(() => undefined);
    return signing;
  }

  async #look(line: Line, { lines, signing }: KnownOfGroup): Promise<IssueResult> {
    const known = lines.get(line.number);
    const before = known && doneBefore(line, known);
    if (before !== undefined) return before;
    const wanted = await this.#want(line, { checked: false, signing });
    if ('status' in wanted) return wanted;
    const warnings = [...wanted.prepared.warnings, ...wanted.prepared.advised];
    return { line: line.number, status: 'valid', warnings: this.#ofLine(warnings) };
  }

  /** A group in the order of its lines: read, intents in one sync, signatures, results in one sync. */
  async #work(
    group: readonly Line[],
    { lines, signing }: KnownOfGroup,
  ): Promise<{ readonly results: ReadonlyMap<number, IssueResult>; readonly ends: readonly unknown[] }> {
    const results = new Map<number, IssueResult>();
    const wanted: Wanted[] = [];
    const replaced = new Map<number, string>();
    const how = { checked: this.#options.mode === 'all', signing };
    for (const line of group) {
      await setImmediate();
      const earlier = lines.get(line.number);
      const before = earlier && doneBefore(line, earlier);
      if (before !== undefined) {
        results.set(line.number, before);
        if (before.status === 'issued' && this.#options.superseding !== undefined)
          replaced.set(line.number, readReplacement(line).supersedes);
        continue;
      }
      const one = await this.#want(line, how);
      await this.#progress?.saveNowAndThen();
      if ('status' in one) results.set(line.number, one);
      else {
        wanted.push(one);
        if (one.supersedes !== undefined) replaced.set(line.number, one.supersedes);
      }
    }
    const ends: unknown[] = [];
    for (const result of await this.#issue(wanted, ends)) results.set(result.line, result);
    await this.#supersede(results, replaced);
    return { results, ends };
  }

  /** `ends` gets what makes it senseless to go on; the lines it befell have no result and are done another time. */
  async #issue(wanted: readonly Wanted[], ends: unknown[]): Promise<readonly IssueResult[]> {
    const results: IssueResult[] = [];
    const refused = (line: Line, error: unknown): void => {
      if (isEndOfRun(error)) ends.push(error);
      else results.push(this.#refused(line, error));
    };
    const [first] = wanted;
    if (first !== undefined) await this.#issuing.assertReady(first.prepared);
    const intents = await Promise.all(wanted.map((one) => this.#intend(one)));
    const secured: { readonly line: Line; readonly secured: Awaited<ReturnType<Issuing['secure']>> }[] = [];
    for (const [place, intent] of intents.entries()) {
      const { line, prepared } = wanted[place] as Wanted;
      if ('error' in intent) refused(line, intent.error);
      else if (intent.kind === 'known') results.push(issuedBefore(line, intent.record));
      else {
        await setImmediate();
        try {
          secured.push({ line, secured: await this.#issuing.secure(intent.record, prepared) });
        } catch (error) {
          refused(line, error);
        }
        // A signer may take its time, and the batch must be held meanwhile.
        await this.#progress?.saveNowAndThen();
      }
    }
    const kept = await Promise.allSettled(secured.map((one) => this.#issuing.keep(one.secured)));
    for (const [place, outcome] of kept.entries()) {
      const { line, secured: signed } = secured[place] as (typeof secured)[number];
      if (outcome.status === 'rejected' && isEndedElsewhere(outcome.reason)) ends.push(outcome.reason);
      else if (outcome.status === 'rejected') refused(line, outcome.reason);
      else results.push(this.#issued(line, signed.record.credentialId, outcome.value));
    }
    return results;
  }

  /** The intent of a line. A store that others keep busy is asked again for a while. */
  async #intend({
    line,
    prepared,
  }: Wanted): Promise<
    { readonly kind: 'intended' | 'known'; readonly record: IssuanceRecord } | { readonly error: unknown }
  > {
    const { id = '', hold } = this.#progress?.record ?? {};
    const batch = { batch: id, line: line.number, digest: digestOfLine(line), holder: hold?.holder };
    for (let offer = 1; ; offer += 1) {
      try {
        const intent = await this.#issuing.intend(prepared, { batch });
        if (intent.kind === 'intended') return intent;
        if (intent.kind !== 'known')
          return {
            error: new ServiceError('IDEMPOTENCY_KEY_REUSED', 'this line was issued with other content before'),
          };
        if (intent.record.state === 'issued') return intent;
        await this.#close(intent.record);
      } catch (error) {
        const busy = error instanceof ServiceError && error.code === 'UNAVAILABLE';
        if (!busy || offer === MOST_OFFERS) return { error };
        await wait(BETWEEN_OFFERS_MS);
      }
    }
  }

  /** What was replaced is revoked once its replacement is on disk; asked for again, nothing more happens. */
  async #supersede(results: Map<number, IssueResult>, replaced: ReadonlyMap<number, string>): Promise<void> {
    const { superseding } = this.#options;
    if (superseding === undefined) return;
    const due = [...replaced].filter(([number]) => results.get(number)?.status === 'issued');
    const outcomes = await this.#changes.change(
      due.map(([, credentialId]) => ({ credentialId, purpose: 'revocation', set: true, ...superseding })),
    );
    for (const [place, [number, credentialId]] of due.entries()) {
      const outcome = outcomes[place];
      const result = results.get(number);
      if (outcome === undefined || result?.status !== 'issued') continue;
      if ('error' in outcome && isEndOfRun(outcome.error)) throw outcome.error;
      const superseded = 'error' in outcome ? outcome : { credentialId, changed: outcome.changed };
      results.set(number, { ...result, superseded });
    }
  }

  /** What the line asks for, looked at; or why it is refused. */
  async #want(
    line: Line,
    { checked, signing }: { readonly checked: boolean; readonly signing: Promise<Signing> },
  ): Promise<Wanted | IssueResult> {
    try {
      const { credential, supersedes } = await this.#read(line);
      const { instance, regimes, language } = this.#options;
      const given = credential['id'];
      if (!checked) await this.#assertNew(line, given);
      const how = { checked, signing: await signing };
      const prepared = await this.#issuing.prepare(instance, { credential, regimes, language }, how);
      if (prepared.advised.some(isAdviceError)) refuseAdvised(prepared.advised);
      return { line, prepared, supersedes };
    } catch (error) {
      if (isEndOfRun(error)) throw error;
      return this.#refused(line, error);
    }
  }

  async #read(line: Line): Promise<{ readonly credential: JsonObject; readonly supersedes: string | undefined }> {
    if (this.#options.superseding === undefined) return { credential: readLine(line), supersedes: undefined };
    const { supersedes, credential } = readReplacement(line);
    this.#assertOnce(line, `replaces ${supersedes}`, '/supersedes');
    const old = await this.#issuing.requireIssued(this.#options.instance, supersedes).catch((error: unknown) => {
      if (!(error instanceof ServiceError)) throw error;
      throw new ServiceError(error.code, error.message, { pointer: '/supersedes' });
    });
    return { credential: linked(credential, old), supersedes };
  }

  async #assertNew(line: Line, id: unknown): Promise<void> {
    if (typeof id !== 'string') return;
    this.#assertOnce(line, id, '/credential/id');
    const taken = await this.#deps.store.findIssuance(id);
    if (taken === undefined || (taken.state === 'abandoned' && taken.issuer === this.#options.instance.id)) return;
    throw new ServiceError('CONFLICT', 'A credential with this id exists', { pointer: '/credential/id' });
  }

  #assertOnce(line: Line, what: string, pointer: string): void {
    const first = this.#seen.get(what);
    if (first !== undefined && first !== line.number)
      throw new ServiceError('CONFLICT', `line ${first} says the same`, { pointer });
    this.#seen.set(what, line.number);
  }

  /** What earlier runs did with these lines. What they left open is closed. */
  async #knownOf(group: readonly Line[]): Promise<ReadonlyMap<number, BatchLineRecord>> {
    const [first, last] = [group[0]?.number ?? 1, group.at(-1)?.number ?? 1];
    const { record } = this.#progress ?? {};
    if (!this.#known || record === undefined) return new Map();
    const page = { after: first - 1, limit: last - first + 1 };
    const { store } = this.#deps;
    const lines = await store.listBatchLines(record.issuer, record.id, page);
    const open = lines.filter(({ issuance }) => issuance?.state === 'intended');
    if (open.length === 0) return new Map(lines.map((one) => [one.line, one]));
    // Only while the batch is still this run's is whoever began them gone.
    await this.#progress?.save();
    for (const { issuance } of open) if (issuance !== undefined) await this.#close(issuance);
    return new Map((await store.listBatchLines(record.issuer, record.id, page)).map((one) => [one.line, one]));
  }

  /** An intent that an earlier run left open, unless that run ends it at this very moment. */
  async #close(record: IssuanceRecord): Promise<void> {
    await this.#issuing.abandon(record, 'the batch was interrupted').catch((error: unknown) => {
      if (!isEndedElsewhere(error)) throw error;
    });
  }

  #issued(line: Line, credentialId: string, { verifiableCredential, warnings }: IssuedAnswer): IssueResult {
    const answer = { verifiableCredential, warnings: this.#ofLine(warnings) };
    return { line: line.number, status: 'issued', credentialId, answer };
  }

  #refused({ number }: Line, error: unknown): IssueResult {
    if (!(error instanceof ServiceError)) this.#deps.fault(error);
    const whole = this.#options.superseding !== undefined;
    return { line: number, status: 'refused', error: whole ? error : asOfLine(error) };
  }

  #ofLine(findings: readonly Finding[]): readonly Finding[] {
    return this.#options.superseding === undefined ? findingsOfLine(findings) : findings;
  }
}

/** What an earlier run did with this line: issued it, or issued another one in its place. Nothing where it came to no end. */
function doneBefore(line: Line, { digest, issuance }: BatchLineRecord): IssueResult | undefined {
  if (issuance?.state !== 'issued') return undefined;
  if (digest === digestOfLine(line)) return issuedBefore(line, issuance);
  const error = new ServiceError('IDEMPOTENCY_KEY_REUSED', 'this line was issued with other content before');
  return { line: line.number, status: 'refused', error };
}

function issuedBefore({ number }: Line, { credentialId, document, warnings }: IssuanceRecord): IssueResult {
  const answer = { verifiableCredential: document, warnings: findingsOfLine(warnings as unknown as Finding[]) };
  return { line: number, status: 'issued', credentialId, answer };
}

/** What is remembered of a line that is told only if another one turns out bad. */
function brief(result: IssueResult): IssueResult {
  const { line, status } = result;
  if (status === 'issued') return { line, status, credentialId: result.credentialId };
  return status === 'valid' ? { line, status } : result;
}
