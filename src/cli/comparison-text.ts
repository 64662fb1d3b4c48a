import type { Comparison, DayComparison, DifferingRow } from '#database/comparison.js';

import { count, table } from './text.js';

const MOST_LINES = 40;

/** What differs, for a terminal; says plainly that nothing does. */
export function describeComparison(comparison: Comparison, served: string, candidate: string): string {
  const { days, examples, unlike } = comparison;
  const differing = days.filter((each) => each.differs);
  const dayCount = new Set(days.map((each) => each.day)).size;
  const lines: string[] = [];
  if (unlike.length > 0) lines.push(`Only one of the two has: ${unlike.join(', ')}; that is not compared.`);
  if (differing.length === 0) {
    lines.push(`0 differences between ${served} and ${candidate}, in ${count(dayCount)} days.`);
    return lines.join('\n');
  }
  const differingDays = new Set(differing.map((each) => each.day)).size;
  lines.push(
    `${served} and ${candidate} differ in ${count(differingDays)} of ${count(dayCount)} days:`,
    table(['day', 'measure', 'served', 'new', 'change'], differing.slice(0, MOST_LINES).map(line)),
  );
  if (differing.length > MOST_LINES) lines.push(`… and ${count(differing.length - MOST_LINES)} more lines.`);
  lines.push('', 'For example:', ...examples.map(example));
  return lines.join('\n');
}

function line({ day, measure, served, candidate }: DayComparison): string[] {
  const change = (candidate ?? 0) - (served ?? 0);
  const signed = change > 0 ? `+${count(change)}` : count(change);
  return [
    day ?? '-',
    measure,
    served === null ? '-' : count(served),
    candidate === null ? '-' : count(candidate),
    change === 0 ? 'rows differ' : signed,
  ];
}

function example({ site, of, key, served, candidate }: DifferingRow): string {
  const where = [...Object.entries(key)].map(([name, value]) => `${name} ${text(value)}`).join(', ');
  const what = of === 'rows' ? '' : ` (${of})`;
  return `  ${site}, ${where}${what}: ${values(served)} -> ${values(candidate)}`;
}

function values(row: Readonly<Record<string, unknown>> | null): string {
  if (row === null) return 'no row';
  const entries = Object.entries(row);
  return entries.length === 0 ? 'a row' : entries.map(([name, value]) => `${name} ${text(value)}`).join(' ');
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
