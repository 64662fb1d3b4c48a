import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { encodeEvent } from '#events/codec.js';
import { receiptOf } from '#events/position.js';
import type { Projection } from '#projection/types.js';
import { projections } from '#projections/index.js';
import type { Projector } from '#projector/projector.js';

import { anEvent } from '../harness/given.js';
import { waitFor } from '../harness/wait-for.js';
import { ask, type Answer } from './support/ask.js';
import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';
import { startProjector } from './support/ingest-projector.js';

/** Two of the read models refuse events with this title. */
const parking = projections.map((projection): Projection => ({
  ...projection,
  project: (event, site, position) => {
    const refuses = projection.name === 'daily_aggregates' || projection.name === 'top_paths';
    if (refuses && event.title === 'unfit') throw new Error(`unfit for ${projection.name}`);
    return projection.project(event, site, position);
  },
}));

let product: IngestApp;
let projector: Projector;

beforeAll(async () => {
  product = await startIngest();
  projector = await startProjector(product, parking);
});

afterAll(async () => {
  await projector?.stop();
  await product?.stop();
});

async function send(change: Record<string, unknown>): Promise<string> {
  const { body } = await post(`${product.url}/api/event`, { ...GOOD, ...change });
  return body?.['receipt'] as string;
}

const projected = (receipt: string) =>
  ask(product, 'query ($receipt: String!) @waitFor(receipt: $receipt, seconds: 30) { sites { id } }', {
    receipt,
  });

const statusAnswer = (siteId: string, eventId: string, receipt?: string): Promise<Answer> =>
  ask(
    product,
    `query ($siteId: ID!, $eventId: ID!, $receipt: String) { eventStatus(siteId: $siteId, eventId: $eventId, receipt: $receipt) {
      state position storedAt duplicateOf detail deadLetters { projection reason detail status } } }`,
    { siteId, eventId, receipt },
  );

async function statusOf(siteId: string, eventId: string, receipt?: string): Promise<Record<string, unknown>> {
  const { data, errors } = await statusAnswer(siteId, eventId, receipt);
  expect(errors).toBeUndefined();
  return data?.['eventStatus'] as Record<string, unknown>;
}

const storedAt = async (receipt: string): Promise<string> => {
  const [partition = 0, sequence = 0] = receipt.split(':').map(Number);
  const message = await product.log.messageAt(partition, sequence);
  return new Date(message?.storedAt ?? 0).toISOString();
};

describe('an event is', () => {
  test('counted, at its place, with or without its receipt', async () => {
    const eventId = randomUUID();
    const receipt = await send({ siteId: 'shop', eventId });
    await projected(receipt);
    const expected = {
      state: 'COUNTED',
      position: receipt,
      storedAt: await storedAt(receipt),
      duplicateOf: null,
      detail: null,
      deadLetters: [],
    };
    expect(await statusOf('shop', eventId)).toEqual(expected);
    expect(await statusOf('shop', eventId, receipt)).toEqual(expected);
    expect(await statusOf('shop', eventId.toUpperCase())).toEqual(expected);
  });

  test('a duplicate of the first one, where the receipt is that of a copy', async () => {
    const eventId = randomUUID();
    const first = await send({ siteId: 'shop', eventId });
    const copy = await send({ siteId: 'shop', eventId, path: '/other' });
    await projected(copy);
    expect(await statusOf('shop', eventId, copy)).toEqual({
      state: 'DUPLICATE',
      position: copy,
      storedAt: await storedAt(copy),
      duplicateOf: first,
      detail: null,
      deadLetters: [],
    });
    expect(await statusOf('shop', eventId, first)).toMatchObject({ state: 'COUNTED', position: first });
    expect(await statusOf('shop', eventId)).toMatchObject({ state: 'COUNTED', position: first });
  });

  test('dead-lettered, with the reason of each read model', async () => {
    const eventId = randomUUID();
    const receipt = await send({ siteId: 'shop', eventId, title: 'unfit' });
    await projected(receipt);
    const letter = (projection: string) => ({
      projection,
      reason: 'project_failed',
      detail: `unfit for ${projection}`,
      status: 'open',
    });
    const expected = {
      state: 'DEAD_LETTERED',
      position: receipt,
      deadLetters: [letter('daily_aggregates'), letter('top_paths')],
    };
    expect(await statusOf('shop', eventId)).toMatchObject(expected);
    expect(await statusOf('shop', eventId, receipt)).toMatchObject(expected);
  });

  test('dead-lettered for all of them, where it lies in a partition that is not its site’s', async () => {
    const home = Number((await send({ siteId: 'shop' })).split(':')[0]);
    await projected(await send({ siteId: 'shop' }));
    const stray = anEvent({ site: 'shop', id: randomUUID() });
    const outcome = await product.log.append((home + 1) % product.log.partitions, encodeEvent(stray));
    const position = outcome.stored ? receiptOf(outcome.position) : '';
    await projected(position);
    expect(await statusOf('shop', stray.id)).toMatchObject({
      state: 'DEAD_LETTERED',
      position,
      deadLetters: [{ projection: null, reason: 'wrong_partition' }],
    });
  });

  test('not yet projected, and then it is', async () => {
    await projector.stop();
    for (const siteId of ['shop', 'new']) {
      const eventId = randomUUID();
      const receipt = await send({ siteId, eventId });
      const expected = { state: 'NOT_PROJECTED', position: receipt, storedAt: await storedAt(receipt) };
      expect(await statusOf(siteId, eventId)).toMatchObject(expected);
      expect(await statusOf(siteId, eventId, receipt)).toMatchObject(expected);
      expect(await statusOf(siteId, randomUUID())).toMatchObject({ state: 'UNKNOWN', detail: null });
      if (siteId === 'new') {
        projector = await startProjector(product, parking);
        await projected(receipt);
        expect(await statusOf(siteId, eventId)).toMatchObject({ ...expected, state: 'COUNTED' });
      }
    }
  });

  test('unknown: never sent, sent to another site, of a site that is not there', async () => {
    const eventId = randomUUID();
    await projected(await send({ siteId: 'other', eventId }));
    const unknown = { state: 'UNKNOWN', position: null, storedAt: null, detail: null, deadLetters: [] };
    expect(await statusOf('shop', randomUUID())).toMatchObject(unknown);
    expect(await statusOf('shop', eventId)).toMatchObject(unknown);
    expect(await statusOf('nowhere', eventId)).toMatchObject(unknown);
  });

  test('unknown with a reason, where too much of the log lies behind the figures', async () => {
    await projector.stop();
    const log = product.log;
    const partition = product.workspace.partitionOf('shop') ?? 0;
    for (let sent = 0; sent < 2_100; sent += 100) {
      // One after another: each is a message of its own.
      for (let i = 0; i < 100; i++) await log.append(partition, encodeEvent(anEvent({ site: 'shop' })));
    }
    const eventId = randomUUID();
    const receipt = await send({ siteId: 'shop', eventId });
    const status = await statusOf('shop', eventId);
    expect(status).toMatchObject({ state: 'UNKNOWN', position: null });
    expect(status['detail']).toMatch(/ask with the receipt of the event$/);
    expect(await statusOf('shop', eventId, receipt)).toMatchObject({ state: 'NOT_PROJECTED' });
    projector = await startProjector(product, parking);
  });
});

describe('refused is', () => {
  const eventId = randomUUID();
  const refused = async (...args: Parameters<typeof statusAnswer>) => {
    const { errors } = await statusAnswer(...args);
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    return errors?.[0]?.message;
  };

  test('the receipt of another event, of another site’s too, and of none', async () => {
    const message = 'receipt must be that of the event with this eventId';
    const receipt = await send({ siteId: 'shop' });
    const others = await send({ siteId: 'other', eventId });
    expect(await refused('shop', eventId, receipt)).toBe(message);
    expect(await refused('shop', eventId, others)).toBe(message);
    expect(await refused('shop', eventId, '0:999999999:0')).toBe(message);
    expect(await refused('shop', eventId, '99:1:0')).toBe(message);
  });

  test('what is no ID and no receipt', async () => {
    expect(await refused('shop', 'order-7')).toBe('eventId must be a UUID');
    expect(await refused('a b', eventId)).toMatch(/^siteId must be/);
    expect(await refused('shop', eventId, 'x')).toMatch(/^receipt must be the receipt of a stored event/);
  });
});

test('without the log the database still says what was counted', async () => {
  const eventId = randomUUID();
  const receipt = await send({ siteId: 'shop', eventId });
  await projected(receipt);
  await product.nats.kill('SIGKILL');
  const [counted, { errors }, unknown] = await Promise.all([
    statusOf('shop', eventId),
    statusAnswer('shop', eventId, receipt),
    statusOf('shop', randomUUID()),
  ]);
  expect(counted).toMatchObject({ state: 'COUNTED', position: receipt, storedAt: null });
  expect(errors?.[0]).toMatchObject({
    message: 'The log does not answer right now; try again in a moment.',
    extensions: { code: 'UNAVAILABLE' },
  });
  expect(unknown['detail']).toMatch(/^the log does not answer/);
  await product.nats.restart();
  await waitFor(async () => (await statusOf('shop', eventId))['storedAt'] !== null, { timeout: 30_000 });
});
