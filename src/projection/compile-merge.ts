import { NO_CELLS, type Entry, type Level } from './accumulate.js';
import type { MeasureColumn, Shape } from './shape.js';
import type { ProjectedRow, Value } from './types.js';
import { canonical } from './value.js';

/** What a row set has under its first key, and what was found there last: it is mostly asked for again. */
export interface Recent {
  readonly level: Level;
  key: Value;
  node: Level | Entry;
}

/**
 * Merges a row into its row set. @returns false for a row that is not as usual, of which nothing was merged then.
 * Throws ProjectionFault as the fold does for the same row.
 */
export type Merge = (recent: Recent, row: ProjectedRow) => boolean;

/**
 * The fold of the usual row as code of its own: sums of safe integers and sets, values that are canonical as they are, and
 * a first key that was met before. `Fold` does the same for any row of any shape. But its `row[property]`, another
 * property each time, is a search in a table that V8 keeps for all such places, and made a quarter of the fold; a loop
 * over closures would be no better, since they would share the place. Undefined for other shapes.
 */
export function compileMerge({ keys, measures }: Shape): Merge | undefined {
  if (keys.length === 0 || !measures.every(isUsual)) return undefined;
  const [first = '', ...others] = keys.map(({ property }) => quoted(property));
  const lines = [
    `const key = row[${first}];`,
    'let node = recent.node;',
    'if (key !== recent.key) {',
    '  node = recent.level.get(key);',
    '  if (node === undefined) return false;',
    '  recent.key = key;',
    '  recent.node = node;',
    '}',
    ...others.slice(0, -1).flatMap((property) => [
      `node = node.get(row[${property}]);`, //
      'if (node === undefined) return false;',
    ]),
  ];
  const last = others.length > 0 ? keys.at(-1) : undefined;
  if (last) {
    const { property, type, column } = last;
    const empty = measures.map(({ kind }) => (kind === 'sum' ? '0' : 'null'));
    lines.push(
      `const last = row[${quoted(property)}];`,
      'let cells = node.get(last);',
      'const isNew = cells === undefined;',
      'if (isNew) {',
      `  if (!Object.is(canonical(${quoted(type)}, last, ${quoted(column)}), last)) return false;`,
      `  cells = ${empty.length > 0 ? `[${empty.join(', ')}]` : 'NO_CELLS'};`,
      '}',
    );
  } else lines.push('const cells = node;');
  lines.push(
    ...measures.flatMap(checkOf),
    ...measures.flatMap(putOf),
    ...(last ? ['if (isNew) node.set(last, cells);'] : []),
    'return true;',
  );
  const text = `'use strict';\nreturn (recent, row) => {\n${lines.join('\n')}\n};`;
  // The text has nothing of an event in it, only the names and types of columns.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const make = new Function('canonical', 'NO_CELLS', text) as (...known: unknown[]) => Merge;
  return make(canonical, NO_CELLS);
}

function isUsual({ kind, type }: MeasureColumn): boolean {
  return kind === 'distinct' || (kind === 'sum' && type === 'bigint');
}

/** `v`: the row's value, `c`: the cell, `m`: a member that is new. Nothing is changed before all are checked. */
function checkOf({ property, column, kind, type }: MeasureColumn, i: number): string[] {
  const value = `const v${i} = row[${quoted(property)}];`;
  if (kind === 'sum')
    return [
      value,
      `let c${i} = cells[${i}];`,
      `if (v${i} !== undefined) {`,
      `  if (!Number.isSafeInteger(v${i}) || !Number.isSafeInteger(c${i})) return false;`,
      `  c${i} += v${i};`,
      `  if (!Number.isSafeInteger(c${i})) return false;`,
      '}',
    ];
  return [
    value,
    `const c${i} = cells[${i}];`,
    `let m${i};`,
    `if (v${i} !== undefined && (c${i} === null || !c${i}.has(v${i})))`,
    `  m${i} = canonical(${quoted(type)}, v${i}, ${quoted(column)});`,
  ];
}

function putOf({ kind }: MeasureColumn, i: number): string[] {
  if (kind === 'sum') return [`cells[${i}] = c${i};`];
  return [
    `if (m${i} !== undefined) {`,
    `  if (c${i} === null) cells[${i}] = new Set([m${i}]);`,
    `  else c${i}.add(m${i});`,
    '}',
  ];
}

const quoted = (text: string) => JSON.stringify(text);
