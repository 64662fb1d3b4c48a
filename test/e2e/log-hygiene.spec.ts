import { connect } from 'node:net';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startStack, type Stack } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { withoutDatabase } from '../security/support/stores.js';
import { GOOD, post, type Answer } from './support/ingest-app.js';

/** Stands in everything that a sender says: bodies, queries, headers, keys. */
const MARK = 'Zq7kMark';
const ADDRESS = '198.51.100.77';
const OTHER = '2001:db8:77::1';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    web: true,
    env: {
      TIDEMARK_LOG_LEVEL: 'trace',
      TIDEMARK_LOG_FORMAT: 'json',
      TIDEMARK_PROXY_HOPS: '1',
      TIDEMARK_RATE_LIMIT_ADDRESS: '100',
    },
  });
});
afterAll(() => stack?.stop());

const headers = {
  'x-forwarded-for': ADDRESS,
  'user-agent': `Mozilla/5.0 ${MARK}`,
  referer: `https://r.dev/${MARK}`,
  cookie: `visitor_id=${MARK}; session=${MARK}`,
  authorization: `Bearer ${MARK}!`,
  origin: `https://${MARK}.example`,
};
const marked = {
  ...GOOD,
  path: `/${MARK}?q=${MARK}&key=sk_live_${MARK}`,
  title: MARK,
  referrer: `https://r.dev/?${MARK}`,
  visitorId: MARK,
  userId: MARK,
  address: ADDRESS,
  eventType: `bought ${MARK}`,
  properties: { [MARK]: MARK },
};
const send = (door: string, body: unknown, more: Record<string, string> = {}) =>
  post(`${stack.url}${door}`, body, { headers: { ...headers, ...more } });
const get = (path: string, more: Record<string, string> = {}) =>
  fetch(`${stack.url}${path}`, { headers: { ...headers, ...more } }).then(({ status }) => status);
const track = 'mutation ($input: TrackEventInput!) { trackEvent(input: $input) { eventId } }';
const stats = `/api/stats?siteId=${MARK}&date=2026-01-31&waitFor=${MARK}`;

/** A request of every kind that there is, each with the marks. */
const all = async (): Promise<readonly number[]> => {
  const answers: Answer[] = await Promise.all([
    send('/api/event', marked),
    send('/api/event', { ...marked, timestamp: MARK, siteId: `${MARK} ` }),
    send('/api/event', `{"${MARK}`),
    send('/api/event', marked, { 'content-encoding': MARK }),
    send('/api/events', [marked, MARK, { [MARK]: 1 }]),
    send('/v1/track', { writeKey: `${MARK}!`, userId: MARK, event: MARK, context: { ip: ADDRESS } }),
    send('/e/', { api_key: `${MARK}!`, event: MARK, distinct_id: MARK }),
    send('/e/', {
      api_key: 'shop',
      event: MARK,
      distinct_id: MARK,
      properties: { $ip: ADDRESS, $current_url: `https://x.dev/${MARK}` },
    }),
    send('/api/send', {
      type: 'event',
      payload: { website: 'shop', url: `/${MARK}`, ip: ADDRESS, data: { [MARK]: MARK } },
    }),
    send('/api/send', { type: MARK, payload: { website: `${MARK}!` } }),
    send(
      '/api/event',
      { n: MARK, u: `https://x.dev/${MARK}`, d: 'shop', p: { [MARK]: MARK } },
      { 'x-plausible-ip': OTHER },
    ),
    send('/webhook', { eventType: MARK, metadata: { page: `/${MARK}` } }, { 'x-api-key': `${MARK}!` }),
    send('/webhook', { eventType: MARK, userId: MARK }, { 'x-api-key': 'shop', 'idempotency-key': MARK }),
    send('/graphql', { query: track, variables: { input: marked } }),
    send('/graphql', { query: track, variables: { input: { ...marked, path: MARK } } }),
    send('/graphql', { query: track, variables: { input: { [MARK]: MARK } } }),
    send('/graphql', { query: `{ ${MARK} }` }),
    send('/graphql', { query: `{ site(id: "${MARK}") { name } ` }),
    send('/graphql', {
      query: `query ${MARK} { site(id: "${MARK}") { totals(range: {from: "${MARK}", to: ""}) { events } } }`,
    }),
    send('/graphql', {
      query: '{ site(id: "shop") { totals(range: {from: "2026-01-01", to: "2026-01-31"}) { events } } }',
    }),
    send(`/${MARK}`, marked),
  ]);
  const more = await Promise.all([
    get(`/pixel.gif?site=shop&${MARK}=${MARK}&v=${MARK}`),
    get(`/pixel.gif?site=${MARK}!`),
    get(
      `/e/?data=${Buffer.from(JSON.stringify({ api_key: 'shop', event: MARK, distinct_id: MARK })).toString('base64')}`,
    ),
    get(`/${MARK}/%zz`),
    get(stats),
    get(`/api/refused?site=${MARK}`),
  ]);
  return [...answers.map(({ status }) => status), ...more];
};

/** What the HTTP parser refuses. */
const unparsed = (): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(stack.url).port), '127.0.0.1', () =>
      socket.write(`${MARK} ${MARK}\r\n\r\n`),
    );
    socket.on('close', () => resolve()).resume();
  });

test(
  'S32: no line of the log carries a key, an address or anything of what was sent',
  { timeout: 180_000 },
  async () => {
    await send('/api/event', GOOD);
    const seen = new Set(await all());
    await unparsed();

    // Beyond the limit of the address.
    await Promise.all(Array.from({ length: 1_000 }, () => send('/api/event', `{"${MARK}`)));
    for (const status of await all()) seen.add(status);

    const from = { 'x-forwarded-for': '198.51.100.78' };
    const away = async () => {
      const answers = await Promise.all([
        send('/api/event', marked, from),
        send('/api/events', [marked], from),
        send('/e/', { api_key: 'shop', event: MARK, distinct_id: MARK }, from),
        send('/graphql', { query: track, variables: { input: marked } }, from),
        send('/graphql', { query: `query ${MARK} { site(id: "${MARK}") { name } }` }, from),
        get(stats, from),
      ]);
      for (const answer of answers) seen.add(typeof answer === 'number' ? answer : answer.status);
    };
    await withoutDatabase(stack.runtime.databaseUrl, away);
    const log = stack.serverPid('nats');
    process.kill(log, 'SIGSTOP');
    await away();
    process.kill(log, 'SIGCONT');
    await waitFor(async () => (await send('/api/event', marked, from)).status === 202, { timeout: 30_000 });
    await stack.kill('SIGTERM');

    expect([...seen]).toEqual(expect.arrayContaining([200, 202, 400, 401, 404, 415, 429, 503]));
    const lines = stack.output().split('\n');
    expect(lines.filter((line) => line.includes('"msg":"request"')).length).toBeGreaterThan(900);
    const told = new RegExp(
      `${MARK}|198\\.51\\.100|${OTHER}|${Buffer.from(MARK).toString('base64').slice(0, 8)}`,
      'i',
    );
    expect(lines.filter((line) => told.test(line))).toEqual([]);
  },
);
