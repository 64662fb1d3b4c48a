import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openLog, readAll } from '../harness/event-log.js';
import { startNats } from '../harness/nats.js';
import { waitFor } from '../harness/wait-for.js';
import { assertionFails } from '../faults/support/processes.js';

const ran = (file: string, ...args: string[]) => spawnSync(file, args, { stdio: 'ignore' }).status === 0;

/** A file system in a file: what its file holds is what has reached the disk. */
class Disk {
  private mounted = false;
  readonly place: string;

  constructor(readonly image: string) {
    this.place = `${image}.mounted`;
    mkdirSync(this.place, { recursive: true });
  }

  make(): boolean {
    return (
      ran('truncate', '-s', '256M', this.image) && ran('mkfs.ext4', '-q', '-F', this.image) && this.mount()
    );
  }

  mount(): boolean {
    return (this.mounted = ran('mount', '-o', 'loop', this.image, this.place));
  }

  unmount(): void {
    if (this.mounted) ran('umount', this.place);
    this.mounted = false;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'tidemark-power-'));
const disks: Disk[] = [];
const disk = (name: string) => {
  const made = new Disk(join(folder, name));
  disks.push(made);
  return made;
};
afterEach(() => {
  for (const each of disks.splice(0)) each.unmount();
  rmSync(folder, { recursive: true, force: true });
});

function canMount(): boolean {
  const probe = disk('probe');
  const can = process.platform === 'linux' && probe.make();
  probe.unmount();
  if (!can) console.warn('SKIPPED: this machine allows no loop mount, so no power cut was tried');
  return can;
}

describe.skipIf(!canMount())('F03 the power is cut under load', () => {
  /** @returns the acknowledged events that the disk does not have. */
  async function lostByCut(after: number, syncAlways: boolean): Promise<string[]> {
    const before = disk(`${after}-${syncAlways}`);
    expect(before.make()).toBe(true);
    const nats = await startNats({ storeDir: join(before.place, 'store'), syncAlways });
    const log = await openLog(nats, { partitions: 1, acceptUnsynced: true });
    const acknowledged: string[] = [];
    let going = true;
    const clients = Array.from({ length: 64 }, async (_, client) => {
      for (let n = 0; going; n++) {
        const line = `{"client":${client},"n":${n}}`;
        if ((await log.append(0, line)).stored) acknowledged.push(line);
      }
    });
    await waitFor(() => acknowledged.length >= after, { timeout: 60_000 });
    await nats.kill('SIGSTOP');
    const stored = [...acknowledged];
    const cut = disk(`${after}-${syncAlways}-cut`);
    copyFileSync(before.image, cut.image);
    going = false;
    await nats.kill('SIGKILL');
    await log.close();
    await Promise.all(clients);
    await nats.stop();
    before.unmount();

    expect(cut.mount()).toBe(true);
    const again = await startNats({ storeDir: join(cut.place, 'store') });
    const reopened = await openLog(again, { partitions: 1 });
    const lines = new Set((await readAll(reopened, 0)).map(({ line }) => line));
    await reopened.close();
    await again.stop();
    cut.unmount();
    return stored.filter((line) => !lines.has(line));
  }

  test.each([100, 2_000, 20_000])('after %i acknowledged events: the disk has every one', async (after) => {
    expect(await lostByCut(after, true)).toEqual([]);
  });

  test('control: a server that acknowledges before it syncs loses some', async () => {
    const lost = await lostByCut(2_000, false);
    expect(() => expect(lost).toEqual([])).toThrow(expect.objectContaining(assertionFails) as Error);
  });
});
