/** Every rule there is, in the order in which reports list them. docs/rules.md is generated from this table and the message files. */
import type { MessageKey } from '../messages/message.ts';
import { formatMessage } from '../messages/message.ts';
import { BUILT_IN_REGIMES, type BuiltInRegime } from '../regimes/regime.ts';
import type { Rule } from '../rule.ts';
import { C1, C2, C3, C4, C5 } from './accreditation.ts';
import { B12 } from './allocations.ts';
import { A1, A2, A3, A4 } from './arithmetic.ts';
import { T1 } from './battery.ts';
import { B1, B2, B3, B4, B5, B6, B14 } from './cbam.ts';
import { B8, B9, B10, B11 } from './cbam-report.ts';
import { I1, I2 } from './identity.ts';
import { B13 } from './lead-auditor.ts';
import { L1, L2, L3, L4, L5, RELIANCE } from './links.ts';
import { B7 } from './precursors.ts';
import { P1, P2 } from './privacy.ts';
import { R1, R2, R3, R4, R5 } from './recognition.ts';
import { V1, V2, V3, V4, V5, V6, V7 } from './statement.ts';
import { S1, S2, S3 } from './structure.ts';
import { TIME_ARRANGEMENT, TIME_CLAIM, TIME_DECISION, TIME_STATEMENT } from './time.ts';
import { A5, A6, A7 } from './worksheet.ts';

export const RULES: readonly Rule[] = [
  ...[S1, S2, S3],
  ...[L1, L2, L3, L4, L5, RELIANCE],
  ...[I1, I2],
  ...[TIME_CLAIM, TIME_STATEMENT, TIME_DECISION, TIME_ARRANGEMENT],
  ...[A1, A2, A3, A4, A5, A6, A7],
  ...[V1, V2, V3, V4, V5, V6, V7],
  ...[C1, C2, C3, C4, C5],
  ...[R1, R2, R3, R4, R5],
  ...[B1, B2, B3, B4, B5, B6, B7, B8, B9, B10, B11, B12, B13, B14],
  T1,
  ...[P1, P2],
];

const ORDER: ReadonlyMap<string, number> = new Map(RULES.map((rule, index) => [rule.id, index]));

export function orderOfRule(id: string): number {
  return ORDER.get(id) ?? RULES.length;
}

export interface RuleRow {
  readonly id: MessageKey;
  readonly group: string;
  readonly severity: string;
  readonly regimes: string;
  readonly source: string;
  readonly en: string;
  readonly ko: string;
}

/** The rows of docs/rules.md. */
export function ruleRows(): readonly RuleRow[] {
  return RULES.map(({ id, group, severity, also = [], regimes, source }) => ({
    id,
    group,
    severity: [severity, ...also].join('/'),
    regimes: regimes === 'all' ? 'all' : regimes.join(', '),
    source,
    en: formatMessage(id, {}, 'en'),
    ko: formatMessage(id, {}, 'ko'),
  }));
}

/** Well-formedness alone: no statement, no path (docs/domain.md, section 7). */
const EXCHANGE_GROUPS = ['structure', 'links', 'arithmetic', 'time'];

const BY_REGIME = Object.fromEntries(BUILT_IN_REGIMES.map((kind) => [kind, selectRules(kind)])) as Readonly<
  Record<BuiltInRegime, readonly Rule[]>
>;

/** The rules of a built-in regime, in the order of the table. */
export function rulesOf(kind: BuiltInRegime): readonly Rule[] {
  return BY_REGIME[kind];
}

function selectRules(kind: BuiltInRegime): readonly Rule[] {
  if (kind === 'pact-exchange') return RULES.filter((rule) => EXCHANGE_GROUPS.includes(rule.group));
  return RULES.filter((rule) => rule.regimes === 'all' || rule.regimes.includes(kind));
}
