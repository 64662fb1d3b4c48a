import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';

import type { RejectedLine } from './access-log/import-lines.js';
import { messageOf, Problem } from './problem.js';

const ON_SCREEN = 20;

/** The first rejected lines on screen, all of them to a file where one is named (number, reason, detail by tab). */
export class RejectList {
  private listed = 0;
  private readonly file: WriteStream | undefined;
  private fault: unknown;

  constructor(
    private readonly say: (text: string) => void,
    private readonly path: string | undefined,
  ) {
    this.file = path === undefined ? undefined : createWriteStream(path);
    this.file?.on('error', (error) => {
      this.fault = error;
    });
  }

  async add({ number, reason, detail }: RejectedLine): Promise<void> {
    this.listed += 1;
    if (this.listed <= ON_SCREEN) this.say(`line ${number}: ${reason}: ${detail}`);
    if (this.listed === ON_SCREEN + 1) {
      this.say(
        this.path ? `… more are listed in ${this.path}` : '… more are not shown; --rejects FILE lists all',
      );
    }
    if (!this.file) return;
    this.check();
    if (!this.file.write(`${number}\t${reason}\t${detail.replaceAll(/\s+/g, ' ')}\n`)) {
      await Promise.race([once(this.file, 'drain'), once(this.file, 'close')]);
    }
  }

  async close(): Promise<void> {
    if (!this.file || this.file.closed) return;
    this.file.end();
    await finished(this.file).catch(() => undefined);
    this.check();
  }

  private check(): void {
    if (this.fault) throw new Problem(`Cannot write ${this.path ?? ''}: ${messageOf(this.fault)}.`);
  }
}
