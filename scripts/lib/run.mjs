import { spawn } from 'node:child_process';
import { clearInterval, setInterval } from 'node:timers';
import { root } from './paths.mjs';

/** A step that takes long says what it does, and on stderr: stdout belongs to the command itself. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** What a user can mend: printed without a stack. */
export class Problem extends Error {}

/** Prints a Problem and ends with 1; anything else is a fault of ours and keeps its stack. */
export function fail(error) {
  if (error instanceof Problem) say(`\n${error.message}`);
  else console.error(error);
  process.exit(1);
}

/**
 * Runs a program with its output shown. A note says every 15 s that it still runs, where no terminal shows it.
 * @param own its output is what was asked for: it goes to stdout, without notes
 * @returns its exit code; null when it was ended or took longer than `timeout` ms
 */
export function run(file, args, { timeout, quiet = false, own = false, env } = {}) {
  return new Promise((resolve) => {
    const began = Date.now();
    const child = spawn(file, args, {
      cwd: root,
      stdio: own ? 'inherit' : ['inherit', quiet ? 'ignore' : 2, quiet ? 'ignore' : 2],
      ...(env ? { env: { ...process.env, ...env } } : {}),
    });
    const note = setInterval(() => {
      if (!own && (!process.stderr.isTTY || quiet))
        say(`  … still at it after ${Math.round((Date.now() - began) / 1000)} s`);
    }, 15_000);
    const limit = timeout && setTimeout(() => child.kill('SIGKILL'), timeout);
    const passOn = (signal) => child.kill(signal);
    process.on('SIGTERM', passOn);
    const end = (code) => {
      process.off('SIGTERM', passOn);
      clearInterval(note);
      if (limit) clearTimeout(limit);
      resolve(code);
    };
    child.once('error', () => end(127));
    child.once('exit', end);
  });
}

export function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
