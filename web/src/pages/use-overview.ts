import { NetworkStatus } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import { useLive } from '../apollo/use-live.js';
import { ignore, useRetry, useUntilAnswered } from '../apollo/use-retry.js';
import { isHourly, type Range } from '../controls/range.js';
import type { AudienceRows } from '../panels/audience.js';
import type { AudienceTabs } from '../controls/audience-tabs.js';
import {
  AudienceDocument,
  OverviewDocument,
  OverviewLiveDocument,
  TopPathsDocument,
} from '../gql/graphql.js';

interface Shown {
  readonly siteId: string;
  readonly range: Range;
  readonly today: string;
  readonly prefix: string;
  readonly first: number;
  readonly tabs: AudienceTabs;
  readonly rows: AudienceRows;
}

/** The tab of each card of the audience, and how many rows it shows. */
export const audienceOf = (tabs: AudienceTabs, rows: AudienceRows) => ({
  ...tabs,
  sourcesFirst: rows.sources,
  devicesFirst: rows.devices,
  localesFirst: rows.locales,
});

/**
 * The page's data. Three queries, because neither typing into the filter nor another tab must count all visitors again, and one subscription
 * that carries everything in view: its pushes are written to the cache, and the cache moves the panels.
 */
export function useOverview({ siteId, range, today, prefix, first, tabs, rows }: Shown) {
  const figuresOf = { siteId, range, today: { from: today, to: today }, hourly: isHourly(range) };
  const pathsOf = { siteId, range, first, prefix: prefix === '' ? null : prefix };
  const audienceVariables = { siteId, range, ...audienceOf(tabs, rows) };
  const options = {
    fetchPolicy: 'cache-and-network',
    nextFetchPolicy: 'cache-first',
    notifyOnNetworkStatusChange: true,
  } as const;
  const figures = useQuery(OverviewDocument, { ...options, variables: figuresOf });
  const paths = useQuery(TopPathsDocument, { ...options, variables: pathsOf });
  const audience = useQuery(AudienceDocument, { ...options, variables: audienceVariables });

  // Subscribed after the answers are in: a push read later can then never be overwritten by an answer read earlier.
  const settled = [figures, paths, audience].every(({ networkStatus }) => !isFirstLoad(networkStatus));
  useLive(OverviewLiveDocument, {
    variables: { ...figuresOf, ...pathsOf, ...audienceVariables },
    skip: !settled,
  });

  const retry = () => {
    void figures.refetch().catch(ignore);
    void paths.refetch().catch(ignore);
    void audience.refetch().catch(ignore);
  };
  const failure = figures.error ?? paths.error ?? audience.error;
  useRetry(failure, retry);

  return {
    figures,
    paths: { ...paths, failure: useUntilAnswered(paths.error, paths.data !== undefined) },
    audience: { ...audience, failure: useUntilAnswered(audience.error, audience.data !== undefined) },
    retry,
    failure: useUntilAnswered(
      failure,
      [figures, paths, audience].every(({ data }) => data !== undefined),
    ),
  };
}

const isFirstLoad = (status: NetworkStatus): boolean =>
  status === NetworkStatus.loading || status === NetworkStatus.setVariables;
