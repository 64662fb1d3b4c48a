import { newEventId } from './event-id.js';

export type VisitorMode = 'cookieless' | 'storage' | 'cookie';

/** The visitor's ID, made and kept where the site asked for that; undefined where it did not or the browser refuses. */
export function visitorId(mode?: VisitorMode): string | undefined {
  try {
    if (mode === 'storage')
      return ((localStorage as Record<string, string>)['tidemark_visitor'] ??= newEventId());
    if (mode === 'cookie') {
      const secure = location.protocol === 'https:' ? ';secure' : '';
      // A year from the last visit.
      document.cookie = `tidemark_visitor=${cookie() ?? newEventId()};max-age=31536000;path=/;samesite=lax${secure}`;
      return cookie();
    }
  } catch {
    // A frame without an origin, or no room.
  }
  return undefined;
}

const cookie = () => /tidemark_visitor=([^;]+)/.exec(document.cookie)?.[1];
