import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testPort } from '../harness/ports.js';
import { withManager } from '../harness/raw-log.js';
import { TidemarkProcess } from '../harness/tidemark.js';
import { waitFor } from '../harness/wait-for.js';
import { eventsOf, expectExact, figures, openProcessLab, stoppedReason } from './support/processes.js';

const ended = { code: 0, signal: null };

test('F25 a log that was replaced is refused, while running and at the next start', async () => {
  const { lab, start } = await openProcessLab();
  const running = await start();
  await lab.append(eventsOf('site-a', 0, 20));
  await expectExact(lab);
  const before = await figures(lab);
  await withManager(lab.nats, async (jsm) => {
    const { config } = await jsm.streams.info('EVENTS_0');
    await jsm.streams.delete('EVENTS_0');
    await jsm.streams.add(config);
  });
  expect(await stoppedReason(lab)).toMatch(/the log was replaced|is not the log that was read/);
  expect(await running.kill('SIGTERM')).toEqual(ended);

  // As many messages as before, so that the sequence number alone would fit.
  await lab.append(eventsOf('site-a', 100, 120));
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-other-log-'));
  const next = await TidemarkProcess.start({
    dataDir: join(folder, 'data'),
    port: await testPort(),
    env: {
      DATABASE_URL: lab.database.url,
      NATS_URL: lab.nats.url,
      NATS_MONITOR_URL: lab.nats.monitorUrl,
      TIDEMARK_ROLE: 'projector',
    },
  });
  await next.says(/the partition stopped/);
  // The row says what the first one saw until this one has written its own.
  const readiness = await waitFor(
    async () => {
      const answer = await fetch(`${next.url}/health/ready`);
      const text = await answer.text();
      return text.includes('its stream was created at') ? { status: answer.status, text } : undefined;
    },
    { timeout: 30_000, message: () => next.output },
  );
  expect(readiness.status).toBe(503);
  expect(readiness.text).toMatch(
    /partition 0 is stopped: .*the log was replaced: .*tidemark rebuild --from-zero/,
  );
  expect(await figures(lab)).toEqual(before);
  expect(await next.end()).toEqual(ended);
  expect(next.output.match(/the partition stopped/g)).toHaveLength(1);
  rmSync(folder, { recursive: true, force: true });
});

test('F24 a log that lost its tail is refused, though new events fill the same sequence numbers', async () => {
  const { lab, start } = await openProcessLab();
  const running = await start();
  await lab.append(eventsOf('site-a', 0, 20));
  await lab.drained();
  await lab.nats.kill('SIGKILL');
  const copy = `${lab.nats.storeDir}-copy`;
  cpSync(lab.nats.storeDir, copy, { recursive: true });
  await lab.nats.restart();
  for (let n = 20; n < 60; n += 10) await lab.append(eventsOf('site-a', n, n + 10));
  await expectExact(lab);
  const before = await figures(lab);
  const projected = await lab.floor();

  await lab.nats.kill('SIGKILL');
  rmSync(lab.nats.storeDir, { recursive: true });
  cpSync(copy, lab.nats.storeDir, { recursive: true });
  rmSync(copy, { recursive: true });
  await lab.nats.restart();
  for (let n = 100; n < 180; n += 10) await lab.append(eventsOf('site-a', n, n + 10));
  expect((await lab.log.head(0)).sequence).toBeGreaterThan(projected);
  await stoppedReason(lab);
  expect(await lab.floor()).toBe(projected);
  expect(await running.kill('SIGTERM')).toEqual(ended);

  await lab.query('UPDATE partition SET stopped_reason = NULL');
  await start();
  expect(await stoppedReason(lab)).toMatch(/the log has another message at/);
  expect(await figures(lab)).toEqual(before);
});

test('F01 while the log server is away the projector waits, and then goes on', async () => {
  const { lab, start } = await openProcessLab();
  const running = await start();
  await lab.append(eventsOf('site-a', 0, 20));
  await lab.drained();
  for (let round = 1; round <= 2; round++) {
    await lab.nats.kill('SIGKILL');
    await lab.nats.restart();
    await lab.append(eventsOf('site-a', round * 20, (round + 1) * 20));
    await lab.drained();
  }
  await expectExact(lab);
  expect(running.output).not.toContain('the partition stopped');
  expect(running.gone).toBe(false);
});
