import { afterAll, beforeAll, expect, it } from 'vitest';

import { decodeEvent } from '#events/codec.js';
import { splitLines } from '#event-log/record-batch.js';

import { GOOD, post, startIngest, type Answer, type IngestApp } from './support/ingest-app.js';

let ingest: IngestApp;

beforeAll(async () => {
  ingest = await startIngest();
});

afterAll(() => ingest?.stop());

interface Receipted {
  readonly eventId: string;
  readonly receipt: string;
}

/** The ID of the event that stands where the receipt says. */
async function idAt(receipt: string): Promise<string | undefined> {
  expect(receipt).toMatch(/^\d+:\d+:\d+$/);
  const [partition = -1, sequence = -1, ordinal = -1] = receipt.split(':').map(Number);
  const message = await ingest.log.messageAt(partition, sequence);
  const line = message && splitLines(message.payload)[ordinal];
  const decoded = line === undefined ? undefined : decodeEvent(line);
  return decoded?.ok === true ? decoded.event.id : undefined;
}

async function expectInPlace(answers: readonly Receipted[]): Promise<void> {
  for (const { eventId, receipt } of answers) expect(await idAt(receipt)).toBe(eventId);
  expect(new Set(answers.map(({ receipt }) => receipt)).size).toBe(answers.length);
}

const bodyOf = (answer: Answer) => answer.body as unknown as Receipted;
const outcomesOf = (body: unknown) => (body as { outcomes: Receipted[] }).outcomes;

it('one event: many at once, so that they share messages', async () => {
  const sent = Array.from({ length: 60 }, (_, i) =>
    post(`${ingest.url}/api/event`, { ...GOOD, siteId: `one-${i % 3}` }),
  );
  await expectInPlace((await Promise.all(sent)).map(bodyOf));
});

it('a batch: each stored event has its own, a rejected one has none', async () => {
  const items = Array.from({ length: 40 }, (_, i) => ({ ...GOOD, siteId: `batch-${i % 5}` }));
  const answer = await post(`${ingest.url}/api/events`, [...items, { ...GOOD, path: 'x' }]);
  const outcomes = outcomesOf(answer.body);
  await expectInPlace(outcomes.slice(0, 40));
  expect(outcomes[40]).not.toHaveProperty('receipt');
});

it('GraphQL, one and many', async () => {
  const ask = async (query: string, variables: object) => {
    const { body } = await post(`${ingest.url}/graphql`, { query, variables });
    return body?.['data'] as Record<string, unknown>;
  };
  const one = await ask(
    'mutation ($input: TrackEventInput!) { trackEvent(input: $input) { eventId receipt } }',
    { input: { ...GOOD } },
  );
  const many = await ask(
    'mutation ($events: [TrackEventInput!]!) { trackEvents(events: $events) { outcomes { eventId receipt } } }',
    { events: [GOOD, GOOD, { ...GOOD, path: 'x' }] },
  );
  const outcomes = outcomesOf(many['trackEvents']);
  await expectInPlace([one['trackEvent'] as Receipted, ...outcomes.slice(0, 2)]);
  expect(outcomes[2]?.receipt).toBeNull();
});

it('the same event again has a receipt of its own: the place of the copy', async () => {
  const event = { ...GOOD, eventId: '0192f3a4-5b6c-7d8e-9f01-23456789abcd' };
  const first = await post(`${ingest.url}/api/event`, event);
  const again = await post(`${ingest.url}/api/event`, event);
  await expectInPlace([bodyOf(first), bodyOf(again)]);
});
