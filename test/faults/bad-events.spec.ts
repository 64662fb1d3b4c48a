import { expect, test } from 'vitest';
import { encodeEvent } from '#events/codec.js';
import { type Lab, labEvent } from '../e2e/support/projector-lab.js';
import { publishRaw } from '../harness/raw-log.js';
import { waitFor } from '../harness/wait-for.js';
import { eventsOf, expectExact, openProcessLab } from './support/processes.js';

const letters = (lab: Lab) =>
  lab.query<{ letter: string }>(
    `SELECT d.sequence || '.' || d.ordinal || ' ' || reason || ' ' || coalesce(projection, '-') AS letter
     FROM dead_letter d LEFT JOIN generation g ON g.id = generation_id ORDER BY d.sequence, ordinal`,
  );

test('F17 what cannot be projected is parked with its reason, and everything around it is applied', async () => {
  const { lab, start } = await openProcessLab();
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
      'value_out_of_range weights',
    ],
    [encodeEvent({ ...labEvent('site-a', 502), properties: { weight: 0.5 } }), 'value_invalid weights'],
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
  await start({ weights: true, limits: { batchEvents: 15, parkedHandful: 20 } });
  // The read models that take every number count the three whole.
  const { counted, unreadable } = await expectExact(lab);
  expect({ counted, unreadable }).toEqual({ counted: good.length + 3, unreadable: 8 });
  expect((await letters(lab)).map(({ letter }) => letter)).toEqual(expected);
  expect(await lab.query('SELECT sum(weight)::int AS weight FROM weights_g1')).toEqual([
    { weight: good.length + 1 },
  ]);
});

test('F18 where a dead letter cannot be written the partition stops, says so, and skips nothing', async () => {
  const { lab, start } = await openProcessLab();
  // Its own user, who may do all but that: as the owner of the tables, whom row level security does not hold back.
  const role = `lab_${Date.now()}`;
  await lab.query(`CREATE ROLE ${role} LOGIN BYPASSRLS PASSWORD 'lab'`);
  await lab.query(`GRANT CREATE, USAGE ON SCHEMA public TO ${role}`);
  for (const kind of ['TABLES', 'SEQUENCES'])
    await lab.query(`GRANT ALL ON ALL ${kind} IN SCHEMA public TO ${role}`);
  await lab.query(`REVOKE INSERT ON dead_letter FROM ${role}`);
  const url = new URL(lab.database.url);
  url.username = role;
  url.password = 'lab';
  const mistake = { projection: 'top_paths', path: '/mistaken' };
  const projector = await start({ databaseUrl: url.href, mistake });
  // One message, so that nothing of it can be in a batch of its own.
  const sent = [...eventsOf('site-a', 0, 20), labEvent('site-a', 501, { path: mistake.path })];
  await publishRaw(lab.nats, 0, sent.map(encodeEvent).join('\n'));
  const why = /dead letters cannot be written .*permission denied/;
  await waitFor(
    async () => {
      const { failing, checks } = (await projector.signs()).readiness;
      return failing.join() === 'projector' && why.test(checks.projector?.detail ?? '');
    },
    { timeout: 30_000, message: () => `readiness to say why it stopped:\n${projector.output}` },
  );
  await waitFor(() => projector.output.includes('"the partition stopped"'));
  expect(await lab.query('SELECT sequence, events FROM partition')).toEqual([{ sequence: 0, events: 0 }]);
  expect(await lab.query('SELECT FROM daily_aggregates_g1')).toEqual([]);

  await lab.query(`GRANT INSERT ON dead_letter TO ${role}`);
  await lab.drained();
  expect(await letters(lab)).toEqual([{ letter: '1.20 project_failed top_paths' }]);
  expect(await lab.query('SELECT sum(events)::int AS events FROM daily_aggregates_g1')).toEqual([
    { events: 21 },
  ]);
  await waitFor(async () => (await projector.signs()).readiness.status === 'ready', { timeout: 30_000 });
  expect(await projector.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  await lab.query(`REASSIGN OWNED BY ${role} TO current_user`);
  await lab.query(`DROP OWNED BY ${role}`);
  await lab.query(`DROP ROLE ${role}`);
});

test('F20 an event of a newer version is kept and counted as unknown; one of an unknown type counts', async () => {
  const { lab, start } = await openProcessLab();
  const projector = await start();
  const newer = encodeEvent(labEvent('site-a', 1)).replace('"v":1', '"v":99');
  const custom = labEvent('site-a', 2, { type: 'never_heard_of' });
  await lab.appendLines([newer, encodeEvent(custom)]);
  const { counted, unreadable } = await expectExact(lab);
  expect({ counted, unreadable }).toEqual({ counted: 1, unreadable: 1 });
  expect(
    await lab.query('SELECT event_type, sum(events)::int AS events FROM hourly_series_g1 GROUP BY 1'),
  ).toEqual([{ event_type: custom.type, events: 1 }]);
  expect(await lab.query('SELECT reason, event FROM dead_letter')).toEqual([
    { reason: 'unknown_version', event: newer },
  ]);
  // Told a moment after the commit.
  const told = 'tidemark_dead_letters_total{partition="0",reason="unknown_version"} 1\n';
  await waitFor(async () => (await projector.signs()).metrics.includes(told), { message: told });
  expect((await projector.signs()).readiness.status).toBe('ready');
});
