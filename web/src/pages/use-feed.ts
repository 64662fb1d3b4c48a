import { useCallback, useReducer } from 'react';
import { useLive } from '../apollo/use-live.js';
import type { FeedView } from '../controls/feed-view.js';
import { EventFeedDocument, type EventFeedFilter } from '../gql/graphql.js';
import { addItems, emptyFeed, resumed, type Feed } from '../panels/events/feed-rows.js';

/** Of before. */
const RECENT = 50;

/** What comes in, newest first, and what comes in while it is paused, which is shown when it goes on. */
export function useFeed(view: FeedView) {
  const [feed, change] = useReducer(reduce, emptyFeed);
  const failure = useLive(EventFeedDocument, {
    variables: { siteId: view.all ? null : (view.site ?? null), filter: filterOf(view), recent: RECENT },
    onPush: ({ eventFeed: pushed }) => change({ pushed }),
  });
  const pause = useCallback(() => change('pause'), []);
  const resume = useCallback(() => change('resume'), []);
  return { feed, pause, resume, failure };
}

function reduce(
  feed: Feed,
  change: 'pause' | 'resume' | { readonly pushed: Parameters<typeof addItems>[1] },
): Feed {
  if (change === 'pause') return { ...feed, paused: true };
  return change === 'resume' ? resumed(feed) : addItems(feed, change.pushed);
}

function filterOf({ outcome, type, text }: FeedView): EventFeedFilter {
  return {
    withoutSite: true,
    outcome: outcome === undefined ? null : outcome === 'stored' ? 'STORED' : 'REFUSED',
    eventTypes: type === '' ? null : [type],
    text: text === '' ? null : text,
  };
}
