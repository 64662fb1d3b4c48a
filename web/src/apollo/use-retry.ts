import type { ErrorLike } from '@apollo/client';
import { useEffect, useState } from 'react';
import { useConnection } from './connection.js';
import { isBadInput } from './reason.js';

const RESTART_AFTER_MS = 2_000;
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

/** A subscription that ended with an error is started again, unless it asked for what cannot be; the socket's own losses are retried by the socket. */
export function useRestart({ error, restart }: { error?: ErrorLike | undefined; restart: () => void }): void {
  const ended = error !== undefined && !isBadInput(error);
  useEffect(() => {
    if (!ended) return;
    const timer = setTimeout(restart, RESTART_AFTER_MS);
    return () => clearTimeout(timer);
  }, [error, ended, restart]);
}

/** For promises whose error is in the query's own result too. */
export const ignore = () => undefined;
