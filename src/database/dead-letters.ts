import type { RowReader } from './row-reader.js';
import { EVERYTHING, ofTenant, type Tenant } from './tenant.js';

/** An event, or with ordinal -1 a whole message, that could not be projected. */
export interface DeadLetterRow {
  readonly id: number;
  readonly partition: number;
  readonly sequence: number;
  readonly ordinal: number;
  /** Null: no projection ever saw it. */
  readonly projection: string | null;
  readonly generation: number | null;
  /** Null where the event cannot be read. */
  readonly site: string | null;
  readonly eventId: string | null;
  readonly reason: string;
  readonly detail: string;
  readonly attempts: number;
  readonly state: DeadLetterState;
  /** Why it was discarded. */
  readonly note: string | null;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  /** As it stands in the log. */
  readonly event: string;
}

export const deadLetterStates = ['open', 'discarded'] as const;
export type DeadLetterState = (typeof deadLetterStates)[number];

/** What is left out does not narrow. */
export interface DeadLetterFilter {
  readonly site?: string | undefined;
  readonly projection?: string | undefined;
  readonly reason?: string | undefined;
  readonly state?: DeadLetterState | undefined;
  /** Without whole messages, in which there is no event. */
  readonly eventsOnly?: boolean | undefined;
  /** Those of its sites. */
  readonly tenant?: Tenant | undefined;
}

const COLUMNS = `d.id, d.partition, d.sequence, d.ordinal, g.projection, g.number AS generation, d.site,
  d.event_id AS "eventId", d.reason, d.detail, d.attempts, d.status AS state, d.note,
  d.first_failed_at AS "firstSeen", d.last_failed_at AS "lastSeen", coalesce(d.event, '') AS event`;
const matching = ({
  tenant = EVERYTHING,
}: DeadLetterFilter) => `FROM dead_letter d LEFT JOIN generation g ON g.id = d.generation_id
  WHERE ($1::text IS NULL OR d.site = $1) AND ($2::text IS NULL OR g.projection = $2)
    AND ($3::text IS NULL OR d.reason = $3) AND ($4::text IS NULL OR d.status = $4)
    AND (d.ordinal >= 0 OR NOT $5) AND ${ofTenant('d.site', tenant)}`;

const narrowing = ({ site, projection, reason, state, eventsOnly = false }: DeadLetterFilter) => [
  ...[site, projection, reason, state].map((each) => each ?? null),
  eventsOnly,
];

/** The newest first, those with a smaller ID than `before`. */
export function listDeadLetters(
  reader: RowReader,
  filter: DeadLetterFilter,
  first: number,
  before?: number,
): Promise<DeadLetterRow[]> {
  return reader.query<DeadLetterRow>(
    `SELECT ${COLUMNS} ${matching(filter)} AND ($6::bigint IS NULL OR d.id < $6) ORDER BY d.id DESC LIMIT $7`,
    [...narrowing(filter), before ?? null, first],
  );
}

export async function countDeadLetters(reader: RowReader, filter: DeadLetterFilter): Promise<number> {
  const [row] = await reader.query<{ total: number }>(
    `SELECT count(*)::float8 AS total ${matching(filter)}`,
    narrowing(filter),
  );
  return row?.total ?? 0;
}

export async function findDeadLetter(
  reader: RowReader,
  id: number,
  tenant: Tenant = EVERYTHING,
): Promise<DeadLetterRow | undefined> {
  const [row] = await reader.query<DeadLetterRow>(
    `SELECT ${COLUMNS} FROM dead_letter d LEFT JOIN generation g ON g.id = d.generation_id
     WHERE d.id = $1 AND ${ofTenant('d.site', tenant)}`,
    [id],
  );
  return row;
}
