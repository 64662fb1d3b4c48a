import { LOCAL } from '#access/actor.js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { createPool } from '#database/pool.js';
import { EventLog } from '#event-log/event-log.js';
import { WorkspaceProjector } from '#projector/workspace-projector.js';
import { silentLogger } from '#telemetry/logger.js';
import { ChangeLimit } from '#workspace/commands/change-limit.js';
import { decideRename } from '#workspace/commands/decide-site.js';
import { SiteSettings } from '#workspace/commands/site-settings.js';
import { partitionFor } from '#workspace/state/partition-for.js';
import { Workspace } from '#workspace/state/workspace.js';

import { openLog } from '../harness/event-log.js';
import { waitFor } from '../harness/wait-for.js';
import { ask, type Answer } from './support/ask.js';
import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';

// The API on real servers, with a projector of the workspace's stream that is the test's to stop.
let api: IngestApp;
let pool: ReturnType<typeof createPool>;
const projectors: WorkspaceProjector[] = [];

beforeAll(async () => {
  api = await startIngest();
  pool = createPool(api.databaseUrl, { max: 4 });
});
afterEach(() => Promise.all(projectors.splice(0).map((each) => each.stop())));
afterAll(async () => {
  await pool?.end();
  await api?.stop();
});

async function project(): Promise<WorkspaceProjector> {
  const projector = new WorkspaceProjector(pool, api.log, silentLogger);
  projectors.push(projector);
  await projector.start();
  return projector;
}

const create = (siteId: string, name: string | null = null) =>
  ask(
    api,
    'mutation ($siteId: ID!, $name: String) { r: createSite(siteId: $siteId, name: $name) { changed revision receipt } }',
    { siteId, name },
  );
const rename = (siteId: string, name: string, revision: number | null = null) =>
  ask(
    api,
    'mutation ($siteId: ID!, $name: String!, $revision: Int) { r: renameSite(siteId: $siteId, name: $name, revision: $revision) { changed revision receipt } }',
    { siteId, name, revision },
  );
const define = (siteId: string, eventType: string, description: string) =>
  ask(
    api,
    'mutation ($siteId: ID!, $t: String!, $d: String!) { r: defineEventType(siteId: $siteId, eventType: $t, description: $d) { changed revision receipt } }',
    { siteId, t: eventType, d: description },
  );

interface Change {
  readonly changed: boolean;
  readonly revision: number;
  readonly receipt: string;
}

const changeIn = (answer: Answer): Change => {
  expect(answer.errors).toBeUndefined();
  return answer.data?.['r'] as Change;
};
const errorIn = ({ errors }: Answer) => ({ message: errors?.[0]?.message, ...errors?.[0]?.extensions });

const show = (siteId: string, receipt: string, seconds = 20) =>
  ask(
    api,
    `query ($id: ID!, $receipt: String!, $seconds: Float!) @waitFor(receipt: $receipt, seconds: $seconds) {
      site(id: $id) { name revision eventTypes { name description } }
      auditTrail(siteId: $id) { action actor settings { setting before after } } }`,
    { id: siteId, receipt, seconds },
  );

test('a change is answered with a receipt, and a query that waits for it shows it, and who made it', async () => {
  await project();
  changeIn(await create('shop', 'The shop'));
  changeIn(await rename('shop', ' Our shop '));
  const { receipt, revision } = changeIn(await define('shop', 'signup', 'Signed up'));
  expect((await show('shop', receipt)).data).toEqual({
    site: { name: 'Our shop', revision, eventTypes: [{ name: 'signup', description: 'Signed up' }] },
    auditTrail: [
      {
        action: 'EventTypeDefined',
        actor: 'local-operator',
        settings: [{ setting: 'event type signup', before: null, after: 'Signed up' }],
      },
      {
        action: 'SiteRenamed',
        actor: 'local-operator',
        settings: [{ setting: 'name', before: 'The shop', after: 'Our shop' }],
      },
      {
        action: 'SiteCreated',
        actor: 'local-operator',
        settings: [
          { setting: 'name', before: null, after: 'The shop' },
          { setting: 'partition', before: null, after: expect.stringMatching(/^[0-3]$/) as string },
        ],
      },
    ],
  });
  const again = changeIn(await rename('shop', 'Our shop'));
  expect(again).toEqual({ changed: false, revision, receipt });
  changeIn(await define('shop', 'signup', ''));
});

test('a site that its first event created is named as well, and stays where its events are', async () => {
  await project();
  const { body } = await post(`${api.url}/api/event`, { ...GOOD, siteId: 'by-event' });
  const partition = (body?.['receipt'] as string).split(':')[0];
  expect(errorIn(await create('by-event', 'x'))).toMatchObject({ code: 'BAD_USER_INPUT', reason: 'exists' });
  const { receipt } = changeIn(await rename('by-event', 'Named later'));
  const { site } = (await show('by-event', receipt)).data as { site: { name: string } };
  expect(site.name).toBe('Named later');
  const { rows } = await pool.query('SELECT partition FROM site WHERE name = $1', ['by-event']);
  expect(rows).toEqual([{ partition: Number(partition) }]);
});

test('a site known from its events alone is created where they live by the first change that names it', async () => {
  const home = (partitionFor('by-log', api.log.partitions) + 1) % api.log.partitions;
  await pool.query('INSERT INTO site (name, partition) VALUES ($1, $2)', ['by-log', home]);
  await project();
  const { receipt } = changeIn(await rename('by-log', 'Found in the log'));
  const { site } = (await show('by-log', receipt)).data as { site: { name: string } };
  expect(site.name).toBe('Found in the log');
  expect(api.workspace.partitionOf('by-log')).toBe(home);
  const { body } = await post(`${api.url}/api/event`, { ...GOOD, siteId: 'by-log' });
  expect(body?.['receipt']).toMatch(new RegExp(`^${home}:`));
  const { rows } = await pool.query(
    'SELECT action, actor FROM setting_change WHERE site = $1 ORDER BY sequence',
    ['by-log'],
  );
  expect(rows).toEqual([
    { action: 'SiteCreated', actor: 'local-operator' },
    { action: 'SiteRenamed', actor: 'local-operator' },
  ]);
});

test('what cannot be is refused, naming the field, and changes nothing', async () => {
  await project();
  const { receipt, revision } = changeIn(await create('strict'));
  const bad = { code: 'BAD_USER_INPUT', reason: 'invalid' };
  expect(errorIn(await rename('strict', ' '))).toEqual({
    ...bad,
    message: 'name must be 1 to 100 printable characters',
  });
  expect(errorIn(await create('a.b'))).toMatchObject({
    ...bad,
    message: expect.stringMatching(/^siteId must be/) as string,
  });
  expect(errorIn(await define('strict', 'a\u0000', 'x'))).toMatchObject(bad);
  expect(errorIn(await rename('nobody', 'x'))).toMatchObject({ code: 'NOT_FOUND', reason: 'unknown_site' });
  expect((await show('strict', receipt)).data).toMatchObject({ site: { name: 'strict', revision } });
});

test('whoever has seen an older revision gets a conflict that names the newer one', async () => {
  const { revision } = changeIn(await create('seen'));
  const now = changeIn(await rename('seen', 'first', revision)).revision;
  expect(errorIn(await rename('seen', 'second', revision))).toMatchObject({
    code: 'CONFLICT',
    revision: now,
  });
  expect(changeIn(await rename('seen', 'second', now)).changed).toBe(true);
});

test('of two processes that change one site at once one is told so, and no change is lost', async () => {
  changeIn(await create('raced'));
  const logs = [await openLog(api.nats), await openLog(api.nats)];
  try {
    const processes = await Promise.all(logs.map(settingsOf));
    let revision = api.workspace.site('raced')?.revision ?? 0;
    for (let round = 0; round < 15; round++) {
      const outcomes = await Promise.all(
        processes.map((settings, i) =>
          settings.change({ siteId: 'raced', revision, actor: LOCAL }, (site, asked) =>
            decideRename(site, `name ${round} of ${i}`, asked),
          ),
        ),
      );
      const [done] = outcomes.filter((outcome) => 'changed' in outcome);
      const [lost] = outcomes.filter((outcome) => 'conflict' in outcome);
      expect(lost?.revision).toBe(done?.revision);
      expect(done?.revision).toBeGreaterThan(revision);
      revision = done?.revision ?? 0;
    }
  } finally {
    await Promise.all(logs.map((log) => log.close()));
  }
});

async function settingsOf(log: EventLog): Promise<SiteSettings> {
  const workspace = new Workspace();
  await log.workspace.follow((record) => workspace.applyRecord(record));
  return new SiteSettings(
    log,
    workspace,
    { partitionOf: () => Promise.resolve(undefined) },
    new ChangeLimit(),
  );
}

const tables = async () => {
  const of = async (text: string) => (await pool.query<Record<string, unknown>>(text)).rows;
  return [
    await of('SELECT name, partition, title, settings_sequence FROM site ORDER BY name'),
    await of(
      'SELECT s.name AS site, t.name, description FROM event_type t JOIN site s ON s.id = site_id ORDER BY 1, 2',
    ),
    await of('SELECT * FROM setting_change ORDER BY sequence'),
    await of('SELECT sequence, version FROM workspace_checkpoint'),
  ];
};

test('several projectors write each change once; filled anew from the stream, the tables are the same', async () => {
  await Promise.all([project(), project(), project()]);
  changeIn(await create('many'));
  for (let i = 0; i < 10; i++) changeIn(await rename('many', `name ${i}`));
  changeIn(await define('many', 'order', 'Bought something'));
  const { receipt } = changeIn(await define('many', 'order', 'Bought it'));
  const { auditTrail } = (await show('many', receipt)).data as { auditTrail: unknown[] };
  expect(auditTrail).toHaveLength(13);
  await Promise.all(projectors.splice(0).map((each) => each.stop()));
  const before = await tables();
  await pool.query('UPDATE workspace_checkpoint SET version = 0, sequence = 3');
  await pool.query("UPDATE setting_change SET actor = 'somebody else'");
  await pool.query("INSERT INTO event_type SELECT id, 'never', 'defined' FROM site");
  await project();
  await waitFor(async () => ((await tables())[3]?.[0] as { version: number }).version > 0);
  expect(await tables()).toEqual(before);
});

test('a change needs no projector: it is stored, and shown once one runs', async () => {
  changeIn(await create('later'));
  const { receipt } = changeIn(await rename('later', 'Shown later'));
  expect(errorIn(await show('later', receipt, 0.2))).toMatchObject({
    code: 'PROJECTION_BEHIND',
    position: expect.stringMatching(/^workspace:\d+$/) as string,
    message: expect.stringMatching(/^the figures include the settings up to \d+, and not \d+ yet/) as string,
  });
  await project();
  expect((await show('later', receipt)).data).toMatchObject({ site: { name: 'Shown later' } });
});

test('the trail is read page by page, of one site or of all', async () => {
  await project();
  const { receipt } = changeIn(await rename('later', 'Paged'));
  const page = async (before: number | null) => {
    const { data } = await ask(
      api,
      `query ($before: Int, $receipt: String!) @waitFor(receipt: $receipt, seconds: 20) {
        auditTrail(first: 5, before: $before) { sequence } }`,
      { before, receipt },
    );
    return (data?.['auditTrail'] as { sequence: number }[]).map(({ sequence }) => sequence);
  };
  const seen: number[] = [];
  for (let next = await page(null); next.length > 0; next = await page(seen.at(-1) ?? null))
    seen.push(...next);
  const { rows } = await pool.query<{ sequence: number }>(
    'SELECT sequence::float8 AS sequence FROM setting_change ORDER BY 1 DESC',
  );
  expect(seen).toEqual(rows.map(({ sequence }) => sequence));
  const tooMany = await ask(api, '{ auditTrail(first: 0) { sequence } }');
  expect(errorIn(tooMany)).toMatchObject({ code: 'BAD_USER_INPUT', message: 'first must be 1 to 200' });
});
