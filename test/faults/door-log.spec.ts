import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startNats, type TestNats } from '../harness/nats.js';
import { testPort } from '../harness/ports.js';
import { startProxy, through } from '../harness/tcp-proxy.js';
import { TidemarkProcess } from '../harness/tidemark.js';
import { waitFor } from '../harness/wait-for.js';
import { expectViews, load, send, type Sent } from '../soak/support/load.js';

// The whole product with a log server of its own, whose disk or line fails.
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function folderFor(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `tidemark-${name}-`));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function startWith(nats: TestNats, url = nats.url): Promise<TidemarkProcess> {
  const tidemark = await TidemarkProcess.start({
    dataDir: join(folderFor('door-log'), 'data'),
    port: await testPort(),
    env: { NATS_URL: url, NATS_MONITOR_URL: nats.monitorUrl },
  });
  closing.push(() => tidemark.end('SIGTERM'));
  return tidemark;
}

const day = { siteId: 'shop', eventType: 'page_view', path: '/', timestamp: '2026-05-17T12:00:00Z' };

async function readiness({ url }: TidemarkProcess): Promise<number> {
  const answer = await fetch(`${url}/health/ready`);
  await answer.text();
  return answer.status;
}

test('F27 the line to the log server swallows everything: 503 meanwhile, and each event counts once when it is back', async () => {
  const nats = await startNats();
  closing.push(() => nats.stop());
  const proxy = await startProxy(Number(new URL(nats.url).port));
  closing.push(() => proxy.close());
  const tidemark = await startWith(nats, through(proxy, nats.url));
  const sent = new Set<string>();
  const running = load(
    () => tidemark,
    () => {
      const eventId = crypto.randomUUID();
      sent.add(eventId);
      return { ...day, eventId };
    },
  );
  await running.more(50);
  const cut = performance.now();
  proxy.mode = 'drop';
  await waitFor(async () => (await readiness(tidemark)) === 503, { timeout: 15_000 });
  await waitFor(() => (running.statuses.get(503) ?? 0) >= 32, { timeout: 15_000 });
  expect(performance.now() - cut).toBeLessThan(15_000);
  const accepted = running.acknowledged.size;
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  expect(running.acknowledged.size).toBe(accepted);
  proxy.mode = 'pass';
  await running.more(50);
  const unknown = await running.stop();
  expect([...running.statuses.keys()].sort()).toEqual([202, 503]);
  await expectViews(() => tidemark, sent.size, { again: unknown });
});

test('F21 the disk of the log is full: 503 for all, and what was accepted counts once when there is room', async ({
  skip,
}) => {
  const disk = folderFor('disk');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    skip('this machine does not let a disk of 64 MB be mounted, so a full one is not tried');
  }
  closing.push(() => execFileSync('umount', ['-l', disk]));
  const nats = await startNats({ storeDir: join(disk, 'store') });
  closing.push(() => nats.stop());
  const tidemark = await startWith(nats);
  const large = 'x'.repeat(7_000);
  const properties = { a: large, b: large };
  const accepted = new Set<string>();
  const refused: Sent[] = [];
  const fill = async (): Promise<void> => {
    for (let refusals = 0; refusals < 3;) {
      const event = { ...day, properties, eventId: crypto.randomUUID() };
      const status = await send(tidemark.url, event);
      if (status === 202) accepted.add(event.eventId);
      else {
        expect(status).toBe(503);
        refusals++;
        refused.push(event);
      }
      if (accepted.size > 20_000) throw new Error('the disk never became full');
    }
  };
  await Promise.all([fill(), fill(), fill(), fill()]);
  expect(accepted.size).toBeGreaterThan(500);
  await waitFor(async () => (await readiness(tidemark)) === 503, { timeout: 5_000 });

  // A server that met a full disk writes nothing more until it is started again (docs/operating.md).
  execFileSync('mount', ['-o', 'remount,size=256m', disk]);
  await nats.restart();
  await waitFor(async () => (await readiness(tidemark)) === 200, { timeout: 30_000 });
  await expectViews(() => tidemark, accepted.size + refused.length, { again: refused });
});
