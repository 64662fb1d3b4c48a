import { expect, test } from 'vitest';
import { ProjectionFault } from '#projection/fault.js';
import { Fold } from '#projection/fold.js';
import type { KeyType, Measure, ProjectedRow, Projection, Value } from '#projection/types.js';
import { anEvent } from '../harness/given.js';
import { newRandom } from './support/random.js';

const random = newRandom('the compiled fold');

const uuids = Array.from({ length: 4 }, () => random.uuid());
const numbers = [1, 1, 2, -1, 0, -0, 5, 1e15, 2 ** 53 - 1, -(2 ** 53 - 1)];
const usual: Record<KeyType, readonly Value[]> = {
  date: ['2026-03-14', '2026-03-15'],
  timestamptz: [0, -0, 1_773_446_400_000],
  text: ['', '/', '/a'],
  uuid: uuids,
  smallint: [1, 2, -0],
  int: [1, 2],
  bigint: [...numbers, 7n, 2n ** 62n],
};
/** What TypeScript lets nobody give, too. */
const odd: readonly unknown[] = [
  null,
  'a\0b',
  'x'.repeat(3_000),
  '2026-02-30',
  uuids[0]?.toUpperCase(),
  0.5,
  NaN,
  2 ** 53,
  2n ** 63n,
  9n,
  '1',
];

const types = Object.keys(usual) as KeyType[];
const measures: readonly Measure[] = [
  { kind: 'sum', type: 'bigint' },
  { kind: 'sum', type: 'bigint' },
  { kind: 'sum', type: 'int' },
  { kind: 'distinct', type: 'uuid' },
];

/** A measure of this kind is not compiled, and no row has a value of it. */
const plain = { plain: { kind: 'max', type: 'int' } } as const;

function randomShape(): Pick<Projection, 'keys' | 'measures'> {
  const made = <T>(name: string, from: readonly T[]) =>
    Object.fromEntries(Array.from({ length: random.below(4) }, (_, i) => [`${name}${i}`, random.pick(from)]));
  const shape = { keys: made('key', types), measures: made('measure', measures) };
  return Object.keys({ ...shape.keys, ...shape.measures }).length > 0 ? shape : randomShape();
}

function randomRow({ keys, measures }: Pick<Projection, 'keys' | 'measures'>, strange: number): ProjectedRow {
  const value = (type: KeyType) => random.pick<unknown>(random.chance(strange) ? odd : usual[type]);
  const row: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(keys)) if (!random.chance(strange / 5)) row[name] = value(type);
  for (const [name, { type }] of Object.entries(measures))
    if (random.chance(0.9)) row[name] = value(type as KeyType);
  return row as ProjectedRow;
}

test('every row is merged, or refused, as it is without compiling', () => {
  const met = { merged: 0, refused: 0, keys: 0 };
  for (let i = 0; i < 600; i++) {
    const shape = randomShape();
    const strange = random.pick([0, 0.02, 0.2]);
    let rows: readonly ProjectedRow[] = [];
    const projection = (more: Projection['measures']): Projection => ({
      name: 'example',
      version: 1,
      events: 'all',
      ordered: false,
      ofLog: false,
      indexes: [],
      keys: shape.keys,
      measures: { ...shape.measures, ...more },
      project: () => rows,
    });
    const compiled = new Fold(projection({}), 1);
    const other = new Fold(projection(plain), 1);
    for (let sequence = 1; sequence <= 60; sequence++) {
      rows = Array.from({ length: random.pick([0, 1, 1, 1, 1, 1, 1, 2]) }, () => randomRow(shape, strange));
      const rowSet = random.below(3);
      const fault = faultOf(compiled, rowSet, sequence);
      expect(fault, JSON.stringify({ shape, rows }, text)).toEqual(faultOf(other, rowSet, sequence));
      met[fault ? 'refused' : 'merged']++;
    }
    expect(compiled.size).toBe(other.size);
    met.keys += compiled.size;
    const without = [...other.entries()].map(([keys, cells]) => [keys, cells.slice(0, -1)]);
    expect([...compiled.entries()], JSON.stringify(shape)).toEqual(without);
  }
  expect(Math.min(...Object.values(met)), JSON.stringify(met)).toBeGreaterThan(1_000);
});

function faultOf(fold: Fold, rowSet: number, sequence: number): unknown {
  const position = { partition: 0, sequence, ordinal: 0 };
  try {
    fold.add(rowSet, anEvent(), position, { id: 'example', timeZone: 'UTC', rules: [], revision: 0 });
    return undefined;
  } catch (error) {
    // Anything else would be a mistake of the code that was made.
    expect(error).toBeInstanceOf(ProjectionFault);
    const { reason, detail } = error as ProjectionFault;
    return { reason, detail };
  }
}

const text = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
