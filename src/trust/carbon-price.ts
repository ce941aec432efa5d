/** What a result shows of a carbon price paid abroad. It recognises nothing: no rule reads it, and no result depends on it. */
import { CLOCK_SKEW_MS } from '../credentials/validity-period.ts';
import { canonical, isDecimal, isNegative, subtract } from '../formats/decimal.ts';
import type { Candidate } from './candidate.ts';
import type { Case } from './case.ts';
import { checkInForce } from './in-force.ts';
import { textAt, wordAt } from './member.ts';
import { checkKnown } from './rules/identity.ts';
import { supersededBy } from './rules/links.ts';

/**
 * Certificates on this very claim that hold at the instant asked about, by somebody who is known and who is not the claimant. What is
 * in doubt is not shown. By id.
 */
export function pricesPaid(given: Case): readonly Candidate[] {
  const { evidence, claim, regime, at } = given;
  if (regime.kind !== 'eu-cbam') return [];
  return evidence.ofType('CarbonPricePaid').filter((price) => {
    const independent = price.issuer !== claim.issuer && price.issuer !== textAt(claim.subject, 'operator', 'id');
    const here = evidence.targetOf(price.subject['claim'])?.id === claim.id && price.validFrom >= claim.validFrom;
    if (price.compromise?.own !== undefined) return false;
    if (!independent || !here || netOf(price) === undefined || supersededBy(evidence, price) !== undefined)
      return false;
    const inForce = checkInForce(price, regime, { at, now: at, skew: CLOCK_SKEW_MS });
    return inForce.every(({ outcome }) => outcome === 'passed') && checkKnown(given, price.issuer).outcome === 'passed';
  });
}

/** Figures of the one certificate; of several only how many, since they may cover the same emissions and are not to be added. */
export function priceValues(prices: readonly Candidate[]): Readonly<Record<string, string>> {
  const [price, ...more] = prices;
  if (price === undefined) return {};
  if (more.length > 0) return { carbonPricePaidCertificates: String(prices.length) };
  const covered = textAt(price.subject, 'emissionsCovered', 'value');
  return {
    carbonPricePaidCertificates: '1',
    carbonPricePaidNet: netOf(price) ?? '0',
    carbonPricePaidCurrency: wordAt(price.subject, 'amount', 'currency'),
    ...(isDecimal(covered) ? { carbonPricePaidEmissionsCovered: canonical(covered) } : {}),
  };
}

/** Effectively paid, Reg. (EU) 2023/956, Art. 9; nothing for what is no such amount. */
function netOf({ subject }: Candidate): string | undefined {
  const amount = textAt(subject, 'amount', 'value');
  const rebates = textAt(subject, 'rebates', 'value') ?? '0';
  if (!isDecimal(amount) || !isDecimal(rebates) || isNegative(rebates)) return undefined;
  const net = subtract(amount, rebates);
  return isNegative(net) ? undefined : net;
}
