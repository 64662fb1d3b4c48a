import { useApolloClient, useSubscription } from '@apollo/client/react';
import { useEffect } from 'react';
import { useRestart } from '../../apollo/use-retry.js';
import { formatNumber } from '../../format.js';
import {
  DeadLettersDocument,
  JobLiveDocument,
  LastVerificationDocument,
  type JobLiveSubscription,
} from '../../gql/graphql.js';
import { Icon } from '../../ui/icon.js';
import { formatDuration, formatPerSecond } from './format.js';
import type { Order } from './orders.js';

type Job = NonNullable<JobLiveSubscription['jobChanged']>;

interface Props {
  readonly orders: readonly Order[];
  readonly onDismiss: (job: number) => void;
}

/** What was ordered on this page, newest first, with how far it is and what came of it. */
export function OrdersPanel({ orders, onDismiss }: Props) {
  if (orders.length === 0) return null;
  return (
    <section className="card orders" aria-label="Orders">
      <ul>
        {orders.map((order) => (
          <OrderLine key={order.job} order={order} onDismiss={() => onDismiss(order.job)} />
        ))}
      </ul>
    </section>
  );
}

function OrderLine({ order, onDismiss }: { order: Order; onDismiss: () => void }) {
  const live = useSubscription(JobLiveDocument, { variables: { id: order.job } });
  useRestart(live);
  const client = useApolloClient();
  const job = live.data?.jobChanged ?? undefined;
  const ended = job?.state === 'done' || job?.state === 'failed';
  const settled = ended && (job.kind === 'verify' || job.deadLetters !== null);
  useEffect(() => {
    // A dead letter that failed again has another reason, and their number, which is pushed, stays.
    if (settled) void client.refetchQueries({ include: [DeadLettersDocument, LastVerificationDocument] });
  }, [client, settled]);
  return (
    <li className="order" data-job={order.job} data-state={job?.state ?? 'queued'}>
      {job?.state === 'done' && <Icon name="check" />}
      {job?.state === 'failed' && <Icon name="warning" />}
      <p role="status">
        <strong>{order.what}</strong>
        <span className="dot"> · </span>
        {outcomeOf(job)}
      </p>
      {ended && (
        <button
          type="button"
          className="button quiet"
          onClick={onDismiss}
          aria-label={`Dismiss: ${order.what}`}
        >
          Dismiss
        </button>
      )}
    </li>
  );
}

function outcomeOf(job: Job | undefined): string {
  switch (job?.state) {
    case 'running':
      return running(job);
    case 'done':
      return done(job);
    case 'failed':
      return `not done: ${job.error ?? 'without a reason'}`;
    default:
      return 'waits for a projector';
  }
}

function running({ eventsDone, eventsTotal, rate, secondsLeft }: Job): string {
  if (eventsDone === null || !eventsTotal) return 'under way';
  const events = `${formatNumber(eventsDone)} of ${formatNumber(eventsTotal)} events`;
  const speed = rate ? `, ${formatPerSecond(rate)} a second` : '';
  return `${events}${speed}${secondsLeft === null ? '' : `, ${formatDuration(secondsLeft)} left`}`;
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
