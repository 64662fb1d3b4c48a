import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { inRoot, root } from './paths.mjs';
import { Problem, run, say, seconds } from './run.mjs';

const parts = {
  server: {
    what: 'the server',
    inputs: ['src', 'projections', 'migrations', '.swcrc', 'package.json', 'package-lock.json'],
    output: 'dist/src/main.js',
    async build() {
      const swc = inRoot('node_modules/@swc/cli/bin/swc.js');
      const code = await run(process.execPath, [
        swc,
        'src',
        'projections',
        'migrations',
        '-d',
        'dist',
        '--quiet',
      ]);
      if (code === 0) removeOrphans();
      return code;
    },
  },
  // The server does not start without it, so it is built wherever the server is.
  tracker: {
    what: 'the tracker',
    inputs: ['web/tracker', 'package.json', 'package-lock.json'],
    output: 'dist/tracker/t.js',
    goesWith: 'server',
    async build() {
      rmSync(inRoot('dist/tracker'), { recursive: true, force: true });
      for (const mode of ['script', 'module']) {
        const code = await vite('web/tracker', '--mode', mode);
        if (code !== 0) return code;
      }
      return run(process.execPath, [inRoot('node_modules/typescript/bin/tsc'), ...TYPES_OF_TRACKER]);
    },
  },
  web: {
    what: 'the dashboard',
    inputs: ['web', 'package.json', 'package-lock.json'],
    output: 'dist/web/index.html',
    build: () => vite('web'),
  },
};

const TYPES_OF_TRACKER = [
  ...['web/tracker/module.ts', '--ignoreConfig', '--declaration', '--emitDeclarationOnly'],
  ...['--outDir', 'dist/tracker', '--strict', '--lib', 'es2022,dom,dom.iterable', '--target', 'es2022'],
  ...['--module', 'esnext', '--moduleResolution', 'bundler', '--noUncheckedIndexedAccess'],
];

function vite(folder, ...more) {
  const args = [inRoot('node_modules/vite/bin/vite.js'), 'build', folder, '--logLevel', 'warn', ...more];
  return run(process.execPath, args, { env: { NODE_ENV: 'production' } });
}

/**
 * Builds what has changed since the last build, by the content of its sources.
 * @param only 'server', the tracker included, or 'web'
 */
export async function build({ only, force = false } = {}) {
  for (const [name, part] of Object.entries(parts)) {
    if (only !== undefined && only !== name && only !== part.goesWith) continue;
    if (!isStale(name, part) && !force) continue;
    const release = await takeTurn();
    try {
      const stamp = stampOf(part);
      if (!isStale(name, part) && !force) continue; // The build that we waited for did it.
      const began = Date.now();
      say(`Building ${part.what} …`);
      if ((await part.build()) !== 0)
        throw new Problem(`${part.what} could not be built; the reason stands above.`);
      writeFileSync(stampFile(name), stamp);
      say(`Built ${part.what} in ${seconds(began)}`);
    } finally {
      release();
    }
  }
}

function isStale(name, part) {
  const stamp = existsSync(stampFile(name)) ? readFileSync(stampFile(name), 'utf8') : undefined;
  return !existsSync(inRoot(part.output)) || stamp !== stampOf(part);
}

function stampFile(name) {
  return inRoot('dist', `.${name}-stamp`);
}

function stampOf(part) {
  const hash = createHash('sha256');
  for (const file of part.inputs.flatMap((input) => filesOf(inRoot(input))).sort()) {
    const bytes = readFileSync(file);
    hash.update(`${relative(root, file)}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

function filesOf(path) {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.spec\.tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !file.includes(`${sep}node_modules${sep}`));
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
}

/** A deleted source must not live on in the build: a migration would still be run. */
function removeOrphans() {
  for (const folder of ['src', 'projections', 'migrations']) {
    for (const file of filesOf(inRoot('dist', folder))) {
      const source = inRoot(relative(inRoot('dist'), file).replace(/\.js(\.map)?$/, '.ts'));
      if (!existsSync(source)) rmSync(file);
    }
  }
}

/** One build at a time in this clone, also with several commands started at once. */
async function takeTurn() {
  mkdirSync(inRoot('dist'), { recursive: true });
  const turn = inRoot('dist', '.building');
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(turn, String(process.pid), { flag: 'wx' });
      return () => rmSync(turn, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw new Problem(`${inRoot('dist')} cannot be written: ${error.message}`);
      const holder = existsSync(turn) ? Number(readFileSync(turn, 'utf8')) : 0;
      if (holder > 0 && !isAlive(holder)) rmSync(turn, { force: true });
      else if (!waited) say('Waiting for another build of this clone …');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
