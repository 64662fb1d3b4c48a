import { useEffect, useMemo, useState } from 'react';
import { ask } from '../apollo/ask.js';
import { useAsked } from '../apollo/use-asked.js';
import { useLive } from '../apollo/use-live.js';
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
  const { data, previousData, failure, again, startPolling, stopPolling } = useAsked(SiteSettingsDocument, {
    variables: { siteId },
    fetchPolicy: 'cache-and-network',
  });
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
  useAgain(again, sign);
  const job = pushed?.id === asked?.id ? pushed : asked;
  return { site, job, sign, retry: again, failure };
}

/** Who changed what, newest first, asked for again at each change of `sign`. */
export function useAuditTrail(siteId: string, sign: string, skip: boolean) {
  const { data, failure, again, fetchMore } = useAsked(AuditTrailDocument, {
    variables: { siteId, first: HEAD },
    fetchPolicy: 'cache-and-network',
    refetchWritePolicy: 'merge',
    skip,
  });
  useAgain(again, sign, skip);
  const { shown, earlier } = useEarlier({
    changes: data?.auditTrail,
    idOf: ({ sequence }) => sequence,
    ask: async ({ sequence }, first) => {
      const page = await ask(() => fetchMore({ variables: { siteId, first, before: sequence } }));
      return page.data?.auditTrail;
    },
  });
  return { entries: shown, failed: failure !== undefined && !shown, earlier };
}

/** Which types of events came lately, and how many of each; undefined until that is there. */
export function useSeenTypes(siteId: string) {
  const { data, previousData } = useAsked(SeenEventTypesDocument, {
    variables: { siteId, lately: useLately() },
    fetchPolicy: 'cache-and-network',
  });
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
