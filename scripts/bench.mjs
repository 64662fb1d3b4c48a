// Builds, compiles the bench, runs it: `npm run bench -- --json FILE`, `--only core|busy|door|product|takeover`,
// `--scale large` for the figures of twenty million events.
import { spawnSync } from 'node:child_process';

const steps = [
  [process.execPath, ['scripts/build.mjs']],
  ['node_modules/.bin/swc', ['test/bench', 'test/harness', '-d', 'dist', '--quiet']],
  [process.execPath, ['--enable-source-maps', 'dist/test/bench/main.js', ...process.argv.slice(2)]],
];
for (const [command, args] of steps) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
