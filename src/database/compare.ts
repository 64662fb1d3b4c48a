import { compareDays, exampleRows, type Pair } from './compare-sql.js';
import type { CompareOptions, Comparison, DayComparison, DifferingRow } from './comparison.js';
import type { RowReader } from './row-reader.js';
import { readShapes, type GenerationTables, type TableShape } from './table-shape.js';

/**
 * What differs between two generations of a projection, by day and measure: checksums of every row, so that a difference
 * shows where totals agree. Ask in one snapshot, or two moments are compared. Reads both once and keeps one line a day.
 */
export async function compareGenerations(
  reader: RowReader,
  served: GenerationTables,
  candidate: GenerationTables,
  options: CompareOptions = {},
): Promise<Comparison> {
  const [old, young] = [await readShapes(reader, served), await readShapes(reader, candidate)];
  if (!old.has('main') || !young.has('main')) throw new Error(`a table of ${served.projection} is gone`);
  const days: DayComparison[] = [];
  const examples: DifferingRow[] = [];
  const unlike = new Set<string>();
  for (const name of [...old.keys()].filter((each) => young.has(each))) {
    if (name !== 'main' && options.members === false) continue;
    const pair = pairOf(name, [old.get(name), served], [young.get(name), candidate]);
    if (name === 'main') pair.unlike.forEach((column) => unlike.add(column));
    // Members of rows with other keys are others, and rows without a common measure have nothing to add up.
    if (!pair.sameKeys && (name !== 'main' || pair.measures.length === 0)) continue;
    const found = await compareDays(reader, pair, options);
    days.push(...found);
    if (!pair.sameKeys) continue;
    const differing = [...new Set(found.filter((each) => each.differs).map((each) => each.day))];
    for (const day of differing.slice(0, options.exampleDays ?? 3))
      examples.push(...(await exampleRows(reader, pair, day, options)));
  }
  return { days: days.sort(byDay), examples, unlike: [...unlike].sort() };
}

type Side = readonly [shape: TableShape | undefined, tables: GenerationTables];

function pairOf(name: string, [a, served]: Side, [b, candidate]: Side): Pair & { unlike: string[] } {
  if (!a || !b) throw new Error(`no tables of ${served.projection} to compare`);
  const keys = common(names(a.keys), names(b.keys));
  const sameKeys = keys.length === Math.max(a.keys.length, b.keys.length);
  // Rows of other keys can only be compared by what they add up to.
  const addsUp = (measure: string) =>
    [a, b].every((shape) => shape.measures.some((m) => m.name === measure && m.total && !m.members));
  const [mine, other] = [all(a), all(b)];
  return {
    label: name === 'main' ? 'rows' : `${name} members`,
    sides: [
      { shape: a, tables: served },
      { shape: b, tables: candidate },
    ],
    sameKeys,
    keys,
    measures: common(names(a.measures), names(b.measures)).filter((each) => sameKeys || addsUp(each)),
    unlike: [
      ...mine.filter((each) => !other.includes(each)),
      ...other.filter((each) => !mine.includes(each)),
    ],
  };
}

const names = (columns: readonly { readonly name: string }[]) => columns.map((each) => each.name);
const all = (shape: TableShape) => [...names(shape.keys), ...names(shape.measures)];
const common = (some: readonly string[], others: readonly string[]) =>
  some.filter((each) => others.includes(each));

function byDay(a: DayComparison, b: DayComparison): number {
  return (a.day ?? '') < (b.day ?? '') ? -1 : Number((a.day ?? '') > (b.day ?? ''));
}
