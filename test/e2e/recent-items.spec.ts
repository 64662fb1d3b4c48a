import { setImmediate } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi, type MockInstance } from 'vitest';

import { LogAway } from '#api/ports.js';
import { EventFeed } from '#event-feed/event-feed.js';
import type { FeedWish } from '#event-feed/feed-wish.js';
import type { EventLog } from '#event-log/event-log.js';
import { joinLines } from '#event-log/record-batch.js';
import { encodeEvent } from '#events/codec.js';
import { RecentRefusals } from '#ingest/recent-refusals.js';
import { silentLogger } from '#telemetry/logger.js';
import { Workspace } from '#workspace/state/workspace.js';

import { EventFeedFromLog } from '../../src/feed-from-log.js';

import { openLog } from '../harness/event-log.js';
import { anEvent } from '../harness/given.js';
import { startNats, type TestNats } from '../harness/nats.js';
import { publishRaw } from '../harness/raw-log.js';

const MB = 1024 * 1024;
const messages = 60;
const perMessage = 30;

let nats: TestNats;
let log: EventLog;
beforeAll(async () => {
  nats = await startNats();
  log = await openLog(nats);
  const properties = { filling: 'x'.repeat(4_000) };
  for (let partition = 0; partition < 4; partition++) {
    await Promise.all(
      Array.from({ length: messages }, (_, n) => {
        const lines = Array.from({ length: perMessage }, (_each, m) =>
          encodeEvent(anEvent({ path: `/${n}/${m}`, properties })),
        );
        return publishRaw(nats, partition, joinLines(lines));
      }),
    );
  }
});
afterAll(async () => {
  await log.close();
  await nats.stop();
});

/** What one who looks back and follows nothing else is given. */
async function lookBack(feed: EventFeed, wish: FeedWish, most = 100) {
  const following = await feed.follow(wish, { item: ignore, skipped: ignore, failed: ignore });
  const items = await following.recent(most);
  following.stop();
  return items;
}
const ignore = () => undefined;
const anyFeed = () => new EventFeed(log, () => undefined, silentLogger);

/** Bytes that readers gave from now on, and how many readers there were together. */
function watchReads() {
  const seen = { bytes: 0, open: 0, most: 0 };
  const read = log.read.bind(log);
  const spy = vi.spyOn(log, 'read').mockImplementation((partition, from, o) => {
    const reader = read(partition, from, o);
    // One without bounds follows the log's end.
    if (o === undefined) return reader;
    seen.most = Math.max(seen.most, ++seen.open);
    const all = reader[Symbol.asyncIterator].bind(reader);
    reader[Symbol.asyncIterator] = async function* () {
      try {
        for await (const message of { [Symbol.asyncIterator]: all }) {
          seen.bytes += message.payload.byteLength;
          yield message;
        }
      } finally {
        seen.open--;
      }
    };
    return reader;
  });
  onTestFinished(() => spy.mockRestore());
  return seen;
}

describe('what was stored before', () => {
  it('is read no further back than somebody asked for', async () => {
    const seen = watchReads();
    const items = await lookBack(anyFeed(), {}, 50);
    expect(items).toHaveLength(50);
    expect(items.every(({ position }) => position.sequence > messages - 2)).toBe(true);
    expect(seen.bytes).toBeLessThan(5 * MB);
  });

  it('is found in an older message of one partition', async () => {
    const items = await lookBack(new EventFeed(log, () => 2, silentLogger), {
      site: 'example',
      text: `/${messages - 20}/7`,
    });
    expect(items.map(({ event }) => event.path)).toEqual([`/${messages - 20}/7`]);
  });

  it('takes a few megabytes of each who finds nothing, two of them at a time, and leaves turns of the loop', async () => {
    const seen = watchReads();
    const feed = anyFeed();
    let longest = 0;
    let ended = false;
    const loop = (async () => {
      for (let at = performance.now(); !ended; at = performance.now()) {
        await setImmediate();
        longest = Math.max(longest, performance.now() - at);
      }
    })();
    const asked = 6;
    const found = await Promise.all(Array.from({ length: asked }, () => lookBack(feed, { text: 'nowhere' })));
    ended = true;
    await loop;
    expect(found.flat()).toHaveLength(0);
    expect(seen.most).toBe(2);
    expect(seen.bytes).toBeGreaterThan(asked * 3 * MB);
    expect(seen.bytes).toBeLessThan(asked * 5 * MB);
    // One message is decoded in a few milliseconds; all of one subscription's took hundreds.
    expect(longest).toBeLessThan(150);
  });

  it('is not read for those who left before their turn', async () => {
    const seen = watchReads();
    const feed = anyFeed();
    const followings = await Promise.all(
      Array.from({ length: 5 }, () => feed.follow({}, { item: ignore, skipped: ignore, failed: ignore })),
    );
    const reads = followings.map((following) => following.recent(10));
    followings.forEach((following) => following.stop());
    const [one, two, ...others] = await Promise.all(reads);
    expect(others.flat()).toHaveLength(0);
    // The first two had begun; they end after a step.
    expect([one, two].every((items) => items !== undefined && items.length <= 10)).toBe(true);
    expect(seen.bytes).toBeLessThan(3 * MB);
  });

  it('cannot be read: nothing of the one who asked for it goes on', async () => {
    const stops: MockInstance[] = [];
    const read = log.read.bind(log);
    const spy = vi.spyOn(log, 'read').mockImplementation((partition, from, o) => {
      if (o !== undefined) throw new Error('broken');
      const reader = read(partition, from);
      stops.push(vi.spyOn(reader, 'stop'));
      return reader;
    });
    onTestFinished(() => spy.mockRestore());
    const feed = new EventFeedFromLog(log, new Workspace(), new RecentRefusals(log), silentLogger);
    const listener = { item: ignore, skipped: ignore, failed: ignore };
    await expect(feed.follow({}, listener, 10)).rejects.toThrow(LogAway);
    expect(stops).toHaveLength(4);
    await vi.waitFor(() => stops.forEach((stop) => expect(stop).toHaveBeenCalled()));
  });
});
