import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestJob } from '#database/jobs.js';
import { PAST_PROJECTIONS } from '#database/past-figures.js';
import { waitFor } from '../harness/wait-for.js';
import { FIGURES, PARTITION, PastLab } from './support/past-lab.js';
import { labEvent } from './support/projector-lab.js';

let lab: PastLab;
/** Receipts of twelve messages. */
const receipts: string[] = [];
let time = '';

beforeAll(async () => {
  lab = await PastLab.open();
  await lab.project();
  for (let n = 0; n < 240; n += 20)
    receipts.push(await lab.append(Array.from({ length: 20 }, (_, i) => labEvent('shop', n + i))));
  await lab.drained();
  time = new Date().toISOString();
});
afterAll(() => lab.stop());

const at = (n: number) => ({ position: receipts[n] });
const events = (site: Record<string, unknown>) =>
  (site as { totals: { current: { events: number } } }).totals.current.events;

test('asked by several at once it is made once, and then it is there', async () => {
  const before = (await lab.orders()).length;
  const [first, ...others] = await Promise.all(Array.from({ length: 4 }, () => lab.figures(at(5))));
  for (const other of others) expect(other).toEqual(first);
  expect(events(first ?? {})).toBe(120);
  expect(await lab.figures(at(5))).toEqual(first);
  // The same position, however it is said.
  const sequence = receipts[5]?.split(':').slice(0, 2).join(':');
  expect(await lab.figures({ position: sequence })).toEqual(first);
  expect((await lab.orders()).length).toBe(before + 1);
});

test('then and now in one answer, each its own; what was not stored yet is not there', async () => {
  const { data, errors } = await lab.ask(
    `query ($then: AsOfInput, $long: AsOfInput) {
      then: site(id: "shop", asOf: $then) { ...figures }
      long: site(id: "shop", asOf: $long) { ...figures }
      now: site(id: "shop") { ...figures } }
    fragment figures on Site { ${FIGURES} asOf { position storedAt settingsRevision } }`,
    { then: at(2), long: { time: '2001-01-01T00:00:00Z' } },
  );
  expect(errors).toBeUndefined();
  const { then, long, now } = data as Record<string, Record<string, unknown>>;
  expect([then, long, now].map((site) => events(site ?? {}))).toEqual([60, 0, 240]);
  expect(then?.['asOf']).toEqual({
    position: receipts[2],
    storedAt: expect.any(String) as string,
    settingsRevision: 0,
  });
  expect(long).toMatchObject({
    asOf: { position: null, storedAt: null, settingsRevision: 0 },
    coverage: null,
  });
  expect(now?.['asOf']).toBeNull();
  const unknown = await lab.ask('query ($asOf: AsOfInput) { site(id: "nobody", asOf: $asOf) { id } }', {
    asOf: at(2),
  });
  expect(unknown).toMatchObject({ status: 200, data: { site: null } });
});

test.each([
  [{}, 'asOf must have either time or position: give one of them, and not the other'],
  [{ time: '2026-01-01T00:00:00Z', position: `${PARTITION}:1` }, 'asOf must have either time or position'],
  [{ time: '2999-01-01T00:00:00Z' }, 'asOf.time must not be in the future'],
  [{ position: 'yesterday' }, 'asOf.position must be a receipt, partition:sequence:ordinal'],
  [{ position: `${PARTITION}:0:0` }, 'asOf.position must be a receipt, partition:sequence:ordinal'],
  [
    { position: '0:1:0' },
    `asOf.position must be in partition ${PARTITION}, where all events of site shop are`,
  ],
  [{ position: `${PARTITION}:999999:0` }, 'asOf.position must be in the log'],
  [{ position: `${PARTITION}:1:9999` }, 'asOf.position must be in the log'],
  [{ position: `${PARTITION}:1`, seconds: 31 }, 'asOf.seconds must be 0 to 30'],
])('refuses %j', async (asOf, message) => {
  const { status, errors } = await lab.ask(
    'query ($asOf: AsOfInput) { site(id: "shop", asOf: $asOf) { id } }',
    { asOf },
  );
  expect(errors?.[0]?.message).toContain(message);
  expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
  expect(status).toBe(400);
});

test('what is not of the figures is not answered for then, and no more than four pasts at once', async () => {
  const explained = await lab.ask(
    'query ($asOf: AsOfInput) { site(id: "shop", asOf: $asOf) { explain(day: "2026-03-01") { nodes { id } } } }',
    { asOf: at(5) },
  );
  expect(explained.errors?.[0]?.message).toContain('explain is about the figures of now');
  const many = await lab.ask(
    `{ ${[0, 1, 2, 3, 4].map((n) => `s${n}: site(id: "shop", asOf: { position: "${receipts[n]}" }) { id }`).join(' ')} }`,
  );
  expect(many.errors?.[0]?.message).toContain('at most 4 different pasts');
});

/** Where a transaction that fills figures goes no further, until it is released. */
function held() {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  let reached = false;
  return {
    failpoints: {
      as_of_before_commit: () => {
        reached = true;
        return gate;
      },
    },
    reached: () => waitFor(() => reached, { timeout: 30_000 }),
    release: () => release(),
  };
}

test('what takes long is said to, goes on, and is there when it is asked for again', async () => {
  const hold = held();
  await lab.project({ failpoints: hold.failpoints });
  const query = `query ($asOf: AsOfInput) { site(id: "shop", asOf: $asOf) { ${FIGURES} } }`;
  const early = lab.ask(query, { asOf: { ...at(6), seconds: 0.2 } });
  await hold.reached();
  expect((await early).errors?.[0]).toMatchObject({
    message: 'These figures are still being made: ask again in a moment, with the same asOf.',
    extensions: { code: 'AS_OF_NOT_READY' },
  });
  const orders = (await lab.orders()).length;
  hold.release();
  expect(events(await lab.figures(at(6)))).toBe(140);
  expect((await lab.orders()).length).toBe(orders);
});

test('when the client goes away, and nobody else waits, the work is given up', async () => {
  const hold = held();
  await lab.project({ failpoints: hold.failpoints, limits: { batchEvents: 20, buildBatches: 1 } });
  const abort = new AbortController();
  const asked = fetch(`${lab.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `{ site(id: "shop", asOf: { position: "${receipts[7]}", seconds: 30 }) { id } }`,
    }),
    signal: abort.signal,
  });
  await hold.reached();
  abort.abort();
  await expect(asked).rejects.toThrow();
  await waitFor(
    async () =>
      (
        await lab.pool.query('SELECT FROM past_figures WHERE sequence = $1 AND wanted_until > now()', [
          Number(receipts[7]?.split(':')[1]),
        ])
      ).rowCount === 0,
    {
      timeout: 60_000,
      message: 'nobody to wait any more',
    },
  );
  hold.release();
  const order = await waitFor(
    async () => {
      const last = (await lab.orders()).at(-1);
      return last?.state === 'done' ? last : undefined;
    },
    { timeout: 30_000 },
  );
  expect(order.progress.result).toEqual({ made: false });
  // Whoever asks later is not told of that.
  expect(events(await lab.figures(at(7)))).toBe(160);
});

test('figures that another generation is served for are made again', async () => {
  const before = await lab.figures(at(8));
  const id = await requestJob(lab.pool, 'rebuild', { swap: true });
  await waitFor(
    async () =>
      (await lab.pool.query(`SELECT FROM job WHERE id = $1 AND state = 'done'`, [id])).rowCount === 1,
    { timeout: 60_000, message: 'the rebuild' },
  );
  const orders = (await lab.orders()).length;
  expect(await lab.figures(at(8))).toEqual(before);
  expect((await lab.orders()).length).toBe(orders + 1);
});

test('no more of them are kept than may be, those read last', async () => {
  await lab.project({ limits: { pastFigures: 2 } });
  for (const n of [9, 10, 9, 11]) await lab.figures(at(n));
  const sets = `SELECT p.sequence, r.row_set FROM spare_row_set r JOIN past_figures p ON p.id = r.past_id`;
  await waitFor(
    async () => {
      const { rows } = await lab.pool.query<{ sequence: number }>(sets);
      return rows.length === 2 * PAST_PROJECTIONS.length;
    },
    { timeout: 30_000, message: 'the others to be swept' },
  );
  const { rows } = await lab.pool.query<{ sequence: number }>(sets);
  const kept = [...new Set(rows.map(({ sequence }) => `${sequence}`))].sort();
  expect(kept).toEqual([9, 11].map((n) => receipts[n]?.split(':')[1]).sort());
  const orders = (await lab.orders()).length;
  await lab.figures(at(9));
  expect((await lab.orders()).length).toBe(orders);
  await lab.figures(at(10));
  expect((await lab.orders()).length).toBe(orders + 1);
});

test('a time is the last position that was stored by then', async () => {
  const site = await lab.figures({ time }, 'asOf { position }');
  expect(site).toMatchObject({ asOf: { position: receipts[11] } });
  expect(events(site)).toBe(240);
});

test('S01: what others stored in the same partition, and when, is no past of the site', async () => {
  const foreign = await lab.append([labEvent('other', 1), labEvent('other', 2)]);
  await lab.drained();
  for (const position of [foreign, foreign.replace(/:\d+$/, '')]) {
    const { errors } = await lab.ask('query ($asOf: AsOfInput) { site(id: "shop", asOf: $asOf) { id } }', {
      asOf: { position },
    });
    expect(errors?.[0]?.message).toContain('asOf.position must be in the log');
  }
  const now = { time: new Date().toISOString() };
  const orders = (await lab.orders()).length;
  const site = await lab.figures(now, 'asOf { position storedAt }');
  expect(site['asOf']).toEqual((await lab.figures(at(11), 'asOf { position storedAt }'))['asOf']);
  expect(events(site)).toBe(240);
  // Both are one past.
  expect((await lab.orders()).length).toBeLessThanOrEqual(orders + 1);
});
