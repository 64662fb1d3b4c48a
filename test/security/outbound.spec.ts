import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { findExecutable } from '#embedded/executables.js';

import { type OidcProvider, startOidcProvider } from '../e2e/accounts/oidc-provider.js';
import { Browser, firstOwner } from '../e2e/accounts/person.js';
import { GOOD, post } from '../e2e/support/ingest-app.js';
import { type Mailbox, openMailbox } from '../e2e/support/mailbox.js';
import { createdKey } from '../e2e/support/real-tenants.js';
import { startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { listening } from './support/listening.js';

const ELSEWHERE = [
  'http://169.254.169.254/latest/meta-data',
  'http://[::ffff:127.0.0.1]:9/',
  'http://2130706433:9/',
  'http://203.0.113.9/',
  'http://tidemark-outbound.example/',
];
// Sees what no code of Node's does, too; the product notes its own connections where there is none.
const strace = findExecutable('strace');

let folder: string;
let mailbox: Mailbox;
let provider: OidcProvider;
let stack: Stack;
let tracer: ChildProcess | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-outbound-'));
  [mailbox, provider] = await Promise.all([openMailbox(), startOidcProvider()]);
  stack = await startStack({
    web: true,
    env: {
      NODE_OPTIONS: `--import ${join(import.meta.dirname, 'support/note-connections.mjs')}`,
      CONNECTIONS_FILE: join(folder, 'connections'),
      TIDEMARK_OPEN: 'false',
      TIDEMARK_SMTP_URL: mailbox.smtpUrl,
      TIDEMARK_MAIL_FROM: 'stats@example.org',
      TIDEMARK_OIDC_ISSUER: provider.issuer,
      TIDEMARK_OIDC_CLIENT_ID: provider.clientId,
      TIDEMARK_OIDC_CLIENT_SECRET: provider.clientSecret,
    },
  });
});
afterAll(async () => {
  tracer?.kill('SIGINT');
  await stack?.stop();
  await Promise.all([mailbox?.close(), provider?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const text = (name: string): string =>
  existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';
const lines = (name: string): string[] =>
  text(name)
    .split('\n')
    .filter((line) => line !== '');

async function trace(program: string): Promise<void> {
  const calls = ['-f', '-e', 'trace=connect,sendto', '-o', join(folder, 'calls')];
  tracer = spawn(program, [...calls, '-p', String(stack.pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  tracer.stderr?.on('data', (data) => (said += String(data)));
  await waitFor(() => said.includes('attached'), { message: () => `strace to watch: ${said}` });
}

const servers = () => [stack.runtime.databaseUrl, stack.runtime.natsUrl, stack.runtime.natsMonitorUrl];
const portOf = (url: string | undefined): number => Number(new URL(url ?? '').port);

/** Everything that an address can be given to, by the owner and with their keys. */
async function giveEverywhere(owner: Browser, keys: { secret: string; open: string }, url: string) {
  const bearer = { headers: { authorization: `Bearer ${keys.secret}` } };
  const event = { ...GOOD, url, referrer: url, title: url, properties: { url } };
  expect((await post(`${stack.url}/api/event`, event, bearer)).status).toBe(202);
  const hook = { eventType: 'a', metadata: { page: url } };
  expect((await post(`${stack.url}/webhook`, hook, { headers: { 'x-api-key': keys.secret } })).status).toBe(
    202,
  );
  const rename = 'mutation ($name: String!) { renameSite(siteId: "shop", name: $name) { receipt } }';
  await owner.field(rename, { name: url });
  const forged = { referer: url, origin: url, 'x-forwarded-host': url, 'x-forwarded-for': url };
  await fetch(`${stack.url}/pixel.gif?site=${keys.open}&url=${encodeURIComponent(url)}`, {
    headers: { host: 'tidemark-outbound.example', ...forged },
  });
  for (const path of ['/', '/settings', '/events', '/api/docs', '/graphql'])
    await fetch(`${stack.url}${path}`, { headers: { accept: 'text/html' } });
  const stranger = new Browser(stack, { 'x-forwarded-host': url });
  await stranger.auth('request-password-reset', { email: 'ada@example.org' });
  await stranger.auth('sign-in/social', { callbackURL: url });
  expect((await owner.auth('update-user', { name: url })).status).toBe(200);
}

test(
  'S41: the product opens no connection but to its own servers, mail and the provider, whatever addresses it is given',
  { timeout: 120_000 },
  async () => {
    if (strace !== undefined) await trace(strace);
    const owner = await firstOwner(stack);
    await owner.field('mutation { createSite(siteId: "shop") { receipt } }');
    const keys = {
      secret: (await createdKey(owner, 'SECRET', 'shop')).secret,
      open: (await createdKey(owner, 'PUBLIC', 'shop')).secret,
    };
    for (const url of ELSEWHERE) await giveEverywhere(owner, keys, url);
    const asked = await new Browser(stack).auth('sign-in/social', { callbackURL: '/' });
    const consent = await fetch(String(asked.body['url']), { redirect: 'manual' });
    const back = new URL(consent.headers.get('location') ?? '');
    await new Browser(stack).get(back.pathname + back.search);
    await mailbox.link('ada@example.org');
    await sleep(1_000);

    const called = [portOf(mailbox.smtpUrl), portOf(provider.issuer)];
    const allowed = [...servers().map(portOf), ...called].map((port) => `127.0.0.1:${port}`);
    const tried = lines('connections');
    expect(tried.filter((line) => !allowed.includes(line))).toEqual([]);
    const made = lines('calls')
      .filter((line) => line.includes('connect(') && !/AF_UNIX|AF_UNSPEC/.test(line))
      .map((line) => line.replace(/.*sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\).*/, '$2:$1'));
    expect(made.filter((address) => !allowed.includes(address))).toEqual([]);
    // Whoever watches sees those that are made; the one to the provider may be from before.
    expect(tried).toEqual(expect.arrayContaining(called.map((port) => `127.0.0.1:${port}`)));
    if (strace !== undefined) expect(made).toContain(`127.0.0.1:${portOf(mailbox.smtpUrl)}`);
    // Nor is a name asked for.
    expect(text('calls')).not.toMatch(/htons\(53\)/);
  },
);

test.runIf(process.platform === 'linux')('S51: what it starts listens on loopback alone', () => {
  const addresses = listening([stack.pid, stack.serverPid('postgres'), stack.serverPid('nats')]);
  const loopback = '0100007F';
  expect(addresses.filter((address) => !address.startsWith(`${loopback}:`))).toEqual([]);
  const ports = addresses.map((address) => Number.parseInt(address.split(':')[1] ?? '', 16));
  expect(ports).toEqual(expect.arrayContaining([...servers(), stack.url].map(portOf)));
});
