import { afterEach, expect, test } from 'vitest';
import type { EventLog } from '#event-log/event-log.js';
import { openLog, readAll } from '../harness/event-log.js';
import { startNats, type TestNats } from '../harness/nats.js';
import { startProxy, through, type AnswerFilter, type TcpProxy } from '../harness/tcp-proxy.js';
import { waitFor } from '../harness/wait-for.js';

let nats: TestNats;
let proxy: TcpProxy;
let log: EventLog;
afterEach(async () => {
  await log.close();
  await proxy.close();
  await nats.stop();
});

/** Cuts the answers into NATS messages and leaves out those that `drop` takes. */
function withoutMessages(drop: (payload: string) => boolean): AnswerFilter {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const kept: Buffer[] = [];
    for (;;) {
      const end = rest.indexOf('\r\n');
      if (end === -1) break;
      const line = rest.subarray(0, end).toString('latin1');
      const body = /^H?MSG /.test(line) ? Number(line.split(' ').at(-1)) + 2 : 0;
      const size = end + 2 + body;
      if (rest.length < size) break;
      const frame = rest.subarray(0, size);
      rest = rest.subarray(size);
      if (body === 0 || !drop(frame.subarray(end + 2).toString('utf8'))) kept.push(frame);
    }
    return Buffer.concat(kept);
  };
}

test('of four messages in flight one acknowledgement is lost: each event is stored once, where its answer says', async () => {
  nats = await startNats();
  const dropped: string[] = [];
  let seen = 0;
  const target = Number(new URL(nats.url).port);
  proxy = await startProxy(target, () =>
    withoutMessages((payload) => {
      if (!/"stream":"EVENTS_0","seq":\d+/.test(payload.replaceAll(' ', ''))) return false;
      if (++seen % 4 !== 2 || dropped.length === 3) return false;
      dropped.push(payload);
      return true;
    }),
  );
  // A slow way, so that four are in flight; full batches go out beside one another.
  log = await openLog(
    { ...nats, url: through(proxy, nats.url).replace(/\/$/, '') },
    { partitions: 1, limits: { batchEvents: 100, alongside: 100, inFlight: 4, tryTimeout: 500 } },
  );
  proxy.mode = { delay: 20 };
  const lines = Array.from({ length: 2_400 }, (_, n) => `{"n":${n}}`);
  const outcomes = await Promise.all(lines.map((line) => log.append(0, line)));
  expect(dropped).toHaveLength(3);
  const said = outcomes.map((outcome, n) =>
    outcome.stored ? `${outcome.position.sequence}.${outcome.position.ordinal} ${lines[n]}` : outcome.reason,
  );
  const stored = (await readAll(log, 0)).map(
    ({ sequence, ordinal, line }) => `${sequence}.${ordinal} ${line}`,
  );
  expect(said.sort()).toEqual(stored.sort());
});

test.each(['drop', 'reset'] as const)(
  'the way to the log fails (%s): nothing is stored twice, and it heals',
  async (mode) => {
    nats = await startNats();
    proxy = await startProxy(Number(new URL(nats.url).port));
    log = await openLog(
      { ...nats, url: through(proxy, nats.url).replace(/\/$/, '') },
      { partitions: 1, limits: { tryTimeout: 200, totalTimeout: 800 } },
    );
    const acknowledged: string[] = [];
    const send = async (line: string) => {
      const outcome = await log.append(0, line);
      if (outcome.stored) acknowledged.push(line);
      return outcome.stored;
    };
    await Promise.all(Array.from({ length: 50 }, (_, n) => send(`{"n":${n}}`)));
    const caught = Array.from({ length: 50 }, (_, n) => send(`{"caught":${n}}`));
    proxy.mode = mode;
    await Promise.all(caught);
    await waitFor(async () => !(await send('{"lost":true}')));
    proxy.mode = 'pass';
    await waitFor(async () => send('{"back":true}'), { timeout: 60_000 });
    const lines = (await readAll(log, 0)).map(({ line }) => line);
    const numbered = lines.filter((line) => !/back|lost/.test(line));
    expect(new Set(numbered).size).toBe(numbered.length);
    expect(acknowledged.filter((line) => !lines.includes(line))).toEqual([]);
  },
);
