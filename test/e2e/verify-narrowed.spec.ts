import { afterAll, beforeAll, expect, test } from 'vitest';
import { projections } from '#projections/index.js';
import { watchReads } from './support/log-reads.js';
import { Lab, labEvent, labProjections, uuidOf } from './support/projector-lab.js';
import { told, verify } from './support/verify-lab.js';

/** Messages: three blocks of a thousand. The site `rare` has events at the beginning, on another day in the middle, and at the end. */
const MESSAGES = 2_600;
const DAY = 86_400_000;

let lab: Lab;
/** Sequences that somebody read, other than live projection. */
const read = new Set<number>();
beforeAll(async () => {
  lab = await Lab.open();
  await lab.started({ projections: [...labProjections, ...projections] });
  const rare = (n: number, days: number) => {
    const event = labEvent('rare', n);
    return { ...event, occurredAt: event.occurredAt + days * DAY, receivedAt: event.receivedAt + days * DAY };
  };
  const messages = new Map([
    [10, [rare(1, 0), rare(2, 0)]],
    [20, [rare(3, 40)]],
    [2_500, [rare(4, 80), rare(1, 80), rare(5, 80), rare(5, 80)]],
  ]);
  // One after the other: a message each.
  for (let n = 1; n <= MESSAGES; n++) await lab.append(messages.get(n) ?? [labEvent('busy', n)]);
  await lab.drained();
  expect(await lab.floor()).toBe(MESSAGES);
  watchReads(lab.log, (sequence) => read.add(sequence));
}, 300_000);
afterAll(() => lab?.close());

async function verified(
  order: Record<string, unknown>,
): Promise<{ drift: string[]; messages: number; events: number }> {
  read.clear();
  const result = await verify(lab, order);
  return { drift: told(result), messages: read.size, events: result.events };
}

const late = { from: '2026-05-15', to: '2026-05-31' };

test('one site, one day: only their blocks of the log are read', async () => {
  expect(await verified({})).toMatchObject({ drift: [], messages: MESSAGES });
  expect(await verified({ site: 'rare' })).toEqual({ drift: [], messages: 1_600, events: 5 });
  // Its first event is repeated at the end, which the ledger alone says here.
  expect(await verified({ site: 'rare', ...late })).toEqual({ drift: [], messages: 600, events: 2 });
  expect(await verified(late)).toMatchObject({ drift: [], messages: 600 });
  expect(await verified({ site: 'rare', from: '2020-01-01', to: '2020-01-31' })).toEqual({
    drift: [],
    messages: 0,
    events: 0,
  });
  await lab.append([labEvent('rare', 9), labEvent('rare', 4)]);
  await lab.drained();
  expect(await verified({ site: 'rare' })).toEqual({
    drift: [],
    messages: (await lab.floor()) - 1_000,
    events: 6,
  });
});

test('what the index lacks is found all the same, by reading everything', async () => {
  const { set } = await rowsOfRare('log_blocks');
  const entry = `(${set}, '2026-05-21', 2)`;
  const spoilt = await lab.query(
    `DELETE FROM log_blocks_g1 WHERE (row_set, day, block) = ${entry} RETURNING 1`,
  );
  expect(spoilt).toHaveLength(1);
  const missing = ['read_model missing log_blocks 2026-05-21 rows 1 - - 0:2500:0'];
  // The ledger leads there as well.
  expect(await verified({ site: 'rare' })).toMatchObject({ drift: missing });

  const others = await lab.query<{ day: string }>(
    `DELETE FROM log_blocks_g1 WHERE row_set = ${set} AND block = 2 RETURNING day::text`,
  );
  const byDay = await verified({ site: 'rare', ...late });
  expect(byDay.drift).toContain(missing[0]);
  expect(byDay.drift.filter((line) => !line.includes(' log_blocks '))).toEqual([]);
  expect(byDay.messages).toBeGreaterThanOrEqual(MESSAGES);
  for (const day of ['2026-05-21', ...others.map((row) => row.day)])
    await lab.query('INSERT INTO log_blocks_g1 (row_set, day, block) VALUES ($1, $2, 2)', [set, day]);
  expect(await verified({ site: 'rare', ...late })).toMatchObject({ drift: [] });
});

async function rowsOfRare(projection: string): Promise<{ set: number }> {
  const [found] = await lab.query<{ set: number }>(
    `SELECT r.row_set AS set FROM site s JOIN row_set r ON r.site_id = s.id
     JOIN generation g ON g.id = r.generation_id WHERE s.name = 'rare' AND g.projection = $1`,
    [projection],
  );
  if (!found) throw new Error('the site has no rows');
  return found;
}

test('what is wrong in the blocks that are read is found and named', async () => {
  const broken = async (sql: string, order: Record<string, unknown>) => {
    expect(await lab.query(`${sql} RETURNING 1`)).toHaveLength(1);
    return (await verified(order)).drift;
  };
  const id = `'${uuidOf('rare/4')}'`;
  expect(
    await broken(`UPDATE lab_days_g1 SET events = events + 1 WHERE day = '2026-05-21'`, {
      site: 'rare',
      ...late,
    }),
  ).toEqual(['read_model differs lab_days 2026-05-21 events 1 1 2 0:2500:0']);
  await lab.query(`UPDATE lab_days_g1 SET events = events - 1 WHERE day = '2026-05-21'`);
  expect(await broken(`DELETE FROM ledger_0 WHERE event_id = ${id}`, { site: 'rare', ...late })).toEqual([
    'ledger missing - - - 1 - - 0:2500:0',
  ]);
  expect((await verified({ site: 'rare' })).drift).toEqual(['ledger missing - - - 1 - - 0:2500:0']);
});
