import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog } from '#event-log/event-log.js';
import { LogGapError } from '#event-log/types.js';
import { openLog, readAll, readUntil } from '../harness/event-log.js';
import { startNats, type TestNats } from '../harness/nats.js';

describe('appending and reading', () => {
  let nats: TestNats;
  let log: EventLog;
  beforeAll(async () => {
    nats = await startNats();
    log = await openLog(nats);
  });
  afterAll(async () => {
    await log.close();
    await nats.stop();
  });

  it('has four partitions by default, on a log that is proven to be synced', () => {
    expect(log.partitions).toBe(4);
    expect(log.durability).toBe('synced');
    expect(log.connected).toBe(true);
  });

  it('gives back what was appended one after the other, in that order, at the acknowledged positions', async () => {
    const positions = [];
    for (let i = 0; i < 20; i++) {
      const outcome = await log.append(1, `{"n":${i}}`);
      if (!outcome.stored) throw new Error(outcome.reason);
      positions.push(outcome.position);
    }
    const read = await readAll(log, 1);
    expect(read.map((r) => r.line)).toEqual(Array.from({ length: 20 }, (_, i) => `{"n":${i}}`));
    expect(read.map(({ sequence, ordinal }) => ({ partition: 1, sequence, ordinal }))).toEqual(positions);
  });

  it('acknowledges 20,000 concurrent appends once each, in few messages', async () => {
    const before = await Promise.all([0, 2, 3].map((p) => log.head(p)));
    const partitions = [0, 2, 3];
    const outcomes = await Promise.all(
      Array.from({ length: 20_000 }, async (_, i) => {
        const line = `{"i":${i}}`;
        const outcome = await log.append(partitions[i % 3] ?? 0, line);
        if (!outcome.stored) throw new Error(outcome.reason);
        return { line, ...outcome.position };
      }),
    );
    const acknowledged = new Map(outcomes.map((o) => [`${o.partition}:${o.sequence}:${o.ordinal}`, o.line]));
    expect(acknowledged.size).toBe(20_000);
    const stored = new Map<string, string>();
    for (const p of partitions) {
      for (const { sequence, ordinal, line } of await readAll(log, p))
        stored.set(`${p}:${sequence}:${ordinal}`, line);
    }
    expect(stored).toEqual(acknowledged);
    const after = await Promise.all(partitions.map((p) => log.head(p)));
    const messages = after.reduce((sum, head, i) => sum + head.sequence - (before[i]?.sequence ?? 0), 0);
    expect(messages).toBeLessThan(20_000 / 100);
  });

  it('reads one message by its sequence', async () => {
    const outcome = await log.append(0, '{"single":true}');
    if (!outcome.stored) throw new Error(outcome.reason);
    const message = await log.messageAt(0, outcome.position.sequence);
    expect(Buffer.from(message?.payload ?? []).toString()).toBe('{"single":true}');
    expect(message?.batchId).toMatch(/^[0-9a-f-]{36}$/);
    expect(Math.abs((message?.storedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await log.messageAt(0, outcome.position.sequence + 1000)).toBeUndefined();
  });

  it('refuses an event over 32 KB, and takes one of exactly that', async () => {
    expect(await log.append(0, 'x'.repeat(32_769))).toEqual({ stored: false, reason: 'event_too_large' });
    expect(await log.append(0, 'x'.repeat(32_768))).toMatchObject({ stored: true });
  });

  it('closes a message before 128 KB', async () => {
    const line = 'y'.repeat(30_000);
    const outcomes = await Promise.all(Array.from({ length: 9 }, () => log.append(2, line)));
    const sequences = outcomes.map((o) => (o.stored ? o.position.sequence : -1));
    const perMessage = sequences.map((s) => sequences.filter((other) => other === s).length);
    expect(Math.max(...perMessage)).toBe(4);
  });

  it('refuses at once what is beyond the bound of pending events', async () => {
    const small = await openLog(nats, { limits: { pendingEvents: 10 } });
    const outcomes = await Promise.all(Array.from({ length: 15 }, () => small.append(0, '{}')));
    expect(outcomes.map((o) => o.stored)).toEqual(outcomes.map((_, i) => i < 10));
    expect(outcomes[10]).toEqual({ stored: false, reason: 'log_overloaded' });
    await small.close();
  });

  it('acknowledges what is on its way before it closes, and refuses what comes after', async () => {
    const closing = await openLog(nats);
    const appends = Array.from({ length: 100 }, () => closing.append(3, '{}'));
    const closed = closing.close();
    const late = closing.append(3, '{}');
    expect((await Promise.all(appends)).every((o) => o.stored)).toBe(true);
    expect(await late).toEqual({ stored: false, reason: 'log_unavailable' });
    await closed;
  });

  it('delivers new messages to a waiting reader', async () => {
    const head = await log.head(1);
    const seen: string[] = [];
    const reading = readUntil(log.read(1, head.sequence + 1), (lines) => {
      seen.push(...lines.map((l) => l.line));
      return seen.length === 3;
    });
    for (const n of [1, 2, 3]) await log.append(1, `{"live":${n}}`);
    await reading;
    expect(seen).toEqual(['{"live":1}', '{"live":2}', '{"live":3}']);
  });

  it('passes over a deleted message, and stops where a missing one is not listed as deleted', async () => {
    const nc = await connect({ servers: nats.url });
    const jsm = await jetstreamManager(nc);
    const head = await log.head(1);
    await jsm.streams.deleteMessage('EVENTS_1', 5);
    const read = await readAll(log, 1);
    expect(new Set(read.map((r) => r.sequence))).not.toContain(5);
    expect(read.at(-1)?.sequence).toBe(head.sequence);
    // The first message gone: the stream then begins later and lists nothing.
    await jsm.streams.deleteMessage('EVENTS_1', 1);
    const failure = await readAll(log, 1).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LogGapError);
    expect((failure as LogGapError).reason).toBe('gap');
    await nc.close();
  });

  it('shows a foreign message without a batch ID as it is', async () => {
    const nc = await connect({ servers: nats.url });
    await jetstream(nc).publish('events.2', 'not json\n');
    const head = await log.head(2);
    const message = await log.messageAt(2, head.sequence);
    expect(message?.batchId).toBe('');
    await nc.close();
  });

  it('is written to by the probe', async () => {
    expect(await log.probe()).toBe(true);
  });

  it('hands change notices to every listener until it stops listening', async () => {
    const other = await openLog(nats);
    const notice = { partition: 2, sequence: 7, sites: ['shop'] };
    const seen = new Promise((resolve) => {
      const off = log.onNotice((n) => {
        off();
        resolve(n);
      });
    });
    // The subscription may reach the server after the first notice did.
    const timer = setInterval(() => other.notify(notice), 20);
    expect(await seen).toEqual(notice);
    clearInterval(timer);
    await other.close();
  });
});

describe('the workspace log', () => {
  let nats: TestNats;
  let log: EventLog;
  beforeAll(async () => {
    nats = await startNats();
    log = await openLog(nats, { partitions: 2 });
  });
  afterAll(async () => {
    await log.close();
    await nats.stop();
  });
  const created = (siteId: string) =>
    ({ type: 'SiteCreated', siteId, partition: 1, at: 1_700_000_000_000, actor: 'test' }) as const;

  it('lets one of two deciders win and gives the other the event that stands', async () => {
    const [a, b] = await Promise.all([
      log.workspace.append('site', 'shop', created('shop'), 0),
      log.workspace.append('site', 'shop', created('shop'), 0),
    ]);
    expect([a.stored, b.stored].sort()).toEqual([false, true]);
    expect([a, b]).toContainEqual({ stored: false, reason: 'conflict' });
    const last = await log.workspace.last('site', 'shop');
    expect(JSON.parse(last?.text ?? '')).toEqual(created('shop'));
    expect(await log.workspace.last('site', 'nobody')).toBeUndefined();
  });

  it('delivers all there is before `follow` resolves, then what comes', async () => {
    await log.workspace.append('site', 'blog', created('blog'), 0);
    const seen: string[] = [];
    let arrived: (() => void) | undefined;
    const live = new Promise<void>((resolve) => (arrived = resolve));
    const stop = await log.workspace.follow((record) => {
      seen.push(`${record.kind}.${record.id}`);
      if (record.id === 'news') arrived?.();
    });
    expect(seen).toEqual(['log.partitions', 'site.shop', 'site.blog']);
    await log.workspace.append('site', 'news', created('news'), 0);
    await live;
    await stop();
  });

  it('never builds a subject from unchecked text', async () => {
    await expect(log.workspace.append('site', '*', created('x'), 0)).rejects.toThrow(TypeError);
  });
});
