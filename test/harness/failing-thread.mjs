// Loaded into a process by NODE_OPTIONS: its threads fail once the file named by FAIL_THREADS_AT is there.
import { existsSync } from 'node:fs';
import process from 'node:process';
import { setInterval } from 'node:timers';
import { isMainThread } from 'node:worker_threads';

const file = process.env.FAIL_THREADS_AT;
if (!isMainThread && file)
  setInterval(() => {
    if (existsSync(file)) throw new Error('a fault of the test');
  }, 100).unref();
