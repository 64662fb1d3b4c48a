import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { Problem, run, say, seconds } from './run.mjs';

const stampFile = inRoot('node_modules', '.tidemark-stamp');

/** Installs what package-lock.json says, unless node_modules holds exactly that already. */
export async function ensureDependencies() {
  const lock = readFileSync(inRoot('package-lock.json'), 'utf8');
  const stamp = createHash('sha256').update(`${process.platform} ${process.arch}\n${lock}`).digest('hex');
  if (read(stampFile) === stamp) return;
  if (!matches(JSON.parse(lock))) {
    const began = Date.now();
    say('Installing the dependencies (a minute or two, only when they have changed) …');
    const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
    const npm = process.env.npm_execpath;
    const code = npm?.endsWith('.js') ? await run(process.execPath, [npm, ...args]) : await run('npm', args);
    if (code !== 0)
      throw new Problem(
        'The dependencies could not be installed (npm ci, above). Is the package registry of npm reachable? `npm ping` tells.',
      );
    say(`Installed the dependencies in ${seconds(began)}`);
  }
  writeFileSync(stampFile, stamp);
}

/** Whether what npm last installed is what the lock file asks for; optional packages of other platforms may be missing. */
function matches(lock) {
  const text = read(inRoot('node_modules', '.package-lock.json'));
  if (text === undefined) return false;
  const installed = JSON.parse(text).packages;
  return Object.entries(lock.packages)
    .filter(([path]) => path !== '')
    .every(([path, wanted]) => {
      const found = installed[path];
      if (found === undefined)
        return wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
      return found.version === wanted.version && existsSync(inRoot(path));
    });
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
