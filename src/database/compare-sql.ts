import type { CompareOptions, DayComparison, DifferingRow } from './comparison.js';
import type { RowReader } from './row-reader.js';
import { qualified, type Column, type GenerationTables, type TableShape } from './table-shape.js';

/** The same table of two generations, and what can be compared of it. */
export interface Pair {
  readonly label: string;
  readonly sides: readonly [Side, Side];
  readonly sameKeys: boolean;
  /** Columns that both have. */
  readonly keys: readonly string[];
  readonly measures: readonly string[];
}

interface Side {
  readonly shape: TableShape;
  readonly tables: GenerationTables;
}

/** Text of a statement and its values, which are numbered as they come. */
class Values {
  readonly list: unknown[] = [];

  add(value: unknown): string {
    this.list.push(value);
    return `$${this.list.length}`;
  }
}

const NUMBER = /^(smallint|integer|bigint|numeric)/;
const EXAMPLES_A_DAY = 3;

/** Every day and measure of both sides, with whether the checksums of the day's rows differ. */
export async function compareDays(
  reader: RowReader,
  pair: Pair,
  options: CompareOptions,
): Promise<DayComparison[]> {
  const values = new Values();
  const figures = figuresOf(pair);
  const side = (one: Side) => `SELECT ${dayOf(one.shape)} AS day, ${figures
    .map((each, i) => `${each.total(one)} AS t${i}, ${each.check(one)} AS c${i}`)
    .join(', ')}
    FROM ${source(one, values, options)} GROUP BY 1`;
  const [a, b] = pair.sides;
  const rows = await reader.query<Readonly<Record<string, unknown>> & { day: string }>(
    `WITH a AS (${side(a)}), b AS (${side(b)})
     SELECT coalesce(a.day, b.day) AS day, ${figures
       .map((_, i) => `a.t${i} AS a${i}, b.t${i} AS b${i}, a.c${i} IS DISTINCT FROM b.c${i} AS d${i}`)
       .join(', ')}
     FROM a FULL JOIN b USING (day) ORDER BY 1`,
    values.list,
  );
  return rows.flatMap((row) =>
    figures.map(({ measure }, i) => ({
      day: row.day === '' ? null : row.day,
      measure,
      served: row[`a${i}`] as number | null,
      candidate: row[`b${i}`] as number | null,
      differs: row[`d${i}`] as boolean,
    })),
  );
}

/** A few rows of one day that are not the same in both. */
export async function exampleRows(
  reader: RowReader,
  pair: Pair,
  day: string | null,
  { siteId }: CompareOptions,
): Promise<DifferingRow[]> {
  const values = new Values();
  const only = day === null ? { siteId } : { siteId, from: day, to: day };
  const names = [...pair.keys, ...measureColumns(pair)];
  const side = (one: Side) => `SELECT r.site_id, true AS present, ${names
    .map((name) => `${alike(pair, one, name)} AS ${qualified(undefined, name)}`)
    .join(', ')}
    FROM ${source(one, values, only)}`;
  const [a, b] = pair.sides;
  const keys = pair.keys.map((name) => qualified(undefined, name));
  const object = (alias: string, columns: readonly string[]) =>
    `json_build_object(${columns.map((name) => `'${name}', ${alias}${qualified(undefined, name)}`).join(', ')})`;
  const unequal = measureColumns(pair).map((name) => {
    const column = qualified(undefined, name);
    return ` OR a.${column} IS DISTINCT FROM b.${column}`;
  });
  const rows = await reader.query<Omit<DifferingRow, 'day' | 'of'>>(
    `WITH a AS (${side(a)}), b AS (${side(b)})
     SELECT s.name AS site, ${object('', pair.keys)} AS key,
       CASE WHEN a.present THEN ${object('a.', pair.measures)} END AS served,
       CASE WHEN b.present THEN ${object('b.', pair.measures)} END AS candidate
     FROM a FULL JOIN b USING (${['site_id', ...keys].join(', ')}) JOIN site s ON s.id = site_id
     WHERE a.present IS NULL OR b.present IS NULL${unequal.join('')}
     ORDER BY ${['s.name COLLATE "C"', ...keys].join(', ')} LIMIT ${EXAMPLES_A_DAY}`,
    values.list,
  );
  return rows.map(({ site, key, served, candidate }) => ({
    day,
    site,
    of: pair.label,
    key,
    served,
    candidate,
  }));
}

interface Figure {
  readonly measure: string;
  total(side: Side): string;
  check(side: Side): string;
}

function figuresOf(pair: Pair): Figure[] {
  const checksum = (side: Side, columns: readonly string[]) =>
    `sum(hash_record_extended(ROW(${['r.site_id', ...columns.map((name) => alike(pair, side, name))].join(', ')}), 0))`;
  const count = () => 'count(*)::float8';
  const rows: Figure = {
    measure: pair.label,
    total: count,
    // The measures' checksums hold the keys too.
    check: (side) => (pair.measures.length > 0 ? count() : checksum(side, pair.keys)),
  };
  const measures = pair.measures.map((measure): Figure => {
    const sum = (side: Side) => (addsUp(side, measure) ? `sum(t.${qualified(undefined, measure)})` : 'NULL');
    return {
      measure,
      total: (side) => `${sum(side)}::float8`,
      check: (side) =>
        pair.sameKeys ? checksum(side, [...pair.keys, measure, ...rankOf(pair, measure)]) : sum(side),
    };
  });
  return pair.sameKeys ? [rows, ...measures] : measures;
}

function addsUp({ shape }: Side, measure: string): boolean {
  return shape.measures.some(({ name, total, type }) => name === measure && total && NUMBER.test(type));
}

function measureColumns(pair: Pair): string[] {
  return pair.measures.flatMap((measure) => [measure, ...rankOf(pair, measure)]);
}

/** Where a first or last value came from is compared with it, if both know. */
function rankOf({ sides }: Pair, measure: string): readonly string[] {
  const [a, b] = sides.map(({ shape }) => shape.measures.find((each) => each.name === measure)?.rank ?? []);
  return a && b && b.length > 0 ? a : [];
}

/** The column in a form in which both sides' values can be compared. */
function alike({ sides }: Pair, { shape }: Side, name: string): string {
  const [a, b] = sides.map((side) => typeOf(side.shape, name));
  const column = `t.${qualified(undefined, name)}`;
  if (a === b || typeOf(shape, name) === undefined) return column;
  return NUMBER.test(a ?? '') && NUMBER.test(b ?? '') ? `${column}::numeric` : `${column}::text`;
}

function typeOf(shape: TableShape, name: string): string | undefined {
  const columns: readonly Column[] = [...shape.keys, ...shape.measures];
  return columns.find((each) => each.name === name)?.type;
}

/** As text, '' for none, so that the days of two sides can be joined. */
function dayOf({ dayKey }: TableShape): string {
  if (!dayKey) return `''`;
  const column = `t.${qualified(undefined, dayKey.name)}`;
  return dayKey.type === 'date' ? `${column}::text` : `(${column} AT TIME ZONE 'UTC')::date::text`;
}

function source({ shape, tables }: Side, values: Values, { siteId, from, to }: CompareOptions): string {
  const { schema, generationId } = tables;
  const parts = [
    `${shape.table} t JOIN ${qualified(schema, 'row_set')} r
       ON r.row_set = t.row_set AND r.generation_id = ${values.add(generationId)}`,
  ];
  if (siteId !== undefined) parts.push(`JOIN site s ON s.id = r.site_id AND s.name = ${values.add(siteId)}`);
  const { dayKey } = shape;
  if (!dayKey) return parts.join(' ');
  const column = `t.${qualified(undefined, dayKey.name)}`;
  const edge = (day: string, later: number) =>
    dayKey.type === 'date'
      ? `${values.add(day)}::date + ${later}`
      : `(${values.add(day)}::date + ${later})::timestamp AT TIME ZONE 'UTC'`;
  const bounds = [
    ...(from === undefined ? [] : [`${column} >= ${edge(from, 0)}`]),
    ...(to === undefined ? [] : [`${column} < ${edge(to, 1)}`]),
  ];
  return [...parts, ...(bounds.length > 0 ? [`WHERE ${bounds.join(' AND ')}`] : [])].join(' ');
}
