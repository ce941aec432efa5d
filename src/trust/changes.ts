/** What became different between two evaluations of the same question: what a relying party has to hear of, and nothing else. Pure. */
import type { RegimeResult, Result, RuleResult } from './evaluation.ts';
import { sortedSet } from './order.ts';

/** One regime, before and after. `null`: it was not judged. */
export interface RegimeChange {
  readonly before: Result | null;
  readonly after: Result | null;
  /** Ids of rules that are not met, or that nobody could judge, and were not so before. */
  readonly failing: readonly string[];
  /** Ids of rules that were so before and no longer are. */
  readonly passing: readonly string[];
  /** Ids of the credentials that these findings are about. */
  readonly credentials: readonly string[];
  /** Present where other conditions are open than before. */
  readonly conditionsChanged?: true;
}

type Results = Readonly<Record<string, RegimeResult>>;

/**
 * The regimes whose result, open conditions or findings of severity E or W are others than before; none when nothing matters.
 * Notes, figures and the choice among paths of equal worth are no change.
 */
export function compareResults(before: Results, after: Results): Readonly<Record<string, RegimeChange>> {
  const changes = sortedSet([...Object.keys(before), ...Object.keys(after)]).flatMap((regime) => {
    const change = compareRegime(before[regime], after[regime]);
    return change === undefined ? [] : [[regime, change] as const];
  });
  return Object.fromEntries(changes);
}

/** Whether nothing changed but that answers became undetermined: a host that is down for a moment is enough for that. */
export function isOnlyDoubt(changes: Readonly<Record<string, Pick<RegimeChange, 'after'>>>): boolean {
  const after = Object.values(changes).map((change) => change.after);
  return after.length > 0 && after.every((result) => result === 'UNDETERMINED');
}

function compareRegime(before: RegimeResult | undefined, after: RegimeResult | undefined): RegimeChange | undefined {
  const [old, now] = [troublesOf(before), troublesOf(after)];
  const begun = [...now].filter(([key]) => !old.has(key)).map(([, rule]) => rule);
  const ended = [...old].filter(([key]) => !now.has(key)).map(([, rule]) => rule);
  const conditionsChanged = conditionsOf(before) !== conditionsOf(after);
  if (before?.result === after?.result && begun.length === 0 && ended.length === 0 && !conditionsChanged)
    return undefined;
  const still = new Set([...now.values()].map(({ id }) => id));
  return {
    before: before?.result ?? null,
    after: after?.result ?? null,
    failing: sortedSet(begun.map(({ id }) => id)),
    passing: sortedSet(ended.map(({ id }) => id).filter((id) => !still.has(id))),
    credentials: sortedSet([...[...begun, ...ended].flatMap(aboutCredentials), ...brokenLink(before, after)]),
    ...(conditionsChanged ? { conditionsChanged } : {}),
  };
}

/** Findings that keep a result from being ACCEPT, told apart by rule, subject and kind. */
function troublesOf(result: RegimeResult | undefined): ReadonlyMap<string, RuleResult> {
  const troubles = (result?.rules ?? []).filter(
    ({ outcome, severity }) => severity !== 'N' && (outcome === 'failed' || outcome === 'undetermined'),
  );
  return new Map(troubles.map((rule) => [JSON.stringify([rule.id, rule.subject, rule.outcome, rule.severity]), rule]));
}

function aboutCredentials(rule: RuleResult): readonly string[] {
  const own = rule.subject?.startsWith('urn:uuid:') === true ? [rule.subject] : [];
  return [...own, ...(rule.causes ?? []).filter(({ outcome }) => outcome !== 'passed').flatMap(aboutCredentials)];
}

/** The credential at the first broken link, where it is another one than before or there was none. */
function brokenLink(before: RegimeResult | undefined, after: RegimeResult | undefined): readonly string[] {
  const links = [before?.nearestMiss?.link.credential, after?.nearestMiss?.link.credential];
  return links[0] === links[1] ? [] : links.filter((id) => id !== undefined);
}

function conditionsOf(result: RegimeResult | undefined): string {
  return JSON.stringify(sortedSet(result?.conditions ?? []));
}
