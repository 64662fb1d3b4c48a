import { uuid5 } from '#events/event-id.js';
import { pathBytes, referrerRule, urlBytes } from '#events/rules.js';
import { fitsBytes } from '#events/text.js';
import { decide, type Accepted, type Rejected } from '#events/track-event.js';

import type { AccessLogEntry } from './parse-line.js';

export interface EntryContext {
  readonly site: string;
  readonly eventId: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

// The site is in the hash, so that one address cannot be followed from site to site.
const visitors = Buffer.from('c3b0a4d27e614b0f8f5d1a9c60e7b852', 'hex');

/** One request is one page view. The address goes into the visitor's hash and nowhere else. */
export function toEvent(entry: AccessLogEntry, context: EntryContext): Accepted | Rejected {
  const userAgent = entry.userAgent === '-' || entry.userAgent === '' ? undefined : entry.userAgent;
  // A log also has targets that no app would send: "*", "http://…", a "#" left in. They count as logged.
  const plain = entry.path.startsWith('/') && !entry.path.includes('#');
  if (!plain && !fitsBytes(entry.path, pathBytes)) {
    return { accepted: false, reason: 'invalid_path', messages: ['path must be at most 2,000 bytes'] };
  }
  const decision = decide(
    {
      siteId: context.site,
      eventType: 'page_view',
      path: plain ? (fitsBytes(entry.target, urlBytes) ? entry.target : entry.path) : '/',
      timestamp: new Date(entry.occurredAt).toISOString(),
      eventId: context.eventId,
      visitorId: uuid5(visitors, `${context.site}\n${entry.address}\n${entry.userAgent}`),
      referrer: fitReferrer(entry.referrer),
      properties: {
        method: entry.method.slice(0, 32),
        ...(Number.isFinite(entry.status) && { status: entry.status }),
      },
    },
    { receivedAt: context.receivedAt, dialect: 'access_log', userAgent },
  );
  if (plain || !decision.accepted) return decision;
  return { ...decision, event: { ...decision.event, path: entry.path } };
}

/** A referrer is whatever the client wrote: one that no app may send is left out, not a reason to lose the view. */
function fitReferrer(referrer: string | undefined): string | undefined {
  const cut = referrer?.slice(0, 2000);
  return cut === undefined || referrerRule(cut) !== undefined ? undefined : cut;
}
