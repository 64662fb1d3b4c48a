import { CombinedGraphQLErrors } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import { useEffect } from 'react';
import { ignore, useRetry, useUntilAnswered } from '../apollo/use-retry.js';
import { isHourly, type Range } from '../controls/range.js';
import type { AudienceTabs } from '../controls/audience-tabs.js';
import { OverviewAsOfDocument } from '../gql/graphql.js';
import type { AudienceRows } from '../panels/audience.js';
import { audienceOf } from './use-overview.js';

interface Shown {
  readonly siteId: string;
  readonly asOf: string;
  readonly range: Range;
  readonly prefix: string;
  readonly first: number;
  readonly tabs: AudienceTabs;
  readonly rows: AudienceRows;
}

/** Seconds that one question waits; then it is asked again, and meanwhile the page says how far it is. */
const WAIT = 2;
const AGAIN_MS = 300;

/** Of figures that are being made. */
export interface Making {
  readonly eventsDone?: number;
  readonly eventsTotal?: number;
}

/**
 * Figures as they were. They are not cached: they are of the same site as those of now. Whoever leaves the page takes the
 * question back, and with it the work.
 */
export function useAsOf({ siteId, asOf, range, prefix, first, tabs, rows }: Shown) {
  const { data, previousData, loading, error, refetch } = useQuery(OverviewAsOfDocument, {
    fetchPolicy: 'no-cache',
    notifyOnNetworkStatusChange: true,
    variables: {
      siteId,
      asOf: { time: asOf, seconds: WAIT },
      range,
      hourly: isHourly(range),
      first,
      prefix: prefix === '' ? null : prefix,
      ...audienceOf(tabs, rows),
    },
  });
  const making = makingOf(error);
  const again = () => void refetch().catch(ignore);
  useEffect(() => {
    if (making === undefined || loading) return;
    const timer = setTimeout(again, AGAIN_MS);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `again` is new with every render and does the same
  }, [error, loading]);
  const failed = making === undefined ? error : undefined;
  useRetry(failed, again);
  const failure = useUntilAnswered(failed, (data !== undefined && !loading) || making !== undefined);
  return { data: data ?? (loading || making ? previousData : undefined), loading, making, failure, again };
}

function makingOf(error: unknown): Making | undefined {
  if (!CombinedGraphQLErrors.is(error)) return undefined;
  const extensions = error.errors[0]?.extensions;
  if (extensions?.['code'] !== 'AS_OF_NOT_READY') return undefined;
  return (extensions['progress'] as Making | undefined) ?? {};
}
