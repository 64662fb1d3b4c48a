import type { IncomingHttpHeaders } from 'node:http';

import { isOwnLoopback, namesLoopback } from '#config/loopback.js';

/**
 * Whether a page of this origin may open a socket: browsers let any page connect anywhere and send cookies along, and
 * always say the origin. Programs send neither. Two loopback names count as one, for a development server in front.
 */
export function originAllowed({ origin, host, cookie }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return cookie === undefined;
  if (host === undefined || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  return page.host === host || (isOwnLoopback(page.hostname) && namesLoopback(host));
}
