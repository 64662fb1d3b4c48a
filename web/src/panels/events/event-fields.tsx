import { useQuery } from '@apollo/client/react';
import type { ReactNode } from 'react';
import { formatMoment } from '../../format.js';
import { FeedEventStatusDocument, type EventState } from '../../gql/graphql.js';
import type { Row } from './feed-rows.js';

/** Figures follow the log by a moment. */
const LOOK_AGAIN_MS = 1_000;

/** All that is known of one call: what is wrong with it, and of a stored one the whole event and whether it counts. */
export function EventFields({ row }: { row: Row }) {
  const { stored } = row;
  const faults = stored ? stored.warnings : row.messages;
  return (
    <div className="feed-fields">
      {faults.length > 0 && (
        <ul className="feed-faults">
          {faults.map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      )}
      <dl>
        {row.outcome === 'REFUSED' && <Field name="Reason">{row.reason}</Field>}
        <Field name="Site">{row.siteId}</Field>
        <Field name="Event ID">{row.eventId}</Field>
        {stored && row.siteId !== null && row.eventId !== null && (
          <Counted siteId={row.siteId} eventId={row.eventId} receipt={row.id} />
        )}
        {stored && <Field name="Receipt">{row.id}</Field>}
        <Field name="Happened">{stored && formatMoment(stored.occurredAt)}</Field>
        <Field name="Path">{row.path}</Field>
        <Field name="URL">{stored?.url}</Field>
        <Field name="Referrer">{stored?.referrer}</Field>
        <Field name="Title">{stored?.title}</Field>
        <Field name="Visitor">{stored?.visitorId}</Field>
        <Field name="User">{stored?.userId}</Field>
        <Field name="Country">{stored?.country}</Field>
        <Field name="User agent">{stored?.userAgent}</Field>
        <Field name="Came as">{row.sdk === null ? row.dialect : `${row.dialect}, ${row.sdk}`}</Field>
      </dl>
      {stored?.properties != null && (
        <pre tabIndex={0} aria-label="Properties">
          <code>{JSON.stringify(JSON.parse(stored.properties), null, 2)}</code>
        </pre>
      )}
    </div>
  );
}

/** Nothing where there is nothing to say. */
function Field({ name, children }: { name: string; children: ReactNode }) {
  if (children == null) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{children}</bdi>
      </dd>
    </div>
  );
}

const WORDS: Record<EventState, string> = {
  COUNTED: 'Yes',
  DEAD_LETTERED: 'No: it could not be projected, see the dead letters on the page of projections',
  DUPLICATE: 'No: an event with its ID came before',
  LEFT_OUT: 'No: a rule of the site leaves it out',
  NOT_PROJECTED: 'Not yet',
  UNKNOWN: 'Not known',
};

function Counted(variables: { siteId: string; eventId: string; receipt: string }) {
  const { data, error, stopPolling } = useQuery(FeedEventStatusDocument, {
    variables,
    fetchPolicy: 'network-only',
    pollInterval: LOOK_AGAIN_MS,
  });
  const status = data?.eventStatus;
  if (status && status.state !== 'NOT_PROJECTED') stopPolling();
  const words = status ? WORDS[status.state] : error ? 'The API does not answer' : '…';
  return (
    <Field name="Counts">
      {words}
      {status?.duplicateOf != null && `, at ${status.duplicateOf}`}
      {status?.detail != null && ` (${status.detail})`}
    </Field>
  );
}
