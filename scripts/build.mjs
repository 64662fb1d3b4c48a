// `npm run build [-- --only server|web] [--force]`
import './lib/node-version.mjs';
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { fail, Problem } from './lib/run.mjs';

try {
  const { values } = parseArgs({ options: { only: { type: 'string' }, force: { type: 'boolean' } } });
  if (values.only !== undefined && !['server', 'web'].includes(values.only))
    throw new Problem(`--only ${values.only}: there are server and web`);
  await build(values);
} catch (error) {
  fail(error);
}
