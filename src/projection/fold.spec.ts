import { describe, expect, it } from 'vitest';
import { anEvent } from '../../test/harness/given.js';
import { ProjectionFault, type FaultReason } from './fault.js';
import { Fold } from './fold.js';
import { MemberCache } from './member-cache.js';
import type { ColumnType, KeyType, ProjectedRow, Projection, Value } from './types.js';

const site = { id: 'example', timeZone: 'UTC', rules: [], revision: 0 };
const position = { partition: 0, sequence: 1, ordinal: 0 };

function projectionOf(shape: Partial<Projection>, rows: () => readonly ProjectedRow[]): Projection {
  return {
    name: 'example',
    version: 1,
    events: 'all',
    ordered: false,
    ofLog: false,
    keys: { key: 'text' },
    measures: { total: { kind: 'sum', type: 'bigint' } },
    indexes: [],
    project: rows,
    ...shape,
  };
}

function valuesOf(fold: Fold): unknown {
  return fold.statements()[0]?.values;
}

/** Literal that each value becomes, or the reason why it cannot. */
function written(type: ColumnType, value: Value, kind: 'key' | 'measure' = 'measure'): unknown {
  const p =
    kind === 'key'
      ? projectionOf({ keys: { key: type as KeyType } }, () => [{ key: value, total: 1 }])
      : projectionOf({ measures: { total: { kind: 'max', type } } }, () => [{ key: '', total: value }]);
  const fold = new Fold(p, 1);
  try {
    fold.add(1, anEvent(), position, site);
  } catch (error) {
    expect(error).toBeInstanceOf(ProjectionFault);
    expect(fold.size).toBe(0);
    expect(fold.statements()).toEqual([]);
    return (error as ProjectionFault).reason;
  }
  return (valuesOf(fold) as string[])[kind === 'key' ? 1 : 2];
}

describe('values', () => {
  const tooLong: FaultReason = 'text_too_long';
  it.each<[ColumnType, Value, string]>([
    ['int', 2_147_483_647, '{2147483647}'],
    ['int', -2_147_483_648, '{-2147483648}'],
    ['int', 2_147_483_648, 'value_out_of_range'],
    ['int', 1.5, 'value_invalid'],
    ['int', Number.NaN, 'value_invalid'],
    ['int', '1', 'value_invalid'],
    ['smallint', 32_768, 'value_out_of_range'],
    ['bigint', 2n ** 63n - 1n, '{9223372036854775807}'],
    ['bigint', -(2n ** 63n), '{-9223372036854775808}'],
    ['bigint', 2n ** 63n, 'value_out_of_range'],
    ['bigint', 2 ** 53, 'value_invalid'],
    ['numeric', '-12.5', '{-12.500000}'],
    ['numeric', '-0.000001', '{-0.000001}'],
    ['numeric', 7, '{7.000000}'],
    ['numeric', 0.1, 'value_invalid'],
    ['numeric', '1e3', 'value_invalid'],
    ['numeric', '0.0000001', 'value_invalid'],
    ['numeric', `1${'0'.repeat(26)}`, 'value_invalid'],
    ['timestamptz', 0, '{1970-01-01T00:00:00.000Z}'],
    ['timestamptz', 8.64e15, 'value_out_of_range'],
    ['date', '2028-02-29', '{2028-02-29}'],
    ['date', '2026-02-29', 'value_invalid'],
    ['date', '0000-01-01', 'value_invalid'],
    ['date', '2026-1-1', 'value_invalid'],
    ['uuid', '11111111-1111-4111-8111-111111111111', '{11111111-1111-4111-8111-111111111111}'],
    ['uuid', 'ABCDEF00-1111-4111-8111-111111111111', 'value_invalid'],
    ['text', 'a"b\\c,{}', '{"a\\"b\\\\c,{}"}'],
    ['text', 'NULL', '{"NULL"}'],
    ['text', '', '{""}'],
    ['text', 'a\0b', 'text_not_storable'],
    ['text', 'a\ud800b', 'text_not_storable'],
    ['text', '😀', '{"😀"}'],
    ['text', 'x'.repeat(2_000), `{"${'x'.repeat(2_000)}"}`],
    ['text', 'x'.repeat(2_001), tooLong],
    ['text', 'é'.repeat(1_000), `{"${'é'.repeat(1_000)}"}`],
    ['text', 'é'.repeat(1_001), tooLong],
    ['text', '€'.repeat(667), tooLong],
    ['text', '😀'.repeat(500), `{"${'😀'.repeat(500)}"}`],
    ['text', '😀'.repeat(501), tooLong],
  ])('%s %s -> %s', (type, value, expected) => {
    expect(written(type, value)).toBe(expected);
    if (type !== 'numeric') expect(written(type, value, 'key')).toBe(expected);
  });
});

describe('Fold', () => {
  const rows: ProjectedRow[] = [];
  const p = projectionOf({ events: ['page_view'] }, () => [...rows]);
  const add = (fold: Fold, ...next: ProjectedRow[]) => {
    rows.splice(0, rows.length, ...next);
    fold.add(1, anEvent(), position, site);
  };

  it('merges rows of one key, and writes keys in order', () => {
    const fold = new Fold(p, 1);
    add(fold, { key: 'b', total: 1 });
    add(fold, { key: 'a', total: 2n }, { key: 'b', total: 3 });
    expect(fold.size).toBe(2);
    expect(valuesOf(fold)).toEqual(['{1,1}', '{"a","b"}', '{2,4}']);
  });

  it('takes an event whole or not at all', () => {
    const fold = new Fold(p, 1);
    add(fold, { key: 'a', total: 1 });
    for (const bad of [{ key: 'b\0', total: 1 }, { total: 1 }, { key: 'c', total: 0.5 }]) {
      expect(() => add(fold, { key: 'a', total: 10 }, { key: 'new', total: 10 }, bad)).toThrow(
        ProjectionFault,
      );
    }
    expect(valuesOf(fold)).toEqual(['{1}', '{"a"}', '{1}']);
  });

  it('gives what `project` throws a reason', () => {
    const fold = new Fold(
      projectionOf({}, () => {
        throw new Error('no such plan');
      }),
      1,
    );
    expect(() => fold.add(1, anEvent(), position, site)).toThrow(
      expect.objectContaining({ reason: 'project_failed', detail: 'no such plan' }),
    );
  });

  it('leaves out events that the projection does not listen to', () => {
    const fold = new Fold(p, 1);
    rows.splice(0, rows.length, { key: 'a', total: 1 });
    fold.add(1, anEvent({ type: 'click' }), position, site);
    expect(fold.statements()).toEqual([]);
  });

  it('adds past 2^53 exactly', () => {
    const fold = new Fold(p, 1);
    for (let i = 0; i < 3; i++) add(fold, { key: 'a', total: Number.MAX_SAFE_INTEGER });
    add(fold, { key: 'a', total: -Number.MAX_SAFE_INTEGER });
    expect(valuesOf(fold)).toEqual(['{1}', '{"a"}', `{${2n * BigInt(Number.MAX_SAFE_INTEGER)}}`]);
  });

  it('takes 5 and 5n for one key, as PostgreSQL does', () => {
    const fold = new Fold(
      projectionOf({ keys: { key: 'bigint' } }, () => [...rows]),
      1,
    );
    add(fold, { key: 5, total: 1 });
    add(fold, { key: 5n, total: 1 }, { key: -0, total: 1 }, { key: 0n, total: 1 });
    expect(valuesOf(fold)).toEqual(['{1,1}', '{0,5}', '{2,2}']);
  });
});

describe('known members', () => {
  const members = projectionOf({ keys: { visitor: 'uuid' }, measures: {} }, () => []);
  const sets = projectionOf({ measures: { visitors: { kind: 'distinct', type: 'uuid' } } }, () => []);
  const uuid = '11111111-1111-4111-8111-111111111111';
  const fold = (p: Projection, row: ProjectedRow, known: MemberCache) => {
    const made = new Fold({ ...p, project: () => [row] }, 1, known);
    made.add(1, anEvent(), position, site);
    return made;
  };

  it.each([
    ['rows that are keys alone', members, { visitor: uuid }, []],
    ['members of a set', sets, { key: 'a', visitors: uuid }, [['{1}', '{"a"}', '{}', '{}', '{}']]],
  ])('are not written again after a commit, and again after none: %s', (_, p, row, empty) => {
    const known = new MemberCache();
    const rolledBack = fold(p, row, known);
    const first = rolledBack.statements();
    const again = fold(p, row, known);
    expect(again.statements()).toEqual(first);
    again.committed();
    expect(
      fold(p, row, known)
        .statements()
        .map((statement) => statement.values),
    ).toEqual(empty);
  });

  it('are forgotten, oldest group first, past the limit', () => {
    const known = new MemberCache(3);
    known.remember('t', 'a', ['1', '2']);
    known.remember('t', 'b', ['1']);
    known.remember('t', 'a', ['2']);
    expect(known.size).toBe(3);
    known.remember('t', 'c', ['1']);
    expect(known.known('t', 'b')).toBeUndefined();
    expect(known.known('t', 'a')).toEqual(new Set(['1', '2']));
    known.remember('t', 'd', ['1', '2', '3', '4']);
    expect(known.size).toBe(0);
  });
});
