// `npm start`: sets up what is missing, then becomes the server. Signals and the exit code are the server's own.
import './lib/node-version.mjs';
import module from 'node:module';
import { build } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { inRoot } from './lib/paths.mjs';
import { fail } from './lib/run.mjs';

try {
  await ensureDependencies();
  await build();
} catch (error) {
  fail(error);
}
// Newer Nodes keep compiled modules from one start to the next; the processes that the server starts read it in the environment.
process.env.NODE_COMPILE_CACHE ??= inRoot('node_modules/.cache/compiled');
module.enableCompileCache?.();
await import('../dist/src/main.js');
