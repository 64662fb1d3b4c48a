import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { createPool } from '#database/pool.js';
import { decodeEvent, encodeEvent } from '#events/codec.js';
import type { StoredEvent } from '#events/stored-event.js';
import { visitorOf } from '#events/visitor.js';
import { Projector, type ProjectorOptions } from '#projector/projector.js';
import { WorkspaceProjector } from '#projector/workspace-projector.js';
import { projections } from '#projections/index.js';
import { silentLogger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import { readAll } from '../../harness/event-log.js';
import { waitFor } from '../../harness/wait-for.js';
import { ask, type Answer } from './ask.js';
import { type IngestApp, startIngest } from './ingest-app.js';

export const RANGE = '{ from: "2026-02-25", to: "2026-03-10" }';
/** All that the questions say of a site. */
export const FIGURES = `timeZone coverage { from to }
  totals(range: ${RANGE}) { current { pageViews events uniqueVisitors viewsPerVisitor } previous { events } }
  dailyStats(range: ${RANGE}) { day pageViews events uniqueVisitors }
  hourlyStats(range: ${RANGE}) { hour events byType { eventType events } }
  topPaths(range: ${RANGE}, first: 500) { totalCount totalViews nodes { path views share } }`;

/** Where site "shop" lives, of four. */
export const PARTITION = 2;

type Options = Partial<Omit<ProjectorOptions, 'url' | 'log' | 'projections'>>;

/** The API over real servers, and a projector beside it that a test may replace. */
export class PastLab {
  readonly pool;
  private workspace: WorkspaceProjector | undefined;
  private projector: Projector | undefined;

  private constructor(readonly app: IngestApp) {
    this.pool = createPool(app.databaseUrl, { max: 3 });
  }

  static async open(): Promise<PastLab> {
    const lab = new PastLab(await startIngest());
    lab.workspace = new WorkspaceProjector(lab.pool, lab.app.log, silentLogger);
    await lab.workspace.start();
    expect((await lab.ask('mutation { createSite(siteId: "shop") { receipt } }')).errors).toBeUndefined();
    return lab;
  }

  /** Instead of the one that runs. */
  async project(options: Options = {}): Promise<void> {
    await this.projector?.stop();
    this.projector = new Projector({
      url: this.app.databaseUrl,
      log: this.app.log,
      projections,
      logger: silentLogger,
      metrics: new Metrics({ defaults: false }),
      ...options,
      limits: { tickMs: 50, sweepMs: 200, ...options.limits },
    });
    await this.projector.start();
  }

  /** One after the other. @returns the receipt of the last */
  async append(events: readonly StoredEvent[]): Promise<string> {
    const outcomes = await Promise.all(
      events.map((event) => this.app.log.append(PARTITION, encodeEvent(event))),
    );
    const last = outcomes.at(-1);
    if (!last?.stored) throw new Error('not stored');
    return `${PARTITION}:${last.position.sequence}:${last.position.ordinal}`;
  }

  timeZone(timeZone: string): Promise<void> {
    return this.change(`changeTimeZone(siteId: "shop", timeZone: "${timeZone}") { receipt }`);
  }

  /** @param rule a SiteRuleInput, as GraphQL writes it */
  rule(rule: string): Promise<void> {
    return this.change(`addRule(siteId: "shop", rule: ${rule}) { receipt }`);
  }

  /** Returns when it is served. */
  private async change(mutation: string): Promise<void> {
    // Whole milliseconds before and after it: what is stored when is told in these.
    await sleep(3);
    const { data, errors } = await this.ask(`mutation { changed: ${mutation} }`);
    expect(errors).toBeUndefined();
    const { receipt } = data?.['changed'] as { receipt: string };
    const waited = await this.ask(
      'query ($receipt: String!) @waitFor(receipt: $receipt, seconds: 30) { sites { id } }',
      { receipt },
    );
    expect(waited.errors).toBeUndefined();
    await sleep(3);
  }

  ask(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
    return ask(this.app, query, variables);
  }

  /** The site's figures, as they were where it is said when. */
  async figures(asOf?: object, more = ''): Promise<Record<string, unknown>> {
    const { data, errors } = await this.ask(
      `query ($asOf: AsOfInput) { site(id: "shop", asOf: $asOf) { ${FIGURES} ${more} } }`,
      {
        asOf: asOf && { seconds: 30, ...asOf },
      },
    );
    expect(errors).toBeUndefined();
    return data?.['site'] as Record<string, unknown>;
  }

  async drained(): Promise<void> {
    const { sequence } = await this.app.log.head(PARTITION);
    await waitFor(
      async () => {
        const { rows } = await this.pool.query(
          'SELECT FROM partition WHERE partition = $1 AND sequence >= $2',
          [PARTITION, sequence],
        );
        return rows.length > 0;
      },
      { timeout: 30_000 },
    );
  }

  /** Orders to make figures of the past, oldest first. */
  async orders(): Promise<{ id: number; state: string; progress: { result?: { made: boolean } } }[]> {
    const { rows } = await this.pool.query<{ id: number; state: string; progress: object }>(
      `SELECT id, state, progress FROM job WHERE kind = 'as_of' ORDER BY id`,
    );
    return rows;
  }

  /** Every line of the partition that is an event, in order. */
  async lines(): Promise<{ sequence: number; ordinal: number; event: StoredEvent }[]> {
    return (await readAll(this.app.log, PARTITION)).flatMap(({ sequence, ordinal, line }) => {
      const decoded = decodeEvent(line);
      return decoded.ok ? [{ sequence, ordinal, event: decoded.event }] : [];
    });
  }

  async stop(): Promise<void> {
    await this.projector?.stop();
    await this.workspace?.stop();
    await this.pool.end();
    await this.app.stop();
  }
}

/** Settings as a test sees them: which page is left out, and which one is shown as another. */
export interface Seen {
  readonly timeZone: string;
  readonly leftOut?: string;
  readonly merged?: readonly [from: string, to: string];
}

/** What the figures must be, worked out from events in the order of the log, with nothing of the product's folding. */
export function counted(events: readonly StoredEvent[], { timeZone, leftOut, merged }: Seen) {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const seen = new Set<string>();
  const days = new Map<string, { pageViews: number; events: number; visitors: Set<string> }>();
  const paths = new Map<string, number>();
  for (const event of events) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    if (leftOut !== undefined && event.path === leftOut) continue;
    const date = format.format(event.occurredAt);
    const day = days.get(date) ?? { pageViews: 0, events: 0, visitors: new Set() };
    days.set(date, day);
    day.events++;
    day.visitors.add(visitorOf(event));
    if (event.type !== 'page_view') continue;
    day.pageViews++;
    const path = event.path === merged?.[0] ? merged?.[1] : event.path;
    // No column holds this: the event is a dead letter there.
    if (path?.includes('\0') === false) paths.set(path, (paths.get(path) ?? 0) + 1);
  }
  return {
    days: Object.fromEntries(
      [...days].map(([day, { visitors, ...rest }]) => [day, { ...rest, uniqueVisitors: visitors.size }]),
    ),
    paths: Object.fromEntries(paths),
    visitors: new Set([...days.values()].flatMap(({ visitors }) => [...visitors])).size,
  };
}

/** The same of an answer. */
export function answered(site: Record<string, unknown>): ReturnType<typeof counted> {
  const { dailyStats, topPaths, totals } = site as {
    dailyStats: { day: string; pageViews: number; events: number; uniqueVisitors: number }[];
    topPaths: { nodes: { path: string; views: number }[] };
    totals: { current: { uniqueVisitors: number } };
  };
  return {
    days: Object.fromEntries(
      dailyStats.filter(({ events }) => events > 0).map(({ day, ...rest }) => [day, rest]),
    ),
    paths: Object.fromEntries(topPaths.nodes.map(({ path, views }) => [path, views])),
    visitors: totals.current.uniqueVisitors,
  };
}
