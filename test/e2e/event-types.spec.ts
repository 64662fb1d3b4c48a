import { afterAll, beforeAll, expect, it } from 'vitest';

import { waitFor } from '../harness/wait-for.js';
import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';

let ingest: IngestApp;
beforeAll(async () => {
  ingest = await startIngest();
});
afterAll(() => ingest?.stop());

const order = (siteId: string, properties: object) => ({ ...GOOD, siteId, eventType: 'order', properties });
const send = (event: object) => post(`${ingest.url}/api/event`, event);

/** Says what orders of the site carry; returns once this process knows. */
async function define(siteId: string, strict: boolean): Promise<void> {
  const query = `mutation { defineEventType(siteId: "${siteId}", eventType: "order", description: "Ordered", strict: ${strict},
    properties: [{ name: "plan", kind: "text", required: true }, { name: "seats", kind: "integer" }]) { changed } }`;
  const { body } = await post(`${ingest.url}/graphql`, { query });
  expect(body).toEqual({ data: { defineEventType: { changed: true } } });
  await waitFor(() => ingest.workspace.site(siteId)?.eventTypes.get('order')?.strict === strict);
}

it('what a site says of its events holds from then on: first as a warning, then strictly', async () => {
  expect((await send(order('shop', { seats: 'two' }))).body).not.toHaveProperty('warnings');
  const messages = ['properties.plan must be there (text)', 'properties.seats must be a whole number'];

  await define('shop', false);
  expect(await send(order('shop', { seats: 'two' }))).toMatchObject({
    status: 202,
    body: { warnings: messages },
  });
  expect((await send(order('shop', { plan: 'pro', more: 1 }))).body).not.toHaveProperty('warnings');
  expect((await send(order('blog', { seats: 'two' }))).body).not.toHaveProperty('warnings');

  await define('shop', true);
  expect(await send(order('shop', { seats: 'two' }))).toMatchObject({
    status: 400,
    body: { message: messages, error: 'Bad Request' },
  });
  const batch = await post(`${ingest.url}/api/events`, [
    order('shop', { plan: 'pro' }),
    order('shop', {}),
    { ...GOOD, siteId: 'shop', screen: 'wide' },
  ]);
  expect(batch).toMatchObject({
    status: 202,
    body: {
      stored: 2,
      outcomes: [
        { status: 'stored' },
        { status: 'rejected', reason: 'invalid_properties', message: messages.slice(0, 1) },
        { status: 'stored', warnings: [expect.stringMatching(/^screen must be/)] },
      ],
    },
  });
  const stored = (await ingest.stored()).filter(({ site, type }) => site === 'shop' && type === 'order');
  expect(stored.map(({ properties }) => properties)).toEqual([
    { seats: 'two' },
    { seats: 'two' },
    { plan: 'pro', more: 1 },
    { plan: 'pro' },
  ]);
  const metrics = await (await fetch(`${ingest.url}/metrics`)).text();
  expect(metrics).toContain('tidemark_events_warned_total{dialect="tidemark"} 2');
});

it('a purchase with a wrong amount is refused at every door, in the same words', async () => {
  const purchase = { ...GOOD, eventType: 'purchase', properties: { revenue: '12,50', currency: 'EUR' } };
  const words = expect.stringMatching(/^properties\.revenue must be an amount from 0 /) as string;
  expect(await send(purchase)).toMatchObject({ status: 400, body: { message: [words] } });
  const { body } = await post(`${ingest.url}/graphql`, {
    query: 'mutation ($input: TrackEventInput!) { trackEvent(input: $input) { success } }',
    variables: { input: purchase },
  });
  expect(body).toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT', reason: 'invalid_properties', messages: [words] } }],
  });
  expect(await send({ ...purchase, properties: { revenue: '12.50', currency: 'EUR' } })).toMatchObject({
    status: 202,
  });
});
