import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requestJob } from '#database/jobs.js';
import { rowsOf } from '#database/row-reader.js';
import { lastVerifications } from '#database/verification.js';
import { readAll, type LineRead } from '../harness/event-log.js';
import { waitFor } from '../harness/wait-for.js';
import { Lab, uuidOf } from './support/projector-lab.js';
import { ended, eventsOf } from './support/dead-letters.js';
import { all, everything, fill, scratchSchemas, told, verify } from './support/verify-lab.js';

let lab: Lab;
afterEach(() => lab.close());

describe('a log that was projected as it stands', () => {
  test('has no drift, also after a switch and back, and verifying changes nothing', async () => {
    lab = await Lab.open(2);
    await lab.started({ projections: all, limits: { batchEvents: 130 } });
    await fill(lab);
    const letters = await lab.query('SELECT FROM dead_letter');
    expect(letters.length).toBeGreaterThanOrEqual(4);

    const before = await everything(lab);
    const first = await verify(lab);
    expect(told(first)).toEqual([]);
    expect(first).toMatchObject({ outcome: 'clean', driftRows: 0, site: null, from: null });
    expect(first.positions).toEqual([
      { partition: 0, sequence: await lab.floor(0) },
      { partition: 1, sequence: await lab.floor(1) },
    ]);
    const [counted] = await lab.query<{ events: number; duplicates: number }>(
      'SELECT sum(events)::int AS events, sum(duplicates)::int AS duplicates FROM partition',
    );
    expect({ events: first.events, duplicates: first.duplicates }).toEqual(counted);
    expect(await everything(lab)).toEqual(before);

    expect((await ended(lab, await requestJob(lab.pool, 'rebuild', { swap: true }))).state).toBe('done');
    expect(told(await verify(lab))).toEqual([]);
    for (const { name } of all)
      expect(await ended(lab, await requestJob(lab.pool, 'rollback', { projection: name }))).toMatchObject({
        state: 'done',
        error: null,
      });
    await lab.append(eventsOf('site-a', 1_000, 1_050), 0);
    await lab.drained();
    expect(told(await verify(lab))).toEqual([]);
    expect(told(await verify(lab, { site: 'site-b', from: '2026-03-01', to: '2026-03-02' }))).toEqual([]);
    expect(await scratchSchemas(lab)).toEqual([]);
  });

  test('has no drift while events stream in', async () => {
    lab = await Lab.open(2);
    await lab.started({ projections: all, limits: { batchEvents: 1_000 } });
    let going = true;
    const streams = [0, 1].map(async (partition) => {
      const site = `site-${partition}`;
      for (let n = 0; going; n += 40) {
        await lab.append([...eventsOf(site, n, n + 40), ...eventsOf(site, n, n + 3)], partition);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
    try {
      for (let round = 0; round < 3; round++) {
        const before = await lab.floor(1);
        const result = await verify(lab);
        expect(told(result)).toEqual([]);
        expect(result.positions[1]?.sequence).toBeGreaterThanOrEqual(before);
        expect(await lab.floor(1)).toBeGreaterThan(before);
      }
    } finally {
      going = false;
      await Promise.all(streams);
    }
    expect(await scratchSchemas(lab)).toEqual([]);
  });

  test('is verified by itself after a while, and the result is shown in the metrics', async () => {
    lab = await Lab.open();
    await lab.started({ limits: { verifyEveryMs: 500 } });
    await lab.append(eventsOf('site-a', 0, 50));
    await waitFor(async () => (await lastVerifications(rowsOf(lab.pool), 9)).length >= 2, {
      timeout: 30_000,
    });
    await waitFor(async () => (await lab.metrics.verifyLastSuccess.get()).values[0]?.value);
    const metrics = await lab.metrics.registry.metrics();
    expect(metrics).toMatch(/^tidemark_verify_drift_rows 0$/m);
    expect(metrics).toMatch(/^tidemark_verifications_total\{result="clean"\} [1-9]/m);
  });
});

describe('what is wrong is found and named', () => {
  beforeEach(async () => {
    lab = await Lab.open(2);
    await lab.started({ projections: all, limits: { batchEvents: 130 } });
    await fill(lab);
  });

  test('rows, visitors, ledger entries and duplicates', async () => {
    const [a] = await lab.query<{ id: number; row_set: number }>(
      `SELECT s.id, r.row_set FROM site s JOIN row_set r ON r.site_id = s.id
       JOIN generation g ON g.id = r.generation_id WHERE s.name = 'site-a' AND g.projection = 'lab_days'`,
    );
    const set = a?.row_set ?? 0;
    const broken = async (sql: string, mend: string, order = {}): Promise<string[]> => {
      expect(await lab.query(`${sql} RETURNING 1`)).not.toEqual([]);
      const result = await verify(lab, order);
      const drift = told(result);
      if (drift.length > 0) expect(result).toMatchObject({ outcome: 'drift' });
      await lab.query(mend);
      return drift;
    };
    const day = `row_set = ${set} AND day = '2026-03-02'`;

    expect(
      await broken(
        `UPDATE lab_days_g1 SET events = events + 5 WHERE ${day}`,
        `UPDATE lab_days_g1 SET events = events - 5 WHERE ${day}`,
      ),
    ).toEqual(['read_model differs lab_days 2026-03-02 events 1 200 205 0:1:1']);

    // A site's rows and days alone: what lies beside them is not told.
    const outside = { site: 'site-a', from: '2026-03-03', to: '2026-03-09' };
    const change = [
      `UPDATE lab_days_g1 SET weight = weight - 1 WHERE ${day}`,
      `UPDATE lab_days_g1 SET weight = weight + 1 WHERE ${day}`,
    ] as const;
    expect(await broken(...change, outside)).toEqual([]);
    expect(await broken(...change, { site: 'site-b' })).toEqual([]);
    expect(await broken(...change, { site: 'site-a', from: '2026-03-02', to: '2026-03-02' })).toEqual([
      'read_model differs lab_days 2026-03-02 weight 1 200 199 0:1:1',
    ]);

    expect(
      await broken(
        `WITH gone AS (DELETE FROM lab_paths_g1 WHERE path = '/page/3' AND day = '2026-03-01' AND row_set =
           (SELECT row_set FROM row_set r JOIN generation g ON g.id = r.generation_id
            WHERE g.projection = 'lab_paths' AND r.site_id = ${a?.id ?? 0}) RETURNING *)
         INSERT INTO lab_paths_g1 SELECT row_set + 1000000, day, path, views FROM gone`,
        `UPDATE lab_paths_g1 SET row_set = row_set - 1000000 WHERE row_set > 1000000`,
      ),
    ).toEqual([
      'read_model differs lab_paths 2026-03-01 views 1 23 - 0:1:3',
      'read_model missing lab_paths 2026-03-01 rows 1 - - 0:1:3',
      'read_model extra lab_paths - rows 1 - - -',
    ]);

    expect(
      await broken(
        `INSERT INTO lab_days_g1 (row_set, day, events, weight) VALUES (${set}, '2031-01-01', 7, 7)`,
        `DELETE FROM lab_days_g1 WHERE day = '2031-01-01'`,
      ),
    ).toEqual([
      'read_model differs lab_days 2031-01-01 events 1 - 7 -',
      'read_model differs lab_days 2031-01-01 weight 1 - 7 -',
      'read_model differs lab_days 2031-01-01 visitors 1 - 0 -',
      'read_model extra lab_days 2031-01-01 rows 1 - - -',
    ]);

    expect(
      await broken(
        `UPDATE lab_days_g1_visitors SET member = '${uuidOf('nobody')}' WHERE ${day} AND member = '${uuidOf('visitor 1')}'`,
        `UPDATE lab_days_g1_visitors SET member = '${uuidOf('visitor 1')}' WHERE member = '${uuidOf('nobody')}'`,
      ),
    ).toEqual([
      'read_model missing lab_days 2026-03-02 visitors members 1 - - 0:1:1',
      'read_model extra lab_days 2026-03-02 visitors members 1 - - 0:1:1',
    ]);

    expect(
      await broken(
        `UPDATE lab_visitors_g1 SET landing_ordinal = landing_ordinal + 1 WHERE row_set = (SELECT row_set FROM row_set r
           JOIN generation g ON g.id = r.generation_id WHERE g.projection = 'lab_visitors' AND r.site_id = ${a?.id ?? 0})
         AND visitor = '${uuidOf('visitor 4')}'`,
        `UPDATE lab_visitors_g1 SET landing_ordinal = landing_ordinal - 1 WHERE row_set = (SELECT row_set FROM row_set r
           JOIN generation g ON g.id = r.generation_id WHERE g.projection = 'lab_visitors' AND r.site_id = ${a?.id ?? 0})
         AND visitor = '${uuidOf('visitor 4')}'`,
      ),
    ).toEqual(['read_model differs lab_visitors - landing 1 - - 0:1:4']);

    // Another event's entry: the event has none, and the entry no event.
    const own = uuidOf('site-a/42');
    expect(
      await broken(
        `UPDATE ledger_0 SET event_id = '${uuidOf('no event')}' WHERE event_id = '${own}'`,
        `UPDATE ledger_0 SET event_id = '${own}' WHERE event_id = '${uuidOf('no event')}'`,
      ),
    ).toEqual(['ledger foreign - - - 1 - - 0:1:42', 'ledger missing - - - 1 - - 0:1:42']);
    expect(
      await broken(
        `UPDATE ledger_0 SET sequence = sequence + 1 WHERE event_id = '${own}'`,
        `UPDATE ledger_0 SET sequence = sequence - 1 WHERE event_id = '${own}'`,
      ),
    ).toEqual(['ledger elsewhere - - - 1 - - 0:1:42']);

    const [bitmap] = await lab.query<{ sequence: number }>(
      'SELECT min(sequence) AS sequence FROM duplicate_0 WHERE octet_length(ordinals) > 12',
    );
    const at = bitmap?.sequence ?? 0;
    const flipped = await broken(
      `UPDATE duplicate_0 SET ordinals = set_byte(ordinals, 0, get_byte(ordinals, 0) # 4) WHERE sequence = ${at}`,
      `UPDATE duplicate_0 SET ordinals = set_byte(ordinals, 0, get_byte(ordinals, 0) # 4) WHERE sequence = ${at}`,
    );
    expect(flipped).toEqual([
      expect.stringMatching(`^duplicates (not|wrongly)_recorded - - - 1 - - 0:${at}.2$`),
    ]);
    expect(
      await broken(
        `INSERT INTO duplicate_0 VALUES (100000, '\\x01')`,
        'DELETE FROM duplicate_0 WHERE sequence = 100000',
      ),
    ).toEqual(['duplicates wrongly_recorded - - - 1 - - 0:100000:0']);

    expect(told(await verify(lab))).toEqual([]);
    expect(await scratchSchemas(lab)).toEqual([]);
  });

  test('a dead letter that is gone without its event being counted', async () => {
    await lab.query(`DELETE FROM dead_letter WHERE generation_id IS NULL`);
    const drift = told(await verify(lab));
    expect(drift).toEqual([
      expect.stringMatching(/^log wrong_partition - - - 1 - - 0:\d+:0$/),
      expect.stringMatching(/^log unreadable - - - 1 - - 1:\d+:0$/),
    ]);
  });

  test('an ID that a late retry left at its later position counts once, and is no drift', async () => {
    const id = uuidOf('site-c/47');
    const lines = (await readAll(lab.log, 0)).filter(({ line }) => line.includes(id));
    const [first, second] = lines;
    expect(lines).toHaveLength(2);
    if (!first || !second) return;
    const mark = async ({ sequence, ordinal }: LineRead, on: boolean) => {
      const byte = ordinal >> 3;
      await lab.query('INSERT INTO duplicate_0 VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        sequence,
        Buffer.alloc(byte + 1),
      ]);
      await lab.query(
        `UPDATE duplicate_0 SET ordinals = set_bit(rpad_bytes.b, $2, $3) FROM (
           SELECT sequence, ordinals || decode(repeat('00', greatest(0, $4 + 1 - octet_length(ordinals))), 'hex') AS b
           FROM duplicate_0) rpad_bytes WHERE rpad_bytes.sequence = duplicate_0.sequence AND duplicate_0.sequence = $1`,
        [sequence, ordinal, on ? 1 : 0, byte],
      );
    };
    const { sequence, ordinal } = second;
    await lab.query('UPDATE ledger_0 SET sequence = $1, ordinal = $2 WHERE event_id = $3', [
      sequence,
      ordinal,
      id,
    ]);
    await mark(first, true);
    expect(told(await verify(lab))).toEqual([
      `duplicates wrongly_recorded - - - 1 - - 0:${sequence}:${ordinal}`,
    ]);
    await mark(second, false);
    expect(told(await verify(lab))).toEqual([]);
  });

  test('an unknown site fails the job in words', async () => {
    const job = await ended(lab, await requestJob(lab.pool, 'verify', { site: 'nowhere' }));
    expect(job).toMatchObject({ state: 'failed', error: 'there is no site "nowhere" with events' });
  });
});
