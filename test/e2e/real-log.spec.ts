import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { launchBrowser, openPage } from '../harness/browser.js';
import { runCommand, startCommand, startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { ask } from './support/ask.js';
import { expectDaysOnPage, type Day } from './support/dashboard.js';
import { expected, missing, realLog } from './support/real-log.js';

describe.skipIf(missing)('the real log', () => {
  const days = Object.keys(expected.days);

  const expectedDay = (day: string): Partial<Day> => expected.days[day] ?? {};

  /** Every figure of every day, by both doors. */
  async function expectFigures(stack: Stack, site: string): Promise<void> {
    for (const day of days) {
      const { totalViews, uniqueUsers, topPaths } = expectedDay(day);
      const answer = await fetch(`${stack.url}/api/stats?siteId=${site}&date=${day}`);
      expect(await answer.json()).toEqual({ siteId: site, date: day, totalViews, uniqueUsers, topPaths });
    }
    expect(await byGraphql(stack, site)).toEqual({
      totals: { current: { pageViews: expected.events, uniqueVisitors: expected.uniqueVisitorsOverall } },
      uniqueVisitors: expected.uniqueVisitorsOverall,
      days: Object.fromEntries(
        Object.entries(expected.days).map(([day, { totalViews, uniqueUsers, distinctPaths, topPaths }]) => [
          day,
          {
            pageViews: totalViews,
            events: totalViews,
            uniqueVisitors: uniqueUsers,
            totalCount: distinctPaths,
            nodes: topPaths,
          },
        ]),
      ),
      hourlyViews: expected.events,
    });
  }

  async function expectFiguresOnPage(stack: Stack, site: string): Promise<void> {
    const browser = await launchBrowser();
    try {
      const { page, problems } = await openPage(browser, stack.url);
      await expectDaysOnPage(page, stack.url, site, expected.days);
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
  }

  async function byGraphql(stack: Stack, site: string): Promise<unknown> {
    const range = `range: { from: "${days[0] ?? ''}", to: "${days.at(-1) ?? ''}" }`;
    const paths = days.map(
      (day, i) =>
        `d${i}: topPaths(range: { from: "${day}", to: "${day}" }, first: 10) { totalCount nodes { path views } }`,
    );
    const query = `{ site(id: "${site}") {
      totals(${range}) { current { pageViews uniqueVisitors } }
      uniqueVisitors(${range})
      dailyStats(${range}) { day pageViews events uniqueVisitors }
      hourlyStats(${range}) { pageViews }
      ${paths.join('\n')}
    } }`;
    const { data, errors } = await ask(stack, query);
    expect(errors).toBeUndefined();
    const { totals, uniqueVisitors, dailyStats, hourlyStats, ...rest } = data?.['site'] as Record<
      string,
      unknown
    > & {
      dailyStats: { day: string }[];
      hourlyStats: { pageViews: number }[];
    };
    return {
      totals,
      uniqueVisitors,
      days: Object.fromEntries(
        dailyStats.map(({ day, ...daily }, i) => [day, { ...daily, ...(rest[`d${i}`] as object) }]),
      ),
      hourlyViews: hourlyStats.reduce((sum, hour) => sum + hour.pageViews, 0),
    };
  }

  const summaryOf = (stdout: string) =>
    JSON.parse(stdout) as { read: number; stored: number; rejected: number };

  describe('imported into a product that runs', () => {
    let stack: Stack;
    const site = 'real';
    beforeAll(async () => {
      stack = await startStack();
    });
    afterAll(() => stack?.stop());

    it('gives the expected figures, and names the line that is cut short', async () => {
      const { code, stdout, stderr } = await runCommand(
        stack.dataDir,
        'import',
        '--site',
        site,
        '--format',
        'combined',
        '--json',
        realLog,
      );
      expect(stderr).toContain(`line ${expected.rejectedLines[0]}: not_this_format`);
      expect(code).toBe(0);
      expect(summaryOf(stdout)).toMatchObject({
        read: expected.events + expected.rejectedLines.length,
        stored: expected.events,
        rejected: expected.rejectedLines.length,
      });
      await expectFigures(stack, site);
    });

    it('gives the same figures after a second import', async () => {
      expect(await runCommand(stack.dataDir, 'import', '--site', site, realLog)).toMatchObject({ code: 0 });
      await expectFigures(stack, site);
    });

    it('gives the same figures after everything was rebuilt from the log', async () => {
      const rebuilt = await runCommand(stack.dataDir, 'replay');
      expect(rebuilt).toMatchObject({ code: 0, stdout: expect.stringContaining('served now') as unknown });
      await expectFigures(stack, site);
    });

    it('shows every read model at the head of the log, with nothing parked', async () => {
      const { code, stdout } = await runCommand(stack.dataDir, 'status', '--json');
      expect(code).toBe(0);
      const status = JSON.parse(stdout) as {
        durability: string;
        projections: { name: string; status: string; partitions: { lag: number; deadLetters: number }[] }[];
      };
      expect(status.durability).toBe('synced');
      const served = status.projections.filter((each) => each.status === 'served');
      expect(served.map((each) => each.name).sort()).toEqual([
        'daily_aggregates',
        'devices',
        'hourly_series',
        'locales',
        'log_blocks',
        'sources',
        'top_paths',
        'unique_visitors',
      ]);
      for (const { partitions } of served) {
        expect(partitions.map(({ lag, deadLetters }) => [lag, deadLetters])).toEqual(
          partitions.map(() => [0, 0]),
        );
      }
    });
  });

  it('gives the expected figures when everything is killed with -9 while it is imported', async () => {
    const site = 'real';
    const stack = await startStack({ web: true, env: { TIDEMARK_ROLE: 'api' } });
    const { databaseUrl, natsUrl, natsMonitorUrl = '' } = stack.runtime;
    const projector = await startStack({
      env: {
        TIDEMARK_ROLE: 'projector',
        DATABASE_URL: databaseUrl,
        NATS_URL: natsUrl,
        NATS_MONITOR_URL: natsMonitorUrl,
      },
    });
    try {
      const command = startCommand(stack.dataDir, ['import', '--site', site, '--json', '-']);
      const faults: (readonly [string, () => Promise<void>])[] = [
        ['projector', () => projector.kill('SIGKILL').then(() => projector.restart())],
        [
          'PostgreSQL',
          async () => {
            process.kill(stack.serverPid('postgres'), 'SIGKILL');
            await waitFor(() => stack.output().includes('PostgreSQL is back'), { timeout: 30_000 });
          },
        ],
        [
          'everything',
          () =>
            Promise.all([stack.killAll(), projector.kill('SIGKILL')]).then(async () => {
              await stack.restart();
              await projector.restart();
            }),
        ],
      ];
      const lines = gunzipSync(readFileSync(realLog))
        .toString('latin1')
        .split(/(?<=\n)/);
      const slice = Math.ceil(lines.length / 80);
      let mending: Promise<void> = Promise.resolve();
      for (let i = 0; i < 80; i += 1) {
        // The feed goes on while a fault is being mended; only the next fault waits for that.
        command.child.stdin?.write(Buffer.from(lines.slice(i * slice, (i + 1) * slice).join(''), 'latin1'));
        const fault = i % 20 === 19 ? faults[(i + 1) / 20 - 1] : undefined;
        if (fault) {
          await mending;
          mending = fault[1]();
        }
        await sleep(50); // paces the feed; nothing is waited for here
      }
      command.child.stdin?.end();
      await mending;
      const { code, stdout, stderr } = await command.done;
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(summaryOf(stdout)).toMatchObject({
        stored: expected.events,
        rejected: expected.rejectedLines.length,
      });
      await waitFor(async () => (await fetch(`${stack.url}/health/ready`)).ok, { timeout: 30_000 });
      await expectFigures(stack, site);
      await expectFiguresOnPage(stack, site);
    } finally {
      await projector.stop();
      await stack.stop();
    }
  });
});
