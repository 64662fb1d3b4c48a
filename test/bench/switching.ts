import { finished, type Running } from './engine.js';
import { graphql } from './reading.js';
import type { Row } from './report.js';

const READERS = 4;

/**
 * From the order to the end of the job, with readers of the figures of one site beside it: every read must be answered,
 * and with the same total, which the rebuilt generation has too.
 */
export async function switchingRows({ product, client }: Running): Promise<Row[]> {
  await finished(client, 'rebuild', { projection: 'daily_aggregates', swap: false });
  const expected = await total(product.url);
  const rows: Row[] = [];
  for (const kind of ['swap', 'rollback']) {
    let going = true;
    let reads = 0;
    let failed = 0;
    const readers = Array.from({ length: READERS }, async () => {
      while (going) {
        const events = await total(product.url).catch(() => undefined);
        reads++;
        if (events !== expected) failed++;
      }
    });
    const started = performance.now();
    await finished(client, kind, { projection: 'daily_aggregates' });
    const seconds = (performance.now() - started) / 1000;
    going = false;
    await Promise.all(readers);
    rows.push({
      figure: `${kind} of daily_aggregates, from the order to its end`,
      value: seconds,
      unit: 's',
      mark: '< 1 s, 0 failed reads',
      met: seconds < 1 && failed === 0,
      note: `${failed} of ${reads} reads beside it failed or had another total`,
    });
  }
  return rows;
}

async function total(url: string): Promise<number> {
  const query = `{ site(id: "site-0") { totals(range: { from: "2025-12-25", to: "2026-01-10" }) { current { events } } } }`;
  const data = (await graphql(url, query, {})) as { site: { totals: { current: { events: number } } } };
  return data.site.totals.current.events;
}
