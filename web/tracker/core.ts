import { watchEngagement } from './engagement.js';
import { newEventId } from './event-id.js';
import { watchLinks } from './links.js';
import { here, safely, type Properties, type Send } from './page.js';
import { watchViews } from './page-views.js';
import { openQueue, openStore } from './queue.js';
import { visitorId, type VisitorMode } from './visitor.js';
import { watchVitals } from './vitals.js';

export interface Tracker {
  /** Sends an event of this type. */
  readonly track: (name: string, properties?: Properties) => void;
  /** From now on, in this document, events are this user's. `null` forgets who it is. */
  readonly identify: (userId: string | number | null, traits?: Properties) => void;
  /** Counts a view of the page that the address bar shows. */
  readonly pageView: () => void;
}

/** Starts to track this document, for the Tidemark whose `api` is beside `base`. */
export function start(
  site: string,
  base: string,
  visitor: VisitorMode | undefined,
  auto: boolean,
  key = '',
): Tracker {
  const view = { url: here(), referrer: document.referrer };
  let userId: string | undefined;

  const send: Send = safely((eventType: string, properties?: Properties, url = auto ? view.url : here()) => {
    if (document.prerendering) {
      addEventListener('prerenderingchange', () => send(eventType, properties, url), true);
      return;
    }
    // The owner's own visits.
    if (openStore()['tidemark_ignore']) return;
    // The server refuses events with longer ones, and with other schemes.
    const web = /^http[^?]{1,1980}(\?.{0,6000})?/.exec(url)?.[0];
    queue.put({
      siteId: site,
      eventType,
      timestamp: new Date().toISOString(),
      eventId: newEventId(),
      url: web,
      path: web ? undefined : new URL(url).pathname,
      referrer: /^(http|(android|ios)-app:).{1,1980}/.exec(view.referrer)?.[0],
      // A form or a variable of the page's may be called so.
      title: document.title.slice?.(0, 500),
      screen: `${screen?.width}x${screen?.height}`,
      language: navigator.language,
      userId,
      visitorId: visitorId(visitor),
      // Of a visitor without an ID.
      cookieless: true,
      properties,
    });
  });
  // In the address, not in what waits: another key may have taken its place before that is sent.
  const queue = openQueue(new URL('api/events?key=' + key, base), site, (count) =>
    send('events_dropped', { count }),
  );
  let engagement: ReturnType<typeof watchEngagement> | undefined;
  let vitals: ReturnType<typeof watchVitals>;
  if (auto) {
    engagement = watchEngagement(send);
    vitals = watchVitals(send);
    watchLinks(send);
  }
  const views = watchViews(send, view, auto, () => engagement?.(true));
  const leave = () => {
    views.settle();
    engagement?.();
    // Once.
    vitals = vitals?.() as undefined;
    queue.leave();
  };
  addEventListener(
    'visibilitychange',
    () => {
      if (document.hidden) return leave();
      engagement?.();
      queue.wake();
    },
    true,
  );
  addEventListener('pagehide', leave);
  return {
    track: send,
    identify: safely((id: string | number | null, traits?: Properties) => {
      userId = id ? `${id}` : undefined;
      if (id) send('identify', { traits });
    }),
    pageView: safely(views.count),
  };
}
