import { NetworkStatus } from '@apollo/client';
import { skipToken, useQuery, useSubscription } from '@apollo/client/react';
import { ignore, useRestart, useRetry, useUntilAnswered } from '../apollo/use-retry.js';
import { isHourly, type Range } from '../controls/range.js';
import { OverviewDocument, OverviewLiveDocument, TopPathsDocument } from '../gql/graphql.js';

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
  useRestart(live);

  const retry = () => {
    void figures.refetch().catch(ignore);
    void paths.refetch().catch(ignore);
  };
  const failure = figures.error ?? paths.error;
  useRetry(failure, retry);

  return {
    figures,
    paths,
    retry,
    failure: useUntilAnswered(failure, figures.data !== undefined && paths.data !== undefined),
  };
}

const isFirstLoad = (status: NetworkStatus): boolean =>
  status === NetworkStatus.loading || status === NetworkStatus.setVariables;
