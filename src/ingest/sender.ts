import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

import { isUuid } from '#events/event-id.js';
import type { EventPlace } from '#events/stored-event.js';
import type { DecideContext } from '#events/track-event.js';

import type { EventReply } from './http/plain-reply.js';

const COOKIE = /(?:^|;\s*)visitor_id=([^;\s]*)/;
const ONE_YEAR = 31_536_000;

/** What is read of a request; Fastify's has it. */
export interface SenderRequest {
  readonly headers: IncomingHttpHeaders;
  readonly id: string;
  /** By the hops that are trusted. */
  readonly ip: string;
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly geo?: EventPlace | undefined;
}

/** What the request itself says about its events. The address is used and never kept. */
export function senderOf(request: SenderRequest, dialect: string): DecideContext {
  const { headers } = request;
  const sender: { -readonly [K in keyof DecideContext]: DecideContext[K] } = {
    receivedAt: Date.now(),
    dialect,
    requestId: request.id,
    userAgent: headers['user-agent'],
    language: headers['accept-language'],
    address: addressOf(request),
  };
  if (request.geo) sender.geo = request.geo;
  if (headers['sec-gpc'] === '1' || headers.dnt === '1') sender.privacySignal = true;
  const cookie = headers.cookie;
  if (cookie !== undefined) sender.cookieVisitorId = visitorIn(cookie);
  // A browser that sends one hint sends this one.
  if (headers['sec-ch-ua'] !== undefined) sender.clientHints = hintsIn(headers);
  return sender;
}

/** What a proxy wrote may be anything. */
export function addressOf({ ip, socket }: Pick<SenderRequest, 'ip' | 'socket'>): string | undefined {
  return isIP(ip) === 0 ? socket.remoteAddress : ip;
}

/** Sets or renews the visitor's cookie where the event did not name its visitor itself and nobody wants none. */
export function keepVisitor(
  reply: EventReply,
  input: unknown,
  { visitorId, cookieless }: { readonly visitorId: string; readonly cookieless: boolean },
): void {
  const named = (input as { visitorId?: unknown } | null)?.visitorId != null;
  if (!named && !cookieless) {
    reply.header(
      'set-cookie',
      `visitor_id=${visitorId}; Max-Age=${ONE_YEAR}; Path=/; HttpOnly; SameSite=Lax`,
    );
  }
}

// Only an ID that was made here is believed; a cookie of another application may have the same name.
function visitorIn(cookie: string): string | undefined {
  const value = COOKIE.exec(cookie)?.[1];
  return value !== undefined && isUuid(value) ? value.toLowerCase() : undefined;
}

function hintsIn(headers: IncomingHttpHeaders): Record<string, string> {
  const hints: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('sec-ch-ua') && typeof value === 'string') hints[name] = value;
  }
  return hints;
}
