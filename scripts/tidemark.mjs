// `npm run tidemark -- COMMAND`: the command line, built when it has to be.
import './lib/node-version.mjs';
import module from 'node:module';
import { build } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { inRoot } from './lib/paths.mjs';
import { fail } from './lib/run.mjs';

try {
  await ensureDependencies();
  await build({ only: 'server' });
} catch (error) {
  fail(error);
}
// Newer Nodes keep compiled modules from one start to the next.
module.enableCompileCache?.(inRoot('node_modules/.cache/compiled'));
await import('../dist/src/cli/main.js');
