import { siteOfLine } from '#events/codec.js';

import type { FeedItem } from './feed-item.js';

/** Which items somebody wants to see; what is left out is any. */
export interface FeedWish {
  readonly site?: string | undefined;
  /** Whether items of a site, or those that name none, may be shown to who asks; asked for each of them. */
  readonly sees?: ((site: string | undefined) => boolean) | undefined;
  /** With a site: also refused calls that name none. */
  readonly withoutSite?: boolean | undefined;
  readonly outcome?: FeedItem['outcome'] | undefined;
  readonly eventTypes?: readonly string[] | undefined;
  /** Wire formats: `tidemark`, `graphql`, `segment`, … */
  readonly dialects?: readonly string[] | undefined;
  readonly visitorId?: string | undefined;
  /** Part of the type, path, event ID, reason or message; upper and lower case alike. */
  readonly text?: string | undefined;
}

export interface CompiledWish {
  readonly wish: FeedWish;
  readonly wants: (item: FeedItem) => boolean;
  /** A quick look at a line of the log: false only where its event is certainly not wanted. */
  readonly mayWant: (line: string) => boolean;
}

export function compileWish(wish: FeedWish): CompiledWish {
  const { site, outcome, eventTypes, dialects, visitorId } = wish;
  const text = wish.text?.toLowerCase();
  const wants = (item: FeedItem): boolean => {
    const { named, type, dialect, visitor, words } = sides(item);
    return (
      (outcome === undefined || item.outcome === outcome) &&
      wish.sees?.(named) !== false &&
      (site === undefined || named === site || (wish.withoutSite === true && named === undefined)) &&
      (eventTypes === undefined || (type !== undefined && eventTypes.includes(type))) &&
      (dialects === undefined || dialects.includes(dialect)) &&
      (visitorId === undefined || visitor === visitorId) &&
      (text === undefined || words().some((word) => word?.toLowerCase().includes(text)))
    );
  };
  const types = eventTypes?.map((type) => JSON.stringify(type));
  const mayWant = (line: string): boolean => {
    if (outcome === 'refused') return false;
    // What is not looked at is told as a number, and that is of nobody else's events.
    const named = siteOfLine(line);
    if (named !== undefined && (wish.sees?.(named) === false || (site ?? named) !== named)) return false;
    // A foreign publisher may escape anything.
    if (line.includes('\\u')) return true;
    return (
      (site === undefined || line.includes(site)) &&
      (types === undefined || types.some((type) => line.includes(type)))
    );
  };
  return { wish, wants, mayWant };
}

function sides(item: FeedItem) {
  if (item.outcome === 'stored') {
    const { site: named, type, source, visitorId: visitor, id, path, url } = item.event;
    return { named, type, dialect: source.dialect, visitor, words: () => [type, path, url, id] };
  }
  const { site: named, eventType: type, dialect, eventId, path, reason, messages } = item.refusal;
  const words = () => [type, path, eventId, reason, ...messages];
  return { named, type, dialect, visitor: undefined, words };
}
