import type { StoredEvent } from '#events/stored-event.js';

/** A site's settings at the revision that the batch's transaction read; never the newest in memory. */
export interface SiteSettings {
  readonly id: string;
  /** IANA zone; days and hours are this zone's. */
  readonly timeZone: string;
  readonly revision: number;
}

/** PostgreSQL types a key or measure may have. `text` is at most 2,000 bytes, so an index row always fits. */
export type ColumnType = 'date' | 'timestamptz' | 'text' | 'uuid' | 'smallint' | 'int' | 'bigint' | 'numeric';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What `project` may yield: values for every key column and any of the measures. Typed per projection by `defineProjection`. */
export type ProjectedRow = Readonly<Record<string, string | number | bigint>>;

/**
 * A read model as a value. Build one with `defineProjection`; the table, the in-memory fold and the upsert all come
 * from it, so they cannot disagree.
 */
export interface Projection {
  readonly name: string;
  readonly version: number;
  readonly events: 'all' | readonly string[];
  /** Zero or more rows for one event. Pure; throws only for an event that cannot be projected. */
  project(event: StoredEvent, site: SiteSettings): readonly ProjectedRow[];
}
