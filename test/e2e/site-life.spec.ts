import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Person } from '#access/actor.js';
import { createPool } from '#database/pool.js';
import { WorkspaceProjector } from '#projector/workspace-projector.js';
import { silentLogger } from '#telemetry/logger.js';
import { CreateSite } from '#workspace/commands/site-commands.js';
import { CommandBus } from '@nestjs/cqrs';

import { waitFor } from '../harness/wait-for.js';
import { ask, type Answer } from './support/ask.js';
import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';
import { append, makeKey } from './support/keyed.js';

let api: IngestApp;
let pool: ReturnType<typeof createPool>;
let projector: WorkspaceProjector;

beforeAll(async () => {
  api = await startIngest();
  pool = createPool(api.databaseUrl, { max: 2 });
  projector = new WorkspaceProjector(pool, api.log, silentLogger);
  await projector.start();
});
afterAll(async () => {
  await projector?.stop();
  await pool?.end();
  await api?.stop();
});

interface Changed {
  readonly siteId: string;
  readonly changed: boolean;
  readonly revision: number;
  readonly receipt: string;
}

const change = (call: string) => ask(api, `mutation { r: ${call} { siteId changed revision receipt } }`);
const changed = (answer: Answer): Changed => {
  expect(answer.errors).toBeUndefined();
  return answer.data?.['r'] as Changed;
};
const errorIn = ({ errors }: Answer) => ({ message: errors?.[0]?.message, ...errors?.[0]?.extensions });
const show = async (siteId: string, receipt: string) =>
  (
    await ask(
      api,
      `query ($id: ID!, $receipt: String!) @waitFor(receipt: $receipt, seconds: 20) {
        site(id: $id) { id archivedAt deletesAt origins } sites { id } archived: sites(archived: true) { id } }`,
      { id: siteId, receipt },
    )
  ).data as {
    site: { archivedAt: string | null; deletesAt: string | null; origins: string[] } | null;
    sites: { id: string }[];
    archived: { id: string }[];
  };
const send = (siteId: string) => post(`${api.url}/api/event`, { ...GOOD, siteId });

it('a site without an ID of its own gets a short random one', async () => {
  const { siteId, receipt } = changed(await change('createSite(name: "Shop")'));
  expect(siteId).toMatch(/^[a-z0-9]{12}$/);
  expect((await show(siteId, receipt)).sites).toContainEqual({ id: siteId });
  expect(changed(await change('createSite')).siteId).not.toBe(siteId);
});

it('a site belongs to the organization of who makes it, and its ID is taken for everybody', async () => {
  const of = (organizationId: string): Person => ({
    kind: 'person',
    userId: 'u',
    sessionId: 's',
    expiresAt: Infinity,
    operator: false,
    organizationId,
    role: 'admin',
  });
  const commands = api.app.get(CommandBus, { strict: false });
  expect(await commands.execute(new CreateSite(of('o1'), 'theirs'))).toMatchObject({ changed: true });
  expect(api.workspace.site('theirs')?.organizationId).toBe('o1');
  const own = await commands.execute(new CreateSite(of('o1'), 'theirs'));
  expect(own).toMatchObject({ refused: 'exists' });
  expect(await commands.execute(new CreateSite(of('o2'), 'theirs'))).toEqual(own);
});

it('an archived site takes no events, is not among the others, and can be read and brought back', async () => {
  changed(await change('createSite(siteId: "old")'));
  const { receipt } = changed(await change('archiveSite(siteId: "old")'));
  const shown = await show('old', receipt);
  expect(Date.parse(shown.site?.archivedAt ?? '')).toBeGreaterThan(0);
  expect(shown.sites).not.toContainEqual({ id: 'old' });
  expect(shown.archived).toEqual([{ id: 'old' }]);
  const refused = await send('old');
  expect([refused.status, refused.body?.['message']]).toEqual([
    403,
    ['siteId: the site was archived, it takes no events'],
  ]);
  const batch = await post(`${api.url}/api/events`, { events: [{ ...GOOD, siteId: 'old' }, GOOD] });
  expect(batch.body).toMatchObject({
    stored: 1,
    outcomes: [{ status: 'rejected', reason: 'site_archived' }, { status: 'stored' }],
  });
  expect(changed(await change('archiveSite(siteId: "old")')).changed).toBe(false);
  const back = changed(await change('restoreSite(siteId: "old")'));
  expect((await show('old', back.receipt)).sites).toContainEqual({ id: 'old' });
  expect((await send('old')).status).toBe(202);
});

it('a site that is to be deleted can be had back until then', async () => {
  changed(await change('createSite(siteId: "leaving")'));
  const before = Date.now();
  const { receipt } = changed(await change('deleteSite(siteId: "leaving")'));
  const deletesAt = Date.parse((await show('leaving', receipt)).site?.deletesAt ?? '');
  expect(deletesAt - before).toBeGreaterThanOrEqual(7 * 86_400_000);
  expect(deletesAt - before).toBeLessThan(7 * 86_400_000 + 60_000);
  expect((await send('leaving')).status).toBe(202);
  // A date that was told does not move.
  expect(changed(await change('deleteSite(siteId: "leaving", graceDays: 1)')).changed).toBe(false);
  const stays = changed(await change('cancelSiteDeletion(siteId: "leaving")'));
  expect((await show('leaving', stays.receipt)).site?.deletesAt).toBeNull();
  expect(errorIn(await change('deleteSite(siteId: "leaving", graceDays: 91)'))).toMatchObject({
    message: 'graceDays must be a whole number from 0 to 90',
  });
});

it('S55: a deleted site is in no answer, takes no events, and its ID stays taken', async () => {
  changed(await change('createSite(siteId: "gone")'));
  expect((await send('gone')).status).toBe(202);
  const { receipt } = changed(await change('deleteSite(siteId: "gone", graceDays: 0)'));
  const shown = await show('gone', receipt);
  expect(shown.site).toBeNull();
  expect([...shown.sites, ...shown.archived]).not.toContainEqual({ id: 'gone' });
  const refused = await send('gone');
  expect([refused.status, refused.body?.['message']]).toEqual([404, ['siteId: there is no such site']]);
  const stats = await fetch(`${api.url}/api/stats?siteId=gone&date=2026-01-31`);
  const never = await fetch(`${api.url}/api/stats?siteId=never-there&date=2026-01-31`);
  expect(stats.status).toBe(never.status);
  expect((await stats.text()).replaceAll('gone', '')).toBe(
    (await never.text()).replaceAll('never-there', ''),
  );
  for (const call of ['cancelSiteDeletion(siteId: "gone")', 'renameSite(siteId: "gone", name: "x")'])
    expect(errorIn(await change(call))).toMatchObject({ code: 'NOT_FOUND' });
  expect(errorIn(await change('createSite(siteId: "gone")'))).toMatchObject({ reason: 'exists' });
});

it('the end of the grace period needs nobody', async () => {
  changed(await change('createSite(siteId: "soon")'));
  const at = Date.now();
  const deletesAt = at + 4_000;
  await append(api, { type: 'SiteDeletionScheduled', siteId: 'soon', deletesAt, at, actor: 'test' });
  const { revision } = api.workspace.site('soon') ?? {};
  expect((await show('soon', `workspace:${revision}`)).site).not.toBeNull();
  await waitFor(async () => (await show('soon', `workspace:${revision}`)).site === null, {
    message: 'the site to be in no answer',
  });
  expect(Date.now()).toBeGreaterThanOrEqual(deletesAt);
  expect((await send('soon')).status).toBe(404);
});

it('origins are tidied, kept and shown, and the audit trail has them', async () => {
  changed(await change('createSite(siteId: "pages")'));
  const { receipt } = changed(
    await change(
      'changeOrigins(siteId: "pages", origins: ["https://Shop.example/", "https://*.shop.example"])',
    ),
  );
  const origins = ['https://shop.example', 'https://*.shop.example'];
  expect((await show('pages', receipt)).site?.origins).toEqual(origins);
  const again = await change(`changeOrigins(siteId: "pages", origins: ${JSON.stringify(origins)})`);
  expect(changed(again).changed).toBe(false);
  expect(errorIn(await change('changeOrigins(siteId: "pages", origins: ["shop"])'))).toMatchObject({
    code: 'BAD_USER_INPUT',
    message: expect.stringMatching(/^origins\[0\] must be an origin/) as string,
  });
  const { data } = await ask(
    api,
    '{ auditTrail(siteId: "pages", first: 1) { action settings { setting before after } } }',
  );
  expect(data?.['auditTrail']).toEqual([
    {
      action: 'SiteOriginsChanged',
      settings: [{ setting: 'origins', before: null, after: origins.join(' ') }],
    },
  ]);
});

it('the audit trail knows whose each change was, also of a key that is bound to no site', async () => {
  const { rows } = await pool.query<{ site: string; organization: string | null }>(
    `SELECT site, organization_id AS organization FROM setting_change WHERE site = 'theirs'`,
  );
  expect(rows).toEqual([{ site: 'theirs', organization: 'o1' }]);
  await makeKey(api, undefined, { kind: 'secret', organizationId: 'o3' });
  const ofKeys = `SELECT site, organization_id AS organization FROM setting_change WHERE action = 'KeyCreated'`;
  await waitFor(async () => (await pool.query(ofKeys)).rowCount, { message: 'the key in the audit trail' });
  expect((await pool.query(ofKeys)).rows).toEqual([{ site: null, organization: 'o3' }]);
});
