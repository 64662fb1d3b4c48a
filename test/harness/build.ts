import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..', '..');

let built: 'server' | 'all' | undefined;

/** Builds what has changed: the server, and the dashboard too with `web`. */
export function buildProduct(o: { web?: boolean } = {}): void {
  const web = o.web === true;
  if (built === 'all' || (built === 'server' && !web)) return;
  runNode(join(root, 'scripts/build.mjs'), ...(web ? [] : ['--only', 'server']));
  built = web ? 'all' : 'server';
}

let compiled: string | undefined;

/** The program of a projector process, compiled over the built server. @returns its path */
export function buildProjectorProgram(): string {
  if (compiled !== undefined) return compiled;
  buildProduct();
  const swc = join(root, 'node_modules/@swc/cli/bin/swc.js');
  runNode(swc, 'test/harness/projector-main.ts', '-d', 'dist', '--quiet');
  compiled = join(root, 'dist/test/harness/projector-main.js');
  return compiled;
}

function runNode(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`);
}
