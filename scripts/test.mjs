// `npm test [-- VITEST ARGUMENTS]`: sets up all that the tests need, then runs them: all of them, or what the arguments
// say (`npm test -- --project unit`; there are unit, laws, e2e, security, timed and faults). The long ones, soak, run only when asked for.
import './lib/node-version.mjs';
import { ensureBrowser } from './lib/browser.mjs';
import { build } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { inRoot } from './lib/paths.mjs';
import { fail, run, say } from './lib/run.mjs';

const given = process.argv.slice(2);
const asked = given.some((argument) => argument.startsWith('--project'))
  ? given
  : ['--project', '!soak', ...given];

try {
  await ensureDependencies();
  await build();
  const browser = await ensureBrowser();
  const { obtainNatsServer } = await import('../dist/src/embedded/nats-server-binary.js');
  const logger = { info: say, warn: say };
  const nats = await obtainNatsServer(logger);
  say(`Browser: ${browser}; nats-server ${nats.version}, ${nats.way}`);
  const vitest = inRoot('node_modules/vitest/vitest.mjs');
  const code = await run(process.execPath, [vitest, 'run', ...asked], {
    own: true,
    env: { CHROMIUM_PATH: browser },
  });
  process.exit(code ?? 1);
} catch (error) {
  fail(error);
}
