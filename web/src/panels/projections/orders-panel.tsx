import { useEffect, useRef, useState } from 'react';
import { formatMoment } from '../../format.js';
import { Icon } from '../../ui/icon.js';
import { Skeleton } from '../../ui/skeleton.js';
import { courseOf, hasEnded, outcomeOf, type Job } from './jobs.js';
import { ProgressBar } from './progress-bar.js';

/** Of those that have ended; what is under way is always listed. */
const LISTED = 3;

/** What was ordered, here or anywhere else, newest first: how far it is and what came of it. */
export function OrdersPanel({ jobs }: { jobs: readonly Job[] | undefined }) {
  const [all, setAll] = useState(false);
  const ended = jobs?.filter(hasEnded) ?? [];
  const listed = jobs?.filter((job) => all || !hasEnded(job) || ended.indexOf(job) < LISTED);
  return (
    <section className="card orders" aria-labelledby="orders-title" aria-busy={!jobs}>
      <header className="card-header">
        <h2 id="orders-title">Orders</h2>
        <p className="note">Carried out by the projector, page open or not</p>
      </header>
      {!listed ? (
        <p className="panel-text">
          <Skeleton width="24ch" />
        </p>
      ) : listed.length === 0 ? (
        <p className="panel-text">Nothing has been ordered yet.</p>
      ) : (
        <ul>
          {listed.map((job) => (
            <OrderLine key={job.id} job={job} />
          ))}
        </ul>
      )}
      {ended.length > LISTED && (
        <footer className="card-footer">
          <button type="button" className="button quiet" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? 'Show fewer' : 'Show earlier ones'}
          </button>
        </footer>
      )}
      <p className="visually-hidden" role="status">
        {useNews(jobs)}
      </p>
    </section>
  );
}

const ICONS = {
  queued: 'same',
  running: 'retry',
  done: 'check',
  failed: 'warning',
  cancelled: 'same',
} as const;

function OrderLine({ job }: { job: Job }) {
  const { id, title, state, progress, finishedAt } = job;
  const icon = ICONS[state as keyof typeof ICONS] ?? 'same';
  return (
    <li className="order" data-job={id} data-state={state}>
      <Icon name={icon} />
      <div>
        <p>
          <strong>{title}</strong>
          <span className="dot"> · </span>
          {(state === 'running' && courseOf(job)) || outcomeOf(job)}
        </p>
        {finishedAt !== null && <p className="note">{formatMoment(finishedAt)}</p>}
        {state === 'running' && progress !== null && <ProgressBar label={title} share={progress} />}
      </div>
    </li>
  );
}

/** For who does not see the list: what has begun or ended since it was there first, without the figures in between. */
function useNews(jobs: readonly Job[] | undefined): string {
  const [news, setNews] = useState('');
  const known = useRef<ReadonlyMap<number, string>>(undefined);
  useEffect(() => {
    if (!jobs) return;
    const before = known.current;
    known.current = new Map(jobs.map(({ id, state }) => [id, state]));
    if (!before) return;
    const moved = jobs.filter(({ id, state }) => before.get(id) !== state);
    if (moved.length > 0) setNews(moved.map((job) => `${job.title}: ${outcomeOf(job)}`).join('. '));
  }, [jobs]);
  return news;
}
