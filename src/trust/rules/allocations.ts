/** B12: what an operator gave to buyers is no more than what was verified (docs/domain.md, section 3.7). */
import { CLOCK_SKEW_MS } from '../../credentials/validity-period.ts';
import { add, compare, equal, isNegative } from '../../formats/decimal.ts';
import { jcs } from '../../formats/jcs.ts';
import type { Candidate } from '../candidate.ts';
import type { StatementCase } from '../case.ts';
import { amountAt, figureAt, sum } from '../figures.ts';
import { checkInForce, checkKeys } from '../in-force.ts';
import { objectAt, objectsAt, wordAt } from '../member.ts';
import type { MessageKey } from '../messages/message.ts';
import { broken, doubtful, met, missing, type Rule, type RuleFinding } from '../rule.ts';
import { goodsOf, isSameReport } from './cbam.ts';
import { supersededBy } from './links.ts';

export const B12: Rule = {
  id: 'B12',
  group: 'cbam',
  severity: 'W',
  regimes: ['eu-cbam'],
  source: 'domain.md, section 3.7 (ShipmentAllocation)',
  onStatement: (given) => {
    const cnCodes = [...new Set(goodsOf(given).map((good) => wordAt(good, 'cnCode')))];
    if (cnCodes.length === 0) return [];
    const shares = sharesOf(given);
    if (shares.length === 0) return [missing('B12.allocations', { subject: given.statement.id })];
    given.relyOn(shares.map(({ credential }) => credential));
    return cnCodes.flatMap((cnCode) =>
      judgeGood(
        given,
        cnCode,
        shares.filter((share) => share.cnCode === cnCode),
      ),
    );
  },
};

/** One allocation that counts at the instant asked about. */
interface Share {
  readonly credential: Candidate;
  readonly cnCode: string;
  readonly mass: string;
  readonly buyer: string;
  readonly sequence: string | undefined;
  readonly runningTotal: string | undefined;
  /** Whether it is known to be in force, and by a key that is believed; else it counts only against the operator. */
  readonly settled: boolean;
  /** Whether it counts against the operator for certain: as `settled`, whosever hands the key was in. */
  readonly certain: boolean;
}

/** Allocations by the operator for this installation and year, each once, however often and in whatever form it was shown. */
function sharesOf(given: StatementCase): readonly Share[] {
  const { evidence } = given;
  const shares = new Map<string, Share>();
  for (const credential of evidence.ofType('ShipmentAllocation')) {
    if (!belongsHere(given, credential)) continue;
    const replaced = standingOfNewer(given, credential);
    const own = standingOf(given, credential);
    if (own === 'fallen' || replaced === 'good') continue;
    const { subject } = credential;
    const mass = amountAt(subject, 'netMass', 'value');
    shares.set(evidence.linkDigestOf(credential), {
      credential,
      cnCode: wordAt(subject, 'cnCode'),
      // Nothing can be taken back by a mass below zero.
      mass: isNegative(mass) ? '0' : mass,
      buyer: jcs(objectAt(subject, 'buyer') ?? null),
      sequence: figureAt(subject, 'sequence'),
      runningTotal: figureAt(subject, 'runningTotal'),
      settled: own === 'good' && replaced === 'fallen' && checkKeys(credential).length === 0,
      certain: own === 'good' && replaced === 'fallen',
    });
  }
  return [...shares.values()];
}

/** A statement on the same installation and year serves as well: a revised report does not make the goods twice. */
function belongsHere({ evidence, claim, statement }: StatementCase, allocation: Candidate): boolean {
  if (allocation.issuer !== claim.issuer) return false;
  const target = evidence.targetOf(allocation.subject['statement']);
  if (target === undefined || target.validFrom > allocation.validFrom) return false;
  if (target.id === statement.id) return true;
  const other = evidence.targetOf(target.subject['claim']);
  return other?.issuer === claim.issuer && isSameReport(claim, other);
}

type Standing = 'good' | 'fallen' | 'doubtful';

function standingOf(given: StatementCase, credential: Candidate): Standing {
  const outcomes = checkInForce(credential, given.regime, instantOf(given)).map((finding) => finding.outcome);
  if (outcomes.includes('failed')) return 'fallen';
  return outcomes.includes('undetermined') ? 'doubtful' : 'good';
}

/** Whether another allocation takes the place of this one; while that is in doubt, both count against the operator. */
function standingOfNewer(given: StatementCase, allocation: Candidate): Standing {
  const newer = supersededBy(given.evidence, allocation);
  if (newer === undefined) return 'fallen';
  const standing = standingOf(given, newer);
  return standing === 'good' && checkKeys(newer).length > 0 ? 'doubtful' : standing;
}

function instantOf({ at }: StatementCase) {
  return { at, now: at, skew: CLOCK_SKEW_MS };
}

function judgeGood(given: StatementCase, cnCode: string, shares: readonly Share[]): readonly RuleFinding[] {
  const about = (message: MessageKey, more: Readonly<Record<string, string>> = {}) =>
    [message, { subject: cnCode, params: { cnCode, ...more } }] as const;
  if (shares.length === 0) return [missing(...about('B12.allocations'))];
  const verified = verifiedQuantity(given, cnCode);
  const settled = shares.filter((share) => share.settled);
  const certain = shares.filter((share) => share.certain);
  const found = [...checkSeries(certain).map(([key, params]) => broken(...about(key, params)))];
  const allocated = sum(certain.map(({ mass }) => mass));
  const imported = importedMass(given, cnCode);
  if (imported !== undefined && compare(imported, largestShareOfOneBuyer(settled)) > 0) {
    found.push(broken(...about('B12.import', { imported, allocated: largestShareOfOneBuyer(settled) })));
  }
  if (verified.state === 'known') {
    const { quantity } = verified;
    if (furthest(certain, allocated).some((total) => compare(total, quantity) > 0)) {
      found.push(broken(...about('B12.more-than-made')));
    } else if (furthest(shares, sum(shares.map(({ mass }) => mass))).some((total) => compare(total, quantity) > 0)) {
      found.push(doubtful(...about('B12.status')));
    }
  }
  if (found.length > 0) return found;
  if (verified.state !== 'known') return [missing(...about(verified.message))];
  return [isComplete(shares) ? met({ subject: cnCode }) : missing(...about('B12.allocations'))];
}

/** What must not exceed the quantity: the masses in hand, and every running total, which tells of masses that are not. */
function furthest(shares: readonly Share[], masses: string): readonly string[] {
  return [masses, ...shares.map(({ runningTotal }) => runningTotal ?? '0')];
}

type Verified =
  | { readonly state: 'known'; readonly quantity: string }
  | { readonly state: 'unknown'; readonly message: MessageKey };

/** In tonnes, as the statement repeats it or else as the claim discloses it; masses compare with nothing else. */
function verifiedQuantity(given: StatementCase, cnCode: string): Verified {
  const goods = goodsOf(given).filter((good) => good['cnCode'] === cnCode);
  if (goods.some((good) => good['functionalUnit'] !== 't')) return { state: 'unknown', message: 'B12.unit' };
  const checked = objectsAt(given.statement.subject, 'checkedValues').find(
    (entry) => entry['metric'] === 'quantity' && entry['cnCode'] === cnCode && entry['unit'] === 't',
  );
  const stated = figureAt(checked, 'value');
  if (stated !== undefined) return { state: 'known', quantity: stated };
  const quantities = goods.map((good) => figureAt(good, 'quantity')).filter((figure) => figure !== undefined);
  if (quantities.length < goods.length) return { state: 'unknown', message: 'B12.quantity' };
  return { state: 'known', quantity: add(...quantities) };
}

/** What contradicts itself among allocations whose place in the series is stated. */
function checkSeries(shares: readonly Share[]): readonly (readonly [MessageKey, Readonly<Record<string, string>>])[] {
  const placed = inSeries(shares);
  const twice = placed.find((share, index) => placed[index + 1]?.sequence === share.sequence);
  if (twice !== undefined) return [['B12.sequence-twice', { sequence: twice.sequence }]];
  let before = '0';
  for (const [index, { sequence, mass, runningTotal }] of placed.entries()) {
    const upToHere = add(before, mass);
    if (runningTotal !== undefined) {
      // Up to here nothing is missing, so the total is known; else it can only be too small for what is in hand.
      const whole = sequence === String(index + 1);
      const follows =
        placed[index - 1]?.sequence === predecessor(sequence) ? placed[index - 1]?.runningTotal : undefined;
      const unlike = follows !== undefined && !equal(add(follows, mass), runningTotal);
      if (unlike || (whole ? !equal(runningTotal, upToHere) : compare(runningTotal, upToHere) < 0)) {
        return [['B12.running-total', { sequence, runningTotal }]];
      }
    }
    before = upToHere;
  }
  return [];
}

type Placed = Share & { readonly sequence: string };

function inSeries(shares: readonly Share[]): readonly Placed[] {
  return shares
    .filter((share): share is Placed => share.sequence !== undefined)
    .sort((a, b) => compare(a.sequence, b.sequence));
}

function predecessor(sequence: string): string {
  return add(sequence, '-1');
}

/** 1 to n without a gap, each with a running total: as much as a series can show of itself. That there is no n + 1 nobody can show. */
function isComplete(shares: readonly Share[]): boolean {
  const placed = inSeries(shares);
  return (
    placed.length === shares.length &&
    placed.every(
      ({ sequence, runningTotal, settled }, index) =>
        settled && runningTotal !== undefined && sequence === String(index + 1),
    )
  );
}

/** Tonnes of this good in the import asked about; nothing when it is asked in another unit or about another good. */
function importedMass(given: StatementCase, cnCode: string): string | undefined {
  const { import: imported } = given;
  if (imported?.cnCode !== cnCode || imported.netMass.unit !== 't') return undefined;
  return imported.netMass.value;
}

/** An importer is one buyer; which of several it is, nothing here says. */
function largestShareOfOneBuyer(shares: readonly Share[]): string {
  const byBuyer = new Map<string, string>();
  for (const { buyer, mass } of shares) byBuyer.set(buyer, add(byBuyer.get(buyer) ?? '0', mass));
  return [...byBuyer.values()].reduce((most, mass) => (compare(mass, most) > 0 ? mass : most), '0');
}
