// `npm start`: sets up what is missing, then becomes the server. Signals and the exit code are the server's own.
import './lib/node-version.mjs';
import { build } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { fail } from './lib/run.mjs';

try {
  await ensureDependencies();
  await build();
} catch (error) {
  fail(error);
}
await import('../dist/src/main.js');
