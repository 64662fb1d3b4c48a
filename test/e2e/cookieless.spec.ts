import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { waitFor } from '../harness/wait-for.js';
import { openLog } from '../harness/event-log.js';
import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';

const UUID_8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let direct: IngestApp;
let proxied: IngestApp;
beforeAll(async () => {
  [direct, proxied] = await Promise.all([startIngest(), startIngest({ proxyHops: 1 })]);
});
afterAll(async () => {
  await Promise.all([direct?.stop(), proxied?.stop()]);
});

/** The visitor of a cookieless event, by what was answered. */
async function visitor(app: IngestApp, event: object = {}, headers: Record<string, string> = {}) {
  const answer = await post(`${app.url}/api/event`, { ...GOOD, cookieless: true, ...event }, { headers });
  expect(answer.status, answer.text).toBe(202);
  expect(answer.headers.get('set-cookie')).toBeNull();
  return answer.body?.['visitorId'] as string;
}

describe('a visitor without an ID and without a cookie', () => {
  it('is the same for its site, address and browser, whatever cookie comes with it', async () => {
    const agent = { 'user-agent': 'Mozilla/5.0 (one)' };
    const known = await visitor(direct, {}, agent);
    expect(known).toMatch(UUID_8);
    const cookie = 'visitor_id=0192f3a4-5b6c-7d8e-9f01-23456789abcd';
    expect(await visitor(direct, { path: '/other' }, { ...agent, cookie })).toBe(known);
    const others = [
      await visitor(direct, { siteId: 'blog' }, agent),
      await visitor(direct, {}, { 'user-agent': 'Mozilla/5.0 (two)' }),
      await visitor(direct, { address: '192.0.2.9' }, agent),
    ];
    expect(new Set([known, ...others]).size).toBe(4);
    const batch = await post(
      `${direct.url}/api/events`,
      [
        { ...GOOD, cookieless: true },
        { ...GOOD, visitorId: 'v1' },
      ],
      { headers: agent },
    );
    expect(batch.body?.['outcomes']).toMatchObject([{ visitorId: known }, { visitorId: 'v1' }]);
  });

  it('leaves no address in the log', async () => {
    await visitor(direct, { address: '198.51.100.77' });
    expect(JSON.stringify(await direct.stored())).not.toMatch(/198\.51\.100|127\.0\.0\.1/);
  });

  it('has the salt of the day in common with other processes, however many ask first', async () => {
    const logs = await Promise.all(Array.from({ length: 4 }, () => openLog(direct.nats)));
    const salts = await Promise.all(
      logs.flatMap(({ salts }) => [salts.of('2001-02-03'), salts.of('2001-02-03')]),
    );
    expect(new Set(salts.map((salt) => Buffer.from(salt).toString('hex'))).size).toBe(1);
    expect(salts[0]).toHaveLength(32);
    expect(await logs[0]?.salts.of('2001-02-04')).not.toEqual(salts[0]);
    await Promise.all(logs.map((log) => log.close()));
  });
});

describe('an ID that nobody wants kept', () => {
  const ids = { visitorId: 'v1', userId: 'u1' };
  const send = (event: object, headers: Record<string, string> = {}) =>
    post(`${direct.url}/api/event`, { ...GOOD, siteId: 'private', ...event }, { headers });
  const stored = async () => {
    const events = (await direct.stored()).filter(({ site }) => site === 'private');
    return events.map(({ visitorId, userId }) => ({ given: visitorId === 'v1', userId }));
  };
  const change = async (settings: string) => {
    const query = `mutation { changeVisitorPolicy(siteId: "private", ${settings}) { changed revision } }`;
    const { body } = await post(`${direct.url}/graphql`, { query });
    const { changeVisitorPolicy: done } = body?.['data'] as { changeVisitorPolicy: { revision: number } };
    await waitFor(() => direct.workspace.site('private')?.revision === done.revision);
  };

  it.each([{ 'sec-gpc': '1' }, { dnt: '1' }] as Record<string, string>[])(
    'is not, by default, where the browser says %j',
    async (signal) => {
      const before = (await stored()).length;
      const answer = await send({}, signal);
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([202, null]);
      expect(answer.body?.['visitorId']).toMatch(UUID_8);
      await send(ids, signal);
      await send(ids, { 'sec-gpc': '0', dnt: 'unspecified' });
      expect((await stored()).slice(before)).toEqual([
        { given: false, userId: undefined },
        { given: false, userId: undefined },
        { given: true, userId: 'u1' },
      ]);
    },
  );

  it('is kept where the site ignores that, and never where the site wants none', async () => {
    await change('signals: "ignored"');
    const before = (await stored()).length;
    await send(ids, { 'sec-gpc': '1' });
    expect((await send({}, { dnt: '1' })).headers.get('set-cookie')).toMatch(/^visitor_id=/);
    await change('identity: "cookieless"');
    expect((await send({})).headers.get('set-cookie')).toBeNull();
    await send(ids);
    expect((await stored()).slice(before)).toEqual([
      { given: true, userId: 'u1' },
      { given: false, userId: undefined },
      { given: false, userId: undefined },
      { given: false, userId: 'u1' },
    ]);
  });
});

describe('the address of a sender', () => {
  const forwarded = (chain: string) => ({ 'x-forwarded-for': chain });

  it('is that of the connection where no proxy is named, whatever a header says', async () => {
    const known = await visitor(direct);
    for (const chain of ['203.0.113.5', '203.0.113.5, 198.51.100.1', '::1', 'junk'])
      expect(await visitor(direct, {}, forwarded(chain))).toBe(known);
  });

  it('is what the proxy of ours wrote, the rightmost one, and never the leftmost', async () => {
    const known = await visitor(proxied, {}, forwarded('203.0.113.5'));
    const long = Array.from({ length: 500 }, (_, i) => `10.0.${i >> 8}.${i & 255}`).join(', ');
    for (const chain of ['198.51.100.1, 203.0.113.5', `${long}, 203.0.113.5`])
      expect(await visitor(proxied, {}, forwarded(chain))).toBe(known);
    expect(await visitor(proxied, {}, forwarded('203.0.113.5, 198.51.100.1'))).not.toBe(known);
  });

  it('is that of the connection where the proxy wrote none', async () => {
    const known = await visitor(proxied);
    expect(await visitor(proxied, {}, forwarded('junk'))).toBe(known);
    expect(await visitor(proxied, {}, forwarded('203.0.113.5, <script>'))).toBe(known);
  });
});
