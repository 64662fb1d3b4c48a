import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

export interface Row {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is held against, measured in the same run. */
  readonly baseline?: { readonly name: string; readonly value: number };
  /** The mark the project set itself, as a text to read beside the ratio. */
  readonly mark?: string;
  readonly met?: boolean;
  readonly note?: string;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Nearest-rank percentile; NaN for no values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

export function ratio(row: Row): number | undefined {
  return row.baseline === undefined ? undefined : row.value / row.baseline.value;
}

export function printTable(rows: readonly Row[]): void {
  const lines = rows.map((row) => [
    row.figure,
    `${format(row.value)} ${row.unit}`,
    row.baseline === undefined ? '' : `${format(row.baseline.value)} (${row.baseline.name})`,
    ratio(row) === undefined ? '' : `× ${format(ratio(row) ?? 0)}`,
    row.mark === undefined ? '' : `${row.mark}: ${row.met === true ? 'met' : 'MISSED'}`,
    row.note ?? '',
  ]);
  const head = ['figure', 'measured', 'baseline, same run', 'ratio', 'mark', ''];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of [head, widths.map((width) => '-'.repeat(width)), ...lines]) {
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

export function writeJson(file: string, rows: readonly Row[]): void {
  const machine = { cpus: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.version };
  const measured = rows.map((row) => ({ ...row, ratio: ratio(row) }));
  writeFileSync(
    file,
    `${JSON.stringify({ at: new Date().toISOString(), machine, rows: measured }, null, 2)}\n`,
  );
}

function format(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
