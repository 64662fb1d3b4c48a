import { useQuery } from '@apollo/client/react';
import { useEffect, useMemo, useState } from 'react';
import { ask } from '../apollo/ask.js';
import { useLive } from '../apollo/use-live.js';
import { ignore, useRetry, useUntilAnswered } from '../apollo/use-retry.js';
import { useToday } from '../controls/clock.js';
import {
  AuditTrailDocument,
  JobLiveDocument,
  SeenEventTypesDocument,
  SiteSettingsDocument,
} from '../gql/graphql.js';
import { hasEnded, type Job } from '../panels/projections/jobs.js';
import { HEAD, useEarlier } from '../panels/use-earlier.js';
import { useMay } from '../session/session.js';
import { useAgain } from './use-projections.js';

const LATELY_DAYS = 30;
const LOOK_EVERY_MS = 3_000;

/**
 * A site's settings, and how far its figures are that are being made with others: asked for again when the site's revision
 * moved, or what makes them has ended.
 */
export function useSettings(siteId: string, revision: number | undefined) {
  const may = useMay();
  const { data, previousData, error, refetch, startPolling, stopPolling } = useQuery(SiteSettingsDocument, {
    variables: { siteId },
    fetchPolicy: 'cache-and-network',
  });
  const retry = () => void refetch().catch(ignore);
  useRetry(error, retry);
  const site = (data ?? previousData)?.site ?? undefined;
  const asked = site?.pendingSettings?.job;
  const [pushed, setPushed] = useState<Job>();
  useLive(JobLiveDocument, {
    ...(asked && { variables: { id: asked.id } }),
    skip: !asked || !may('settings.write'),
    onPush: ({ jobChanged }) => jobChanged && setPushed(jobChanged),
  });
  // Whoever may not follow it looks now and then; and nobody is told of the one that follows one that failed.
  const look = asked !== undefined && (asked.state === 'failed' || !may('settings.write'));
  useEffect(() => {
    if (look) startPolling(LOOK_EVERY_MS);
    return stopPolling;
  }, [look, startPolling, stopPolling]);
  const sign = `${revision} ${pushed && hasEnded(pushed) ? `${pushed.id}${pushed.state}` : ''}`;
  useAgain(refetch, sign);
  const job = pushed?.id === asked?.id ? pushed : asked;
  return { site, job, sign, retry, failure: useUntilAnswered(error, data !== undefined) };
}

/** Who changed what, newest first, asked for again at each change of `sign`. */
export function useAuditTrail(siteId: string, sign: string, skip: boolean) {
  const { data, error, refetch, fetchMore } = useQuery(AuditTrailDocument, {
    variables: { siteId, first: HEAD },
    fetchPolicy: 'cache-and-network',
    refetchWritePolicy: 'merge',
    skip,
  });
  useRetry(error, () => void refetch().catch(ignore));
  useAgain(refetch, sign, skip);
  const { shown, earlier } = useEarlier({
    changes: data?.auditTrail,
    idOf: ({ sequence }) => sequence,
    ask: async ({ sequence }, first) => {
      const page = await ask(() => fetchMore({ variables: { siteId, first, before: sequence } }));
      return page.data?.auditTrail;
    },
  });
  return { entries: shown, failed: error !== undefined && !shown, earlier };
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
