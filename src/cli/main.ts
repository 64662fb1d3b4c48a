#!/usr/bin/env node
import 'reflect-metadata';
import { Command } from 'commander';

import { readCommandConfig } from '#config/read-config.js';
import { StartupError } from '#config/startup-error.js';
import { version } from '#config/version.js';

import type { CommandContext } from './command-context.js';
import { addDeadLetters } from './dead-letters.js';
import { addDemo } from './demo.js';
import { addCompare, addRetire, addRollback, addSwap } from './generations.js';
import { addImport } from './import.js';
import { addKey } from './key.js';
import { messageOf, Problem } from './problem.js';
import { addRebuild, addReplay } from './rebuild.js';
import { addResume } from './resume.js';
import { addRule } from './rule.js';
import { addSite } from './site.js';
import { addStatus } from './status.js';
import { addTail } from './tail.js';
import { addUser } from './user.js';
import { addVerify } from './verify.js';

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // A second Ctrl-C does not wait for what is under way.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
  });
}
// `tidemark status | head`: the reader has gone, which is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

function context(): CommandContext {
  return {
    config: readCommandConfig(),
    signal: interrupt.signal,
    print: (text) => process.stdout.write(`${text}\n`),
  };
}

const program = new Command('tidemark')
  .description('Look after a Tidemark that runs: bring events in, rebuild read models, see where they stand')
  .version(version)
  .showHelpAfterError('(--help shows what is allowed)');
for (const add of [
  addImport,
  addDemo,
  addKey,
  addReplay,
  addRebuild,
  addCompare,
  addSwap,
  addRollback,
  addRetire,
  addDeadLetters,
  addResume,
  addRule,
  addSite,
  addStatus,
  addTail,
  addUser,
  addVerify,
])
  add(program, context);

try {
  await program.parseAsync();
  process.exitCode ??= 0;
} catch (error) {
  process.exitCode = error instanceof Problem ? error.code : interrupt.signal.aborted ? 130 : 1;
  process.stderr.write(`${explain(error)}\n`);
}
// Whatever a library still holds open must not keep a finished command alive.
process.exit();

function explain(error: unknown): string {
  if (error instanceof Problem || error instanceof StartupError) return error.message;
  if (interrupt.signal.aborted) return 'Interrupted.';
  return `The command failed: ${messageOf(error)}`;
}
