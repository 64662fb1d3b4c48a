import { afterEach, expect, test } from 'vitest';
import { encodeEvent } from '#events/codec.js';
import { sum } from '#projection/measures.js';
import { defineProjection } from '#projection/define.js';
import { days, expectedDays, Lab, labEvent } from '../e2e/support/projector-lab.js';
import { publishRaw } from '../harness/raw-log.js';
import { waitFor } from '../harness/wait-for.js';
import { eventsOf } from './support/processes.js';
import { healthChecks } from '../../src/health-checks.js';

let lab: Lab;
afterEach(() => lab.close());

/** Fails for what fits a JSON number but not its column. */
const weights = defineProjection({
  name: 'lab_weights',
  version: 1,
  events: 'all',
  keys: { day: 'date' },
  measures: { weight: sum('int') },
  project: (event) => [{ day: '2026-03-01', weight: Number(event.properties?.weight ?? 1) }],
});

const letters = () =>
  lab.query<{ letter: string }>(
    `SELECT d.sequence || '.' || d.ordinal || ' ' || reason || ' ' || coalesce(projection, '-') AS letter
     FROM dead_letter d LEFT JOIN generation g ON g.id = generation_id ORDER BY d.sequence, ordinal`,
  );

test('F17 what cannot be projected is parked with its reason, and everything around it is applied', async () => {
  lab = await Lab.open();
  const good = eventsOf('site-a', 0, 40);
  const bad = labEvent('site-a', 500);
  const text = encodeEvent(bad);
  const sent: [line: string | Uint8Array, parked: string | undefined][] = [
    [encodeEvent({ ...bad, path: '/nul\u0000' }), 'invalid_envelope -'],
    [text.replace(/"occurredAt":\d+/, '"occurredAt":1e999999'), 'invalid_envelope -'],
    [encodeEvent({ ...bad, path: `/${'x'.repeat(20_000)}` }), 'invalid_envelope -'],
    [`${'['.repeat(60_000)}${']'.repeat(60_000)}`, 'invalid_envelope -'],
    [`{"v":1,"properties":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_001)}`, 'invalid_envelope -'],
    ['{"v":1,', 'malformed_json -'],
    [Buffer.from([0xff, 0xfe, 0x00]), 'invalid_utf8 -'],
    ['', 'empty_message -'],
    [
      encodeEvent({ ...labEvent('site-a', 501), properties: { weight: 2 ** 31 } }),
      'value_out_of_range lab_weights',
    ],
    [encodeEvent({ ...labEvent('site-a', 502), properties: { weight: 0.5 } }), 'value_invalid lab_weights'],
    // Half a surrogate pair is mended on the way in, so it counts everywhere.
    [encodeEvent({ ...labEvent('site-a', 503), path: '/half\ud800' }), undefined],
  ];
  const lines = good.map(encodeEvent);
  const expected: string[] = [];
  for (const [i, [line, parked]] of sent.entries()) {
    const raw = typeof line !== 'string' || line === '';
    // In the middle of good ones, where a message can hold both.
    const message = raw
      ? line
      : [...lines.slice(i * 3, i * 3 + 2), line, ...lines.slice(i * 3 + 2, i * 3 + 3)].join('\n');
    if (raw) await publishRaw(lab.nats, 0, lines.slice(i * 3, i * 3 + 3).join('\n'));
    const { seq } = await publishRaw(lab.nats, 0, message);
    if (parked !== undefined) expected.push(`${seq}.${raw ? -1 : 2} ${parked}`);
  }
  await publishRaw(lab.nats, 0, lines.slice(sent.length * 3).join('\n'));
  await lab.started({ projections: [days, weights], limits: { batchEvents: 15, parkedHandful: 20 } });
  await lab.drained();
  const also = [501, 502, 503].map((n) => labEvent('site-a', n));
  expect((await letters()).map(({ letter }) => letter)).toEqual(expected);
  expect(await lab.dump(days)).toEqual(expectedDays([...good, ...also]));
  expect(await lab.query('SELECT sum(weight)::int AS weight FROM lab_weights_g1')).toEqual([
    { weight: good.length + 1 },
  ]);
});

test('F18 where a dead letter cannot be written the partition stops, says so, and skips nothing', async () => {
  lab = await Lab.open();
  // Its own user, who may do all but that.
  const role = `lab_${Date.now()}`;
  await lab.query(`CREATE ROLE ${role} LOGIN PASSWORD 'lab'`);
  await lab.query(`GRANT CREATE, USAGE ON SCHEMA public TO ${role}`);
  for (const kind of ['TABLES', 'SEQUENCES'])
    await lab.query(`GRANT ALL ON ALL ${kind} IN SCHEMA public TO ${role}`);
  await lab.query(`REVOKE INSERT ON dead_letter FROM ${role}`);
  const url = new URL(lab.database.url);
  url.username = role;
  url.password = 'lab';
  const projector = await lab.started({ url: url.href });
  await lab.append([...eventsOf('site-a', 0, 20), labEvent('site-a', 500, { type: 'poison' })]);
  await waitFor(() => projector.stopped.length > 0);
  expect(projector.stopped[0]?.reason).toMatch(/dead letters cannot be written .*permission denied/);
  expect(await lab.floor()).toBe(0);
  const ready = healthChecks({ log: lab.log, pool: lab.pool }).find(({ name }) => name === 'projector');
  await waitFor(async () => (await ready?.check())?.ok === false, { message: 'readiness to say so' });

  await lab.query(`GRANT INSERT ON dead_letter TO ${role}`);
  await lab.drained();
  expect(await lab.dump(days)).toEqual(expectedDays(eventsOf('site-a', 0, 20)));
  expect(await letters()).toHaveLength(1);
  await projector.stop();
  await lab.query(`REASSIGN OWNED BY ${role} TO current_user`);
  await lab.query(`DROP OWNED BY ${role}`);
  await lab.query(`DROP ROLE ${role}`);
});

test('F20 an event of a newer version is kept and counted as unknown; one of an unknown type counts', async () => {
  lab = await Lab.open();
  await lab.started();
  const newer = encodeEvent(labEvent('site-a', 1)).replace('"v":1', '"v":99');
  const custom = labEvent('site-a', 2, { type: 'never_heard_of' });
  await lab.appendLines([newer, encodeEvent(custom)]);
  await lab.drained();
  expect(await lab.dump(days)).toEqual(expectedDays([custom]));
  expect(await lab.query('SELECT reason, event FROM dead_letter')).toEqual([
    { reason: 'unknown_version', event: newer },
  ]);
  const { values } = await lab.metrics.deadLettered.get();
  expect(values).toMatchObject([{ value: 1, labels: { reason: 'unknown_version' } }]);
});
