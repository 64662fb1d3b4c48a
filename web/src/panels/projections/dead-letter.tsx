import { formatMoment } from '../../format.js';
import type { DeadLettersQuery } from '../../gql/graphql.js';
import { DiscardButton, RetryButton } from './dead-letter-orders.js';

type DeadLetter = DeadLettersQuery['deadLetters']['nodes'][number];

/** One of them: why, which event, and what can be done. */
export function DeadLetterItem({ letter }: { letter: DeadLetter }) {
  const { id, position, projection, generation, site, detail, attempts, lastSeen, event, retryable } = letter;
  const what = `dead letter ${id}`;
  return (
    <li className="letter" data-letter={id}>
      <div className="letter-text">
        <p>{detail || 'No further detail.'}</p>
        <p className="note">
          No. {id}
          <span className="dot"> · </span>
          {projection === null ? 'No projection saw it' : `${projection}, generation ${generation}`}
          <span className="dot"> · </span>
          {site === null ? 'site unknown' : `site ${site}`}
          <span className="dot"> · </span>
          at {position}
          <span className="dot"> · </span>
          {attempts === 1 ? 'tried once' : `tried ${attempts} times`}, last {formatMoment(lastSeen)}
        </p>
        <details>
          <summary>Event</summary>
          <pre tabIndex={0} aria-label={`Event at ${position}`}>
            <code>{pretty(event)}</code>
          </pre>
        </details>
      </div>
      <div className="letter-orders">
        {retryable && <RetryButton label="Retry" selection={{ id }} what={what} />}
        <DiscardButton label="Discard" selection={{ id }} what={what} />
      </div>
    </li>
  );
}

/** Indented where it is JSON; what cannot be decoded is shown as it stands. */
function pretty(event: string): string {
  try {
    return JSON.stringify(JSON.parse(event), null, 2);
  } catch {
    return event;
  }
}
