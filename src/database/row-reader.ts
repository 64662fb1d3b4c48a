import type { ClientBase, Pool, QueryResultRow } from 'pg';

/** Whatever can be asked for rows: a `Snapshot` is one as it is, so that one SQL serves an answer and a command alike. */
export interface RowReader {
  query<R extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<R[]>;
}

/** A pool or a connection as a RowReader. */
export function rowsOf(from: Pool | ClientBase): RowReader {
  return {
    async query<R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> {
      return (await from.query<R>(text, [...values])).rows;
    },
  };
}
