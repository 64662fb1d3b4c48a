import type { Position } from '#events/position.js';
import type { SiteRule } from '#events/site-rules/site-rule.js';
import type { StoredEvent } from '#events/stored-event.js';

/** A site's settings at the revision that the batch's transaction read; never the newest in memory. */
export interface SiteSettings {
  readonly id: string;
  /** IANA zone; days and hours are this zone's. */
  readonly timeZone: string;
  /** Applied before `project` sees an event. */
  readonly rules: readonly SiteRule[];
  readonly revision: number;
}

/** PostgreSQL types a key or measure may have. `text` is at most 2,000 bytes, so an index row always fits. */
export type ColumnType = 'date' | 'timestamptz' | 'text' | 'uuid' | 'smallint' | 'int' | 'bigint' | 'numeric';

/** A key is compared by its text in memory and by value in PostgreSQL; `numeric` (1.0 = 1) would differ. */
export type KeyType = Exclude<ColumnType, 'numeric'>;

export type MeasureKind = 'sum' | 'min' | 'max' | 'first' | 'last' | 'distinct';

/** How two values of a column meet. Every kind is associative and commutative, so order never shows in a figure. */
export interface Measure<T extends ColumnType = ColumnType> {
  readonly kind: MeasureKind;
  readonly type: T;
}

/** An index beside the primary key; `row_set` always comes first, so the names here start after it. */
export interface IndexSpec {
  readonly columns: readonly string[];
}

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A value as `project` gives it: `timestamptz` in milliseconds since the epoch, `date` as YYYY-MM-DD, `uuid` in lower case. */
export type Value = string | number | bigint;

/** What `project` may yield: values for every key column and any of the measures. Typed per projection by `defineProjection`. */
export type ProjectedRow = Readonly<Record<string, Value | undefined>>;

/**
 * A read model as a value. Build one with `defineProjection`; the table, the in-memory fold and the upsert all come
 * from it, so they cannot disagree.
 */
export interface Projection {
  readonly name: string;
  readonly version: number;
  readonly events: 'all' | readonly string[];
  /** While an event of a site is a dead letter here, the later ones of the site wait for it. */
  readonly ordered: boolean;
  /** It says where events are in the log, so it gets each as it was sent, whatever the site's rules make of it. */
  readonly ofLog: boolean;
  /** Column (camel case) -> type, in the order of the primary key, after `row_set`. */
  readonly keys: Readonly<Record<string, KeyType>>;
  readonly measures: Readonly<Record<string, Measure>>;
  readonly indexes: readonly IndexSpec[];
  /**
   * Zero or more rows for one event. Pure; throws only for an event that cannot be projected. `position` is where the
   * event stands in the log, the same on every replay.
   */
  project(event: StoredEvent, site: SiteSettings, position: Position): readonly ProjectedRow[];
}
