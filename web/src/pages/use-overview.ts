import { NetworkStatus, type ErrorLike } from '@apollo/client';
import { skipToken, useQuery, useSubscription } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { useConnection } from '../apollo/connection.js';
import { isHourly, type Range } from '../controls/range.js';
import { OverviewDocument, OverviewLiveDocument, TopPathsDocument } from '../gql/graphql.js';

const RESTART_AFTER_MS = 2_000;
const RETRY_AFTER_MS = 5_000;

interface Shown {
  readonly siteId: string;
  readonly range: Range;
  readonly today: string;
  readonly prefix: string;
  readonly first: number;
}

/**
 * The page's data. Two queries, because typing into the filter must not count all visitors again, and one subscription
 * that carries everything in view: its pushes are written to the cache, and the cache moves the panels.
 */
export function useOverview({ siteId, range, today, prefix, first }: Shown) {
  const figuresOf = { siteId, range, today: { from: today, to: today }, hourly: isHourly(range) };
  const pathsOf = { siteId, range, first, prefix: prefix === '' ? null : prefix };
  const options = {
    fetchPolicy: 'cache-and-network',
    nextFetchPolicy: 'cache-first',
    notifyOnNetworkStatusChange: true,
  } as const;
  const figures = useQuery(OverviewDocument, { ...options, variables: figuresOf });
  const paths = useQuery(TopPathsDocument, { ...options, variables: pathsOf });

  // Subscribed after the answers are in: a push read later can then never be overwritten by an answer read earlier.
  const settled = !isFirstLoad(figures.networkStatus) && !isFirstLoad(paths.networkStatus);
  const live = useSubscription(
    OverviewLiveDocument,
    settled ? { variables: { ...figuresOf, ...pathsOf }, ignoreResults: true } : skipToken,
  );
  useRestart(live.error !== undefined, live.restart);

  const { state } = useConnection();
  const retry = () => {
    void figures.refetch().catch(ignore);
    void paths.refetch().catch(ignore);
  };
  const failure = figures.error ?? paths.error;
  useEffect(() => {
    if (failure === undefined) return;
    // What failed is asked for again: at once when the socket is back, else after a while.
    const timer = setTimeout(retry, state === 'live' ? RETRY_AFTER_MS : 2 * RETRY_AFTER_MS);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `retry` is new with every render and does the same
  }, [failure, state]);
  useEffect(() => {
    if (state === 'live' && failure !== undefined) retry();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only the return of the connection is a reason
  }, [state]);

  return {
    figures,
    paths,
    retry,
    failure: useUntilAnswered(failure, figures.data !== undefined && paths.data !== undefined),
  };
}

const isFirstLoad = (status: NetworkStatus): boolean =>
  status === NetworkStatus.loading || status === NetworkStatus.setVariables;

/** The error is in the query's own result; the promise repeats it. */
const ignore = () => undefined;

/** The last error, until an answer is there: a further try in between is no reason to blink. */
function useUntilAnswered(failure: ErrorLike | undefined, answered: boolean): ErrorLike | undefined {
  const [last, setLast] = useState<ErrorLike>();
  const next = failure ?? (answered ? undefined : last);
  if (next !== last) setLast(next);
  return next;
}

/** A subscription that ended with an error is started again; the socket's own losses are retried by the socket. */
function useRestart(ended: boolean, restart: () => void): void {
  useEffect(() => {
    if (!ended) return;
    const timer = setTimeout(restart, RESTART_AFTER_MS);
    return () => clearTimeout(timer);
  }, [ended, restart]);
}
