import { connect } from 'node:net';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { ask } from '../e2e/support/ask.js';
import { GOOD, post } from '../e2e/support/ingest-app.js';
import { startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { filesWith, withoutDatabase } from './support/stores.js';

/** In what is secret: no log may have it, and no store. */
const SECRET = 'Kq3ZsecretZ7';
const ADDRESS = '198.51.100.77';
const V6 = '2001:db8:77::abcd';
/** In what breaks lines and colours terminals. */
const MARK = 'Jm5Zline';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    web: true,
    env: { TIDEMARK_LOG_LEVEL: 'trace', TIDEMARK_LOG_FORMAT: 'json', TIDEMARK_PROXY_HOPS: '1' },
  });
});
afterAll(() => stack?.stop());

const headers = (address: string) => ({
  'x-forwarded-for': address,
  authorization: `Bearer sk_live_${SECRET}`,
  'proxy-authorization': `Basic ${SECRET}`,
  cookie: `__Host-tidemark.session_token=${SECRET}; reset=${SECRET}`,
  'tidemark-link': SECRET,
});

/** Addresses with secrets in their queries, as mails and clients make them. */
const PATHS = [
  `/reset-password?token=${SECRET}`,
  `/api/auth/reset-password/${SECRET}?callbackURL=/${SECRET}`,
  `/api/auth/verify-email?token=${SECRET}`,
  `/invitation/${SECRET}`,
  `/share/${SECRET}`,
  `/api/stats?siteId=shop&date=2026-01-31&key=sk_live_${SECRET}`,
  `/api/stats?siteId=${SECRET}%27&date=x`,
  `/api/refused?site=shop&token=${SECRET}`,
  `/pixel.gif?site=shop&key=sk_live_${SECRET}`,
  `/graphql?query=%7B${SECRET}`,
  `/health/ready?token=${SECRET}`,
  `/metrics?token=${SECRET}`,
  `/${SECRET}/%zz`,
];

const event = {
  ...GOOD,
  url: `https://ada:${SECRET}@shop.example/p?token=${SECRET}&password=${SECRET}&access_token=${SECRET}`,
  referrer: `https://r.example/?token=${SECRET}`,
};

async function drive(address: string): Promise<Set<number>> {
  const seen = new Set<number>();
  for (const path of PATHS)
    for (const method of ['GET', 'POST', 'DELETE'])
      seen.add(
        (await fetch(`${stack.url}${path}`, { method, headers: headers(address), redirect: 'manual' }))
          .status,
      );
  const send = async (door: string, body: unknown, type = 'application/json') =>
    seen.add((await post(`${stack.url}${door}`, body, { type, headers: headers(address) })).status);
  await send('/api/event', event);
  await send('/api/event', { ...event, timestamp: 'never' });
  await send('/api/events', [event, { ...event, eventId: 'x'.repeat(300) }]);
  await send('/api/auth/sign-in/email', { email: 'ada@example.org', password: SECRET });
  await send('/api/auth/reset-password', { token: SECRET, newPassword: SECRET });
  await send('/api/auth/sign-up/email', `{"password":"${SECRET}`);
  await send('/graphql', {
    query: 'mutation ($password: String!) { signIn(password: $password) { id } }',
    variables: { password: SECRET },
  });
  await send('/graphql', { query: `{ site(id: "${SECRET} ") { id } }` });
  for (const key of [`sk_live_${SECRET}`, `pk_live_${SECRET}!`]) {
    const hook = { type: 'application/json', headers: { ...headers(address), 'x-api-key': key } };
    seen.add((await post(`${stack.url}/webhook`, { eventType: 'a', metadata: {} }, hook)).status);
    await send('/api/event', { ...event, siteId: key });
    await send('/api/event', { n: 'pageview', u: 'https://shop.example/', d: key });
    await send('/v1/track', { writeKey: key, userId: 'u', event: 'e' });
    await send('/e/', { api_key: key, event: 'e', distinct_id: 'u' });
    await send('/api/send', { type: 'event', payload: { website: key, url: '/' } });
    seen.add((await fetch(`${stack.url}/pixel.gif?site=${encodeURIComponent(key)}`)).status);
    const create = 'mutation ($key: ID!) { createSite(siteId: $key, name: "a") { receipt } }';
    await send('/graphql', { query: create, variables: { key } });
  }
  return seen;
}

/** A request as it stands, byte for byte. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(new URL(stack.url).port), '127.0.0.1', () => socket.end(text, 'latin1'));
    socket.on('data', (data) => (answer += String(data)));
    socket.on('close', () => resolve(answer)).on('error', () => resolve(answer));
  });

test(
  'S32, S54: secrets and addresses are in no log and in no store, after every route and its errors',
  { timeout: 180_000 },
  async () => {
    const statuses = new Set([...(await drive(ADDRESS)), ...(await drive(V6))]);
    expect([...statuses]).toEqual(expect.arrayContaining([200, 202, 400, 404]));
    // While the database is away each answer is an error of another kind.
    const away = await withoutDatabase(stack.runtime.databaseUrl, () => drive(ADDRESS));
    expect([...away].some((status) => status >= 500)).toBe(true);
    await waitFor(async () => (await fetch(`${stack.url}/health/ready`)).status === 200, { timeout: 60_000 });
    await waitFor(async () => {
      const { data } = await ask(
        stack,
        '{ site(id: "shop") { totals(range: {from: "2026-01-31", to: "2026-01-31"}) { current { events } } } }',
      );
      return /"events":[1-9]/.test(JSON.stringify(data));
    });

    const lines = stack.output().split('\n');
    expect(lines.filter((line) => line.includes('"msg":"request"')).length).toBeGreaterThan(50);
    const told = new RegExp(`${SECRET}|198\\.51\\.100|2001:db8:77`, 'i');
    expect(lines.filter((line) => told.test(line))).toEqual([]);
    const passwords = [stack.runtime.databaseUrl, stack.runtime.natsUrl].map(
      (url) => new URL(url ?? '').password,
    );
    for (const password of passwords) {
      expect(password.length).toBeGreaterThan(10);
      expect(lines.filter((line) => line.includes(decodeURIComponent(password)))).toEqual([]);
    }
    // Events that were stored are found there, so a secret of theirs would be.
    expect(filesWith(stack.dataDir, 'shop.example').length).toBeGreaterThan(0);
    for (const text of [SECRET, ADDRESS, V6]) expect(filesWith(stack.dataDir, text), text).toEqual([]);
  },
);

test('S33: what breaks lines or colours terminals makes one line of JSON each, escaped', async () => {
  const before = stack.output().length;
  const texts = [
    `\\u001b[31m${MARK}`,
    `${MARK}%0d%0a{"level":60,"msg":"forged"}`,
    `${MARK}%1b[2J`,
    `${MARK}%e2%80%a8`,
  ];
  for (const text of texts) {
    await raw(
      `GET /${text} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${text}\u001b[31m\r\nX-Request-Id: ${text}\r\nConnection: close\r\n\r\n`,
    );
    await raw(`GET /\u001b[31m${MARK} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await post(`${stack.url}/api/event`, {
      ...GOOD,
      siteId: `new-${MARK}`,
      title: text,
      referrer: `https://r.example/${text}`,
    });
    await post(`${stack.url}/api/event`, { ...GOOD, eventType: 'a\u001b[31m\r\nb', path: '/\u2028' });
  }
  // Its own words about a site are a line, and show that it was listened to.
  await waitFor(() => stack.output().slice(before).includes(`new-${MARK}`));
  const lines = stack
    .output()
    .slice(before)
    .split('\n')
    .filter((line) => line.startsWith('{') || line.includes(MARK));
  for (const line of lines) {
    expect(() => JSON.parse(line) as unknown, line).not.toThrow();
    expect((JSON.parse(line) as { msg: string }).msg).not.toBe('forged');
  }
  // eslint-disable-next-line no-control-regex
  expect(stack.output().slice(before)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u2028]/);
});
