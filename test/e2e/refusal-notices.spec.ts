import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { EventFeed } from '#event-feed/event-feed.js';
import type { EventLog } from '#event-log/event-log.js';
import { silentLogger } from '#telemetry/logger.js';

import { openLog } from '../harness/event-log.js';
import { startNats, type TestNats } from '../harness/nats.js';
import { waitFor } from '../harness/wait-for.js';

let nats: TestNats;
let log: EventLog;
beforeAll(async () => {
  nats = await startNats();
  log = await openLog(nats);
});
afterAll(async () => {
  await log.close();
  await nats.stop();
});

test.each(['shop', 'constructor', '__proto__', 'toString'])(
  'a site named %s hears how many refusals were not told',
  async (site) => {
    const feed = new EventFeed(log, () => undefined, silentLogger);
    const counts: number[] = [];
    const listener = {
      item: () => undefined,
      skipped: (n: number) => counts.push(n),
      failed: () => undefined,
    };
    const following = await feed.follow({ site, outcome: 'refused', withoutSite: true }, listener);
    const nc = await connect({ servers: nats.url });
    try {
      await waitFor(() => {
        nc.publish('tidemark.refused', '{"from":"x","refusals":[],"untold":{"*":5,"":2,"other":90}}');
        return counts.length > 0;
      });
      expect(counts[0]).toBe(7);
    } finally {
      following.stop();
      await nc.close();
    }
  },
);
