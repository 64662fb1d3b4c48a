import type { Position } from '#events/position.js';
import type { StoredEvent } from '#events/stored-event.js';
import { accumulate, emptyCell, NO_CELLS, type Cell, type Entry, type Level } from './accumulate.js';
import { compileMerge, type Merge, type Recent } from './compile-merge.js';
import { ProjectionFault } from './fault.js';
import type { MemberCache } from './member-cache.js';
import { shapeOf, type Shape } from './shape.js';
import type { ProjectedRow, Projection, SiteSettings, Statement, Value } from './types.js';
import { canonical } from './value.js';
import { writeStatement, type Written } from './write.js';

/**
 * Merges the rows of one batch in memory, for one projection in one generation. Make a new one for each
 * batch.
 */
export class Fold {
  readonly #shape: Shape;
  readonly #listens: ReadonlySet<string> | undefined;
  readonly #root: Level = new Map();
  readonly #path: Value[] = [];
  readonly #values: (Value | undefined)[] = [];
  readonly #merges: Merge | undefined;
  /** By row set; of those only whose first row is merged. */
  readonly #recent = new Map<number, Recent>();
  #written: Written | undefined;

  /** `known`: members that are already in the sets; see `committed`. */
  constructor(
    private readonly projection: Projection,
    generation: number,
    private readonly known?: MemberCache,
  ) {
    this.#shape = shapeOf(projection, generation);
    this.#merges = mergeOf(projection, this.#shape);
    this.#listens = projection.events === 'all' ? undefined : new Set(projection.events);
  }

  /** Gets events as they were sent; others as the site's figures count them. */
  get ofLog(): boolean {
    return this.projection.ofLog;
  }

  /** Different keys so far. */
  get size(): number {
    return sizeOf(this.#root, this.#shape.keys.length);
  }

  /**
   * Merges one event's rows; an event of a type that the projection does not listen to has none. Throws ProjectionFault,
   * and then nothing of the event was merged.
   */
  add(rowSet: number, event: StoredEvent, position: Position, site: SiteSettings): void {
    if (this.#listens && !this.#listens.has(event.type)) return;
    const rows = this.#project(event, position, site);
    const [first] = rows;
    if (first === undefined) return;
    const recent = this.#recent.get(rowSet);
    if (rows.length === 1 && recent && this.#merges?.(recent, first)) return;
    // Nothing is merged of an event whose last row is refused.
    if (rows.length > 1) for (const row of rows) this.#check(rowSet, row, event);
    for (const row of rows) {
      const entry = this.#check(rowSet, row, event) ?? this.#create(rowSet);
      this.#merge(entry, event, position);
    }
    if (!recent && this.#merges) this.#recent.set(rowSet, this.#lastOf(rowSet));
  }

  /** What adds this batch to the tables, to be run in order in one transaction. Keys are sorted. */
  statements(): Statement[] {
    if (this.#root.size === 0) return [];
    this.#written = writeStatement(this.#shape, this.#root, this.known);
    return this.#written.statement ? [this.#written.statement] : [];
  }

  /** What is merged so far: the keys, row set first, and the measures' cells; in no particular order. */
  entries(): Iterable<readonly [keys: readonly Value[], entry: Entry]> {
    return entriesOf(this.#root, this.#shape.keys.length);
  }

  /** Call once the transaction that ran `statements` has committed, and only then: it fills the cache of known members. */
  committed(): void {
    if (!this.known || !this.#written) return;
    for (const { table, group, members } of this.#written.members) this.known.remember(table, group, members);
  }

  #project(event: StoredEvent, position: Position, site: SiteSettings): readonly ProjectedRow[] {
    try {
      return this.projection.project(event, site, position);
    } catch (error) {
      throw new ProjectionFault('project_failed', error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * The row's entry where there is one, leaving its canonical keys in `#path` and in `#values` what is to be merged. Throws
   * for any value of the row that its column cannot hold.
   */
  #check(rowSet: number, row: ProjectedRow, event: StoredEvent): Entry | undefined {
    const entry = this.#locate(rowSet, row);
    let i = 0;
    for (const { property, kind, type, column, rank } of this.#shape.measures) {
      const cell = entry?.[i];
      const value = row[property];
      const adds = value !== undefined && !(kind === 'distinct' && isMember(cell, value));
      this.#values[i++] = adds ? canonical(type, value, column) : undefined;
      if (adds && rank) canonical('timestamptz', event.occurredAt, rank[0]);
    }
    return entry;
  }

  /**
   * The row's entry, leaving its canonical keys in `#path`. Only canonical values are in the maps, so what is found as it
   * is needs no check; what is not gets one, and throws.
   */
  #locate(rowSet: number, row: ProjectedRow): Entry | undefined {
    let node: Level | Entry | undefined = this.#root.get(rowSet);
    let i = 0;
    for (const { property, type, column } of this.#shape.keys) {
      let value = row[property];
      const level = node as Level | undefined;
      node = value === undefined ? undefined : level?.get(value);
      if (node === undefined || value === undefined) {
        value = canonical(type, value, column);
        node = level?.get(value);
      }
      this.#path[i++] = value;
    }
    return node as Entry | undefined;
  }

  /** Under the keys in `#path`. */
  #create(rowSet: number): Entry {
    const { measures } = this.#shape;
    const entry = measures.length === 0 ? NO_CELLS : measures.map(({ kind }) => emptyCell(kind));
    let level = this.#root;
    let key: Value = rowSet;
    for (const value of this.#path) {
      let next = level.get(key) as Level | undefined;
      if (!next) level.set(key, (next = new Map()));
      level = next;
      key = value;
    }
    level.set(key, entry);
    return entry;
  }

  /** Where the row that was merged last went. */
  #lastOf(rowSet: number): Recent {
    const level = this.#root.get(rowSet) as Level;
    const [key = ''] = this.#path;
    return { level, key, node: level.get(key) as Level | Entry };
  }

  #merge(cells: Entry, event: StoredEvent, position: Position): void {
    const { measures } = this.#shape;
    for (let i = 0; i < cells.length; i++) {
      const value = this.#values[i];
      const kind = measures[i]?.kind;
      if (value !== undefined && kind) cells[i] = accumulate(kind, cells[i] ?? null, value, event, position);
    }
  }
}

/** Every batch folds anew, but a projection is compiled once. */
const merges = new WeakMap<Projection, { readonly merge: Merge | undefined }>();

function mergeOf(projection: Projection, shape: Shape): Merge | undefined {
  let known = merges.get(projection);
  if (!known) merges.set(projection, (known = { merge: compileMerge(shape) }));
  return known.merge;
}

function isMember(cell: Cell | undefined, value: Value): boolean {
  return cell != null && (cell as Set<Value>).has(value);
}

function sizeOf(level: Level, depth: number): number {
  if (depth === 0) return level.size;
  let size = 0;
  for (const node of level.values()) size += sizeOf(node as Level, depth - 1);
  return size;
}

function* entriesOf(level: Level, depth: number): Generator<readonly [Value[], Entry]> {
  for (const [key, node] of level) {
    if (depth === 0) yield [[key], node as Entry];
    else for (const [keys, entry] of entriesOf(node as Level, depth - 1)) yield [[key, ...keys], entry];
  }
}
