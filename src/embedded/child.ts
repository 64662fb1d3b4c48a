import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import { findExecutable } from './executables.js';

/** Which OS user a server runs as, or a command that gives up rights and then becomes the server. */
export interface RunAs {
  readonly prefix?: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly runAs?: RunAs;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const LOG_LIMIT_BYTES = 10 << 20;

/**
 * Starts a server whose output goes to a file. It gets its own process group, so that Ctrl-C reaches us alone and we stop it
 * when nothing needs it any more; and, where `setpriv` exists, a death signal, so that it goes down with us after a `kill -9`.
 */
export function startChild(
  command: Command,
  o: { logPath: string; cwd: string; deathSignal: 'INT' | 'TERM' },
): ChildProcess {
  rotate(o.logPath);
  const [file = '', ...args] = [
    ...(command.runAs?.prefix ?? []),
    // Innermost, because a change of user clears the death signal.
    ...deathSignal(o.deathSignal),
    command.file,
    ...command.args,
  ];
  const log = openSync(o.logPath, 'a', 0o600);
  try {
    return spawn(file, args, {
      cwd: o.cwd,
      detached: true,
      stdio: ['ignore', log, log],
      ...userOf(command.runAs),
    });
  } finally {
    closeSync(log);
  }
}

function deathSignal(signal: string): string[] {
  const setpriv = process.platform === 'linux' ? findExecutable('setpriv') : undefined;
  return setpriv === undefined ? [] : [setpriv, '--pdeathsig', signal];
}

/** The part of `RunAs` that `spawn` understands. */
export function userOf(runAs: RunAs | undefined): { uid?: number; gid?: number } {
  return {
    ...(runAs?.uid === undefined ? {} : { uid: runAs.uid }),
    ...(runAs?.gid === undefined ? {} : { gid: runAs.gid }),
  };
}

function rotate(path: string): void {
  if (existsSync(path) && statSync(path).size > LOG_LIMIT_BYTES) renameSync(path, `${path}.1`);
}

export function hasExited(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** Resolves when the child has gone, or with undefined after the time; without a time it waits for ever. */
export function exitOf(child: ChildProcess, withinMs?: number): Promise<Exit | undefined> {
  if (hasExited(child)) return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  return new Promise((resolve) => {
    const giveUp = () => {
      child.off('exit', onExit);
      resolve(undefined);
    };
    const timer = withinMs === undefined ? undefined : setTimeout(giveUp, withinMs);
    const onExit = (code: number | null, signal: NodeJS.Signals | null) => {
      clearTimeout(timer);
      resolve({ code, signal });
    };
    child.once('exit', onExit);
  });
}

/** Sends the signals one after the other, each with its time to work, and SIGKILL when all were ignored. */
export async function stopChild(
  child: ChildProcess,
  steps: readonly (readonly [NodeJS.Signals, number])[],
): Promise<void> {
  for (const [signal, waitMs] of [...steps, ['SIGKILL', 2_000] as const]) {
    if (hasExited(child)) return;
    child.kill(signal);
    await exitOf(child, waitMs);
  }
}
