import type { Snapshot } from '#database/snapshot.js';

import type { SiteRow } from './find-site.js';

/** A figure of one day of a site, as it can be asked about. */
export interface Figure {
  readonly day: string;
  readonly path: string | undefined;
  /** Undefined: every type. */
  readonly eventType: string | undefined;
}

/** What the figure was made of: the served generation that holds it, and the last sequence that is in it. */
export interface MadeOf {
  readonly generationId: number;
  readonly upTo: number;
}

/** Milliseconds since the epoch; `end` is the first of the next day. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The read model that shows the figure: what is dead-lettered there alone is missing in this figure alone. */
function projectionOf({ path, eventType }: Figure): string {
  if (eventType === undefined) return 'daily_aggregates';
  if (eventType === 'page_view') return path === undefined ? 'daily_aggregates' : 'top_paths';
  return 'hourly_series';
}

/** Undefined where the read model is not served yet: every figure of it is zero. */
export async function figureAt(
  snapshot: Snapshot,
  site: SiteRow,
  figure: Figure,
): Promise<MadeOf | undefined> {
  const generation = await snapshot.served(projectionOf(figure));
  if (!generation) return undefined;
  const [row] = await snapshot.query<{ sequence: number }>(
    'SELECT sequence FROM checkpoint WHERE partition = $1 AND generation_id = $2',
    [site.partition, generation.id],
  );
  return row && { generationId: generation.id, upTo: row.sequence };
}

/** The day by the site's clocks, as the figures have it. */
export async function dayIn(snapshot: Snapshot, site: SiteRow, day: string): Promise<Span> {
  const [span] = await snapshot.query<Span>(
    `SELECT extract(epoch FROM $2::date::timestamp AT TIME ZONE time_zone)::float8 * 1000 AS start,
            extract(epoch FROM ($2::date + 1)::timestamp AT TIME ZONE time_zone)::float8 * 1000 AS end
     FROM site WHERE id = $1`,
    [site.key, day],
  );
  if (!span) throw new Error(`site ${site.id} vanished`);
  return span;
}
