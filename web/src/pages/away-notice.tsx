import { useConnection } from '../apollo/connection.js';
import { formatClock } from '../format.js';
import { Notice } from '../ui/message.js';
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
