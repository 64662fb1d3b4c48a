import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { EventLog } from '#event-log/event-log.js';
import { LogGapError } from '#event-log/types.js';
import { openLog, readAll, readUntil } from '../harness/event-log.js';
import { startNats, type TestNats } from '../harness/nats.js';
import { waitFor } from '../harness/wait-for.js';

let nats: TestNats;
let log: EventLog;
const setUp = async () => {
  nats = await startNats();
  log = await openLog(nats, { partitions: 2 });
};
afterEach(async () => {
  await nats.kill('SIGCONT').catch(() => undefined);
  await log.close();
  await nats.stop();
});

/** Appends numbered lines from `clients` loops until told to stop; remembers the position of each acknowledged one. */
function load(clients: number) {
  const acknowledged = new Map<string, string>();
  const waits: number[] = [];
  let refused = 0;
  let going = true;
  let n = 0;
  const loops = Array.from({ length: clients }, async () => {
    while (going) {
      const line = `{"n":${n++}}`;
      const since = performance.now();
      const outcome = await log.append(0, line);
      waits.push(performance.now() - since);
      if (outcome.stored) acknowledged.set(line, `${outcome.position.sequence}:${outcome.position.ordinal}`);
      else {
        refused++;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  });
  return {
    acknowledged,
    get refused() {
      return refused;
    },
    longestWait: () => Math.max(...waits),
    stop: async () => {
      going = false;
      await Promise.all(loops);
    },
  };
}

describe('the log', () => {
  it('F01 loses nothing and doubles nothing when the server is killed under load', async () => {
    await setUp();
    const running = load(64);
    for (let round = 0; round < 3; round++) {
      const before = running.acknowledged.size;
      await waitFor(() => running.acknowledged.size > before + 2000);
      await nats.kill('SIGKILL');
      await nats.restart();
    }
    const before = running.acknowledged.size;
    await waitFor(() => running.acknowledged.size > before + 2000);
    await running.stop();

    const stored = new Map<string, string>();
    let lines = 0;
    for (const { line, sequence, ordinal } of await readAll(log, 0)) {
      stored.set(line, `${sequence}:${ordinal}`);
      lines++;
    }
    expect(lines - stored.size, 'lines stored twice').toBe(0);
    const misplaced = [...running.acknowledged].filter(([line, position]) => stored.get(line) !== position);
    expect(misplaced, 'acknowledged but not where the answer said').toEqual([]);
  });

  it('answers within five seconds while the server is frozen, and stores a retried message once', async () => {
    await setUp();
    const running = load(32);
    await waitFor(() => running.acknowledged.size > 500);
    await nats.kill('SIGSTOP');
    await waitFor(() => running.refused >= 64, { timeout: 20_000 });
    await nats.kill('SIGCONT');
    const before = running.acknowledged.size;
    await waitFor(() => running.acknowledged.size > before + 500, { timeout: 20_000 });
    await running.stop();
    expect(running.longestWait()).toBeLessThan(5000);

    const read = await readAll(log, 0);
    const lines = read.map((r) => r.line);
    expect(new Set(lines).size).toBe(lines.length);
    const stored = new Set(lines);
    expect([...running.acknowledged.keys()].filter((line) => !stored.has(line))).toEqual([]);
  });

  it('refuses at once when the server has been gone for seconds, and stores again when it is back', async () => {
    await setUp();
    await nats.kill('SIGKILL');
    await waitFor(() => !log.connected);
    expect(await log.append(0, '{}')).toEqual({ stored: false, reason: 'log_unavailable' });
    const since = performance.now();
    expect(await log.append(0, '{}')).toEqual({ stored: false, reason: 'log_unavailable' });
    expect(performance.now() - since).toBeLessThan(500);
    expect(await log.probe()).toBe(false);
    await nats.restart();
    await waitFor(async () => (await log.append(0, '{"back":true}')).stored);
    expect((await readAll(log, 0)).at(-1)?.line).toBe('{"back":true}');
  });

  it('keeps the appends that were on their way over a quick restart', async () => {
    await setUp();
    await nats.kill('SIGSTOP');
    const appends = Array.from({ length: 50 }, (_, i) => log.append(0, `{"i":${i}}`));
    await nats.kill('SIGKILL');
    await nats.restart();
    expect((await Promise.all(appends)).filter((outcome) => !outcome.stored)).toEqual([]);
    expect((await readAll(log, 0)).map((r) => r.line).sort()).toEqual(
      appends.map((_, i) => `{"i":${i}}`).sort(),
    );
  });
});

describe('a reader', () => {
  it('goes on within seconds after each restart, with every message once and in order', async () => {
    await setUp();
    const sequences: number[] = [];
    let last = 0;
    const reading = readUntil(log.read(1, 1), (lines) => {
      sequences.push(lines[0]?.sequence ?? -1);
      return lines[0]?.line === '{"end":true}';
    });
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20; i++) {
        const outcome = await log.append(1, `{"i":${i}}`);
        if (outcome.stored) last = outcome.position.sequence;
      }
      await nats.kill('SIGKILL');
      await nats.restart();
      await waitFor(async () => {
        const outcome = await log.append(1, '{}');
        if (outcome.stored) last = outcome.position.sequence;
        return outcome.stored;
      });
      await waitFor(() => sequences.at(-1) === last, { timeout: 5000 });
    }
    const outcome = await log.append(1, '{"end":true}');
    if (outcome.stored) last = outcome.position.sequence;
    await reading;
    expect(sequences).toEqual(Array.from({ length: last }, (_, i) => i + 1));
  });

  it('stops when the log was replaced by another one', async () => {
    await setUp();
    await log.append(0, '{"old":true}');
    let delivered = 0;
    const failure = readUntil(log.read(0, 1), () => ++delivered === 2).catch((error: unknown) => error);
    await waitFor(() => delivered === 1);
    await nats.kill('SIGKILL');
    rmSync(nats.storeDir, { recursive: true });
    await nats.restart();
    await (await openLog(nats, { partitions: 2 })).close();
    const error = await failure;
    expect(error).toBeInstanceOf(LogGapError);
    expect((error as LogGapError).reason).toBe('changed');
  });
});
