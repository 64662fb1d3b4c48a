import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { StoredEvent } from '#events/stored-event.js';
import { partitionFor } from '#workspace/state/partition-for.js';
import { watchProjector } from './engine.js';
import { fillLog } from './fill-log.js';
import { startProduct, type Product } from './product.js';
import { graphql } from './reading.js';
import { median, type Row } from './report.js';
import { withServers } from './servers.js';
import { liveLike, traffic } from './traffic.js';

const MILLION = 1_000_000;
const SITE = 'history';
const ROUNDS = 5;
const ZONES = ['Asia/Kathmandu', 'America/New_York', 'Europe/Vienna', 'Australia/Lord_Howe', 'Asia/Tokyo'];
/** Seconds that some may take at most, beside other partitions' events; in one partition with many more, twice as long. */
const MARKS: Readonly<Record<string, number>> = { 'its time zone is changed': 60, 'as of': 5 };
const RANGE = { from: '2025-12-20', to: '2026-03-01' };
/** Another one each time: what is kept of an earlier one would be taken up again. */
const rule = (round: number) => ({
  kind: 'PATH_TEMPLATE',
  pattern: `/articles/${round + 1}*`,
  template: '/articles/:number',
});

export interface HistoryOptions {
  /** Million events of other sites. */
  readonly others: number;
  /** Whether they live in the site's own partition. */
  readonly together: boolean;
}

/**
 * A site with a million events beside the others, with the product's own settings: from the order by GraphQL until what
 * is served is the new figures, medians of five.
 */
export async function historyRows(options: HistoryOptions): Promise<Row[]> {
  return withServers(async (servers, dataDir) => {
    const count = (options.others + 1) * MILLION;
    await fillLog(servers, siteAmongOthers(options));
    const client = new Client({ connectionString: servers.databaseUrl });
    const product = await startProduct(dataDir, 'all', {
      DATABASE_URL: servers.databaseUrl,
      NATS_URL: servers.natsUrl,
      NATS_MONITOR_URL: servers.monitorUrl,
    });
    try {
      await client.connect();
      await watchProjector(client, count);
      return await new History(product, client, options).rows();
    } finally {
      await client.end();
      await product.stop();
    }
  });
}

/** One event of the site after each `others` of other sites. */
function* siteAmongOthers({ others, together }: HistoryOptions): Generator<StoredEvent> {
  const shape = { ...liveLike, spanMs: 30 * 86_400_000 };
  const names = Array.from({ length: shape.sites }, (_, n) => (together ? beside(n) : `site-${n}`));
  const beyond = traffic({ ...shape, count: others * MILLION });
  for (const event of traffic({ ...shape, seed: 2, sites: 1, count: MILLION })) {
    for (let n = 0; n < others; n++) {
      const { value } = beyond.next() as IteratorYieldResult<StoredEvent>;
      yield { ...value, site: names[Number(value.site.slice('site-'.length))] ?? '' };
    }
    yield { ...event, site: SITE };
  }
}

/** A name that lives where the site lives. */
function beside(n: number): string {
  for (let k = 0; ; k++) {
    const name = `site-${n}-${k}`;
    if (partitionFor(name, 4) === partitionFor(SITE, 4)) return name;
  }
}

class History {
  constructor(
    private readonly product: Product,
    private readonly client: Client,
    private readonly options: HistoryOptions,
  ) {}

  async rows(): Promise<Row[]> {
    const served = await this.figures();
    if (served.events !== MILLION) throw new Error(`the site has ${served.events} events`);
    const zone = (timeZone: string | undefined) =>
      this.change(`changeTimeZone(siteId: $site, timeZone: $zone)`, '$zone: String!', { zone: timeZone });
    const rows = [await this.row('its time zone is changed', (round) => zone(ZONES[round]))];
    rows.push(
      await this.row('a time zone that it had', (round) => zone(round < ROUNDS - 1 ? ZONES[round] : 'UTC')),
    );
    await this.expect(served);
    rows.push(await this.row('a rule is previewed', (round) => this.preview(round)));
    await this.expect(served);
    const undone: number[] = [];
    rows.push(
      await this.row('a rule is applied', async (round) => {
        // The rule before this one is undone in the meantime.
        if (round > 0) undone.push(await this.undo());
        return this.apply(round);
      }),
    );
    undone.push(await this.undo());
    await this.expect(served);
    rows.push(this.timed('a rule is undone', undone, `${this.peak()}, applying included`));
    const cached: number[] = [];
    const end = await this.position();
    let back = 0;
    const asOf = async () => {
      const position = `${end.partition}:${end.sequence - back}`;
      const seconds = await this.asOf(position, back++ === 0 ? MILLION : undefined);
      cached.push(await this.asOf(position));
      return seconds;
    };
    rows.push(await this.row('as of', asOf));
    await this.apply(0);
    rows.push(await this.row('as of, before a rule that counts now', asOf));
    await this.client.query('UPDATE spare_row_set SET kept_until = now() WHERE past_id IS NULL');
    rows.push(await this.row('as of, under settings of which nothing is kept', asOf));
    await this.undo();
    rows.push(this.timed('as of, asked again', cached));
    return rows;
  }

  private async row(what: string, work: (round: number) => Promise<number>): Promise<Row> {
    this.product.forgetPeak();
    const seconds: number[] = [];
    for (let round = 0; round < ROUNDS; round++) seconds.push(await work(round));
    return this.timed(what, seconds, this.peak());
  }

  private peak(): string {
    return `peak RSS ${Math.round((this.product.peakMiB() * 1024 * 1024) / 1_000_000)} MB`;
  }

  private timed(what: string, seconds: readonly number[], note = ''): Row {
    const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
    const { others, together } = this.options;
    const alone = MARKS[what];
    const mark = alone && (together ? 2 * alone : alone);
    return {
      figure: `site of 1 million events ${together ? 'in one partition with' : 'beside'} ${others} million: ${what}`,
      value: median(seconds),
      unit: 's',
      ...(mark === undefined ? {} : { mark: `< ${mark} s`, met: median(seconds) < mark }),
      note: [`${least.toPrecision(3)} to ${most.toPrecision(3)} s`, note]
        .filter((text) => text !== '')
        .join('; '),
    };
  }

  /** @returns seconds until the site's figures are those of the change */
  private async change(field: string, declared: string, variables: object): Promise<number> {
    const started = performance.now();
    const declaration = ['$site: ID!', declared].filter((text) => text !== '').join(', ');
    const query = `mutation(${declaration}) { change: ${field} { changed revision } }`;
    const { change } = (await graphql(this.product.url, query, { site: SITE, ...variables })) as {
      change: { changed: boolean; revision: number };
    };
    if (!change.changed) throw new Error(`${field} changed nothing`);
    for (;;) {
      const { rows } = await this.client.query<{ revision: number }>(
        'SELECT revision FROM site WHERE name = $1',
        [SITE],
      );
      if ((rows[0]?.revision ?? 0) >= change.revision) return (performance.now() - started) / 1000;
      await pause(20);
    }
  }

  private apply(round: number): Promise<number> {
    return this.change(`addRule(siteId: $site, rule: $rule)`, '$rule: SiteRuleInput!', { rule: rule(round) });
  }

  private undo(): Promise<number> {
    return this.change('undoRule(siteId: $site)', '', {});
  }

  private async preview(round: number): Promise<number> {
    const started = performance.now();
    const query = `mutation($site: ID!, $rule: SiteRuleInput!) { previewRule(siteId: $site, rule: $rule) { jobId } }`;
    const { previewRule } = (await graphql(this.product.url, query, { site: SITE, rule: rule(round) })) as {
      previewRule: { jobId: number };
    };
    for (;;) {
      const asked = `query($id: Int!) { job(id: $id) { state error preview { paths { path } } } }`;
      const { job } = (await graphql(this.product.url, asked, { id: previewRule.jobId })) as {
        job: { state: string; error: string | null; preview: { paths: unknown[] } | null };
      };
      if (job.error !== null) throw new Error(job.error);
      if (job.preview) {
        if (job.preview.paths.length === 0) throw new Error('the preview shows no change');
        return (performance.now() - started) / 1000;
      }
      await pause(20);
    }
  }

  /** @returns seconds until the answer */
  private async asOf(position: string, expected?: number): Promise<number> {
    const started = performance.now();
    const query = `query($site: ID!, $position: String!, $range: DateRangeInput!) {
      site(id: $site, asOf: { position: $position, seconds: 30 }) {
        totals(range: $range) { current { events } } topPaths(range: $range) { nodes { path } }
      }
    }`;
    for (;;) {
      try {
        const { site } = (await graphql(this.product.url, query, { site: SITE, position, range: RANGE })) as {
          site: { totals: { current: { events: number } } };
        };
        const { events } = site.totals.current;
        if (expected !== undefined && events !== expected)
          throw new Error(`as of ${position}: ${events} events`);
        return (performance.now() - started) / 1000;
      } catch (error) {
        if (!String(error).includes('AS_OF_NOT_READY')) throw error;
      }
    }
  }

  private async position(): Promise<{ partition: number; sequence: number }> {
    const { rows } = await this.client.query<{ partition: number; sequence: number }>(
      'SELECT p.partition, p.sequence::float8 AS sequence FROM partition p JOIN site s USING (partition) WHERE s.name = $1',
      [SITE],
    );
    if (!rows[0]) throw new Error('the site lives nowhere');
    return rows[0];
  }

  private async figures(): Promise<{ events: number; pageViews: number }> {
    const query = `query($site: ID!, $range: DateRangeInput!) { site(id: $site) { totals(range: $range) { current { events pageViews } } } }`;
    const { site } = (await graphql(this.product.url, query, { site: SITE, range: RANGE })) as {
      site: { totals: { current: { events: number; pageViews: number } } };
    };
    return site.totals.current;
  }

  private async expect(served: { events: number; pageViews: number }): Promise<void> {
    const now = await this.figures();
    if (now.events !== served.events || now.pageViews !== served.pageViews)
      throw new Error(`${JSON.stringify(now)} is served, it was ${JSON.stringify(served)}`);
  }
}
