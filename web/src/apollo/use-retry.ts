import type { ErrorLike } from '@apollo/client';
import { useEffect, useState } from 'react';
import { useConnection } from './connection.js';

const RETRY_AFTER_MS = 5_000;

/** Asks again for what failed: at once when the socket is back, else after a while. */
export function useRetry(failure: ErrorLike | undefined, retry: () => void): void {
  const { state } = useConnection();
  useEffect(() => {
    if (failure === undefined) return;
    const timer = setTimeout(retry, state === 'live' ? RETRY_AFTER_MS : 2 * RETRY_AFTER_MS);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `retry` is new with every render and does the same
  }, [failure, state]);
  useEffect(() => {
    if (state === 'live' && failure !== undefined) retry();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only the return of the connection is a reason
  }, [state]);
}

/** The last error, until an answer is there: a further try in between is no reason to blink. */
export function useUntilAnswered(failure: ErrorLike | undefined, answered: boolean): ErrorLike | undefined {
  const [last, setLast] = useState<ErrorLike>();
  const next = failure ?? (answered ? undefined : last);
  if (next !== last) setLast(next);
  return next;
}

/** For promises whose error is in the query's own result too. */
export const ignore = () => undefined;
