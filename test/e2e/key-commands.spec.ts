import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { kindOf } from '#access/key.js';

import { runCommand, startStack, type Stack } from '../harness/stack.js';
import { ask } from './support/ask.js';
import { GOOD, post } from './support/ingest-app.js';

let stack: Stack;
let client: pg.Client;
beforeAll(async () => {
  stack = await startStack();
  client = new pg.Client({ connectionString: stack.runtime.databaseUrl });
  await client.connect();
  await client.query(`INSERT INTO auth.organization (id, name, slug) VALUES ('o1', 'One', 'one')`);
});
afterAll(async () => {
  await client?.end();
  await stack?.stop();
});

const site = (...args: string[]) => runCommand(stack.dataDir, 'site', ...args);
const key = (...args: string[]) => runCommand(stack.dataDir, 'key', ...args);
const idIn = (stdout: string) => /this is key "([^"]+)"/.exec(stdout)?.[1] ?? '';

it('an operator makes, lists, rotates and revokes keys', async () => {
  expect((await key('list')).stdout).toMatch(/^There are no keys yet/);
  expect((await site('create', 'shop', '--organization', 'Two')).stderr).toMatch(
    /No organization is called "Two"\. There are:\n {2}One {2}\(o1\)/,
  );
  expect((await site('create', 'shop', '--organization', 'One')).code).toBe(0);
  const web = await key('create', 'shop', '--name', 'Web', '--origins', 'https://shop.example');
  expect(kindOf(web.stdout.split('\n')[0])).toBe('public');
  const server = await key('create', '--secret', '--name', 'Server', '--scopes', 'write,read');
  expect(kindOf(server.stdout.split('\n')[0])).toBe('secret');
  const next = await key('rotate', idIn(server.stdout), '--overlap', '1');
  expect(kindOf(next.stdout.split('\n')[0])).toBe('secret');
  expect((await key('revoke', idIn(web.stdout))).stdout).toMatch(/ is revoked\.\n$/);
  const lines = (await key('list')).stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/\s{2,}/).filter((_, column) => ![1, 6].includes(column)));
  expect(lines).toEqual([
    ['id', 'name', 'site', 'organization', 'scopes', 'state'],
    [idIn(web.stdout), 'Web', 'shop', 'o1', 'write', 'revoked'],
    [idIn(server.stdout), 'Server', '(all)', 'o1', 'write read', 'active'],
    [idIn(next.stdout), 'Server', '(all)', 'o1', 'write read', 'active'],
  ]);
});

it.each([
  [['create', 'nowhere', '--name', 'a'], 'siteId: there is no such site'],
  [['create', '--secret', '--name', 'a', '--organization', 'Acme'], 'No organization is called "Acme"'],
  [['create', 'shop', '--name', 'a', '--expires', 'soon'], 'use a time with a zone'],
  [['rotate', 'no-such-key'], 'id: there is no such key'],
  [['revoke', 'no-such-key'], 'id: there is no such key'],
])('says what is wrong with %j', async (args, message) => {
  const { code, stderr } = await key(...args);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});

it('an operator archives, gives away and deletes a site', async () => {
  expect((await site('create', 'old')).code).toBe(0);
  expect((await site('archive', 'old')).code).toBe(0);
  expect((await post(`${stack.url}/api/event`, { ...GOOD, siteId: 'old' })).status).toBe(403);
  expect((await site('restore', 'old')).code).toBe(0);
  expect((await site('origins', 'old', 'https://old.example')).code).toBe(0);
  const nobody = await site('transfer', 'old', 'Acme');
  expect([nobody.code, nobody.stderr]).toEqual([
    1,
    expect.stringContaining('No organization is called "Acme"'),
  ]);
  await client.query(`INSERT INTO auth.organization (id, name, slug) VALUES ('o2', 'Two', 'two')`);
  // One of the two has no site yet.
  expect((await key('create', '--secret', '--name', 'a')).stderr).toContain('Say whose it is to be');
  expect((await site('transfer', 'old', 'Two')).code).toBe(0);
  expect((await site('delete', 'old', '--days', '3')).code).toBe(0);
  const shown = '{ site(id: "old") { archivedAt deletesAt origins } }';
  expect((await ask(stack, shown)).data).toEqual({
    site: { archivedAt: null, deletesAt: expect.any(String) as string, origins: ['https://old.example'] },
  });
  expect((await site('keep', 'old')).code).toBe(0);
  expect((await site('delete', 'old', '--days', '0')).code).toBe(0);
  expect((await ask(stack, shown)).data).toEqual({ site: null });
});

it('what came in is counted by event type, defined or not', async () => {
  const { body } = await post(`${stack.url}/api/events`, {
    events: [GOOD, GOOD, { ...GOOD, eventType: 'signup', timestamp: '2026-01-31T14:30:00Z' }].map(
      (event) => ({
        ...event,
        siteId: 'seen',
      }),
    ),
  });
  const receipt = (body?.['outcomes'] as { receipt: string }[]).at(-1)?.receipt;
  const { data } = await ask(
    stack,
    `query ($receipt: String!) @waitFor(receipt: $receipt, seconds: 20) {
      site(id: "seen") { seenEventTypes(range: { from: "2026-01-01", to: "2026-01-31" }) { eventType events lastSeen }
        none: seenEventTypes(range: { from: "2026-02-01", to: "2026-02-28" }) { eventType } } }`,
    { receipt },
  );
  expect(data).toEqual({
    site: {
      seenEventTypes: [
        { eventType: 'page_view', events: 2, lastSeen: '2026-01-31T12:00:00.000Z' },
        { eventType: 'signup', events: 1, lastSeen: '2026-01-31T14:00:00.000Z' },
      ],
      none: [],
    },
  });
});
