import { useQuery } from '@apollo/client/react';
import { useMemo, useState } from 'react';
import { ignore, useRetry, useUntilAnswered } from '../apollo/use-retry.js';
import { useToday } from '../controls/clock.js';
import { AuditTrailDocument, SeenEventTypesDocument, SiteSettingsDocument } from '../gql/graphql.js';
import { useMay } from '../session/session.js';
import { useAgain, useJobs } from './use-projections.js';

const LATELY_DAYS = 30;
const LOOK_EVERY_MS = 3_000;
/** The API's own bound on one page of it. */
const MOST = 200;
const ENTRIES_AT_FIRST = 10;

/**
 * A site's settings, and what its figures are being made with anew: asked for again when the site's revision moved, or an
 * order to make them anew has begun or ended.
 */
export function useSettings(siteId: string, revision: number | undefined) {
  // The list of jobs is the operator's; others look at their own site now and then.
  const operate = useMay()('operate');
  const jobs = useJobs(!operate);
  const { data, previousData, error, refetch } = useQuery(SiteSettingsDocument, {
    variables: { siteId },
    fetchPolicy: 'cache-and-network',
    pollInterval: operate ? 0 : LOOK_EVERY_MS,
  });
  const retry = () => void refetch().catch(ignore);
  useRetry(error, retry);
  const orders = jobs?.filter(({ kind }) => kind === 'reproject').map(({ id, state }) => `${id}${state}`);
  const sign = `${revision} ${orders?.join() ?? ''}`;
  useAgain(refetch, sign);
  const site = (data ?? previousData)?.site ?? undefined;
  // The list of jobs is pushed, so its progress is the newer one.
  const job = jobs?.find(({ id }) => id === site?.pendingSettings?.job.id) ?? site?.pendingSettings?.job;
  return { site, job, sign, retry, failure: useUntilAnswered(error, data !== undefined) };
}

/** Who changed what, newest first, asked for again at each change of `sign`. */
export function useAuditTrail(siteId: string, sign: string, skip: boolean) {
  const [first, setFirst] = useState(ENTRIES_AT_FIRST);
  const { data, previousData, error, refetch } = useQuery(AuditTrailDocument, {
    // One more says whether there are more.
    variables: { siteId, first: Math.min(MOST, first + 1) },
    fetchPolicy: 'cache-and-network',
    skip,
  });
  useRetry(error, () => void refetch().catch(ignore));
  useAgain(refetch, sign, skip);
  const entries = (data ?? previousData)?.auditTrail;
  return {
    entries: entries?.slice(0, first),
    failed: error !== undefined && !entries,
    more:
      entries !== undefined && entries.length > first ? () => setFirst(Math.min(MOST, first * 3)) : undefined,
  };
}

/** Which types of events came lately, and how many of each; undefined until that is there. */
export function useSeenTypes(siteId: string) {
  const { data, previousData, error, refetch } = useQuery(SeenEventTypesDocument, {
    variables: { siteId, lately: useLately() },
    fetchPolicy: 'cache-and-network',
  });
  useRetry(error, () => void refetch().catch(ignore));
  return (data ?? previousData)?.site?.seenEventTypes;
}

/** The days of which it is told what types of events were seen. */
function useLately(): { from: string; to: string } {
  const to = useToday('UTC');
  return useMemo(() => {
    const from = new Date(Date.parse(to) - LATELY_DAYS * 86_400_000).toISOString().slice(0, 10);
    return { from, to };
  }, [to]);
}
