import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { newEventId } from './event-id.js';
import { openQueue, type Queue } from './queue.js';

const SITE = 'tidemark:shop:';
let store: Record<string, string>;
let sent: string[][];
let answer: (ids: string[]) => Response | Promise<Response>;
let dropped: number[];

const open = () => openQueue(new URL('http://stats.test/api/events'), 'shop', (count) => dropped.push(count));
const event = (n: number, more: object = {}) => ({ eventId: `id-${String(n).padStart(4, '0')}`, ...more });
const kept = () => Object.keys(store).map((key) => key.slice(SITE.length));
const outcomes = (ids: string[], status: (id: string) => string = () => 'stored') =>
  Response.json({ outcomes: ids.map((id, index) => ({ index, status: status(id), reason: 'invalid_x' })) });

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  store = {};
  sent = [];
  dropped = [];
  answer = (ids) => outcomes(ids);
  vi.stubGlobal('localStorage', store);
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('fetch', (_url: URL, { body }: { body: string }) => {
    const ids = (JSON.parse(body) as { eventId: string }[]).map(({ eventId }) => eventId);
    sent.push(ids);
    return Promise.resolve(answer(ids));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const settle = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

describe('an event', () => {
  test('is kept before it is sent, and until the answer is there', async () => {
    let arrive: (response: Response) => void = () => undefined;
    answer = () => new Promise((resolve) => (arrive = resolve));
    open().put(event(1));
    expect([kept(), sent]).toEqual([['id-0001'], []]);
    await settle();
    expect([kept(), sent]).toEqual([['id-0001'], [['id-0001']]]);
    arrive(outcomes(['id-0001']));
    await settle();
    expect(kept()).toEqual([]);
  });

  test('travels with those of the same moment, oldest first', async () => {
    const queue = open();
    for (const n of [2, 1, 3]) queue.put(event(n));
    await settle();
    expect(sent).toEqual([['id-0001', 'id-0002', 'id-0003']]);
  });

  test('is not sent twice while it is under way, also when the page goes', async () => {
    answer = () => new Promise(() => undefined);
    const queue = open();
    queue.put(event(1));
    await settle();
    queue.put(event(2));
    queue.leave();
    await settle();
    expect(sent).toEqual([['id-0001'], ['id-0002']]);
  });

  test('that is rejected is dropped with a warning, the others stay or go on their own account', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    answer = (ids) =>
      outcomes(ids, (id) => ({ 'id-0001': 'stored', 'id-0002': 'rejected' })[id] ?? 'unavailable');
    const queue = open();
    for (const n of [1, 2, 3]) queue.put(event(n));
    await settle();
    expect(kept()).toEqual(['id-0003']);
    expect(warn).toHaveBeenCalledOnce();
    expect(String(warn.mock.calls[0])).toContain('invalid_x');
  });
});

test('events that are all rejected are told of once each, though the answer is 400', async () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  answer = (ids) =>
    Response.json(
      { statusCode: 400, outcomes: ids.map((_, index) => ({ index, status: 'rejected' })) },
      { status: 400 },
    );
  const queue = open();
  for (const n of [1, 2]) queue.put(event(n));
  await settle(5_000);
  expect([kept(), sent.length, warn.mock.calls.length]).toEqual([[], 1, 2]);
});

describe('after a failure', () => {
  const failing = async (fail: () => Response): Promise<Queue> => {
    answer = fail;
    const queue = open();
    queue.put(event(1));
    await settle();
    answer = (ids) => outcomes(ids);
    return queue;
  };
  const broken = () => {
    throw new TypeError('Failed to fetch');
  };

  test.each([
    ['the network', broken],
    ['an answer that is none of ours', () => new Response('<html>log in</html>')],
    ['no outcome at all', () => Response.json({ outcomes: [] })],
    ['429', () => Response.json({}, { status: 429 })],
    ['404', () => Response.json({}, { status: 404 })],
    ['400 of somebody in between', () => new Response('Bad Request', { status: 400 })],
    ['413 of somebody in between', () => Response.json({ error: 'too large' }, { status: 413 })],
  ])('%s: the event stays and is sent again a second later', async (_name, fail) => {
    await failing(fail);
    expect(kept()).toEqual(['id-0001']);
    await settle(900);
    expect(sent).toHaveLength(1);
    await settle(300);
    expect([sent.length, kept()]).toEqual([2, []]);
  });

  test('pauses double, up to four minutes and their jitter, and begin anew once it works', async () => {
    const queue = await failing(broken);
    answer = broken;
    await settle(3_600_000);
    // 1 + 2 + 4 + … + 256 seconds, then every 256.
    expect(sent.length).toBeGreaterThan(15);
    expect(sent.length).toBeLessThan(25);
    answer = (ids) => outcomes(ids);
    queue.wake();
    await settle(200);
    expect(kept()).toEqual([]);
    answer = broken;
    queue.put(event(2));
    await settle();
    answer = (ids) => outcomes(ids);
    await settle(1_200);
    expect(kept()).toEqual([]);
  });

  test('a network that is back is tried at once', async () => {
    const cut = await failing(broken);
    cut.wake();
    await settle(100);
    expect([sent.length, kept()]).toEqual([2, []]);
  });

  test('a server that asked for time gets it, whatever happens meanwhile', async () => {
    const busy = await failing(() => Response.json({}, { status: 503, headers: { 'retry-after': '30' } }));
    busy.put(event(2));
    busy.wake();
    busy.leave();
    await settle(30_000);
    expect(sent).toEqual([['id-0001']]);
    await settle(1_200);
    expect(sent).toEqual([['id-0001'], ['id-0001', 'id-0002']]);
  });

  test('and it gets it where another request fails meanwhile', async () => {
    const answers: { resolve: (response: Response) => void; reject: (why: Error) => void }[] = [];
    answer = () => new Promise((resolve, reject) => answers.push({ resolve, reject }));
    const queue = open();
    for (const n of [1, 2]) {
      queue.put(event(n));
      await settle();
    }
    answers[0]?.resolve(Response.json({}, { status: 503, headers: { 'retry-after': '30' } }));
    await settle();
    answers[1]?.reject(new TypeError('Failed to fetch'));
    await settle(30_000);
    expect(sent).toEqual([['id-0001'], ['id-0002']]);
    await settle(1_200);
    expect(sent[2]).toEqual(['id-0001', 'id-0002']);
  });

  test.each([400, 413])(
    '%s for all of them: the one that is the reason is found, and the others are stored',
    async (status) => {
      const warn = vi.spyOn(console, 'warn').mockReturnValue();
      answer = (ids) =>
        ids.includes('id-0033')
          ? Response.json({ statusCode: status, message: ['unfit'] }, { status })
          : outcomes(ids);
      const queue = open();
      for (let n = 1; n <= 60; n++) queue.put(event(n));
      await settle(100);
      expect(kept()).toEqual([]);
      expect(sent.length).toBeLessThan(30);
      expect(warn).toHaveBeenCalledOnce();
    },
  );
});

describe('bounds', () => {
  beforeEach(() => {
    answer = () => new Promise(() => undefined);
  });

  test('200 events: the oldest go, and are counted', async () => {
    const queue = open();
    for (let n = 1; n <= 205; n++) queue.put(event(n));
    expect([kept().length, kept()[0]]).toEqual([200, 'id-0006']);
    answer = (ids) => outcomes(ids);
    await settle(100);
    expect([kept(), dropped]).toEqual([[], [5]]);
  });

  test('200,000 characters', () => {
    const queue = open();
    for (let n = 1; n <= 15; n++) queue.put(event(n, { text: 'x'.repeat(18_000) }));
    expect([kept().length, kept()[0]]).toEqual([11, 'id-0005']);
  });

  test('20,000 characters of one request, and of one event', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    answer = (ids) => outcomes(ids);
    const queue = open();
    for (let n = 1; n <= 5; n++) queue.put(event(n, { text: 'x'.repeat(8_000) }));
    queue.put(event(6, { text: 'x'.repeat(20_000) }));
    await settle(100);
    expect(sent.map((ids) => ids.length)).toEqual([2, 2, 1]);
    expect(warn).toHaveBeenCalledOnce();
  });

  test('what is no JSON is not kept', () => {
    expect(() => open().put(event(1, { amount: 1n }))).toThrow('BigInt');
    expect(kept()).toEqual([]);
  });
});

test('what another page left is sent a second later, or with the first event', async () => {
  store[`${SITE}id-0001`] = JSON.stringify(event(1));
  store['other'] = 'untouched';
  store['tidemark:shop2:id-0009'] = 'untouched';
  open();
  await settle(1_100);
  expect(sent).toEqual([['id-0001']]);
  store[`${SITE}id-0002`] = JSON.stringify(event(2));
  open().put(event(3));
  await settle();
  expect(sent[1]).toEqual(['id-0002', 'id-0003']);
  expect(Object.keys(store)).toEqual(['other', 'tidemark:shop2:id-0009']);
});

test('without localStorage events wait in memory', async () => {
  vi.stubGlobal('localStorage', undefined);
  answer = () => Promise.reject(new TypeError('Failed to fetch'));
  open().put(event(1));
  await settle();
  answer = (ids) => outcomes(ids);
  await settle(1_200);
  expect(sent).toEqual([['id-0001'], ['id-0001']]);
});

test('IDs are UUIDs of version 7, of which each sorts after the one before', () => {
  const ids = Array.from({ length: 1_000 }, newEventId);
  expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
    true,
  );
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(1_000);
});
