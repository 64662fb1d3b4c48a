import type { FeedRowFragment } from '../../gql/graphql.js';

export type Row = FeedRowFragment;

/** So many are on the page, and as many wait while it is paused; older ones go. */
export const ROWS = 200;

export interface Feed {
  /** Newest first. */
  readonly rows: readonly Row[];
  /** What came while it was paused, newest first. */
  readonly held: readonly Row[];
  readonly paused: boolean;
  /** That came too fast to be shown. */
  readonly skipped: number;
  readonly stored: number;
  readonly refused: number;
  /** Whether anything was heard from the server yet. */
  readonly live: boolean;
}

export const emptyFeed: Feed = {
  rows: [],
  held: [],
  paused: false,
  skipped: 0,
  stored: 0,
  refused: 0,
  live: false,
};

/** @param pushed its items oldest first; after a lost connection some are there already */
export function addItems(
  feed: Feed,
  pushed: { readonly items: readonly Row[]; readonly skipped: number },
): Feed {
  const known = new Set([...feed.rows, ...feed.held].map(({ id }) => id));
  const fresh = pushed.items.filter(({ id }) => !known.has(id)).toReversed();
  const refused = fresh.filter(({ outcome }) => outcome === 'REFUSED').length;
  const side = feed.paused ? 'held' : 'rows';
  return {
    ...feed,
    live: true,
    [side]: [...fresh, ...feed[side]].slice(0, ROWS),
    skipped: feed.skipped + pushed.skipped,
    stored: feed.stored + fresh.length - refused,
    refused: feed.refused + refused,
  };
}

/** Goes on, with what came meanwhile. */
export const resumed = (feed: Feed): Feed => ({
  ...feed,
  paused: false,
  rows: [...feed.held, ...feed.rows].slice(0, ROWS),
  held: [],
});
