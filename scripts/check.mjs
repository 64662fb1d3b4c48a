// Every check that needs no running server. `npm run check` runs all; `npm run check lint walls` runs some.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const GENERATED = [
  'schema.graphql',
  'web/src/gql',
  'docs/openapi.json',
  'docs/configuration.md',
  'docs/event-types.md',
  'projections/sql',
];
const bin = (name) => `node_modules/.bin/${name}`;

/** Licences that an MIT product may ship or build with. */
const LICENCES = [
  'MIT',
  'MIT-0',
  'ISC',
  'BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'Unlicense',
  'CC0-1.0',
  'CC-BY-4.0',
  'CC-BY-3.0',
  'Python-2.0',
  'BlueOak-1.0.0',
  'PostgreSQL',
  'MPL-2.0',
  'WTFPL',
  'Zlib',
];

const MIT_WORDS = [
  'Permission is hereby granted, free of charge, to any person obtaining a copy of this software',
  'to deal in the Software without restriction',
  'without warranty of any kind',
];

const steps = {
  format: () => run(bin('prettier'), ['--check', '--log-level', 'warn', '.']),
  lint: () => run(bin('eslint'), ['.']),
  types: () => run(bin('tsc'), ['--noEmit', '-p', '.']) && run(bin('tsc'), ['--noEmit', '-p', 'web']),
  walls: () =>
    run(bin('depcruise'), [
      'src',
      'projections',
      'migrations',
      'web/src',
      'web/tracker',
      '--output-type',
      'err-long',
    ]),
  unused: () => run(bin('knip'), ['--no-progress']),
  generated: checkGenerated,
  licences: checkLicences,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`No such check: ${unknown.join(', ')}. There are: ${Object.keys(steps).join(', ')}.`);
  process.exit(2);
}
const failed = [];
for (const name of asked.length > 0 ? asked : Object.keys(steps)) {
  const started = Date.now();
  const ok = steps[name]();
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (!ok) failed.push(name);
}
if (failed.length > 0) {
  console.error(`Checks failed: ${failed.join(', ')}`);
  process.exit(1);
}

function run(command, args) {
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0;
}

/** Generates everything anew and compares it with what was there; stale text is left in its new state to be committed. */
function checkGenerated() {
  const before = snapshot();
  if (!run(process.execPath, ['scripts/generate.mjs', '--quiet'])) return false;
  const after = snapshot();
  const stale = Object.keys({ ...before, ...after }).filter((file) => before[file] !== after[file]);
  if (stale.length > 0) console.error(`Generated files were stale, commit them: ${stale.join(', ')}`);
  return stale.length === 0;
}

function snapshot() {
  const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard', ...GENERATED], {
    encoding: 'utf8',
  }).stdout;
  const files = listed.split('\n').filter((file) => file !== '' && existsSync(file));
  return Object.fromEntries(files.map((file) => [file, readFileSync(file, 'utf8')]));
}

function checkLicences() {
  const listed = spawnSync(bin('license-checker-rseidelsohn'), ['--json', '--excludePrivatePackages'], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (listed.status !== 0) {
    console.error(listed.stderr);
    return false;
  }
  const unfit = Object.entries(JSON.parse(listed.stdout)).filter(([, found]) => !fits(licenceOf(found)));
  for (const [name, found] of unfit)
    console.error(`${name}: licence ${found.licenses} is not on the list of fit ones`);
  return unfit.length === 0;
}

/** Some packages name no licence but a file; then its words count. */
function licenceOf(found) {
  const named = [found.licenses].flat().join(' AND ');
  if (!named.startsWith('Custom:') || found.licenseFile === undefined) return named;
  const words = readFileSync(found.licenseFile, 'utf8').replaceAll(/\s+/g, ' ').toLowerCase();
  return MIT_WORDS.every((part) => words.includes(part.toLowerCase())) ? 'MIT' : named;
}

/** `(A OR B)` fits when one does, `A AND B` when all do. A trailing `*` marks a licence guessed from its text. */
function fits(expression) {
  const plain = expression.replaceAll(/[()*]/g, '');
  return plain
    .split(' OR ')
    .some((option) => option.split(' AND ').every((name) => LICENCES.includes(name.trim())));
}
