/** T1: what Article 7 of the Battery Regulation asks of a footprint, as far as a claim can say it. */
import { isNegative } from '../../formats/decimal.ts';
import { amountAt, figureAt, isAtMost, isSame, sum } from '../figures.ts';
import { objectAt, textAt } from '../member.ts';
import { broken, metUnless, type Rule, type RuleFinding } from '../rule.ts';

const STAGES = ['raw', 'production', 'distribution', 'endOfLife'];

/** Runs under `eu-battery-art7`, and wherever a claim says that it has the battery profile. */
export const T1: Rule = {
  id: 'T1',
  group: 'battery',
  severity: 'E',
  regimes: 'all',
  source: 'Reg. (EU) 2023/1542, Art. 7(1)(a)-(g)',
  onClaim: ({ claim, regime }) => {
    const wanted = regime.kind === 'eu-battery-art7' || textAt(claim.subject, 'profile') === 'eu-battery';
    if (!wanted) return [];
    const subject = claim.id;
    const battery = objectAt(claim.subject, 'battery');
    if (battery === undefined) return [broken('T1.absent', { subject })];
    const found: RuleFinding[] = [];
    const total = figureAt(battery, 'carbonFootprintPerKWh');
    const stages = STAGES.map((stage) => figureAt(battery, 'stages', stage));
    if (stages.includes(undefined) || !isSame(sum(stages), total)) {
      found.push(broken('T1.stages', { subject }));
    }
    if (total !== undefined && isNegative(total)) found.push(broken('T1.stages', { subject }));
    if (isAtMost(amountAt(battery, 'totalEnergyKWh'), '0')) found.push(broken('T1.energy', { subject }));
    if (textAt(claim.subject, 'boundary') !== 'cradle-to-grave-excl-use')
      found.push(broken('T1.boundary', { subject }));
    if (!textAt(battery, 'modelId') || !textAt(battery, 'plant', 'name')) found.push(broken('T1.plant', { subject }));
    if (!textAt(battery, 'docId')) found.push(broken('T1.declaration', { subject }));
    return metUnless(found, { subject });
  },
};
