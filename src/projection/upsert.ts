import { RANK_TYPES, sqlType, type KeyColumn, type MeasureColumn, type Shape } from './shape.js';
import type { ColumnType } from './types.js';

/**
 * The statement that adds a folded batch to a generation's tables. Its parameters are array literals, one per column of
 * `upsertColumns`, then for each `distinct` measure the key columns and the member.
 *
 * A `distinct` figure grows by the members that were not in the set yet, counted where they are inserted: one statement, so
 * the figure and its set cannot part.
 */
export function upsertText(shape: Shape): string {
  const columns = upsertColumns(shape);
  const sets = shape.measures.filter((measure) => measure.set !== undefined);
  const target = [...columns.map(({ column }) => column), ...sets.map(({ column }) => column)].join(', ');
  let parameter = 0;
  const unnest = (types: readonly ColumnType[]) =>
    `unnest(${types.map((type) => `$${++parameter}::${sqlType(type)}[]`).join(', ')})`;
  const rows = unnest(columns.map(({ type }) => type));
  const conflict = onConflict(shape);
  if (sets.length === 0) {
    return `INSERT INTO ${shape.table} AS t (${target})\nSELECT * FROM ${rows}\n${conflict}`;
  }
  const keyTypes = keyColumnsOf(shape).map(({ type }) => type);
  const inserts = sets.map(
    ({ column, type, set }) =>
      `new_${column} AS (\n` +
      `  INSERT INTO ${set ?? ''} (${shape.primaryKey}, member)\n` +
      `  SELECT * FROM ${unnest([...keyTypes, type])}\n` +
      `  ON CONFLICT DO NOTHING\n  RETURNING ${shape.primaryKey}\n)`,
  );
  const counts = sets.map(
    ({ column }) =>
      `LEFT JOIN (SELECT ${shape.primaryKey}, count(*) AS ${column} FROM new_${column} GROUP BY ${shape.primaryKey}) ` +
      `AS count_${column} USING (${shape.primaryKey})`,
  );
  const selected = [
    ...columns.map(({ column }) => `r.${column}`),
    ...sets.map(({ column }) => `coalesce(count_${column}.${column}, 0)`),
  ];
  return [
    `WITH ${inserts.join(', ')}`,
    `INSERT INTO ${shape.table} AS t (${target})`,
    `SELECT ${selected.join(', ')}`,
    `FROM ${rows} AS r (${columns.map(({ column }) => column).join(', ')})`,
    ...counts,
    `ORDER BY ${shape.primaryKey}`,
    conflict,
  ].join('\n');
}

/** Columns of the batch's rows, in the order of the parameters: keys, then what each measure but `distinct` holds. */
export function upsertColumns(shape: Shape): readonly { column: string; type: ColumnType }[] {
  const columns: { column: string; type: ColumnType }[] = [...keyColumnsOf(shape)];
  for (const { column, type, kind, rank } of shape.measures) {
    if (kind === 'distinct') continue;
    columns.push({ column, type });
    rank?.forEach((name, i) => columns.push({ column: name, type: RANK_TYPES[i] ?? 'int' }));
  }
  return columns;
}

function keyColumnsOf(shape: Shape): Pick<KeyColumn, 'column' | 'type'>[] {
  return [{ column: 'row_set', type: 'int' }, ...shape.keys];
}

function onConflict(shape: Shape): string {
  if (shape.measures.length === 0) return 'ON CONFLICT DO NOTHING';
  const merges = shape.measures.flatMap(merge).map((line) => `  ${line}`);
  return `ON CONFLICT (${shape.primaryKey}) DO UPDATE SET\n${merges.join(',\n')}`;
}

function merge({ column, kind, rank }: MeasureColumn): string[] {
  switch (kind) {
    case 'sum':
    case 'distinct':
      return [`${column} = t.${column} + EXCLUDED.${column}`];
    case 'min':
      return [`${column} = LEAST(t.${column}, EXCLUDED.${column})`];
    case 'max':
      return [`${column} = GREATEST(t.${column}, EXCLUDED.${column})`];
    case 'first':
    case 'last': {
      const at = rank ?? [];
      const mine = at.map((name) => `t.${name}`);
      const theirs = at.map((name) => `EXCLUDED.${name}`);
      // A side without a value has null ranks; comparing with null chooses neither branch by itself.
      const wins =
        `t.${at[0] ?? ''} IS NULL OR ` +
        `(${theirs.join(', ')}) ${kind === 'first' ? '<' : '>'} (${mine.join(', ')})`;
      return [column, ...at].map(
        (name) => `${name} = CASE WHEN ${wins} THEN EXCLUDED.${name} ELSE t.${name} END`,
      );
    }
  }
}
