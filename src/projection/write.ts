import type { Cell, Entry, Level, Ranked } from './accumulate.js';
import type { MemberCache } from './member-cache.js';
import type { Shape } from './shape.js';
import type { Statement, Value } from './types.js';
import { upsertColumns, upsertText } from './upsert.js';
import { literal } from './value.js';

interface Members {
  readonly table: string;
  readonly group: string;
  readonly members: Iterable<Value>;
}

export interface Written {
  /** Undefined where every row was known to be there already. */
  readonly statement: Statement | undefined;
  /** What the sets certainly hold once the statement has committed. */
  readonly members: readonly Members[];
}

/**
 * The upsert of everything under `root`. Arrays are written as PostgreSQL's own array literals: the driver's general
 * escaping of a nested array took longer than the whole fold.
 */
export function writeStatement(shape: Shape, root: Level, known: MemberCache | undefined): Written {
  return new Writer(shape, known).write(root);
}

class Writer {
  readonly #rows: string[][];
  /** For each `distinct` measure: its key columns and the member. */
  readonly #sets = new Map<number, string[][]>();
  readonly #members: Members[] = [];

  constructor(
    private readonly shape: Shape,
    private readonly known: MemberCache | undefined,
  ) {
    this.#rows = upsertColumns(shape).map(() => []);
    shape.measures.forEach(({ set }, i) => {
      if (set !== undefined)
        this.#sets.set(
          i,
          Array.from({ length: shape.keys.length + 2 }, () => []),
        );
    });
  }

  write(root: Level): Written {
    this.#level(root, []);
    const columns = [...this.#rows, ...[...this.#sets.values()].flat()];
    const statement =
      (this.#rows[0]?.length ?? 0) > 0
        ? { text: upsertText(this.shape), values: columns.map((values) => `{${values.join(',')}}`) }
        : undefined;
    return { statement, members: this.#members };
  }

  #level(level: Level, path: string[]): void {
    const { keys, measures, table } = this.shape;
    const type = path.length === 0 ? 'int' : (keys[path.length - 1]?.type ?? 'int');
    const last = path.length === keys.length;
    let known: ReadonlySet<Value> | undefined;
    if (last && this.known && measures.length === 0) {
      const group = path.join('\n');
      known = this.known.known(table, group);
      this.#members.push({ table, group, members: level.keys() });
    }
    for (const value of sorted(level.keys())) {
      if (known?.has(value)) continue;
      const here = [...path, literal(type, value)];
      const node = level.get(value);
      if (last) this.#row(here, node as Entry);
      else this.#level(node as Level, here);
    }
  }

  #row(key: string[], cells: Entry): void {
    let column = 0;
    const put = (text: string) => this.#rows[column++]?.push(text);
    key.forEach(put);
    this.shape.measures.forEach(({ type, kind, set }, i) => {
      const cell = cells[i] ?? null;
      if (set !== undefined) this.#set(i, set, key, cell as Set<Value> | null);
      else if (kind === 'first' || kind === 'last') ranked(type, cell as Ranked | null).forEach(put);
      else put(literalOf(type, cell as Value | null));
    });
  }

  #set(measure: number, table: string, key: string[], members: Set<Value> | null): void {
    const columns = this.#sets.get(measure);
    if (!columns || !members) return;
    const group = key.join('\n');
    const known = this.known?.known(table, group);
    if (this.known) this.#members.push({ table, group, members });
    for (const member of sorted(members)) {
      if (known?.has(member)) continue;
      for (let i = 0; i < key.length; i++) columns[i]?.push(key[i] ?? '');
      columns[key.length]?.push(String(member));
    }
  }
}

type Type = Shape['measures'][number]['type'];

function ranked(type: Type, cell: Ranked | null): string[] {
  if (cell === null) return ['NULL', 'NULL', 'NULL', 'NULL'];
  const { value, at, sequence, ordinal } = cell;
  return [literal(type, value), literal('timestamptz', at), String(sequence), String(ordinal)];
}

function literalOf(type: Type, cell: Exclude<Cell, Ranked | Set<Value>>): string {
  return literal(type, cell);
}

/**
 * The same order in every process, so that no two transactions lock rows in opposite orders, and neighbours in the
 * index are written together.
 */
function sorted(keys: Iterable<Value>): Value[] {
  const list = [...keys];
  // Without a comparator strings sort natively, by UTF-16 unit.
  if (typeof list[0] === 'string') return list.sort();
  return list.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
