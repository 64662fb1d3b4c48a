import { afterEach, describe, expect, test } from 'vitest';
import type { StoredEvent } from '#events/stored-event.js';
import { encodeEvent } from '#events/codec.js';
import { waitFor } from '../harness/wait-for.js';
import { labEvent, days, expectedDays, Lab, paths } from './support/projector-lab.js';

let lab: Lab;
afterEach(() => lab.close());

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const eventsOf = (site: string, from: number, to: number) => range(from, to).map((n) => labEvent(site, n));

test('events of several sites and partitions reach the read models', async () => {
  lab = await Lab.open(2);
  await lab.started();
  const a = eventsOf('site-a', 0, 300);
  const b = eventsOf('site-b', 0, 200);
  await Promise.all([lab.append(a, 0), lab.append(b, 1)]);
  await lab.drained();
  expect(await lab.dump(days)).toEqual(expectedDays([...a, ...b]));
  expect((await lab.dump(paths)).flat()).toHaveLength(2 * 3 * 7);
});

test('a change notice names the sites of each committed batch', async () => {
  lab = await Lab.open();
  const notices: string[] = [];
  lab.log.onNotice((notice) => notices.push(...notice.sites));
  await lab.started();
  await lab.append(eventsOf('site-a', 0, 5));
  await waitFor(() => notices.includes('site-a'));
});

describe('an event counts once', () => {
  test('within a batch, across batches, across restarts, and whatever it says the second time', async () => {
    lab = await Lab.open();
    const first = await lab.started();
    const events = eventsOf('site-a', 0, 100);
    await lab.append([...events, ...events.slice(0, 50)]);
    await lab.append(events.slice(20, 40));
    await lab.drained();
    await first.stop();

    await lab.started();
    const changed = events.map((event): StoredEvent => ({ ...event, path: '/another', visitorId: event.id }));
    await lab.append([...changed, labEvent('site-a', 100)]);
    await lab.drained();
    expect(await lab.dump(days)).toEqual(expectedDays([...events, labEvent('site-a', 100)]));
    const [row] = await lab.query<{ events: number; duplicates: number }>(
      'SELECT events, duplicates FROM partition',
    );
    expect(row).toEqual({ events: 101, duplicates: 50 + 20 + 100 });
  });

  test('for each site by itself: one site cannot suppress the events of another', async () => {
    lab = await Lab.open();
    await lab.started();
    const a = eventsOf('site-a', 0, 50);
    const b = a.map((event): StoredEvent => ({ ...event, site: 'site-b' }));
    await lab.append([...a, ...b]);
    await lab.drained();
    expect(await lab.dump(days)).toEqual(expectedDays([...a, ...b]));
  });
});

describe('a bad event stops nobody', () => {
  test('what is no event is parked with its reason, the rest is applied', async () => {
    lab = await Lab.open();
    await lab.started();
    const good = eventsOf('site-a', 0, 40);
    const lines = good.map(encodeEvent);
    lines.splice(3, 0, '{"v":1,', '{"v":99,"id":"x"}', '[]');
    lines.splice(20, 0, JSON.stringify({ ...labEvent('site-a', 999), occurredAt: 'today' }));
    await lab.appendLines(lines);
    await lab.drained();
    expect(await lab.dump(days)).toEqual(expectedDays(good));
    const letters = await lab.query<{
      ordinal: number;
      reason: string;
      generation_id: number | null;
      event: string;
    }>('SELECT ordinal, reason, generation_id, event FROM dead_letter ORDER BY ordinal');
    expect(letters.map((each) => [each.ordinal, each.reason, each.generation_id])).toEqual([
      [3, 'malformed_json', null],
      [4, 'unknown_version', null],
      [5, 'invalid_envelope', null],
      [20, 'invalid_envelope', null],
    ]);
    expect(letters[0]?.event).toBe('{"v":1,');
  });

  test('one that a projection refuses is parked for that projection alone, and keeps its ID', async () => {
    lab = await Lab.open();
    await lab.started();
    const good = eventsOf('site-a', 0, 30);
    const poison = labEvent('site-a', 500, { type: 'poison' });
    await lab.append([...good.slice(0, 10), poison, ...good.slice(10)]);
    await lab.append([labEvent('site-a', 500)]);
    await lab.drained();
    expect(await lab.dump(days)).toEqual(expectedDays(good));
    expect(await lab.query('SELECT sequence, ordinal, reason, event_id, detail FROM dead_letter')).toEqual([
      {
        sequence: 1,
        ordinal: 10,
        reason: 'project_failed',
        event_id: poison.id,
        detail: 'this one cannot be projected',
      },
    ]);
  });

  test('one whose values PostgreSQL refuses is found by halving the batch', async () => {
    lab = await Lab.open();
    await lab.started();
    const good = eventsOf('site-a', 0, 60);
    const overflow = [200, 203].map((n) => labEvent('site-a', n, { type: 'overflow' }));
    const [one, two] = overflow;
    if (!one || !two) throw new Error('two events');
    await lab.append([...good.slice(0, 10), one, ...good.slice(10, 50), two, ...good.slice(50)]);
    await lab.drained();
    const letters = await lab.query<{ ordinal: number; reason: string }>(
      'SELECT ordinal, reason FROM dead_letter',
    );
    expect(letters).toEqual([{ ordinal: 51, reason: 'refused_by_database' }]);
    const [row] = await lab.query<{ events: string }>('SELECT sum(events)::int AS events FROM lab_days_g1');
    expect(row).toEqual({ events: 61 });
  });

  test('many at once stop the partition; nothing is skipped, and it goes on when they are gone', async () => {
    lab = await Lab.open();
    const projector = await lab.started();
    const good = eventsOf('site-a', 0, 20);
    const poison = range(100, 120).map((n) => labEvent('site-a', n, { type: 'poison' }));
    await lab.append([...good, ...poison]);
    await waitFor(() => projector.stopped.length > 0);
    expect(projector.stopped[0]?.reason).toMatch(/20 of 40 events .* cannot be projected/);
    expect(await lab.floor()).toBe(0);
    expect(await lab.query('SELECT FROM dead_letter')).toEqual([]);
    await projector.stop();
    const [row] = await lab.query<{ stopped_reason: string }>('SELECT stopped_reason FROM partition');
    expect(row?.stopped_reason).toMatch(/cannot be projected/);

    const patient = await lab.started({ limits: { parkedHandful: 100 } });
    await lab.drained();
    expect(patient.stopped).toEqual([]);
    expect(await lab.dump(days)).toEqual(expectedDays(good));
    expect(await lab.query('SELECT FROM dead_letter')).toHaveLength(20);
    expect(await lab.query('SELECT FROM partition WHERE stopped_reason IS NULL')).toHaveLength(1);
  });

  test('where its dead letter cannot be written nothing is committed, and the partition says so', async () => {
    lab = await Lab.open();
    const projector = await lab.started();
    await lab.query('ALTER TABLE dead_letter RENAME TO hidden');
    await lab.append([...eventsOf('site-a', 0, 20), labEvent('site-a', 500, { type: 'poison' })]);
    await waitFor(() => projector.stopped.length > 0);
    expect(projector.stopped[0]?.reason).toMatch(/dead letters cannot be written/);
    expect(await lab.floor()).toBe(0);
    await lab.query('ALTER TABLE hidden RENAME TO dead_letter');
    await lab.drained();
    expect(await lab.dump(days)).toEqual(expectedDays(eventsOf('site-a', 0, 20)));
    expect(await lab.query('SELECT FROM dead_letter')).toHaveLength(1);
  });

  test('of a site that lives in another partition is parked', async () => {
    lab = await Lab.open(2);
    await lab.started();
    await lab.append(eventsOf('site-a', 0, 5), 0);
    await lab.drained();
    await lab.append(eventsOf('site-a', 5, 8), 1);
    await lab.drained();
    expect(await lab.dump(days)).toEqual(expectedDays(eventsOf('site-a', 0, 5)));
    expect(await lab.query('SELECT reason FROM dead_letter')).toEqual(
      Array.from({ length: 3 }, () => ({ reason: 'wrong_partition' })),
    );
  });
});
