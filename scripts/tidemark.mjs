// `npm run tidemark -- COMMAND`: the command line, built when it has to be.
import './lib/node-version.mjs';
import { build } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { fail } from './lib/run.mjs';

try {
  await ensureDependencies();
  await build({ only: 'server' });
} catch (error) {
  fail(error);
}
await import('../dist/src/cli/main.js');
