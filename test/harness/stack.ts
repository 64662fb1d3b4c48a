import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitOf, hasExited } from '#embedded/child.js';
import { isAlive } from '#embedded/process-identity.js';
import { readRuntimeFile, type RuntimeFile } from '#embedded/runtime-file.js';
import { buildProduct, root } from './build.js';
import { testPort } from './ports.js';
import { waitFor } from './wait-for.js';

const startsWithin = 90_000;

export interface StackOptions {
  /** Default: a new one, removed by `stop`. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a free one; the same again after `restart`. */
  readonly port?: number;
  /** Build the dashboard too (default: the server alone). */
  readonly web?: boolean;
}

/** The whole product as its own process, with the servers it brings. */
export interface Stack {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** What it says of itself: the servers' addresses. */
  readonly runtime: RuntimeFile;
  /** All that it printed, over all starts. */
  output(): string;
  /** Process IDs of the servers it started, for killing them. */
  serverPid(name: 'postgres' | 'nats'): number;
  /** To the process alone. Waits until it is gone, but for SIGSTOP and SIGCONT. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** SIGKILL to the process and to its servers, in that moment, and waits until all are gone. */
  killAll(): Promise<void>;
  /** Starts it again on the same folder and port, stopping it first (SIGTERM) where it still runs. */
  restart(): Promise<void>;
  /** Stops it, servers included, and removes the data folder unless it was given. */
  stop(): Promise<void>;
}

export async function startStack(o: StackOptions = {}): Promise<Stack> {
  buildProduct(o);
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-test-stack-'));
  const dataDir = o.dataDir ?? join(folder, 'data');
  const outputPath = join(folder, 'output.log');
  const port = o.port ?? (await testPort());
  const env = {
    ...cleanEnvironment(),
    TIDEMARK_DATA_DIR: dataDir,
    PORT: String(port),
    TIDEMARK_OPEN: 'true',
    ...o.env,
  };
  const output = () => (existsSync(outputPath) ? readFileSync(outputPath, 'utf8') : '');

  let child: ChildProcess;
  /** The process that a test has asked to end. */
  let ending: ChildProcess | undefined;
  const start = async () => {
    const before = output().length;
    const log = openSync(outputPath, 'a');
    const started = spawn(process.execPath, [join(root, 'dist/src/main.js')], {
      cwd: root,
      env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child = started;
    process.once('exit', () => started.kill('SIGTERM'));
    started.once('exit', (code, signal) => {
      if (ending !== started) console.error(`the product ended by itself (${code ?? signal}):\n${output()}`);
    });
    await waitFor(() => hasExited(started) || output().includes('Tidemark is ready', before), {
      timeout: startsWithin,
      message: () => `the product to be ready:\n${output()}`,
    });
    if (hasExited(started)) throw new Error(`the product did not start:\n${output()}`);
  };
  await start();

  const runtime = () => {
    const found = readRuntimeFile(dataDir);
    if (!found) throw new Error('no runtime.json: the product does not run');
    return found;
  };
  const pidFile = {
    postgres: join(dataDir, 'postgres', 'data', 'postmaster.pid'),
    nats: join(dataDir, 'nats-server.pid'),
  };
  const serverPid = (name: 'postgres' | 'nats') => Number(readFileSync(pidFile[name], 'utf8').split('\n')[0]);

  const gone = async (pids: readonly number[]) => {
    await waitFor(() => pids.every((pid) => !isAlive(pid)), {
      timeout: 15_000,
      message: 'the killed processes to go',
    });
  };
  const stack: Stack = {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    get pid() {
      return child.pid ?? -1;
    },
    get runtime() {
      return runtime();
    },
    output,
    serverPid,
    async kill(signal) {
      ending = child;
      child.kill(signal);
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') return;
      if ((await exitOf(child, 15_000)) === undefined)
        throw new Error(`the product ignored ${signal}:\n${output()}`);
    },
    async killAll() {
      const servers = (['postgres', 'nats'] as const)
        .filter((name) => existsSync(pidFile[name]))
        .map(serverPid);
      ending = child;
      const pids = [stack.pid, ...servers].filter(isAlive);
      for (const pid of pids) killGroup(pid);
      await exitOf(child, 15_000);
      await gone(pids);
    },
    async restart() {
      if (!hasExited(child)) await stack.kill('SIGTERM');
      await start();
    },
    async stop() {
      if (!hasExited(child)) {
        ending = child;
        child.kill('SIGTERM');
        if ((await exitOf(child, 15_000)) === undefined) await stack.killAll();
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return stack;
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly done: Promise<CommandResult>;
  stderr(): string;
}

/** `tidemark …` as its own process, against the stack on this data folder. */
export function startCommand(
  dataDir: string,
  args: readonly string[],
  env: Record<string, string> = {},
): RunningCommand {
  const child = spawn(process.execPath, [join(root, 'dist/src/cli/main.js'), ...args], {
    cwd: root,
    env: { ...cleanEnvironment(), TIDEMARK_DATA_DIR: dataDir, ...env },
    stdio: 'pipe',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined); // a command that ends early says why by its exit code
  const done = new Promise<CommandResult>((resolveDone, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolveDone({ code, stdout, stderr }));
  });
  return { child, done, stderr: () => stderr };
}

/** Runs a command to its end, with nothing on its standard input. */
export function runCommand(dataDir: string, ...args: string[]): Promise<CommandResult> {
  const command = startCommand(dataDir, args);
  command.child.stdin?.end();
  return command.done;
}

/** Without settings of whoever runs the tests, and of the test runner itself. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(TIDEMARK_|NATS_|DATABASE_|VITEST)|^(PORT|HOST|NODE_ENV|NODE_OPTIONS)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

function killGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // no group of its own, or gone with it
    }
  }
}
