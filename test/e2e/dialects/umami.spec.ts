import { Umami } from '@umami/node';
import { describe, expect, it } from 'vitest';

import { waitFor } from '../../harness/wait-for.js';
import { clientLab } from '../support/client-lab.js';
import { GOOD, post } from '../support/ingest-app.js';

const lab = clientLab();
const send = (body: unknown, headers: Record<string, string> = {}) =>
  post(`${lab.ingest.url}/api/send`, body, { headers });
const view = { type: 'event', payload: { website: 'umami', hostname: 'x.dev', url: '/pricing' } };

it('@umami/node has its events stored', async () => {
  const umami = new Umami({ websiteId: 'umami-node', hostUrl: lab.ingest.url });
  const answers = [
    await umami.track({ url: '/pricing', title: 'Pricing', hostname: 'x.dev' }),
    await umami.track('Order Completed', { revenue: 19.9, currency: 'EUR' }),
    await umami.identify({ plan: 'pro' }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const events = await lab.storedOf('umami-node');
  expect(events).toMatchObject([
    { type: 'page_view', path: '/pricing', url: 'https://x.dev/pricing', title: 'Pricing' },
    { type: 'Order Completed', properties: { revenue: 19.9, currency: 'EUR' } },
    { type: 'identify', properties: { traits: { plan: 'pro' } } },
  ]);
  // What the client says of itself is no visitor's browser.
  for (const event of events) expect(event).not.toHaveProperty('userAgent');
  expect(events[0]?.source).toEqual({ dialect: 'umami', sdk: 'umami-node' });
});

it('the contract of its script, from a page of another origin', async () => {
  // As the script sends: JSON, with what the last answer said in a header, and no cookies.
  const client = await lab.pages.open(
    `let cache;
     const send = async (payload, type = 'event') => {
       const answer = await fetch('${lab.ingest.url}/api/send', {
         keepalive: true,
         method: 'POST',
         body: JSON.stringify({ type, payload: {
           website: 'umami-browser', screen: screen.width + 'x' + screen.height, language: navigator.language,
           title: document.title, hostname: location.hostname, url: location.href, referrer: '', ...payload } }),
         headers: { 'Content-Type': 'application/json', ...(cache !== undefined && { 'x-umami-cache': cache }) },
         credentials: 'omit',
       });
       const data = await answer.json();
       if (data) cache = data.cache;
       return data;
     };
     window.done = (async () => [
       await send({}),
       await send({ name: 'Order Completed', data: { revenue: 19.9 } }),
       await send({ lcp: 900, cls: 0.1 }, 'performance'),
     ])();`,
    '/pricing?utm_source=mail',
  );
  const answers = await client.page.evaluate<Record<string, string>[]>('window.done');
  expect(new Set(answers.map((answer) => answer['sessionId'])).size).toBe(1);
  expect(answers[0]).toEqual({
    cache: expect.any(String) as string,
    sessionId: expect.any(String) as string,
    visitId: expect.any(String) as string,
  });
  const events = await lab.storedOf('umami-browser');
  expect(events).toMatchObject([
    {
      type: 'page_view',
      url: `${lab.pages.origin}/pricing?utm_source=mail`,
      path: '/pricing',
      title: 'Pricing',
      screen: '1280x720',
      language: 'en-GB',
    },
    { type: 'Order Completed', properties: { revenue: 19.9 } },
    { type: 'web_vitals', properties: { lcp: 900, cls: 0.1 } },
  ]);
  expect(new Set(events.map(({ visitorId }) => visitorId)).size).toBe(1);
  expect(client.problems).toEqual([]);
  await client.close();
});

describe("Umami's collector", () => {
  it('gives a batch its counts, and why some were not taken', async () => {
    const payload = { website: 'umami-batch', url: '/' };
    const body = [
      { type: 'event', payload },
      { type: 'nothing', payload },
      { type: 'event', payload: { ...payload, website: 'a b' } },
    ];
    const answer = await post(`${lab.ingest.url}/api/batch`, body);
    expect(answer).toMatchObject({
      status: 200,
      body: { size: 3, processed: 1, errors: 2, cache: expect.any(String) as string },
    });
    expect(answer.body?.['details']).toMatchObject([
      {
        index: 1,
        response: { error: { code: 'bad-request', message: 'type must be event, identify or performance' } },
      },
      {
        index: 2,
        response: { error: { message: 'siteId must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -' } },
      },
    ]);
    expect(await lab.storedOf('umami-batch')).toHaveLength(1);
  });

  it.each([
    ['no payload', { type: 'event' }],
    ['a website that is no site', { ...view, payload: { website: 'a b' } }],
    ['no website', { ...view, payload: { url: '/' } }],
    ['no JSON', '{'],
  ])('answers 400 to %s', async (_name, body) => {
    expect(await send(body)).toMatchObject({
      status: 400,
      body: { error: { code: 'bad-request', status: 400 } },
    });
  });

  it('knows one visitor by address and browser, whom a server may name', async () => {
    const browser = { 'user-agent': 'Mozilla/5.0 (X11) Firefox/140' };
    const from = (ip: string) => ({
      type: 'event',
      payload: { website: 'umami-who', url: '/', ip, userAgent: browser['user-agent'] },
    });
    await send({ type: 'event', payload: { website: 'umami-who', url: '/' } }, browser);
    for (const ip of ['192.0.2.1', '192.0.2.1', '192.0.2.2', '127.0.0.1']) await send(from(ip));
    const visitors = (await lab.storedOf('umami-who')).map(({ visitorId }) => visitorId);
    expect(new Set(visitors).size).toBe(3);
    expect(visitors[4]).toBe(visitors[0]);
  });

  it('flags bots later, and stores what they do', async () => {
    const bot = { 'user-agent': 'Googlebot/2.1' };
    const answer = await send({ type: 'event', payload: { website: 'umami-bot', url: '/' } }, bot);
    expect(answer.body).not.toHaveProperty('beep');
    expect(await lab.storedOf('umami-bot')).toMatchObject([{ userAgent: 'Googlebot/2.1' }]);
  });

  it('says when to come again while the log is away', async () => {
    await post(`${lab.ingest.url}/api/event`, { ...GOOD, siteId: 'umami' });
    await lab.ingest.nats.kill('SIGKILL');
    const answers = await Promise.all([send(view), post(`${lab.ingest.url}/api/batch`, [view])]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, body: { error: { code: 'service-unavailable' } } });
      expect(answer.headers.get('retry-after')).toMatch(/^[1-9]/);
    }
    await lab.ingest.nats.restart();
    await waitFor(async () => (await send(view)).status === 200, { timeout: 15_000, interval: 100 });
  });
});
