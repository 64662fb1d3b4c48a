import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { testPort } from '../harness/ports.js';
import { TidemarkProcess } from '../harness/tidemark.js';
import { waitFor } from '../harness/wait-for.js';
import { type Browser, signedIn } from './accounts/person.js';
import { GOOD } from './support/ingest-app.js';
import { bearer, createdKey, createdSite, registered } from './support/real-tenants.js';
import { openWith } from './support/subscribe-as.js';

// Role `api` in two processes behind one port, where everybody has to sign in.
let folder: string;
let tidemark: TidemarkProcess;
let projector: TidemarkProcess;
let owner: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-test-closed-processes-'));
  const closed = { TIDEMARK_OPEN: 'false', TIDEMARK_SIGN_UP: 'open' };
  tidemark = await TidemarkProcess.start({
    dataDir: join(folder, 'api'),
    port: await testPort(),
    env: { ...closed, TIDEMARK_ROLE: 'api', TIDEMARK_API_PROCESSES: '2', TIDEMARK_LOG_LEVEL: 'debug' },
  });
  const { databaseUrl, natsUrl, natsMonitorUrl = '' } = tidemark.runtime();
  const servers = { DATABASE_URL: databaseUrl, NATS_URL: natsUrl, NATS_MONITOR_URL: natsMonitorUrl };
  projector = await TidemarkProcess.start({
    dataDir: join(folder, 'projector'),
    port: await testPort(),
    env: { ...closed, ...servers, TIDEMARK_ROLE: 'projector', TIDEMARK_PROJECTORS: '1' },
  });
  owner = await registered(tidemark, 'ada');
  await createdSite(owner, 'shop');
});
afterAll(async () => {
  await projector?.end('SIGTERM').catch(() => undefined);
  await tidemark?.end('SIGTERM').catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

/** Over a connection of its own, which whichever process takes. */
function over(path: string, body: object, headers: Record<string, string>): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      agent: false,
      headers: { ...headers, 'content-type': 'application/json', connection: 'close' },
    };
    const call = request(`${tidemark.url}${path}`, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.once('end', () => resolve([answer.statusCode ?? 0, text]));
    });
    call.once('error', reject).end(JSON.stringify(body));
  });
}

const times = <T>(count: number, work: () => Promise<T>) => Promise.all(Array.from({ length: count }, work));
const send = (key: string) => over('/api/event', { ...GOOD, siteId: 'shop' }, bearer(key));
const viewerOf = ({ cookie }: Browser) => over('/graphql', { query: '{ viewer { email } }' }, { cookie });

/** The processes that have answered at an address. */
const answeredAt = (route: string): Set<number> =>
  new Set(
    tidemark.output
      .split('\n')
      .flatMap((line) =>
        line.includes(`"route":"${route}"`) ? [(JSON.parse(line) as { pid: number }).pid] : [],
      ),
  );

test('who has signed in at one process is known to both', async () => {
  const browser = await signedIn(tidemark, 'ada@example.org');
  await waitFor(
    async () => {
      for (const [status, text] of await times(8, () => viewerOf(browser)))
        expect([status, text]).toEqual([200, expect.stringContaining('ada@example.org')]);
      return answeredAt('/graphql').size === 2;
    },
    { message: 'both to answer' },
  );
  expect((await browser.auth('sign-out')).status).toBe(200);
  for (const [, text] of await times(16, () => viewerOf(browser))) expect(text).toContain('"viewer":null');
});

test('a key that one process makes works in both at once, and one that is revoked is worth nothing in both within a second', async () => {
  const key = await createdKey(owner, 'PUBLIC', 'shop');
  await waitFor(
    async () => {
      expect(new Set((await times(8, () => send(key.secret))).map(([status]) => status))).toEqual(
        new Set([202]),
      );
      return answeredAt('/api/event').size === 2;
    },
    { message: 'both to answer' },
  );
  await owner.field('mutation ($id: ID!) { revokeKey(id: $id) { receipt } }', { id: key.id });
  await sleep(900);
  expect(new Set((await times(24, () => send(key.secret))).map(([status]) => status))).toEqual(
    new Set([401]),
  );
});

test('who signs out has sockets at neither process', async () => {
  const browser = await signedIn(tidemark, 'ada@example.org');
  const { cookie } = browser;
  const open = await times(6, async () =>
    openWith(tidemark.url, { cookie }, 'subscription { siteChanged(siteId: "shop") { site { id } } }'),
  );
  await waitFor(() => open.every(({ pushes }) => pushes.length > 0), { message: 'the first pushes' });
  expect((await browser.auth('sign-out')).status).toBe(200);
  const since = Date.now();
  for (const { closed } of open) {
    const { code, at } = await closed;
    expect(code).toBe(4403);
    expect(at - since).toBeLessThan(30_000);
  }
});
