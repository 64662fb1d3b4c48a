import { asOfJob } from './as-of/as-of-job.js';
import { discardDeadLettersJob, retryDeadLettersJob } from './dead-letter-jobs.js';
import { fromZeroJob } from './from-zero-job.js';
import { retireJob, rollbackJob, swapJob } from './generation-jobs.js';
import type { JobKind } from './job-kind.js';
import { rebuildJob } from './rebuild-job.js';
import { siteJobs } from './reproject/site-orders.js';
import { verifyJob } from './verify/verify-job.js';

/** Every kind of job that a projector carries out. A new one: its file, and a line here. */
export const jobKinds: readonly JobKind[] = [
  rebuildJob,
  fromZeroJob,
  swapJob,
  rollbackJob,
  retireJob,
  retryDeadLettersJob,
  discardDeadLettersJob,
  verifyJob,
  ...siteJobs,
  asOfJob,
];
