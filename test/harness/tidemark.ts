import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitOf, hasExited, type Exit } from '#embedded/child.js';
import type { RuntimeFile } from '#embedded/runtime-file.js';
import { endWithUs } from './end-with-us.js';
import { waitFor } from './wait-for.js';

const root = join(import.meta.dirname, '..', '..');

export interface TidemarkOptions {
  readonly dataDir: string;
  readonly port: number;
  /** Through `npm start`, as a user would; then `pid` is npm's. */
  readonly npm?: boolean;
  /** Beside PATH, HOME and TIDEMARK_OPEN=true; nothing else of the environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A whole Tidemark as `npm start` runs it: a process of its own with its own embedded servers. */
export class TidemarkProcess {
  private constructor(
    readonly child: ChildProcess,
    private readonly chunks: string[],
    readonly url: string,
    readonly dataDir: string,
  ) {}

  static spawn(o: TidemarkOptions): TidemarkProcess {
    const { PATH = '', HOME = '' } = process.env;
    const [file, args] = o.npm ? ['npm', ['start']] : [process.execPath, ['scripts/start.mjs']];
    const child = spawn(file, args, {
      cwd: root,
      env: {
        PATH,
        HOME,
        PORT: String(o.port),
        TIDEMARK_DATA_DIR: o.dataDir,
        TIDEMARK_OPEN: 'true',
        ...o.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithUs(child);
    const chunks: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    return new TidemarkProcess(child, chunks, `http://127.0.0.1:${o.port}`, o.dataDir);
  }

  /** Started and serving. */
  static async start(o: TidemarkOptions): Promise<TidemarkProcess> {
    const tidemark = TidemarkProcess.spawn(o);
    await tidemark.ready();
    return tidemark;
  }

  /** Everything written so far, stdout and stderr. */
  get output(): string {
    return this.chunks.join('');
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  async ready(timeout = 120_000): Promise<void> {
    await waitFor(() => this.output.includes('Tidemark is ready') || hasExited(this.child), {
      timeout,
      message: () => `Tidemark to be ready; it wrote:\n${this.output}`,
    });
    if (hasExited(this.child)) throw new Error(`Tidemark ended instead of serving:\n${this.output}`);
  }

  /** What it tells the command line. */
  runtime(): RuntimeFile {
    return JSON.parse(readFileSync(join(this.dataDir, 'runtime.json'), 'utf8')) as RuntimeFile;
  }

  /** Pids of its servers. */
  servers(): { postgres: number; nats: number } {
    const pid = (file: string) => Number(readFileSync(join(this.dataDir, file), 'utf8').split('\n')[0]);
    return { postgres: pid('postgres/data/postmaster.pid'), nats: pid('nats-server.pid') };
  }

  /** Waits for a line of the output. */
  async says(pattern: RegExp, timeout = 30_000): Promise<void> {
    await waitFor(() => pattern.test(this.output), {
      timeout,
      message: () => `${pattern} in the output:\n${this.output}`,
    });
  }

  /** Sends the signal and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGTERM', within = 15_000): Promise<Exit> {
    this.child.kill(signal);
    return this.ended(within);
  }

  async ended(within = 60_000): Promise<Exit> {
    const exit = await exitOf(this.child, within);
    if (!exit) throw new Error(`Tidemark did not end within ${within} ms; it wrote:\n${this.output}`);
    // The pipes may still hold its last words.
    await waitFor(() => this.child.stdout?.readableEnded && this.child.stderr?.readableEnded, {
      message: 'the output to end',
    });
    return exit;
  }
}
