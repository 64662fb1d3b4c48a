import { useConnection } from '../apollo/connection.js';
import { reasonOf } from '../apollo/reason.js';
import { formatClock } from '../format.js';
import { Message, Notice } from '../ui/message.js';
import { useLasting } from '../ui/use-lasting.js';

/** A connection that comes back sooner is not worth a notice that moves the page. */
const NOTICE_AFTER_MS = 1_500;

/** Says that what is shown may be old, and since when; nothing while all is well. */
export function AwayNotice({ failed, onRetry }: { failed: boolean; onRetry: () => void }) {
  const { state, lostAt } = useConnection();
  const interrupted = useLasting(state === 'reconnecting', NOTICE_AFTER_MS);
  if (!failed && !interrupted) return null;
  return (
    <Notice
      title={failed ? 'The API is away.' : 'Live updates are interrupted.'}
      action={{ label: 'Try now', run: onRetry, icon: 'retry' }}
    >
      {lostAt === undefined ? 'The figures may be out of date.' : `Figures as of ${formatClock(lostAt)}.`}{' '}
      They move on by themselves once the connection is back.
    </Notice>
  );
}

interface NotLoadedProps {
  /** As a title names it: "The figures". */
  readonly what: string;
  readonly failure: unknown;
  readonly onRetry: () => void;
  /** Said after the reason. */
  readonly comfort?: string;
}

/** Stands where a page's content would be, before there ever was any. */
export function NotLoaded({ what, failure, onRetry, comfort = '' }: NotLoadedProps) {
  return (
    <Message
      kind="error"
      title={`${what} could not be loaded`}
      action={{ label: 'Try again', run: onRetry, icon: 'retry' }}
    >
      <p>
        {reasonOf(failure)} This page tries again by itself as soon as the API is back. {comfort}
      </p>
    </Message>
  );
}
