import { formatNumber } from '../../format.js';
import type { JobPanelFragment } from '../../gql/graphql.js';
import { formatDuration, formatPerSecond } from './format.js';

export type Job = JobPanelFragment;

/** Share that is done from which on the time left is more than a guess. */
export const TELLING = 0.01;

export const hasEnded = ({ state }: Pick<Job, 'state'>): boolean => state !== 'queued' && state !== 'running';

/** Those of a kind that have ended, as a text that changes when one more has. */
export const endedOf = (jobs: readonly Job[] | undefined, ...kinds: readonly string[]): string =>
  (jobs ?? [])
    .filter((job) => kinds.includes(job.kind) && hasEnded(job))
    .map(({ id }) => id)
    .join();

/** The build of this projection that is under way, as its job tells. */
export const rebuildOf = (jobs: readonly Job[] | undefined, projection: string): Job | undefined =>
  jobs?.find(
    (job) =>
      job.kind === 'rebuild' &&
      job.state === 'running' &&
      (job.projection === null || job.projection === projection),
  );

/** Where the job stands or what came of it, without figures that move all the time. */
export function outcomeOf(job: Job): string {
  switch (job.state) {
    case 'queued':
      return 'waits for a projector';
    case 'running':
      return 'under way';
    case 'done':
      return done(job);
    case 'cancelled':
      return 'cancelled';
    default:
      return `not done: ${job.error ?? 'without a reason'}`;
  }
}

/** How far a running job is: "1,200 of 40,000 events, 300 a second, 2 min 9 s left". */
export function courseOf({ progress, eventsDone, eventsTotal, rate, secondsLeft }: Job): string | undefined {
  if (eventsDone === null || !eventsTotal) return undefined;
  const events = `${formatNumber(eventsDone)} of ${formatNumber(eventsTotal)} events`;
  const speed = rate ? `, ${formatPerSecond(rate)} a second` : '';
  const told = secondsLeft !== null && progress !== null && progress >= TELLING;
  return `${events}${speed}${!told ? '' : `, ${formatDuration(secondsLeft)} left`}`;
}

function done({ deadLetters }: Job): string {
  if (!deadLetters) return 'done';
  const { retried, failed, skipped, discarded } = deadLetters;
  const parts = [
    retried > 0 && `${formatNumber(retried)} counted now`,
    failed > 0 && `${formatNumber(failed)} failed again`,
    skipped > 0 && `${formatNumber(skipped)} not tried, because no projector runs their code`,
    discarded > 0 && `${formatNumber(discarded)} discarded`,
  ].filter((part) => part !== false);
  return parts.length > 0 ? parts.join(', ') : 'nothing was left to do';
}
