import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runCommand, startCommand, startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { ask } from './support/ask.js';

const line = (n: number, request = `GET /page/${n} HTTP/1.1`) =>
  `10.0.0.${n % 250} - - [17/May/2015:10:05:03 +0000] "${request}" 200 1 "-" "agent"\n`;
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => line(from + i)).join('');

describe('the command line', () => {
  let stack: Stack;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-test-cli-'));
    stack = await startStack();
  });
  afterAll(async () => {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (name: string, content: string | Buffer) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const run = (...args: string[]) => runCommand(stack.dataDir, ...args);
  const views = async (site: string) => {
    const answer = await fetch(`${stack.url}/api/stats?siteId=${site}&date=2015-05-17`);
    return ((await answer.json()) as { totalViews?: number }).totalViews ?? 0;
  };

  it('says what to start where nothing runs', async () => {
    const commands = [['import', '--site', 'a', file('any.log', line(1))], ['status'], ['replay'], ['demo']];
    const answers = commands.map((args) => runCommand(join(folder, 'nothing'), ...args));
    for (const { code, stderr } of await Promise.all(answers)) {
      expect(code).toBe(1);
      expect(stderr).toMatch(/^Nothing of yours runs on .*: start it first with "npm start".*\n$/);
    }
  });

  it.each([
    [
      'a file that is not there',
      ['import', '--site', 'a', '/no/such/file'],
      /^Cannot read \/no\/such\/file: .*\n$/,
    ],
    ['a folder', ['import', '--site', 'a', '/tmp'], /^\/tmp is a folder; name a file\.\n$/],
    ['a site name that cannot be', ['import', '--site', 'a b', '/dev/null'], /^"a b" is no site name: .*\n$/],
    ['an unknown format', ['import', '--site', 'a', '--format', 'w3c', '/dev/null'], /combined, common/],
    ['no site', ['import', '/dev/null'], /--site/],
    [
      'an unknown projection',
      ['replay', '--projection', 'x'],
      /^There is no projection "x"; there are daily_aggregates, /,
    ],
    ['a day that is none', ['verify', '--from', '2026-02-30'], /a day that exists/],
    ['days the wrong way round', ['verify', '--from', '2026-03-02', '--to', '2026-03-01'], /--from must not/],
    ['a site without events', ['verify', '--site', 'nowhere'], /there is no site "nowhere" with events/],
    ['a rate that is none', ['demo', '--rate', 'fast'], /20\/s/],
    ['an unknown command', ['improt'], /unknown command/],
  ])('refuses %s in readable words', async (_, args, words) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('    at ');
  });

  it('counts a longer and a rotated file once, packed or not, and lists what it rejects', async () => {
    expect((await run('import', '--site', 'grown', file('a.log', lines(0, 300)))).code).toBe(0);
    expect(await views('grown')).toBe(300);
    const longer = file('b.log', gzipSync(lines(0, 400) + 'nonsense\n' + line(7, 'GET /odd/\xff HTTP/1.1')));
    const rejects = join(folder, 'rejects.tsv');
    const { code, stdout, stderr } = await run('import', '--site', 'grown', '--rejects', rejects, longer);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'line 401: not_this_format: not a line of the combined log format\n',
    });
    expect(stdout).toContain('402 lines read, 401 stored for "grown", 1 rejected');
    expect(readFileSync(rejects, 'utf8')).toBe(
      '401\tnot_this_format\tnot a line of the combined log format\n',
    );
    expect(await views('grown')).toBe(401);
    expect((await run('import', '--site', 'grown', file('c.log', lines(250, 500)))).code).toBe(0);
    expect(await views('grown')).toBe(501);
  });

  it('says so where a packed file is cut short, and keeps what came before', async () => {
    const whole = gzipSync(lines(0, 20_000));
    const { code, stderr } = await run(
      'import',
      '--site',
      'cut',
      file('cut.gz', whole.subarray(0, whole.length / 2)),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/cut\.gz cannot be read to its end: .*What came before is stored\.\n$/);
  });

  it('ends cleanly at Ctrl-C, with everything read so far stored', async () => {
    const command = startCommand(stack.dataDir, ['import', '--site', 'stopped', '-']);
    command.child.stdin?.write(lines(0, 100));
    await waitFor(async () => (await views('stopped')) === 100, { timeout: 20_000 });
    command.child.kill('SIGINT');
    const { code, stdout, stderr } = await command.done;
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: 'Interrupted: run the same command again, it adds only what is missing.\n',
    });
    expect(stdout).toContain('100 stored');
  });

  it('makes the same demo traffic once, and live traffic at a rate', async () => {
    const made = async () => {
      expect(await run('demo', '--days', '2', '--events', '600', '--sites', 'big,small')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('600 events') as unknown,
      });
      return eventsOf(stack, ['big', 'small']);
    };
    expect(await made()).toBe(600);
    const live = await run('demo', '--rate', '200/s', '--events', '100', '--sites', 'live');
    expect(live).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('100 live events stored') as unknown,
    });
    await waitFor(async () => (await eventsOf(stack, ['live'])) === 100);
  });

  it('verifies the figures against the log, and shows it', async () => {
    const { code, stdout } = await run('verify');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^No drift: everything recorded equals the log \([\d,]+ events and [\d,]+ duplicates up to 0:/,
    );
    const status = await run('status');
    expect(status.stdout).toMatch(/^Verified 20.*Z, every site, up to 0:\d+ .*: no drift\.$/m);
    const json = JSON.parse((await run('verify', '--site', 'grown', '--json')).stdout) as unknown;
    expect(json).toMatchObject({ outcome: 'clean', site: 'grown', driftRows: 0, findings: [] });
  });

  it('is ordered to verify by GraphQL, which also answers with the result', async () => {
    const ordered = await ask(
      stack,
      'mutation { verify(from: "2015-05-17", to: "2015-05-17") { id kind state } }',
    );
    const { id } = ordered.data?.['verify'] as { id: number };
    expect(ordered).toMatchObject({ data: { verify: { id, kind: 'verify' } } });
    const fields =
      'id outcome site from to positions { partition sequence } driftRows findingsTotal findings { what }';
    await waitFor(
      async () => {
        const { data } = await ask(stack, `{ verification(first: 1) { ${fields} } }`);
        const [last] = data?.['verification'] as { id: number }[];
        return last?.id === id;
      },
      { timeout: 60_000 },
    );
    const { data } = await ask(stack, `{ verification(first: 1) { ${fields} } }`);
    expect(data?.['verification']).toMatchObject([
      { id, outcome: 'clean', site: null, from: '2015-05-17', driftRows: 0, findings: [] },
    ]);
    for (const [order, fault] of [
      ['site: "a b"', 'site must be'],
      ['from: "2026-02-30"', 'from must be a day'],
      ['from: "2026-02-02", to: "2026-02-01"', 'from must not be after to'],
    ])
      expect((await ask(stack, `mutation { verify(${order ?? ''}) { id } }`)).errors?.[0]?.message).toContain(
        fault,
      );
  });

  it('rebuilds one projection without serving it, and shows it beside the served one', async () => {
    const { code, stdout } = await run('replay', '--projection', 'top_paths', '--no-swap');
    expect(code).toBe(0);
    expect(stdout).toMatch(/top_paths \(generation 2\)\. The old ones are still served\.\n$/);
    const status = await run('status');
    expect(status.stdout).toMatch(/^top_paths +1 +1 +served /m);
    expect(status.stdout).toMatch(/^top_paths +1 +2 +/m);
    expect(status.stdout).toContain('Log: synced.');
  });

  it('rebuilds, compares, swaps, rolls back and retires, saying what it did', async () => {
    const name = 'daily_aggregates';
    expect((await run('import', '--site', 'rebuilt', file('d.log', lines(0, 50)))).code).toBe(0);
    expect((await run('compare', name)).stderr).toMatch(
      /no generation beside the served one \(1\); build one/,
    );
    expect((await run('rebuild', name)).stdout).toMatch(/daily_aggregates \(generation 2\)\. The old ones/);
    expect((await run('compare', name)).stdout).toMatch(
      /^0 differences between generation 1 \(served, version 2\) and generation 2 \(building, version 2\), in \d+ days\.\n$/,
    );

    await spoil(
      stack,
      `UPDATE ${name}_g2 SET page_views = page_views + 7 WHERE day = '2015-05-17' AND events = 50`,
    );
    const { stdout } = await run('compare', name);
    expect(stdout).toMatch(/differ in 1 of \d+ days:\n/);
    expect(stdout).toMatch(/^2015-05-17 +page_views +[\d,]+ +[\d,]+ +\+7$/m);
    expect(stdout).toContain('rebuilt, day 2015-05-17: page_views 50 events 50 -> page_views 57 events 50');
    expect(JSON.parse((await run('compare', name, '--json')).stdout)).toMatchObject({
      served: 1,
      candidate: 2,
      behind: 0,
    });

    const swap = await run('swap', name, '--yes');
    expect(swap).toMatchObject({ code: 0, stderr: '' });
    expect(swap.stdout).toMatch(/^Generation 2 of daily_aggregates is served now; generation 1 is kept/);
    expect(await views('rebuilt')).toBe(57);
    expect((await run('rollback', name)).stdout).toMatch(/^Generation 1 of daily_aggregates is served now/);
    expect(await views('rebuilt')).toBe(50);
    expect((await run('retire', name)).stdout).toMatch(/^Retired of daily_aggregates: generation 2\./);
    expect(await run('rollback', name)).toMatchObject({
      code: 1,
      stderr:
        'The rollback failed, what is served is untouched: daily_aggregates has no kept generation to go back to\n',
    });
    expect((await run('swap', 'x')).stderr).toMatch(
      /^There is no projection "x"; there are daily_aggregates, /,
    );
  });

  it('rebuilds ledger and all read models from zero, and mends what was spoilt', async () => {
    expect((await run('rebuild')).stderr).toMatch(/^Name the projection; /);
    expect((await run('rebuild', 'top_paths', '--from-zero')).stderr).toMatch(/^--from-zero goes alone: /);
    await spoil(
      stack,
      `UPDATE daily_aggregates_g1 SET page_views = 0 WHERE day = '2015-05-17' AND events = 50`,
    );
    expect(await views('rebuilt')).toBe(0);
    const { code, stdout } = await run('rebuild', '--from-zero');
    expect(stdout).toMatch(/^Everything was computed anew from [\d,]+ events in .* and is served now\.\n$/);
    expect(code).toBe(0);
    expect(await views('rebuilt')).toBe(50);
    expect((await run('verify')).stdout).toMatch(/^No drift/);
  });
});

async function spoil(stack: Stack, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: stack.runtime.databaseUrl });
  await client.connect();
  try {
    expect((await client.query(sql)).rowCount).toBe(1);
  } finally {
    await client.end();
  }
}

async function eventsOf(stack: Stack, sites: readonly string[]): Promise<number> {
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  const fields = sites.map(
    (site, i) =>
      `s${i}: site(id: "${site}") { totals(range: { from: "${day(-5)}", to: "${day(1)}" }) { current { events } } }`,
  );
  const { data } = await ask(stack, `{ ${fields.join(' ')} }`);
  const found = Object.values(data ?? {}) as ({ totals: { current: { events: number } } } | null)[];
  return found.reduce((sum, site) => sum + (site?.totals.current.events ?? 0), 0);
}
