import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { CheckpointWatch } from '#api/checkpoint-watch.js';
import { projections } from '#projections/index.js';
import type { Projector } from '#projector/projector.js';

import { waitFor } from '../harness/wait-for.js';
import { ask, type Answer } from './support/ask.js';
import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';
import { startProjector } from './support/ingest-projector.js';

// The doors, the log, the projector and the questions, on real servers; the projector is the test's to stop.
let product: IngestApp;
let projector: Projector | undefined;

beforeAll(async () => {
  product = await startIngest();
});

afterAll(async () => {
  await projector?.stop();
  await product?.stop();
});

const day = GOOD.timestamp.slice(0, 10);

async function send(siteId: string, eventId: string = randomUUID()): Promise<string> {
  const { body } = await post(`${product.url}/api/event`, { ...GOOD, siteId, eventId });
  return body?.['receipt'] as string;
}

const read = (siteId: string, receipt: unknown, seconds?: number): Promise<Answer> =>
  ask(
    product,
    `query ($site: ID!, $range: DateRangeInput!, $receipt: String!, $seconds: Float = 25) @waitFor(receipt: $receipt, seconds: $seconds) {
      site(id: $site) { dailyStats(range: $range) { events } topPaths(range: $range) { nodes { path views } } } }`,
    { site: siteId, range: { from: day, to: day }, receipt, ...(seconds === undefined ? {} : { seconds }) },
  );

const eventsIn = ({ data }: Answer) =>
  (data?.['site'] as { dailyStats: { events: number }[] } | undefined)?.dailyStats[0]?.events;

const stats = async (query: Record<string, string>) => {
  const response = await fetch(`${product.url}/api/stats?${new URLSearchParams({ date: day, ...query })}`);
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: (await response.json()) as { message?: string[]; totalViews?: number },
  };
};

describe('while nothing projects', () => {
  test('says how far the figures are, and gives no old ones', async () => {
    const receipt = await send('still');
    const [partition, sequence] = receipt.split(':');
    const { status, data, errors } = await read('still', receipt, 0.2);
    expect({ status, data }).toEqual({ status: 200, data: undefined });
    expect(errors).toEqual([
      {
        message: `the figures include partition ${partition} up to 0, and not ${sequence} yet: ask again in a moment, with the same receipt`,
        extensions: { code: 'PROJECTION_BEHIND', position: `${partition}:0` },
      },
    ]);
  });

  test('GET /api/stats says 503 with Retry-After', async () => {
    const receipt = await send('still');
    const answer = await stats({ siteId: 'still', waitFor: receipt, waitForSeconds: '0' });
    expect(answer).toMatchObject({ status: 503, retryAfter: '1' });
    expect(answer.body.message).toEqual([expect.stringContaining('the figures include partition')]);
  });

  test('a wait that has begun is answered when the projector comes', async () => {
    const waiting = read('late', await send('late'));
    const overHttp = stats({ siteId: 'late', waitFor: await send('late'), waitForSeconds: '25' });
    projector = await startProjector(product, projections);
    expect(eventsIn(await waiting)).toBeGreaterThanOrEqual(1);
    expect(await overHttp).toMatchObject({ status: 200, body: { totalViews: 2 } });
  });

  test('once it has stopped again, the position is the one reached', async () => {
    const before = await send('again');
    expect(eventsIn(await read('again', before))).toBe(1);
    await projector?.stop();
    const [partition, reached] = before.split(':');
    const { errors } = await read('again', await send('again'), 0);
    expect(errors?.[0]?.extensions).toEqual({
      code: 'PROJECTION_BEHIND',
      position: `${partition}:${reached}`,
    });
    expect(eventsIn(await read('again', before, 0))).toBe(1);
  });
});

test('1,000 events, each read back by its sender right away', async () => {
  projector = await startProjector(product, projections);
  const lanes = Array.from({ length: 20 }, async (_, lane) => {
    for (let sent = 1; sent <= 50; sent++) {
      const answer = await read(`lane-${lane}`, await send(`lane-${lane}`));
      expect(answer.errors).toBeUndefined();
      expect(eventsIn(answer)).toBe(sent);
    }
  });
  await Promise.all(lanes);
});

test('the receipt of a copy that counts nothing is waited for too', async () => {
  const eventId = randomUUID();
  await send('copy', eventId);
  expect(eventsIn(await read('copy', await send('copy', eventId)))).toBe(1);
});

describe('what is no receipt', () => {
  test.each(['', '1', '1:2', '1:2:3:4', '1:0:0', '-1:2:3', 'a:b:c', ' 1:2:3', '1:99999999999999999:0'])(
    '"%s"',
    async (receipt) => {
      const { status, errors } = await read('shop', receipt);
      expect(status).toBe(400);
      expect(errors).toEqual([
        {
          message:
            'waitFor.receipt must be the receipt of a stored event, partition:sequence:ordinal, such as "2:1043:17", or of a change of settings, such as "workspace:12"',
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ]);
    },
  );

  test.each([-1, 31])('%s seconds', async (seconds) => {
    const { errors } = await read('shop', '0:1:0', seconds);
    expect(errors).toMatchObject([
      { message: 'waitFor.seconds must be 0 to 30', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test('GET /api/stats names the fields', async () => {
    const { status, body } = await stats({ siteId: 'shop', waitFor: 'x', waitForSeconds: 'soon' });
    expect(status).toBe(400);
    expect(body.message).toEqual([
      'waitFor must be the receipt of a stored event, partition:sequence:ordinal, such as "2:1043:17", or of a change of settings, such as "workspace:12"',
      'waitForSeconds must be 0 to 30',
    ]);
  });

  test('a mutation waits for nothing', async () => {
    const { status } = await ask(
      product,
      `mutation @waitFor(receipt: "0:1:0") { trackEvent(input: { siteId: "a", eventType: "b", path: "/", timestamp: "${GOOD.timestamp}" }) { success } }`,
    );
    expect(status).toBe(400);
  });
});

test('a server that stops keeps nobody waiting', async () => {
  const own = await startIngest();
  const waits = vi.spyOn(CheckpointWatch.prototype, 'reached');
  const { body } = await post(`${own.url}/api/event`, GOOD);
  const answer = ask(own, `query ($r: String!) @waitFor(receipt: $r, seconds: 30) { sites { id } }`, {
    r: body?.['receipt'],
  });
  await waitFor(() => waits.mock.calls.length > 0);
  await own.stop();
  expect((await answer).errors?.[0]?.extensions['code']).toBe('UNAVAILABLE');
});
