import { describe, expect, it } from 'vitest';

import { waitFor } from '../../harness/wait-for.js';
import { clientLab } from '../support/client-lab.js';
import { GOOD, post } from '../support/ingest-app.js';

const lab = clientLab();
const send = (body: unknown, headers: Record<string, string> = {}) =>
  post(`${lab.ingest.url}/api/event`, body, { type: 'text/plain', headers });

it('@plausible-analytics/tracker has its events stored, what it measured when the page closes too', async () => {
  const client = await lab.pages.open(
    `import { init, track } from '@plausible-analytics/tracker';
     init({ domain: 'new.shop.example', endpoint: '${lab.ingest.url}/api/event', outboundLinks: true });
     window.done = new Promise((resolve) => track('Purchase', {
       props: { tier: 'a' }, revenue: { amount: 19.9, currency: 'EUR' }, callback: resolve }));`,
    '/pricing?utm_source=mail',
  );
  expect(await client.page.evaluate('window.done')).toEqual({ status: 202 });
  const site = 'new-shop-example';
  await waitFor(async () => (await lab.storedOf(site)).length === 2);
  // It tells of a visit from three seconds on, or of scrolling.
  await client.page.evaluate('scrollTo(0, 1500); dispatchEvent(new Event("scroll"))');
  await client.page.evaluate('document.dispatchEvent(new Event("scroll"))');
  await client.page.goto('about:blank');
  await waitFor(async () => (await lab.storedOf(site)).some(({ type }) => type === 'engagement'));
  const events = await lab.storedOf(site);
  const byType = Object.fromEntries(events.map((event) => [event.type, event]));
  expect(byType['page_view']).toMatchObject({
    url: `${lab.pages.origin}/pricing?utm_source=mail`,
    path: '/pricing',
    language: expect.stringMatching(/^en-GB/) as string,
    source: { dialect: 'plausible', sdk: 'v36' },
  });
  expect(byType['Purchase']?.properties).toEqual({ tier: 'a', revenue: 19.9, currency: 'EUR' });
  const { scrollDepth } = byType['engagement']?.properties ?? {};
  expect(scrollDepth).toBeGreaterThan(50);
  expect(scrollDepth).toBeLessThanOrEqual(100);
  expect(new Set(events.map(({ visitorId }) => visitorId)).size).toBe(1);
  expect(client.problems).toEqual([]);
  await client.close();
});

it('plausible-tracker has its events stored', async () => {
  const client = await lab.pages.open(
    `import Plausible from 'plausible-tracker';
     const { trackPageview, trackEvent } = Plausible({ domain: 'old.shop.example', apiHost: '${lab.ingest.url}' });
     trackPageview();
     window.done = new Promise((resolve) => trackEvent('signup', { callback: resolve, props: { tier: 'a' } }));`,
    '/pricing',
  );
  await client.page.evaluate('window.done');
  const events = await waitFor(async () => {
    const stored = await lab.storedOf('old-shop-example');
    return stored.length === 2 && stored;
  });
  expect(events.map(({ type }) => type).toSorted()).toEqual(['page_view', 'signup']);
  expect(events.find(({ type }) => type === 'signup')).toMatchObject({
    path: '/pricing',
    properties: { tier: 'a' },
  });
  expect(client.problems).toEqual([]);
  await client.close();
});

describe("Plausible's API", () => {
  const view = { n: 'pageview', u: 'https://x.dev/a', d: 'x.dev' };

  it('answers "ok", and stores for each of its domains', async () => {
    const answer = await send({ ...view, d: 'one.dev,two.dev' }, { 'user-agent': 'Mozilla/5.0 (X11)' });
    expect(answer).toMatchObject({ status: 202, text: 'ok' });
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('x-plausible-dropped')).toBeNull();
    for (const site of ['one-dev', 'two-dev'])
      expect(await lab.storedOf(site)).toMatchObject([{ type: 'page_view', path: '/a' }]);
  });

  it('says how many of them it dropped behind its 202', async () => {
    const answer = await send({
      ...view,
      d: 'dropped.dev',
      n: 'purchase',
      p: { revenue: '12,50' },
    });
    expect(answer).toMatchObject({ status: 202, text: 'ok' });
    expect(answer.headers.get('x-plausible-dropped')).toBe('1');
    const { refused } = (await (await fetch(`${lab.ingest.url}/api/refused?site=dropped-dev`)).json()) as {
      refused: object[];
    };
    expect(refused).toMatchObject([{ dialect: 'plausible', reason: 'invalid_properties' }]);
  });

  it('names each field that is wrong', async () => {
    expect(await send({ n: '', u: 'pricing', d: '..' })).toMatchObject({
      status: 400,
      body: {
        errors: { event_name: [expect.any(String)], url: [expect.any(String)], domain: [expect.any(String)] },
      },
    });
  });

  it('counts what it answers with 400 too', async () => {
    const metrics = await (await fetch(`${lab.ingest.url}/metrics`)).text();
    expect(metrics).toMatch(/rejected_total\{reason="invalid_event_name",dialect="plausible"\} 1/);
  });

  it('leaves our own events to us', async () => {
    expect((await send({ ...GOOD, name: 'x', url: 'https://x.dev/' })).body).toMatchObject({ success: true });
    expect((await send({ name: 'x' })).body).toMatchObject({ statusCode: 400 });
  });

  it('is of the visitor whose address a server names', async () => {
    const browser = { 'user-agent': 'Mozilla/5.0 (X11)' };
    for (const ip of ['192.0.2.1', '192.0.2.1', '192.0.2.2'])
      await send({ ...view, d: 'who.dev' }, { ...browser, 'x-plausible-ip': ip });
    expect(new Set((await lab.storedOf('who-dev')).map(({ visitorId }) => visitorId)).size).toBe(2);
  });

  it('says when to come again while the log is away', async () => {
    await send(view);
    await lab.ingest.nats.kill('SIGKILL');
    const answer = await send(view);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]/);
    await lab.ingest.nats.restart();
    await waitFor(async () => (await send(view)).status === 202, { timeout: 15_000, interval: 100 });
  });
});
