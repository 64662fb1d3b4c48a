import type { FastifyRequest } from 'fastify';

import type { DecideContext } from '#events/track-event.js';

import { senderOf } from '../sender.js';
import { userAgentIn } from './fit.js';

interface About {
  /** Name and version of the client library, as it says. */
  readonly sdk?: string | undefined;
  /** Whether the request's own user agent and language are the visitor's, or a server's that sends for them. */
  readonly fromVisitor: boolean;
}

/** What the request of another product's client says about its events: no cookie is read, and no page is needed. */
export function foreignSender(request: FastifyRequest, dialect: string, about: About): DecideContext {
  const sender = {
    ...senderOf(request, dialect),
    cookieVisitorId: undefined,
    pageless: true,
    sdk: about.sdk,
  };
  if (about.fromVisitor) return sender;
  // A server's user agent would have its visitors taken for a bot, and its address for where they are.
  const servers = { userAgent: undefined, language: undefined, clientHints: undefined, address: undefined };
  return { ...sender, ...servers, geo: undefined };
}

/** The user agent that a payload names, unless the request says the same and more (client hints). */
export function visitorAgent(named: unknown, sender: DecideContext): string | undefined {
  const agent = userAgentIn(named);
  return agent === sender.userAgent ? undefined : agent;
}
