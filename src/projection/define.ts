import type { CustomEventType, EventType } from '#events/event-types.js';
import type { Position } from '#events/position.js';
import type { StoredEvent } from '#events/stored-event.js';
import { assertNames } from './names.js';
import type { ColumnType, KeyType, Measure, Projection, SiteSettings } from './types.js';

interface ValueOf {
  date: string;
  timestamptz: number;
  text: string;
  uuid: string;
  smallint: number;
  int: number;
  bigint: number | bigint;
  numeric: number | bigint | string;
}

type Keys = Readonly<Record<string, KeyType>>;
type Measures = Readonly<Record<string, Measure>>;
type EventNames = 'all' | readonly (EventType | CustomEventType)[];

/** The event as this projection sees it: its type is one of those it listens to. */
type EventOf<E extends EventNames> = E extends readonly string[]
  ? StoredEvent & { type: E[number] }
  : StoredEvent;

type RowOf<K extends Keys, M extends Measures> = {
  readonly [N in keyof K]: ValueOf[K[N]];
} & {
  readonly [N in keyof M]?: ValueOf[M[N]['type'] & ColumnType] | undefined;
};

/** A returned literal is not checked for extra properties by itself; this makes a mistyped measure an error. */
type NothingElse<R, K, M> = { readonly [N in Exclude<keyof R, keyof K | keyof M>]: never };

interface Definition<E extends EventNames, K extends Keys, M extends Measures, R> {
  /** Table name without its generation, snake case. */
  readonly name: string;
  /** Raised whenever `project`, a key or a measure changes what the rows say. */
  readonly version: number;
  readonly events: E;
  /** Where a row must never show a later event of a site without an earlier one; default false. */
  readonly ordered?: boolean;
  /** For an index into the log: every event as it was sent, also those that a rule of the site leaves out; default false. */
  readonly ofLog?: boolean;
  readonly keys: K;
  readonly measures: M;
  readonly indexes?: readonly { readonly columns: readonly (keyof K | keyof M)[] }[];
  readonly project: (
    event: EventOf<E>,
    site: SiteSettings,
    position: Position,
  ) => readonly (R & NothingElse<R, K, M>)[];
}

/**
 * Makes a read model. A wrong event type, key column or measure does not compile; a name that PostgreSQL
 * would cut or confuse throws when the module is loaded.
 */
export function defineProjection<
  const E extends EventNames,
  const K extends Keys,
  const M extends Measures,
  R extends RowOf<K, M>,
>(definition: Definition<E, K, M, R>): Projection {
  const { name, version, events, ordered = false, ofLog = false, keys, measures } = definition;
  const indexes = (definition.indexes ?? []).map(({ columns }) => ({ columns: columns.map(String) }));
  assertNames({ name, keys, measures, indexes });
  return {
    name,
    version,
    events,
    ordered,
    ofLog,
    keys,
    measures,
    indexes,
    // Narrower than declared: the fold hands over only the types that `events` names.
    project: definition.project,
  };
}
