import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Browser as Chromium, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { DOORS } from '#ingest/doors.js';

import { Browser, firstOwner, GOOD_PASSWORD } from '../e2e/accounts/person.js';
import { post } from '../e2e/support/ingest-app.js';
import { addressOf, inHeader, KEYED_DOORS, NO_EVENTS } from '../e2e/support/keyed-doors.js';
import { createdKey } from '../e2e/support/real-tenants.js';
import { launchBrowser } from '../harness/browser.js';
import { startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';

const EVIL = 'https://evil.example';
const MUTATION = 'mutation { createSite(siteId: "forged", name: "forged") { receipt } }';
const MODES = ['where people sign in', 'where nobody has to'] as const;

/** Whoever reads and changes there rightfully: the owner with their session, or everybody. */
const owners = {} as Record<(typeof MODES)[number], Browser>;
let closed: Stack;
let open: Stack;
let chromium: Chromium;
/** Pages of others, as browsers see them; it keeps the cookies that it gets. */
let elsewhere: Server;
const brought: string[] = [];
const theirs = { 'another site': '', 'another port': '' };

beforeAll(async () => {
  [closed, open] = await Promise.all([
    startStack({ web: true, env: { TIDEMARK_OPEN: 'false' } }),
    startStack({ web: true }),
  ]);
  owners['where people sign in'] = await firstOwner(closed);
  owners['where nobody has to'] = new Browser(open);
  chromium = await launchBrowser();
  elsewhere = createServer(({ headers }, response) => {
    brought.push(headers.cookie ?? '');
    response.setHeader('content-type', 'text/html').end('<p>hello');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const { port } = elsewhere.address() as AddressInfo;
  theirs['another site'] = `http://evil.localhost:${port}`;
  // Of the host of the dashboard: there browsers send its cookies along.
  theirs['another port'] = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await chromium?.close();
  elsewhere?.close();
  await Promise.all([closed?.stop(), open?.stop()]);
});

/** A browser in which the owner works: the cookie is the one that the product has set there. */
async function atWork(url: string): Promise<BrowserContext> {
  const context = await chromium.newContext();
  if (url === open.url) return context;
  const data = { email: 'ada@example.org', password: GOOD_PASSWORD };
  expect((await context.request.post(`${url}/api/auth/sign-in/email`, { data })).status()).toBe(200);
  return context;
}

describe.each(MODES)('%s', (mode) => {
  const owner = () => owners[mode];
  const url = () => owner().app.url;
  const cookie = (): Record<string, string> => (owner().cookie === '' ? {} : { cookie: owner().cookie });

  let made = 0;
  /** What the owner makes now is the last change, so what came before would show beside it. */
  async function expectNothingCame(): Promise<void> {
    const id = `own-${++made}`;
    await owner().field('mutation ($id: ID!) { createSite(siteId: $id) { receipt } }', { id });
    const sites = async () =>
      (await owner().field<{ id: string }[]>('{ sites { id } }')).map((site) => site.id);
    await waitFor(async () => (await sites()).includes(id), { message: 'the site of the owner' });
    expect((await sites()).filter((each) => !each.startsWith('own-'))).toEqual([]);
    if (mode === 'where people sign in') expect(await owner().viewer()).toMatchObject({ name: 'Ada' });
  }

  describe('S23: what a page of another site can make a browser send changes nothing', () => {
    const types = [
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain',
      'image/png',
      '',
    ];
    it.each(types)('POST of type %j', async (type) => {
      for (const body of [JSON.stringify({ query: MUTATION }), `query=${encodeURIComponent(MUTATION)}`]) {
        const response = await fetch(`${url()}/graphql`, {
          method: 'POST',
          headers: { origin: EVIL, ...cookie(), 'content-type': type },
          body,
        });
        expect([400, 403, 415]).toContain(response.status);
      }
      await expectNothingCame();
    });

    it('a mutation by GET, with a header that makes it asked for first or without', async () => {
      for (const more of [{}, { 'apollo-require-preflight': '1' }]) {
        const response = await fetch(`${url()}/graphql?query=${encodeURIComponent(MUTATION)}`, {
          headers: { origin: EVIL, ...cookie(), ...more },
        });
        expect([400, 405]).toContain(response.status);
      }
      await expectNothingCame();
    });

    const pages =
      mode === 'where people sign in'
        ? (['another site', 'another port'] as const)
        : (['another site'] as const);
    it.each(pages)('a real page of %s: forms, fetches, images and links', async (which) => {
      const context = await atWork(url());
      const page = await context.newPage();
      const before = brought.length;
      await page.goto(theirs[which]);
      // A browser that would not bring the session proves nothing.
      if (which === 'another port') expect(brought.slice(before).join()).toContain('tidemark_session=');
      const read = await page.evaluate<string[]>(
        `(async ([url, mutation]) => {
            const tries = [
              ['application/json', { mode: 'cors', credentials: 'include' }],
              ['application/json', { mode: 'no-cors', credentials: 'include' }],
              ['text/plain', { mode: 'no-cors', credentials: 'include' }],
            ];
            const bodies = [];
            for (const [type, more] of tries)
              for (const [path, sent] of [['/graphql', { query: mutation }], ['/api/auth/update-user', { name: 'Eve' }], ['/api/auth/sign-out', {}]])
                bodies.push(await fetch(url + path, { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify(sent), ...more })
                  .then((response) => response.text(), () => ''));
            for (const path of ['/graphql?query={sites{id}}', '/api/stats?siteId=own-1&date=2026-01-31', '/api/refused', '/health/ready', '/metrics', '/'])
              bodies.push(await fetch(url + path, { credentials: 'include' }).then((response) => response.text(), () => ''));
            return bodies;
          })(${JSON.stringify([url(), MUTATION])})`,
      );
      expect(new Set(read)).toEqual(new Set(['']));
      const question = `${url()}/graphql?query=${encodeURIComponent(MUTATION)}`;
      await page.setContent(
        `<form method="post" enctype="text/plain" action="${url()}/graphql">
             <input name='{"query":${JSON.stringify(JSON.stringify(MUTATION)).slice(1, -1).replaceAll("'", '&#39;')},"x":"' value='"}'>
           </form><img src="${question}">`,
      );
      await page.evaluate('document.forms[0].submit()');
      await page.waitForURL(`${url()}/graphql`);
      await page.goto(theirs[which]);
      await page.evaluate(`location.href = ${JSON.stringify(question)}`);
      await page.waitForURL(question);
      await expectNothingCame();
      // Nor is anybody signed out by it.
      const data = { query: '{ sites { id } }' };
      const answer = await context.request.post(`${url()}/graphql`, { data });
      expect(await answer.text()).toContain('own-1');
      await context.close();
    });
  });

  it.each([
    '/graphql',
    '/api/stats?siteId=own-1&date=2026-01-31',
    '/api/refused',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/api/docs',
    '/api/docs-json',
    '/',
    '/settings',
    '/api/auth/get-session',
    '/nothing',
  ])('S24: %s is read by no page of another site', async (path) => {
    for (const origin of [EVIL, 'null', 'http://localhost', url().replace('127.0.0.1', 'localhost')]) {
      for (const method of ['GET', 'OPTIONS', 'POST']) {
        const { headers } = await fetch(`${url()}${path}`, {
          method,
          headers: {
            origin,
            ...cookie(),
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'content-type',
          },
        });
        const said = [
          'access-control-allow-origin',
          'access-control-allow-credentials',
          'access-control-allow-headers',
        ];
        expect(
          said.filter((name) => headers.has(name)),
          `${method} from ${origin}`,
        ).toEqual([]);
      }
    }
  });

  it('S25: no page of another site opens a socket, in a real browser', async () => {
    const address = `${url().replace('http', 'ws')}/graphql`;
    const context = await atWork(url());
    const page = await context.newPage();
    const opened = () =>
      page.evaluate(
        `new Promise((resolve) => {
          const socket = new WebSocket(${JSON.stringify(address)}, 'graphql-transport-ws');
          socket.onopen = () => resolve('open');
          socket.onclose = () => resolve('closed');
        })`,
      );
    await page.goto(theirs['another site']);
    expect(await opened()).toBe('closed');
    await page.goto(`${url()}/health/live`);
    expect(await opened()).toBe('open');
    await context.close();
  });

  it.each([EVIL, 'null', 'http://evil.localhost:9', 'http://127.0.0.1:9'])(
    'S25: nor does one of %s where its browser brings the session',
    async (origin) => {
      const upgrade = (from: string) =>
        new Promise<number | undefined>((resolve, reject) => {
          const socket = new WebSocket(`${url().replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
            headers: { origin: from, ...cookie() },
          });
          socket.on('open', () => (socket.close(), resolve(101)));
          socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
          socket.on('error', reject);
        });
      expect(await upgrade(origin)).toBe(403);
      expect(await upgrade(url())).toBe(101);
    },
  );
});

it('S24: a door of events answers every page, and reads and sets no cookie but the visitor of our own', async () => {
  const owner = owners['where people sign in'];
  await owner.field('mutation { createSite(siteId: "shop") { receipt } }');
  const key = (await createdKey(owner, 'PUBLIC', 'shop')).secret;
  const headers = { origin: EVIL, cookie: owner.cookie };
  const send = (given: ReturnType<(typeof KEYED_DOORS)[number]['sent']>) => {
    const { door = '/api/event', body, type, headers: own } = inHeader(given, headers);
    if (body === undefined) return fetch(`${closed.url}${door}`, { headers: { ...own } });
    return post(`${closed.url}${door}`, body, { ...(type !== undefined && { type }), headers: { ...own } });
  };
  for (const door of KEYED_DOORS) {
    const address = addressOf(door);
    const cors = DOORS.find(({ url }) => url === address.split(' ')[1])?.cors;
    const given = door.headersOnly ? inHeader(door.sent(undefined), { 'x-write-key': key }) : door.sent(key);
    const taken = await send(given);
    expect([door.name, taken.status]).toEqual([door.name, door.ok]);
    const origin = taken.headers.get('access-control-allow-origin');
    expect(origin, door.name).toBe(cors ? (cors.origin === 'any' ? '*' : EVIL) : null);
    // One client always sends its cookies, and would take no answer without this.
    const credentials = taken.headers.get('access-control-allow-credentials');
    expect(credentials, door.name).toBe(cors?.origin === 'mirrored' ? 'true' : null);
    const cookie = taken.headers.get('set-cookie');
    if (door.name.startsWith('our own') && address === 'POST /api/event')
      expect(cookie).toMatch(/^visitor_id=[\da-f-]{36}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/);
    else expect(cookie, door.name).toBeNull();
    // The owner's session is no key.
    expect([door.name, (await send(door.sent(undefined))).status]).toEqual([door.name, 401]);
  }
  for (const address of NO_EVENTS) {
    const [method = '', path = ''] = address.split(' ');
    const answer = await fetch(`${closed.url}${path.replace(/:\w+/, key)}`, { method, headers });
    expect(answer.headers.get('set-cookie'), address).toBeNull();
  }
});

it('S24: the tracker: every page', async () => {
  const { headers } = await fetch(`${closed.url}/t.js`, { headers: { origin: EVIL } });
  expect(headers.get('access-control-allow-origin')).toBe('*');
  expect(headers.get('access-control-allow-credentials')).toBeNull();
});
