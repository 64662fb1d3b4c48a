import type { RowReader } from './row-reader.js';

/** The partition that holds the projected events of a site; undefined where there are none. */
export async function siteHome(reader: RowReader, siteId: string): Promise<number | undefined> {
  const rows = await reader.query<{ partition: number }>('SELECT partition FROM site WHERE name = $1', [
    siteId,
  ]);
  return rows[0]?.partition;
}
