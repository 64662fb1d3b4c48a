import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DOORS } from '#ingest/doors.js';

import { ask } from '../e2e/support/ask.js';
import { launchBrowser } from '../harness/browser.js';
import { startStack, type Stack } from '../harness/stack.js';

const EVIL = 'https://evil.example';
const COOKIE = { cookie: '__Host-tidemark.session_token=abc.def; tidemark.session_token=abc.def' };
const MUTATION = 'mutation { createSite(siteId: "forged", name: "forged") { receipt } }';

let stack: Stack;
let browser: Browser;
/** Pages of another site, as browsers see it. */
let elsewhere: Server;
let theirs: string;

beforeAll(async () => {
  stack = await startStack({ web: true });
  browser = await launchBrowser();
  elsewhere = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<p>hello'),
  );
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  theirs = `http://evil.localhost:${(elsewhere.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser?.close();
  elsewhere?.close();
  await stack?.stop();
});

const sites = async () =>
  ((await ask(stack, '{ sites { id } }')).data?.['sites'] as { id: string }[]).map(({ id }) => id);

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
      const response = await fetch(`${stack.url}/graphql`, {
        method: 'POST',
        headers: { origin: EVIL, ...COOKIE, 'content-type': type },
        body,
      });
      expect([400, 403, 415]).toContain(response.status);
    }
    expect(await sites()).toEqual([]);
  });

  it('a mutation by GET, with a header that makes it asked for first or without', async () => {
    for (const more of [{}, { 'apollo-require-preflight': '1' }]) {
      const response = await fetch(`${stack.url}/graphql?query=${encodeURIComponent(MUTATION)}`, {
        headers: { origin: EVIL, ...COOKIE, ...more },
      });
      expect([400, 405]).toContain(response.status);
    }
    expect(await sites()).toEqual([]);
  });

  it('a real page of another site: forms, fetches and images', { timeout: 60_000 }, async () => {
    const page = await browser.newPage();
    await page.goto(theirs);
    const read: unknown = await page.evaluate(
      `(async ([url, mutation]) => {
        const tries = [
          ['application/json', { mode: 'cors', credentials: 'include' }],
          ['application/json', { mode: 'no-cors', credentials: 'include' }],
          ['text/plain', { mode: 'no-cors', credentials: 'include' }],
        ];
        const bodies = [];
        for (const [type, more] of tries) {
          const body = JSON.stringify({ query: mutation });
          bodies.push(await fetch(url + '/graphql', { method: 'POST', headers: { 'content-type': type }, body, ...more })
            .then((response) => response.text(), () => ''));
        }
        for (const path of ['/api/stats?siteId=shop&date=2026-01-31', '/api/refused?site=shop', '/health/ready', '/metrics', '/'])
          bodies.push(await fetch(url + path, { credentials: 'include' }).then((response) => response.text(), () => ''));
        return bodies;
      })(${JSON.stringify([stack.url, MUTATION])})`,
    );
    expect(new Set(read as string[])).toEqual(new Set(['']));
    await page.setContent(
      `<form method="post" enctype="text/plain" action="${stack.url}/graphql">
         <input name='{"query":${JSON.stringify(JSON.stringify(MUTATION)).slice(1, -1).replaceAll("'", '&#39;')},"x":"' value='"}'>
       </form><img src="${stack.url}/graphql?query=${encodeURIComponent(MUTATION)}">`,
    );
    await page.evaluate('document.forms[0].submit()');
    await page.waitForLoadState();
    expect(await sites()).toEqual([]);
    await page.close();
  });
});

describe('S24: who may read answers from another site', () => {
  const READING = [
    '/graphql',
    '/api/stats?siteId=shop&date=2026-01-31',
    '/api/refused?site=shop',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/api/docs',
    '/api/docs-json',
    '/',
    '/settings',
    '/api/auth/get-session',
    '/nothing',
  ];

  it.each(READING)('%s: nobody', async (path) => {
    for (const origin of [EVIL, 'null', 'http://localhost', stack.url.replace('127.0.0.1', 'localhost')]) {
      for (const method of ['GET', 'OPTIONS', 'POST']) {
        const { headers } = await fetch(`${stack.url}${path}`, {
          method,
          headers: {
            origin,
            ...COOKIE,
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

  it('a door of events: every page, and never its cookies but for one client that always sends them', async () => {
    for (const { url, methods = [], cors } of DOORS) {
      const path = url.replaceAll(/:\w+/g, 'shop');
      for (const method of methods) {
        const { headers } = await fetch(`${stack.url}${path}`, {
          method,
          headers: { origin: EVIL, ...COOKIE },
        });
        const origin = headers.get('access-control-allow-origin');
        expect(origin, path).toBe(cors ? (cors.origin === 'any' ? '*' : EVIL) : null);
        const credentials = headers.get('access-control-allow-credentials');
        expect(credentials, path).toBe(cors?.origin === 'mirrored' ? 'true' : null);
        expect(headers.get('set-cookie'), path).toBeNull();
      }
    }
  });

  it('the tracker: every page', async () => {
    const { headers } = await fetch(`${stack.url}/t.js`, { headers: { origin: EVIL } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });
});

it('S25: no page of another site opens a socket, in a real browser', { timeout: 60_000 }, async () => {
  const page = await browser.newPage();
  await page.goto(theirs);
  const open = (url: string) =>
    page.evaluate(
      `new Promise((resolve) => {
        const socket = new WebSocket(${JSON.stringify(url)}, 'graphql-transport-ws');
        socket.onopen = () => resolve('open');
        socket.onclose = () => resolve('closed');
      })`,
    );
  const address = `${stack.url.replace('http', 'ws')}/graphql`;
  expect(await open(address)).toBe('closed');
  await page.goto(stack.url);
  expect(await open(address)).toBe('open');
  await page.close();
});
