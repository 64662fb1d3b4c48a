import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { inRoot } from './paths.mjs';
import { Problem, run, say } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of a Chromium for the browser tests: one that is here, else one that is fetched. */
export async function ensureBrowser() {
  const found = findBrowser();
  if (found) return found;
  say('Fetching a Chromium for the browser tests …');
  const playwright = inRoot('node_modules/playwright-core/cli.js');
  await run(process.execPath, [playwright, 'install', 'chromium-headless-shell'], {
    timeout: 180_000,
    quiet: true,
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '5000' },
  });
  const fetched = findBrowser();
  if (fetched) return fetched;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    say("Playwright offers none that can be reached; installing the distribution's own (apt-get) …");
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['-q', 'update'], { quiet: true, timeout: 300_000 });
    await run('apt-get', ['-q', 'install', '-y', '--no-install-recommends', 'chromium'], {
      quiet: true,
      timeout: 900_000,
      env,
    });
    const installed = findBrowser();
    if (installed) return installed;
  }
  throw new Problem(
    'The tests need a Chromium, and none could be fetched. Install one (apt install chromium, brew install --cask chromium), ' +
      'or say where it is: CHROMIUM_PATH=/usr/bin/chromium npm test',
  );
}

function findBrowser() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (isExecutable(named)) return named;
    throw new Problem(`CHROMIUM_PATH=${named} cannot be run. Example: CHROMIUM_PATH=/usr/bin/chromium`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const apps = ['Chromium', 'Google Chrome'].map((app) => `/Applications/${app}.app/Contents/MacOS/${app}`);
  return [...onPath, ...apps, ...playwrightBrowsers()].find(isExecutable);
}

/** What Playwright has put into its own cache. */
function playwrightBrowsers() {
  const cache = join(
    homedir(),
    process.platform === 'darwin' ? 'Library/Caches/ms-playwright' : '.cache/ms-playwright',
  );
  if (!existsSync(cache)) return [];
  return readdirSync(cache)
    .filter((name) => name.startsWith('chromium_headless_shell-'))
    .flatMap((name) => readdirSync(join(cache, name)).map((folder) => join(cache, name, folder)))
    .flatMap((folder) => ['headless_shell', 'chrome-headless-shell'].map((file) => join(folder, file)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
