import { describe, expect, it } from 'vitest';

import { eventIdFrom } from '#events/event-id.js';
import { waitFor } from '../../harness/wait-for.js';
import { clientLab } from '../support/client-lab.js';
import { GOOD, post } from '../support/ingest-app.js';

const lab = clientLab();

describe('POST /webhook', () => {
  const hook = (body: unknown, headers: Record<string, string> = { 'x-api-key': 'hook' }) =>
    post(`${lab.ingest.url}/webhook`, body, { headers });
  const event = {
    eventType: 'user_signup',
    userId: 'u1',
    timestamp: '2026-01-31T12:00:00Z',
    metadata: { page: '/signup', browser: 'Firefox' },
    organizationId: 'acme',
  };

  it('stores an event, under the name that its sender has for it', async () => {
    const headers = { 'x-api-key': 'hook-one', 'idempotency-key': 'delivery-1' };
    const eventId = eventIdFrom('hook-one', 'delivery-1');
    expect(await hook(event, headers)).toMatchObject({
      status: 202,
      body: { success: true, eventId, receipt: expect.any(String) as string },
    });
    const [stored] = await lab.storedOf('hook-one');
    expect(stored).toMatchObject({
      id: eventId,
      type: 'user_signup',
      userId: 'u1',
      path: '/signup',
      occurredAt: Date.parse(event.timestamp),
      properties: { browser: 'Firefox', organizationId: 'acme' },
      source: { dialect: 'webhook' },
    });
    expect(stored).not.toHaveProperty('userAgent');
  });

  it.each([
    ['no key', {}, event, 401, 'X-API-Key must be the ID of a site'],
    ['a key that is no site', { 'x-api-key': 'a b' }, event, 401, 'X-API-Key must be the ID of a site'],
    [
      'no type of event',
      undefined,
      { userId: 'u1' },
      400,
      'eventType must be 1 to 100 printable characters, such as "page_view"',
    ],
    ['no JSON', undefined, '{', 400, 'body is not valid JSON (at character 2)'],
    ['a list', undefined, [], 400, 'body must be a JSON object'],
  ])('with %s', async (_name, headers, body, status, message) => {
    expect(await hook(body, headers)).toMatchObject({
      status,
      body: { statusCode: status, message: [message] },
    });
  });

  it('says when to come again while the log is away', async () => {
    await post(`${lab.ingest.url}/api/event`, { ...GOOD, siteId: 'hook' });
    await lab.ingest.nats.kill('SIGKILL');
    const answer = await hook(event);
    expect(answer).toMatchObject({
      status: 503,
      body: { reason: 'log_unavailable', eventId: expect.any(String) as string },
    });
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]/);
    const image = await fetch(`${lab.ingest.url}/pixel.gif?site=hook`);
    expect([image.status, image.headers.get('content-type')]).toEqual([503, 'image/gif']);
    await image.arrayBuffer();
    await lab.ingest.nats.restart();
    await waitFor(async () => (await hook(event)).status === 202, { timeout: 15_000, interval: 100 });
  });
});

describe('GET /pixel.gif', () => {
  it('is an image on a page, which stores a view', async () => {
    const client = await lab.pages.open(
      `const image = new Image();
       image.referrerPolicy = 'no-referrer-when-downgrade';
       window.done = new Promise((resolve) => { image.onload = () => resolve([image.width, image.height]); });
       image.src = '${lab.ingest.url}/pixel.gif?site=pixel&title=Pricing&plan=pro&_=1';
       document.body.append(image);`,
      '/pricing?utm_source=mail',
    );
    expect(await client.page.evaluate('window.done')).toEqual([1, 1]);
    const [event] = await lab.storedOf('pixel');
    expect(event).toMatchObject({
      type: 'page_view',
      url: `${lab.pages.origin}/pricing?utm_source=mail`,
      path: '/pricing',
      title: 'Pricing',
      properties: { plan: 'pro' },
      source: { dialect: 'pixel' },
    });
    expect(event?.userAgent).toMatch(/Chrome/);
    expect(client.problems).toEqual([]);
    await client.close();
  });

  it('is kept by no cache, sets no cookie, and is no event for HEAD', async () => {
    const image = await fetch(`${lab.ingest.url}/pixel.gif?site=pixel-one&event=mail_open&v=v1`);
    expect(image.status).toBe(200);
    expect(image.headers.get('content-type')).toBe('image/gif');
    expect(image.headers.get('cache-control')).toContain('no-store');
    expect(image.headers.get('set-cookie')).toBeNull();
    expect(Buffer.from(await image.arrayBuffer()).toString('latin1')).toMatch(/^GIF89a/);
    expect((await fetch(`${lab.ingest.url}/pixel.gif?site=pixel-one`, { method: 'HEAD' })).status).toBe(405);
    expect(await lab.storedOf('pixel-one')).toMatchObject([{ type: 'mail_open', visitorId: 'v1' }]);
  });

  it.each([
    ['no site', '?path=/', 400],
    ['a path that is none', '?site=pixel&path=x', 400],
    ['a query of more than 8 KB', `?site=pixel&a=${'x'.repeat(8200)}`, 414],
  ])('with %s says why', async (_name, query, status) => {
    const answer = await fetch(`${lab.ingest.url}/pixel.gif${query}`);
    expect(await answer.json()).toMatchObject({ statusCode: status });
    expect(answer.status).toBe(status);
  });
});
