import { afterAll, beforeAll, expect, test } from 'vitest';
import { PAST_PROJECTIONS } from '#database/past-figures.js';
import type { StoredEvent } from '#events/stored-event.js';
import { dayOf } from '#projection/calendar.js';
import { blockLength, projections } from '#projections/index.js';
import { answered, counted, PARTITION, PastLab, type Seen } from '../e2e/support/past-lab.js';
import { labEvent, uuidOf } from '../e2e/support/projector-lab.js';
import { newRandom, type Random } from './support/random.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let lab: PastLab;
beforeAll(async () => {
  lab = await PastLab.open();
});
afterAll(() => lab.stop());

test('days of the past that are taken from what is served, and those that are folded, are what the log adds up to', async () => {
  const random = newRandom('days as of');
  const seen: Seen = {
    timeZone: random.pick(['UTC', 'America/New_York', 'Asia/Kathmandu']),
    leftOut: '/page/3',
  };
  await lab.project({ limits: { batchEvents: 300, buildBatches: 1 } });
  await lab.rule('{ kind: EXCLUDE_PATH, pattern: "/page/3" }');
  if (seen.timeZone !== 'UTC') await lab.timeZone(seen.timeZone);
  const events = eventsOf(random);
  const messages = 3 * blockLength + 1 + random.below(blockLength - 1);
  for (let sent = 0, message = 0; message < messages; message++) {
    const upTo = Math.round(((message + 1) * events.length) / messages);
    await lab.append(events.slice(sent, upTo));
    sent = upTo;
  }
  await lab.drained();

  // Of what others stored nothing is a position of the site.
  const lines = (await lab.lines()).filter(({ event }) => event.site === 'shop');
  const last = lines.at(-1)?.sequence ?? 0;
  expect(last).toBeGreaterThan(3 * blockLength);
  const all = await lab.figures();
  /** What was asked for before is kept. */
  const asked = new Set<unknown>();
  /** @returns of how many days events were folded; undefined: all */
  const foldedAt = async (sequence: number): Promise<number | undefined> => {
    const near = lines.filter((each) => Math.abs(each.sequence - sequence) < 6 && !asked.has(each));
    const line = random.pick(near);
    asked.add(line);
    const position = `${PARTITION}:${line.sequence}:${line.ordinal}`;
    const before = lines.filter(
      ({ sequence: at, ordinal }) => at < line.sequence || (at === line.sequence && ordinal <= line.ordinal),
    );
    const expected = counted(
      before.map(({ event }) => event),
      seen,
    );
    const figures = await lab.figures({ position });
    expect({ position, ...answered(figures) }).toEqual({ position, ...expected });
    expect(figures['timeZone']).toBe(seen.timeZone);
    const { rows } = await lab.pool.query<{ days: number | null }>(
      `SELECT DISTINCT cardinality(r.days) AS days FROM spare_row_set r JOIN past_figures p ON p.id = r.past_id
       WHERE p.sequence = $1 AND p.ordinal = $2 AND r.job_id IS NULL AND r.kept_until > now()`,
      [line.sequence, line.ordinal],
    );
    expect(rows).toHaveLength(1);
    return rows[0]?.days ?? undefined;
  };
  for (const sequence of [1, 10, blockLength, blockLength + 1])
    expect(await foldedAt(sequence)).toBeGreaterThan(5);
  for (let n = 0; n < 4; n++) expect(await foldedAt(random.below(last))).toBeGreaterThan(0);
  // Most days were over by then.
  expect(await foldedAt(last)).toBeLessThan(10);
  expect(await lab.figures({ position: `${PARTITION}:${last}` })).toEqual(all);

  // Then other settings: what is kept of these says the same, and once it is gone everything is folded.
  await lab.timeZone('Europe/Vienna');
  await lab.append(events.slice(0, 50).map((event) => ({ ...event, id: random.uuid() })));
  await lab.drained();
  expect(await foldedAt(last - 10)).toBeLessThan(12);
  expect(await foldedAt(random.below(last))).toBeGreaterThan(0);
  await lab.pool.query('UPDATE spare_row_set SET kept_until = now() WHERE past_id IS NULL');
  for (let n = 0; n < 2; n++) expect(await foldedAt(random.below(last))).toBeUndefined();
});

/** Eleven days in order, of which one in ten events is late by up to three days. */
function eventsOf(random: Random): StoredEvent[] {
  const start = Date.UTC(2026, 1, 26);
  const count = 8_000;
  const sent: StoredEvent[] = [];
  for (let n = 0; n < count; n++) {
    const late = random.chance(0.1) ? random.below(3 * DAY) : 0;
    const occurredAt = Math.max(start, start + (n * 11 * DAY) / count - late);
    const event = labEvent(random.chance(0.8) ? 'shop' : 'shop-2', n, {
      occurredAt,
      receivedAt: occurredAt,
      visitorId: uuidOf(`visitor ${random.below(40)}`),
      path: n % 401 === 0 ? '/\0' : `/page/${random.below(6)}`,
    });
    sent.push(random.chance(0.05) && n > 0 ? random.pick(sent) : event);
  }
  return sent;
}

/** Without this no day could be taken by itself. */
test.each(PAST_PROJECTIONS)('an event has rows of %s on its own day alone', (name) => {
  const random = newRandom(`days of ${name}`);
  const projection = projections.find((each) => each.name === name);
  const key = Object.entries(projection?.keys ?? {}).find(
    ([, type]) => type === 'date' || type === 'timestamptz',
  );
  expect(key).toBeDefined();
  for (let n = 0; n < 2_000; n++) {
    const timeZone = random.pick([
      'UTC',
      'America/St_Johns',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'Pacific/Apia',
    ]);
    // Clocks went back over midnight here, where the first of these zones is.
    const from = random.pick([Date.UTC(2010, 10, 6), Date.UTC(2011, 11, 28), Date.UTC(2026, 2, 28)]);
    const event = labEvent('shop', n, { occurredAt: from + random.below(3 * DAY) });
    const site = { id: 'shop', timeZone, rules: [], revision: 0 };
    for (const row of projection?.project(event, site, { partition: 0, sequence: n + 1, ordinal: 0 }) ?? []) {
      const value = row[key?.[0] ?? ''];
      const days =
        typeof value === 'number' ? [value, value + HOUR - 1].map((at) => dayOf(at, timeZone)) : [value];
      expect({ timeZone, at: event.occurredAt, days }).toMatchObject({
        days: expect.arrayContaining([dayOf(event.occurredAt, timeZone)]) as string[],
      });
    }
  }
});
