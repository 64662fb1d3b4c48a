import { NetworkStatus } from '@apollo/client';
import { skipToken, useQuery, useSubscription } from '@apollo/client/react';
import { useEffect } from 'react';
import { useConnection } from '../apollo/connection.js';
import { isHourly, type Range } from '../controls/range.js';
import { OverviewDocument, OverviewLiveDocument, TopPathsDocument } from '../gql/graphql.js';

const RESTART_AFTER_MS = 2_000;

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
  const failed = figures.error !== undefined || paths.error !== undefined;
  const retry = () => {
    void figures.refetch().catch(ignore);
    void paths.refetch().catch(ignore);
  };
  useEffect(() => {
    // The API is back: what failed while it was away is asked for again.
    if (state === 'live' && failed) retry();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only the return of the connection is a reason
  }, [state]);

  return { figures, paths, retry };
}

const isFirstLoad = (status: NetworkStatus): boolean =>
  status === NetworkStatus.loading || status === NetworkStatus.setVariables;

/** The error is in the query's own result; the promise repeats it. */
const ignore = () => undefined;

/** A subscription that ended with an error is started again; the socket's own losses are retried by the socket. */
function useRestart(ended: boolean, restart: () => void): void {
  useEffect(() => {
    if (!ended) return;
    const timer = setTimeout(restart, RESTART_AFTER_MS);
    return () => clearTimeout(timer);
  }, [ended, restart]);
}
