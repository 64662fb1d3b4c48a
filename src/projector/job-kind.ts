import type { ClientBase } from 'pg';
import type { JobProgress } from '#database/job-progress.js';
import type { Job } from '#database/jobs.js';
import type { Engine } from './engine.js';

/** What one step of a job comes to. */
export type Step =
  | { readonly state: 'running'; readonly progress?: JobProgress; readonly again?: boolean }
  | { readonly state: 'done'; readonly progress?: JobProgress }
  | { readonly state: 'failed'; readonly error: string }
  /** This process does not know what the order names; a newer one may. */
  | { readonly state: 'not here' };

/**
 * A kind of job that goes on in short transactions. Every step reads its state from the database and may be done by any
 * process, so the job survives the process that began it. One of a kind is carried out at a time.
 */
export interface SteppedJob {
  readonly kind: string;
  /** In the transaction that writes the outcome into the job's row. What it throws is tried again. */
  step(engine: Engine, client: ClientBase, job: Job): Promise<Step>;
}

/** What a long job is given to work with. */
export interface LongWork {
  /** Aborted when the process stops or the job was taken by another one. */
  readonly signal: AbortSignal;
  /** Shown to whoever watches. @throws LeaseLost where another process has the job now. */
  readonly report: (progress: JobProgress) => Promise<void>;
}

/**
 * A kind of job that one process works on for as long as it takes, beside everything else. When that process dies another
 * one begins again, with the progress that was reported last.
 */
export interface LongJob {
  readonly kind: string;
  /** How many of them each process carries out side by side; without it one at a time among all processes. */
  readonly sideBySide?: number;
  /** @returns the last progress, usually with a `result`. What it throws fails the job, but for JobInterrupted. */
  run(engine: Engine, job: Job, work: LongWork): Promise<JobProgress>;
}

export type JobKind = SteppedJob | LongJob;

/** The database or the log was away: the job is not to blame and begins again. */
export class JobInterrupted extends Error {
  override readonly name = 'JobInterrupted';
}
